package uns.bridge.sparkplug;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import uns.bridge.json.JsonWriter;

/**
 * A string of a metric as it lies in the payload, UTF-8; one object serves for all metrics of a payload in turn.
 *
 * <p>Names and values are mostly just copied into JSON. A {@link String} of each would be a quarter of all that it takes in
 * memory to decode DATA.
 */
final class Text {

    private static final byte[] NONE = {};

    private byte[] bytes = NONE;
    private int start;
    private int end;

    boolean isEmpty() {
        return start == end;
    }

    /** Becomes empty. */
    void clear() {
        bytes = NONE;
        start = 0;
        end = 0;
    }

    /** Becomes the string that comes next in {@code in}, which reads all of {@code payload}. */
    void read(CodedInputStream in, byte[] payload) throws IOException {
        int length = in.readRawVarint32();
        int at = in.getTotalBytesRead();
        in.skipRawBytes(length);
        bytes = payload;
        start = at;
        end = at + length;
    }

    void set(ByteString utf8) {
        bytes = utf8.toByteArray();
        start = 0;
        end = bytes.length;
    }

    /** Writes it as the string that comes next in {@code json}. */
    void write(JsonWriter json) {
        json.string(bytes, start, end);
    }

    /** The index of this name in {@code definitions}, negative if they have none. */
    int findIn(Definitions definitions) {
        if (JsonWriter.isEncoded(bytes, start, end)) {
            return definitions.find(bytes, start, end);
        }
        byte[] encoded = JsonWriter.encoded(toString());
        return definitions.find(encoded, 0, encoded.length);
    }

    /** It as a string, with U+FFFD for what is no UTF-8. */
    @Override
    public String toString() {
        return new String(bytes, start, end - start, UTF_8);
    }
}
