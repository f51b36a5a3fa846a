package uns.bridge.sparkplug;

import uns.bridge.json.JsonWriter;

/** The datatypes (Sparkplug 3.0, 6.4.16) of metrics, properties, parameters and columns, ordered by their numbers. */
enum DataType {
    UNKNOWN,
    INT8,
    INT16,
    INT32,
    INT64,
    UINT8,
    UINT16,
    UINT32,
    UINT64,
    FLOAT,
    DOUBLE,
    BOOLEAN,
    STRING,
    DATETIME,
    TEXT,
    UUID,
    DATASET,
    BYTES,
    FILE,
    TEMPLATE,
    PROPERTY_SET,
    PROPERTY_SET_LIST,
    INT8_ARRAY,
    INT16_ARRAY,
    INT32_ARRAY,
    INT64_ARRAY,
    UINT8_ARRAY,
    UINT16_ARRAY,
    UINT32_ARRAY,
    UINT64_ARRAY,
    FLOAT_ARRAY,
    DOUBLE_ARRAY,
    BOOLEAN_ARRAY,
    STRING_ARRAY,
    DATETIME_ARRAY;

    private static final DataType[] BY_NUMBER = values();

    /** The datatype of that number; {@link #UNKNOWN} for a number that Sparkplug 3.0 does not define. */
    static DataType of(int number) {
        return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
    }

    /** The number that stands for it in payloads. */
    @SuppressWarnings("EnumOrdinal") // They are ordered by it.
    int number() {
        return ordinal();
    }

    /**
     * Writes the integer whose bits an unsigned field carries.
     *
     * <p>Signed types are two's complement in the width of the type (6.4.17). Encoders differ in how far they extend
     * the sign, so only the bits of that width count. A value of any other type is what the field says.
     */
    void writeInteger(JsonWriter json, long bits) {
        switch (this) {
            case INT8 -> json.signed((byte) bits);
            case INT16 -> json.signed((short) bits);
            case INT32 -> {
                int value = (int) bits;
                json.signed(value);
            }
            case INT64, DATETIME -> json.signed(bits);
            default -> json.unsigned(bits);
        }
    }

    /** Whether a value is an array packed into {@code bytes_value} (6.4.17). */
    boolean isArray() {
        return compareTo(INT8_ARRAY) >= 0;
    }
}
