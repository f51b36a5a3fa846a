package uns.bridge.edge;

/** The basic data types of Sparkplug B with their numbers (specification, section 6.4.16). */
public enum DataType {
    INT8(1),
    INT16(2),
    INT32(3),
    INT64(4),
    UINT8(5),
    UINT16(6),
    UINT32(7),
    UINT64(8),
    FLOAT(9),
    DOUBLE(10),
    BOOLEAN(11),
    STRING(12),
    DATE_TIME(13),
    TEXT(14);

    private final int number;

    DataType(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
