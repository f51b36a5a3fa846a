package uns.bridge.sparkplug;

import org.jspecify.annotations.Nullable;
import uns.bridge.json.JsonTooLargeException;
import uns.bridge.json.JsonWriter;
import uns.bridge.sparkplug.proto.Payload;

/**
 * Decodes Sparkplug B payloads (Sparkplug 3.0, 6.4) into JSON.
 *
 * <p>Members have the names and the order of the protobuf definition; whichever field carries a value, it becomes
 * {@code value}; what a payload does not have is not in the JSON. With a {@link BirthState} the metrics of DATA messages
 * get the name and the datatype that their birth gave them; without one each payload stands for itself.
 *
 * <p>A payload needs a small multiple of its own size in memory whatever it holds: metrics are decoded one at a time, and
 * a payload is malformed if one of its metrics has {@linkplain MetricLimit too many fields} or its JSON would be larger
 * than 64 MiB.
 *
 * <p>Not thread-safe: one decoder belongs to one thread.
 */
public final class SparkplugDecoder {

    /** How far a compressed payload may inflate unless told otherwise. */
    public static final int DEFAULT_MAX_INFLATED_BYTES = 16 << 20;

    /** Four times what Kafka is sent in one request by default. An array of booleans could grow to 48 times its bytes. */
    static final int MAX_JSON_BYTES = 64 << 20;

    private final int maxInflatedBytes;
    private final @Nullable BirthState births;
    private final JsonWriter json = new JsonWriter(MAX_JSON_BYTES);
    private final MetricWriter metrics = new MetricWriter(json);

    /** A decoder for which a compressed payload is malformed if it inflates to more than {@code maxInflatedBytes}. */
    public SparkplugDecoder(int maxInflatedBytes) {
        this(maxInflatedBytes, null);
    }

    /** The same, but births are kept in {@code births} and found there, unless it is null. */
    public SparkplugDecoder(int maxInflatedBytes, @Nullable BirthState births) {
        this.maxInflatedBytes = maxInflatedBytes;
        this.births = births;
    }

    /**
     * What a payload says.
     *
     * @param json the payload as JSON, UTF-8
     * @param timestampMs the time of publication in milliseconds since 1970, or -1 if the payload has none. One that
     *     does not fit into 63 bits is {@link Long#MAX_VALUE}: as useless, but not to be taken for an absent one
     * @param unresolved how many metrics of a DATA message have no name or no datatype, and no known birth
     * @param gap how many messages of the edge node are missing before it
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by identity only.
    public record Decoded(byte[] json, long timestampMs, int unresolved, int gap) {}

    /** How a payload came: what the birth state needs to know of its message. */
    record Arrival(SparkplugTopic topic, boolean duplicate, long arrivalMs) {}

    /** Decodes one payload by itself. */
    public Decoded decode(byte[] payload) throws MalformedPayloadException {
        return decode(payload, null, null);
    }

    /**
     * Decodes the payload of a message, which comes after all that were decoded before.
     *
     * @param duplicate whether the MQTT broker sends it again
     * @param arrivalMs when it arrived, milliseconds since the epoch
     */
    public Decoded decode(byte[] payload, SparkplugTopic topic, boolean duplicate, long arrivalMs)
            throws MalformedPayloadException {
        return decode(payload, births, new Arrival(topic, duplicate, arrivalMs));
    }

    private Decoded decode(byte[] payload, @Nullable BirthState state, @Nullable Arrival arrival)
            throws MalformedPayloadException {
        PayloadReader reader = new PayloadReader(payload);
        Payload head = reader.head();
        if (Compression.isCompressed(head)) {
            // One level only: what is compressed twice was not meant to be read.
            reader = new PayloadReader(Compression.inflate(reader, maxInflatedBytes));
            head = completed(reader.head(), head);
        }
        try {
            if (state == null || arrival == null) {
                write(head, reader, null, null);
                return new Decoded(json.toBytes(), timestampMs(head), 0, 0);
            }
            SparkplugTopic topic = arrival.topic();
            EdgeNode node = state.find(topic);
            Certificate certificate = state.certificate(topic, node);
            int unresolved = write(head, reader, scope(topic, node), certificate);
            byte[] bytes = json.toBytes();
            // Only now is it certain that there is nothing wrong with it.
            int gap = state.apply(arrival, node, head, certificate, unresolved);
            return new Decoded(bytes, timestampMs(head), unresolved, gap);
        } catch (JsonTooLargeException e) {
            throw new MalformedPayloadException("larger than " + MAX_JSON_BYTES + " bytes as JSON", e);
        } finally {
            json.reset();
        }
    }

    /** Where the metrics of a message of {@code node} find their definitions, or null if it is none of DATA. */
    private static @Nullable Scope scope(SparkplugTopic topic, @Nullable EdgeNode node) {
        if (!topic.type().isData()) {
            return null;
        }
        return node == null ? Scope.NO_BIRTH : node.scope(topic.device());
    }

    /** What is missing inside a compressed payload is that of its wrapper. */
    private static Payload completed(Payload content, Payload wrapper) {
        Payload.Builder completed = content.toBuilder();
        if (!content.hasTimestamp() && wrapper.hasTimestamp()) {
            completed.setTimestamp(wrapper.getTimestamp());
        }
        if (!content.hasSeq() && wrapper.hasSeq()) {
            completed.setSeq(wrapper.getSeq());
        }
        return completed.build();
    }

    /** Returns how many metrics are not resolved. */
    private int write(Payload payload, PayloadReader reader, @Nullable Scope scope, @Nullable Certificate certificate)
            throws MalformedPayloadException {
        int unresolved = 0;
        json.startObject();
        if (payload.hasTimestamp()) {
            json.name("timestamp");
            json.unsigned(payload.getTimestamp());
        }
        Payload.Metric metric = reader.nextMetric();
        if (metric != null) {
            json.name("metrics");
            json.startArray();
            for (; metric != null; metric = reader.nextMetric()) {
                unresolved += metrics.write(metric, scope) ? 0 : 1;
                if (certificate != null) {
                    certificate.add(metric);
                }
            }
            json.endArray();
        }
        if (payload.hasSeq()) {
            json.name("seq");
            json.unsigned(payload.getSeq());
        }
        if (payload.hasUuid()) {
            json.name("uuid");
            json.string(payload.getUuid());
        }
        if (payload.hasBody()) {
            json.name("body");
            json.base64(payload.getBody().toByteArray());
        }
        json.endObject();
        return unresolved;
    }

    private static long timestampMs(Payload payload) {
        if (!payload.hasTimestamp()) {
            return -1;
        }
        return payload.getTimestamp() >= 0 ? payload.getTimestamp() : Long.MAX_VALUE;
    }
}
