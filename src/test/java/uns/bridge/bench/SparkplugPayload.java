package uns.bridge.bench;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Builds a Sparkplug B payload and, beside it, the JSON that it decodes to. It encodes field by field, independent of the
 * classes of the bridge. Not thread-safe.
 */
final class SparkplugPayload {

    static final int INT32 = 3;
    static final int INT64 = 4;
    static final int DOUBLE = 10;
    static final int BOOLEAN = 11;
    static final int STRING = 12;

    private final long timestampMs;
    private final int sequence;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    private final StringBuilder metrics = new StringBuilder();

    SparkplugPayload(long timestampMs, int sequence) {
        this.timestampMs = timestampMs;
        this.sequence = sequence;
        try {
            out.writeUInt64(1, timestampMs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long timestampMs() {
        return timestampMs;
    }

    /** Adds a metric; the class of {@code value} must fit {@code datatype}. */
    SparkplugPayload metric(String name, int datatype, Object value) {
        try {
            ByteArrayOutputStream metricBytes = new ByteArrayOutputStream();
            CodedOutputStream metric = CodedOutputStream.newInstance(metricBytes);
            metric.writeString(1, name);
            metric.writeUInt64(3, timestampMs);
            metric.writeUInt32(4, datatype);
            switch (datatype) {
                case INT32 -> metric.writeUInt32(10, (Integer) value);
                case INT64 -> metric.writeUInt64(11, (Long) value);
                case DOUBLE -> metric.writeDouble(13, (Double) value);
                case BOOLEAN -> metric.writeBool(14, (Boolean) value);
                case STRING -> metric.writeString(15, (String) value);
                default -> throw new IllegalArgumentException("datatype " + datatype);
            }
            metric.flush();
            out.writeByteArray(2, metricBytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        metrics.append(metrics.length() == 0 ? "" : ",")
                .append("{\"name\":\"%s\",\"timestamp\":%d,\"datatype\":%d,\"value\":%s}"
                        .formatted(name, timestampMs, datatype, datatype == STRING ? "\"" + value + "\"" : value));
        return this;
    }

    /** The payload; nothing can be added afterwards. */
    byte[] encoded() {
        try {
            out.writeUInt64(3, sequence);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    String json() {
        return "{\"timestamp\":%d,\"metrics\":[%s],\"seq\":%d}".formatted(timestampMs, metrics, sequence);
    }
}
