package uns.bridge.sparkplug;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uns.bridge.json.JsonTooLargeException;
import uns.bridge.json.JsonWriter;
import uns.bridge.json.MemberName;
import uns.bridge.sparkplug.SparkplugDecoder.Part;
import uns.bridge.sparkplug.proto.Payload;

/** Writes payloads (Sparkplug 3.0, 6.4.5) as JSON: as a whole, or each metric apart. */
final class PayloadWriter {

    /** Four times what Kafka is sent in one request by default. An array of booleans could grow to 48 times its bytes. */
    static final int MAX_JSON_BYTES = 64 << 20;

    /** What a metric that is written apart takes beside its JSON, from here to Kafka: objects, and its name again. */
    private static final int PART_OVERHEAD_BYTES = 256;

    private static final String TOO_LARGE = "larger than " + MAX_JSON_BYTES + " bytes as JSON";

    private static final MemberName TIMESTAMP = new MemberName("timestamp");
    private static final MemberName METRICS = new MemberName("metrics");
    private static final MemberName SEQ = new MemberName("seq");
    private static final MemberName UUID = new MemberName("uuid");
    private static final MemberName BODY = new MemberName("body");

    private final JsonWriter json = new JsonWriter(MAX_JSON_BYTES);
    private final MetricWriter metrics = new MetricWriter(json);

    /**
     * Writes a payload as a whole.
     *
     * @param head the payload without its metrics
     * @param reader has the metrics
     * @param scope where they find their definitions, or null to write them as they are
     * @param certificate what collects them, or null
     */
    Part whole(Payload head, PayloadReader reader, @Nullable Scope scope, @Nullable Certificate certificate)
            throws MalformedPayloadException {
        int unresolved = 0;
        json.startObject();
        if (head.hasTimestamp()) {
            json.name(TIMESTAMP);
            json.unsigned(head.getTimestamp());
        }
        Metric metric = reader.nextMetric();
        if (metric != null) {
            json.name(METRICS);
            json.startArray();
            for (; metric != null; metric = reader.nextMetric()) {
                unresolved += metrics.write(metric, reader.malformed(), scope) ? 0 : 1;
                if (certificate != null && reader.malformed() == null) {
                    certificate.add(metric);
                }
            }
            json.endArray();
        }
        if (head.hasSeq()) {
            json.name(SEQ);
            json.unsigned(head.getSeq());
        }
        if (head.hasUuid()) {
            json.name(UUID);
            json.string(head.getUuid());
        }
        if (head.hasBody()) {
            json.name(BODY);
            json.base64(head.getBody().toByteArray());
        }
        json.endObject();
        return new Part(null, take(), timestampMs(head.hasTimestamp(), head.getTimestamp()), unresolved);
    }

    /** Writes each metric of a payload apart, or the payload as a whole if it has none. */
    List<Part> apart(Payload head, PayloadReader reader, @Nullable Scope scope, @Nullable Certificate certificate)
            throws MalformedPayloadException {
        Metric metric = reader.nextMetric();
        if (metric == null) {
            return List.of(whole(head, reader, scope, certificate));
        }
        List<Part> parts = new ArrayList<>();
        long bytes = 0;
        for (; metric != null; metric = reader.nextMetric()) {
            Part part = part(metric, reader.malformed(), new MetricWriter.Place(head, parts.size()), scope);
            bytes += part.json().length + PART_OVERHEAD_BYTES;
            if (bytes > MAX_JSON_BYTES) {
                throw new MalformedPayloadException(TOO_LARGE);
            }
            parts.add(part);
            if (certificate != null && reader.malformed() == null) {
                certificate.add(metric);
            }
        }
        return parts;
    }

    /** Forgets what was written, finished or not. */
    void reset() {
        json.reset();
    }

    private Part part(Metric metric, @Nullable ByteString malformed, MetricWriter.Place place, @Nullable Scope scope)
            throws MalformedPayloadException {
        Definition definition = scope == null ? null : scope.find(metric);
        boolean resolved = metrics.write(metric, malformed, scope, definition, place);
        long timestampMs = metric.has(Metric.TIMESTAMP)
                ? timestampMs(true, metric.timestamp)
                : timestampMs(place.head().hasTimestamp(), place.head().getTimestamp());
        return new Part(name(metric, definition), take(), timestampMs, resolved ? 0 : 1);
    }

    private static String name(Metric metric, @Nullable Definition definition) {
        if (!metric.name.isEmpty()) {
            return metric.name.toString();
        }
        if (definition != null) {
            return definition.name();
        }
        return metric.has(Metric.ALIAS) ? "#" + Long.toUnsignedString(metric.alias) : "";
    }

    private byte[] take() throws MalformedPayloadException {
        try {
            return json.take();
        } catch (JsonTooLargeException e) {
            throw new MalformedPayloadException(TOO_LARGE, e);
        }
    }

    private static long timestampMs(boolean present, long timestamp) {
        if (!present) {
            return -1;
        }
        return timestamp >= 0 ? timestamp : Long.MAX_VALUE;
    }
}
