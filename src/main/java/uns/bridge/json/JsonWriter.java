package uns.bridge.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Writes JSON values as UTF-8 bytes, numbers exact.
 *
 * <p>One writer serves for any number of values, each {@linkplain #take taken} when it is finished, and with a
 * {@link #reset} after the last. Not thread-safe: its buffer is kept from one value to the next.
 */
public final class JsonWriter {

    /** Beyond the basic plane Jackson would write two escapes for a character. */
    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .rootValueSeparator((String) null)
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    /** The generator keeps names of members for a while: where they are long, so is the value. */
    private static final int LARGE_BYTES = 64 << 10;

    private final BoundedBuffer bytes;
    private final ShortestDecimal decimals = new ShortestDecimal();
    private JsonGenerator generator;

    /** Whether a large value was taken since the last {@link #reset}. */
    private boolean large;

    /** A writer of values that take not more than {@code maxBytes}. */
    public JsonWriter(int maxBytes) {
        this.bytes = new BoundedBuffer(maxBytes);
        this.generator = generator(bytes);
    }

    /** {@code text} as it is between the quotes of a JSON string, UTF-8. Equal texts give equal bytes. */
    public static byte[] encoded(String text) {
        byte[] plain = text.getBytes(UTF_8);
        return isEncoded(plain, 0, plain.length)
                ? plain // As names of metrics nearly always are.
                : JsonStringEncoder.getInstance().quoteAsUTF8(text);
    }

    /** Whether the text in these bytes, UTF-8, is certain to be the same when it is {@linkplain #encoded encoded}. */
    public static boolean isEncoded(byte[] utf8, int start, int end) {
        for (int i = start; i < end; i++) {
            byte b = utf8[i];
            if (b < ' ' || b == '"' || b == '\\') { // What is not ASCII is below, too.
                return false;
            }
        }
        return true;
    }

    /** The text that was {@linkplain #encoded encoded}. */
    public static String decoded(byte[] encoded) {
        if (!hasEscape(encoded)) {
            return new String(encoded, UTF_8);
        }
        byte[] quoted = new byte[encoded.length + 2];
        quoted[0] = '"';
        System.arraycopy(encoded, 0, quoted, 1, encoded.length);
        quoted[quoted.length - 1] = '"';
        try (JsonParser parser = FACTORY.createParser(quoted)) {
            parser.nextToken();
            return parser.getText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasEscape(byte[] encoded) {
        for (byte b : encoded) {
            if (b == '\\') {
                return true;
            }
        }
        return false;
    }

    /** Forgets what was written, finished or not, and the memory that a large value took. */
    public void reset() {
        if (!large && isEmpty()) {
            return; // As after most values: another generator would cost as much as some of them.
        }
        try {
            // An unfinished value would otherwise be completed into the buffer, and its inner buffers not be recycled.
            generator.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        bytes.clear();
        generator = generator(bytes);
        large = false;
    }

    private boolean isEmpty() {
        return generator.getOutputContext().inRoot() && generator.getOutputBuffered() == 0 && bytes.isEmpty();
    }

    /** The value that was written since the last one was taken. */
    public byte[] take() throws JsonTooLargeException {
        try {
            generator.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] value = bytes.toBytes();
        bytes.clear();
        large |= value.length > LARGE_BYTES;
        return value;
    }

    /** Opens an object. */
    public void startObject() {
        try {
            generator.writeStartObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes the object opened last. */
    public void endObject() {
        try {
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens an array. */
    public void startArray() {
        try {
            generator.writeStartArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes the array opened last. */
    public void endArray() {
        try {
            generator.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The name of the member whose value comes next. */
    public void name(String name) {
        try {
            generator.writeFieldName(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The name of the member whose value comes next, encoded beforehand. */
    public void name(MemberName name) {
        try {
            generator.writeFieldName(name.encoded());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A string. */
    public void string(String value) {
        try {
            generator.writeString(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A string in UTF-8; what is not becomes U+FFFD. */
    public void string(byte[] utf8, int start, int end) {
        if (isEncoded(utf8, start, end)) {
            encodedString(utf8, start, end - start);
        } else {
            string(new String(utf8, start, end - start, UTF_8));
        }
    }

    /** A string that was {@linkplain #encoded encoded} before, {@code length} bytes from {@code offset}: they are only copied. */
    public void encodedString(byte[] encoded, int offset, int length) {
        try {
            generator.writeRawUTF8String(encoded, offset, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code true} or {@code false}. */
    public void bool(boolean value) {
        try {
            generator.writeBoolean(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An integer from -2^63 to 2^63-1. */
    public void signed(long value) {
        try {
            generator.writeNumber(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An integer from 0 to 2^64-1, its 64 bits in {@code value}. */
    public void unsigned(long value) {
        if (value >= 0) {
            signed(value);
        } else {
            number(Long.toUnsignedString(value));
        }
    }

    /** The shortest decimal that is this 64-bit value; a string if not finite, for JSON has no such number. */
    public void decimal(double value) {
        if (!Double.isFinite(value)) {
            string(Double.toString(value));
            return;
        }
        try {
            decimals.write(value, generator);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The shortest decimal that is this 32-bit value; a string if not finite, for JSON has no such number. */
    public void decimal(float value) {
        if (!Float.isFinite(value)) {
            string(Float.toString(value));
            return;
        }
        try {
            decimals.write(value, generator);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A string that is the base64 of {@code value}, padded, without line breaks. */
    public void base64(byte[] value) {
        try {
            generator.writeBinary(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void number(String text) {
        try {
            generator.writeNumber(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonGenerator generator(BoundedBuffer bytes) {
        try {
            return FACTORY.createGenerator(bytes, JsonEncoding.UTF8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
