package uns.bridge.status;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The status page: one file without anything from elsewhere.
 *
 * @param contentSecurityPolicy lets its own style and script in, by their hashes, and nothing else (CSP 3, 2.3.1)
 */
record StatusPage(String html, String contentSecurityPolicy) {

    static StatusPage load() {
        try (InputStream in = StatusPage.class.getResourceAsStream("status.html")) {
            if (in == null) {
                throw new IllegalStateException("status.html is missing in the jar");
            }
            String html = new String(in.readAllBytes(), UTF_8);
            return new StatusPage(
                    html,
                    "default-src 'none'; connect-src 'self'; style-src " + hash(html, "style") + "; script-src "
                            + hash(html, "script")
                            + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(String html, String element) {
        String begin = "<" + element + ">";
        String content = html.substring(html.indexOf(begin) + begin.length(), html.indexOf("</" + element + ">"));
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content.getBytes(UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
