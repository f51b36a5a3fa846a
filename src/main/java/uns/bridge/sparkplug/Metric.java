package uns.bridge.sparkplug;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import uns.bridge.sparkplug.proto.Payload;
import uns.bridge.sparkplug.proto.Payload.Metric.ValueCase;

/**
 * A metric (Sparkplug 3.0, 6.4.6) as it was read; one object serves for all metrics of a payload in turn.
 *
 * <p>Nearly all metrics are a few scalars, and to make a builder and a message of each would be nearly half of what it takes
 * in memory to decode DATA. A metric that has any other field is read as the message that it is.
 */
final class Metric {

    static final int NAME = Payload.Metric.NAME_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    static final int ALIAS = Payload.Metric.ALIAS_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
    static final int TIMESTAMP = Payload.Metric.TIMESTAMP_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
    static final int DATATYPE = Payload.Metric.DATATYPE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
    static final int HISTORICAL = Payload.Metric.IS_HISTORICAL_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
    static final int TRANSIENT = Payload.Metric.IS_TRANSIENT_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
    static final int NULL = Payload.Metric.IS_NULL_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
    private static final int INT = Payload.Metric.INT_VALUE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
    private static final int LONG = Payload.Metric.LONG_VALUE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
    private static final int FLOAT = Payload.Metric.FLOAT_VALUE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_FIXED32;
    private static final int DOUBLE = Payload.Metric.DOUBLE_VALUE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_FIXED64;
    private static final int BOOLEAN = Payload.Metric.BOOLEAN_VALUE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
    private static final int STRING =
            Payload.Metric.STRING_VALUE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

    /** Which it has: for each a bit, by the number of the field. */
    private int fields;

    /** Empty if it has none. */
    final Text name = new Text();

    long alias;
    long timestamp;
    int datatype;
    boolean historical;
    boolean isTransient;
    boolean isNull;
    ValueCase valueCase = ValueCase.VALUE_NOT_SET;

    /** The value of {@code int_value}, unsigned, or {@code long_value}. */
    long integer;

    /** The value of {@code float_value} or {@code double_value}. */
    double decimal;

    boolean bool;

    /** Empty if its value is no text. */
    final Text text = new Text();

    /** Has its metadata, its properties, and a value of any other kind. */
    Payload.Metric message = Payload.Metric.getDefaultInstance();

    /** The same as {@code message}. */
    static Metric of(Payload.Metric message) {
        Metric metric = new Metric();
        metric.set(message);
        return metric;
    }

    /** Whether it has the field of that tag, which is a scalar and no value. */
    boolean has(int tag) {
        return (fields & bit(tag)) != 0;
    }

    /**
     * Reads a metric up to the limit of {@code in}, if it has only scalars.
     *
     * @param payload all that {@code in} reads. It must not change while the metric is in use
     * @return whether that was so; if not, some of it was read, and it has to be {@link #set}
     */
    boolean readScalars(CodedInputStream in, byte[] payload) throws IOException {
        clear();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            fields |= bit(tag);
            switch (tag) {
                case NAME -> name.read(in, payload);
                case ALIAS -> alias = in.readUInt64();
                case TIMESTAMP -> timestamp = in.readUInt64();
                case DATATYPE -> datatype = in.readUInt32();
                case HISTORICAL -> historical = in.readBool();
                case TRANSIENT -> isTransient = in.readBool();
                case NULL -> isNull = in.readBool();
                case INT -> {
                    valueCase = ValueCase.INT_VALUE;
                    integer = Integer.toUnsignedLong(in.readUInt32());
                }
                case LONG -> {
                    valueCase = ValueCase.LONG_VALUE;
                    integer = in.readUInt64();
                }
                case FLOAT -> {
                    valueCase = ValueCase.FLOAT_VALUE;
                    decimal = in.readFloat();
                }
                case DOUBLE -> {
                    valueCase = ValueCase.DOUBLE_VALUE;
                    decimal = in.readDouble();
                }
                case BOOLEAN -> {
                    valueCase = ValueCase.BOOLEAN_VALUE;
                    bool = in.readBool();
                }
                case STRING -> {
                    valueCase = ValueCase.STRING_VALUE;
                    text.read(in, payload);
                }
                default -> {
                    return false;
                }
            }
        }
        return true;
    }

    /** Becomes the same as {@code other}. */
    void set(Payload.Metric other) {
        fields = (other.hasName() ? bit(NAME) : 0)
                | (other.hasAlias() ? bit(ALIAS) : 0)
                | (other.hasTimestamp() ? bit(TIMESTAMP) : 0)
                | (other.hasDatatype() ? bit(DATATYPE) : 0)
                | (other.hasIsHistorical() ? bit(HISTORICAL) : 0)
                | (other.hasIsTransient() ? bit(TRANSIENT) : 0)
                | (other.hasIsNull() ? bit(NULL) : 0);
        name.set(other.getNameBytes());
        alias = other.getAlias();
        timestamp = other.getTimestamp();
        datatype = other.getDatatype();
        historical = other.getIsHistorical();
        isTransient = other.getIsTransient();
        isNull = other.getIsNull();
        valueCase = other.getValueCase();
        integer = other.hasIntValue() ? Integer.toUnsignedLong(other.getIntValue()) : other.getLongValue();
        decimal = other.hasFloatValue() ? other.getFloatValue() : other.getDoubleValue();
        bool = other.getBooleanValue();
        text.set(other.getStringValueBytes());
        message = other;
    }

    private static int bit(int tag) {
        return 1 << WireFormat.getTagFieldNumber(tag);
    }

    private void clear() {
        fields = 0;
        name.clear();
        datatype = 0;
        historical = false;
        isNull = false;
        valueCase = ValueCase.VALUE_NOT_SET;
        text.clear();
        message = Payload.Metric.getDefaultInstance();
    }
}
