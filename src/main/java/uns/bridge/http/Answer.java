package uns.bridge.http;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * What a request is answered with.
 *
 * @param status the status code (RFC 9110, 15)
 * @param contentType the media type of the body
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record Answer(int status, String contentType, byte[] body) {

    public static final int OK = 200;
    public static final int UNAVAILABLE = 503;
    static final int UNAUTHORIZED = 401;

    /** For those who may not see it. */
    static final Answer WITHHELD = error(UNAUTHORIZED, "needs a password or a token");

    /** A text that was found. */
    public static Answer text(String contentType, String body) {
        return new Answer(OK, contentType, body.getBytes(UTF_8));
    }

    /** JSON that was found. */
    public static Answer json(int status, byte[] body) {
        return new Answer(status, "application/json", body);
    }

    /** An error, in a line. */
    static Answer error(int status, String line) {
        return new Answer(status, "text/plain; charset=utf-8", (line + "\n").getBytes(UTF_8));
    }
}
