package uns.bridge.edge;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encodes Sparkplug B payloads field by field. The field numbers are those of the specification's {@code Payload} and
 * {@code Metric} messages (section 6.4).
 */
public final class SparkplugWriter {
    private SparkplugWriter() {}

    /** @param seq null for an NDEATH, which has none */
    public static byte[] payload(@Nullable Long timestamp, @Nullable Long seq, List<Metric> metrics) {
        return message(out -> {
            if (timestamp != null) {
                out.writeUInt64(1, timestamp);
            }
            for (Metric metric : metrics) {
                out.writeByteArray(2, message(inner -> write(metric, inner)));
            }
            if (seq != null) {
                out.writeUInt64(3, seq);
            }
        });
    }

    private static void write(Metric metric, CodedOutputStream out) throws IOException {
        if (metric.name() != null) {
            out.writeString(1, metric.name());
        }
        if (metric.alias() != null) {
            out.writeUInt64(2, metric.alias());
        }
        if (metric.timestamp() != null) {
            out.writeUInt64(3, metric.timestamp());
        }
        if (metric.type() != null) {
            out.writeUInt32(4, metric.type().number());
        }
        if (metric.value() == null) {
            out.writeBool(7, true);
        } else if (metric.type() != null) {
            writeValue(metric.type(), metric.value(), out);
        } else {
            throw new IllegalArgumentException("A value needs a type: " + metric);
        }
    }

    private static void writeValue(DataType type, Object value, CodedOutputStream out) throws IOException {
        switch (type) {
            // A negative one goes as its two's complement, in 32 bits: int_value is a uint32.
            case INT8, INT16, INT32, UINT8, UINT16, UINT32 -> out.writeUInt32(10, ((Number) value).intValue());
            case INT64, UINT64, DATE_TIME -> out.writeUInt64(11, ((Number) value).longValue());
            case FLOAT -> out.writeFloat(12, ((Number) value).floatValue());
            case DOUBLE -> out.writeDouble(13, ((Number) value).doubleValue());
            case BOOLEAN -> out.writeBool(14, (Boolean) value);
            case STRING, TEXT -> out.writeString(15, (String) value);
        }
    }

    private static byte[] message(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            fields.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private interface Fields {
        void writeTo(CodedOutputStream out) throws IOException;
    }
}
