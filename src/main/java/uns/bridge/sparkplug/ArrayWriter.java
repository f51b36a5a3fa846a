package uns.bridge.sparkplug;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import uns.bridge.json.JsonWriter;

/**
 * Writes the packed arrays of Sparkplug 3.0, 6.4.17 as JSON arrays.
 *
 * <p>Elements are little-endian (the big-endian examples printed there for Float and Double are an erratum). Nothing is
 * allocated by a count the payload claims.
 */
final class ArrayWriter {

    private final JsonWriter json;

    ArrayWriter(JsonWriter json) {
        this.json = json;
    }

    /** Whether {@code packed} is a whole number of elements of {@code type}, which is an array datatype. */
    static boolean isWellFormed(DataType type, ByteString packed) {
        int size = packed.size();
        return switch (type) {
            case INT16_ARRAY, UINT16_ARRAY -> size % Short.BYTES == 0;
            case INT32_ARRAY, UINT32_ARRAY, FLOAT_ARRAY -> size % Integer.BYTES == 0;
            case INT64_ARRAY, UINT64_ARRAY, DOUBLE_ARRAY, DATETIME_ARRAY -> size % Long.BYTES == 0;
            case BOOLEAN_ARRAY ->
                size >= Integer.BYTES
                        && booleanCount(littleEndian(packed)) <= (long) (size - Integer.BYTES) * Byte.SIZE;
            case STRING_ARRAY -> size == 0 || packed.byteAt(size - 1) == 0;
            default -> true;
        };
    }

    /** Writes {@code packed}, which {@link #isWellFormed}. */
    void write(DataType type, ByteString packed) {
        json.startArray();
        if (type == DataType.STRING_ARRAY) {
            writeStrings(packed);
        } else if (type == DataType.BOOLEAN_ARRAY) {
            writeBooleans(littleEndian(packed));
        } else {
            writeNumbers(type, littleEndian(packed));
        }
        json.endArray();
    }

    private void writeNumbers(DataType type, ByteBuffer packed) {
        while (packed.hasRemaining()) {
            switch (type) {
                case INT8_ARRAY -> json.signed(packed.get());
                case INT16_ARRAY -> json.signed(packed.getShort());
                case INT32_ARRAY -> json.signed(packed.getInt());
                case INT64_ARRAY, DATETIME_ARRAY -> json.signed(packed.getLong());
                case UINT8_ARRAY -> json.signed(Byte.toUnsignedInt(packed.get()));
                case UINT16_ARRAY -> json.signed(Short.toUnsignedInt(packed.getShort()));
                case UINT32_ARRAY -> json.signed(Integer.toUnsignedLong(packed.getInt()));
                case UINT64_ARRAY -> json.unsigned(packed.getLong());
                case FLOAT_ARRAY -> json.decimal(packed.getFloat());
                case DOUBLE_ARRAY -> json.decimal(packed.getDouble());
                default -> throw new IllegalArgumentException(type + " is no array of numbers");
            }
        }
    }

    /** A 32-bit count, then the bits, the first one the most significant of its byte. Padding is not read. */
    private void writeBooleans(ByteBuffer packed) {
        long count = booleanCount(packed);
        int bits = 0;
        for (long i = 0; i < count; i++) {
            bits = i % Byte.SIZE == 0 ? packed.get() : bits << 1;
            json.bool((bits & 0x80) != 0);
        }
    }

    /** Each string ends with a NUL, the last one too. */
    private void writeStrings(ByteString packed) {
        int from = 0;
        for (int i = 0; i < packed.size(); i++) {
            if (packed.byteAt(i) == 0) {
                json.string(packed.substring(from, i).toStringUtf8());
                from = i + 1;
            }
        }
    }

    private static long booleanCount(ByteBuffer packed) {
        return Integer.toUnsignedLong(packed.getInt());
    }

    private static ByteBuffer littleEndian(ByteString packed) {
        return packed.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
}
