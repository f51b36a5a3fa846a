package uns.bridge.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads small objects and arrays with one parser, since a parser of its own costs a message several times its bytes. For one
 * thread.
 *
 * <p>To the parser they are one stream of values, which it reads no further than to the end of each. So a value that is not
 * whole would be continued by the next one: with the first that is not sound the parser has to be given up.
 */
final class ReusedParser {

    /** What the parser is sure to read at once: its buffer has 8,000. */
    private static final int MAX_VALUE_BYTES = 4 << 10;

    /** After so many a new one takes over: all names of attributes that it has met stay in its table. */
    private static final int MAX_BYTES = 256 << 10;

    private final JsonFactory factory;
    private final Input input = new Input();
    private final Rest rest = new Rest();
    private @Nullable JsonParser parser;

    /** What it was given before the current value. */
    private int offset;

    ReusedParser(JsonFactory factory) {
        this.factory = factory;
    }

    /** Whether {@code json} ends where its own syntax says, as a number does not, and is not too large. */
    static boolean suits(byte[] json) {
        return json.length > 0 && json.length <= MAX_VALUE_BYTES && (json[0] == '{' || json[0] == '[');
    }

    /** The parser, about to read {@code json}. */
    JsonParser begin(byte[] json) throws IOException {
        offset += input.json.length;
        if (offset > MAX_BYTES) {
            discard();
        }
        input.json = json;
        input.unread = true;
        JsonParser current = parser;
        if (current == null) {
            current = factory.createParser(input);
            parser = current;
        }
        return current;
    }

    /** Where the parser has the first byte of the value. */
    int offset() {
        return offset;
    }

    /** Whether there are only blanks behind the value that was read (RFC 8259, 2). */
    boolean end() throws IOException {
        rest.blank = true;
        if (parser != null) {
            parser.releaseBuffered(rest);
        }
        return rest.blank;
    }

    /** The next value is read by a new parser. */
    void discard() throws IOException {
        if (parser != null) {
            parser.close();
            parser = null;
        }
        offset = 0;
        input.json = Input.NOTHING;
    }

    /** Hands out the current value, all of it at once. */
    private static final class Input extends InputStream {

        static final byte[] NOTHING = {};

        byte[] json = NOTHING;
        boolean unread;

        @Override
        public int read() {
            throw new UnsupportedOperationException("parsers read into a buffer");
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            if (!unread) {
                return -1;
            }
            if (json.length > length) {
                throw new IOException("no room for " + json.length + " bytes");
            }
            unread = false;
            System.arraycopy(json, 0, buffer, from, json.length);
            return json.length;
        }
    }

    /** Takes what the parser has read beyond the value. */
    private static final class Rest extends OutputStream {

        boolean blank;

        @Override
        public void write(int b) {
            blank &= b == ' ' || b == '\n' || b == '\r' || b == '\t';
        }
    }
}
