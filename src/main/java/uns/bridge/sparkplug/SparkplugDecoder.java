package uns.bridge.sparkplug;

import java.util.List;
import org.jspecify.annotations.Nullable;
import uns.bridge.sparkplug.proto.Payload;

/**
 * Decodes Sparkplug B payloads (Sparkplug 3.0, 6.4) into JSON.
 *
 * <p>Members have the names and the order of the protobuf definition; whichever field carries a value, it becomes
 * {@code value}; what a payload does not have is not in the JSON. With a {@link BirthState} the metrics of DATA messages
 * get the name and the datatype that their birth gave them; without one each payload stands for itself.
 *
 * <p>A metric that is malformed, or has {@linkplain MetricLimit too many fields}, hides no other: it keeps what could be
 * read of it, its {@code value} is the base64 of all its bytes, and it is marked {@code malformed}.
 *
 * <p>A payload needs a small multiple of its own size in memory whatever it holds: metrics are decoded one at a time, and
 * a payload is malformed if its JSON would be larger than 64 MiB.
 *
 * <p>Not thread-safe: one decoder belongs to one thread.
 */
public final class SparkplugDecoder {

    private final int maxInflatedBytes;
    private final @Nullable BirthState births;
    private final PayloadWriter writer = new PayloadWriter();

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
     * @param parts the payload as a whole, or its metrics in their order; one at least
     * @param gap how many messages of the edge node are missing before it
     * @param deaths the devices whose lives have ended with that of their edge node, because this is its death; sorted
     */
    public record Decoded(List<Part> parts, int gap, List<String> deaths) {}

    /**
     * A payload, or one metric of it.
     *
     * @param metric the name of the metric, {@code #} and its alias if its name is not known, empty if it has neither; null
     *     for a payload as a whole
     * @param json it as JSON, UTF-8
     * @param timestampMs the time of the metric, or if it has none that of publication, in milliseconds since 1970; -1 if
     *     there is none. One that does not fit into 63 bits is {@link Long#MAX_VALUE}: as useless, but not to be taken for
     *     an absent one
     * @param unresolved how many metrics in it are of a DATA message and have no name or no datatype, and no known birth
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by identity only.
    public record Part(@Nullable String metric, byte[] json, long timestampMs, int unresolved) {}

    /** How a payload came: what the birth state needs to know of its message. */
    record Arrival(Sender sender, boolean duplicate, long arrivalMs) {

        SparkplugTopic topic() {
            return sender.topic();
        }
    }

    /** Decodes one payload by itself, as a whole. */
    public Decoded decode(byte[] payload) throws MalformedPayloadException {
        return decode(payload, null, false);
    }

    /**
     * Decodes the payload of a message, which comes after all that were decoded before, as a whole.
     *
     * @param sender whose topic it has, or null if that is none of an edge node or a device
     * @param duplicate whether the MQTT broker sends it again
     * @param arrivalMs when it arrived, milliseconds since the epoch
     */
    public Decoded decode(byte[] payload, @Nullable Sender sender, boolean duplicate, long arrivalMs)
            throws MalformedPayloadException {
        return decode(payload, arrival(sender, duplicate, arrivalMs), false);
    }

    /**
     * The same, but each metric is decoded apart, if there is one: it has a {@code timestamp}, which is that of the payload
     * if it has none itself, the {@code seq} of the payload, its {@code index} there, and says whether it is {@code
     * historical} in any case.
     */
    public Decoded decodeMetrics(byte[] payload, @Nullable Sender sender, boolean duplicate, long arrivalMs)
            throws MalformedPayloadException {
        return decode(payload, arrival(sender, duplicate, arrivalMs), true);
    }

    /**
     * Takes note of a birth that an MQTT broker has kept, if it is younger than all that is known. One that is malformed is
     * logged and skipped.
     *
     * @param topic what it was published to at first
     */
    public void learn(byte[] payload, SparkplugTopic topic, long nowMs) {
        if (births == null) {
            return;
        }
        try {
            PayloadReader reader = new PayloadReader(payload);
            Payload head = reader.head();
            if (Compression.isCompressed(head)) {
                reader = new PayloadReader(Compression.inflate(reader, maxInflatedBytes));
                head = completed(reader.head(), head);
            }
            EdgeNode node = births.find(topic);
            Certificate certificate = births.certificate(topic, node);
            if (certificate == null) {
                return;
            }
            for (Metric metric = reader.nextMetric(); metric != null; metric = reader.nextMetric()) {
                if (reader.malformed() == null) {
                    certificate.add(metric);
                }
            }
            births.learn(topic, node, head, certificate, nowMs);
        } catch (MalformedPayloadException e) {
            births.unreadable(topic.toString(), String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable Arrival arrival(@Nullable Sender sender, boolean duplicate, long arrivalMs) {
        return sender == null ? null : new Arrival(sender, duplicate, arrivalMs);
    }

    private Decoded decode(byte[] payload, @Nullable Arrival arrival, boolean apart) throws MalformedPayloadException {
        PayloadReader reader = new PayloadReader(payload);
        Payload head = reader.head();
        if (Compression.isCompressed(head)) {
            // One level only: what is compressed twice was not meant to be read.
            reader = new PayloadReader(Compression.inflate(reader, maxInflatedBytes));
            head = completed(reader.head(), head);
        }
        try {
            if (births == null || arrival == null) {
                return new Decoded(parts(head, reader, null, null, apart), 0, List.of());
            }
            SparkplugTopic topic = arrival.topic();
            EdgeNode node = births.find(arrival.sender());
            Certificate certificate = births.certificate(topic, node);
            List<Part> parts = parts(head, reader, scope(topic, node, head, arrival.duplicate()), certificate, apart);
            List<String> devices =
                    node != null && topic.type() == SparkplugTopic.Type.NDEATH ? node.liveDevices() : List.of();
            // Only now is it certain that there is nothing wrong with it.
            int gap = births.apply(arrival, node, head, certificate, unresolved(parts));
            return new Decoded(parts, gap, node == null || node.isAlive() ? List.of() : devices);
        } finally {
            writer.reset();
        }
    }

    private List<Part> parts(
            Payload head, PayloadReader reader, @Nullable Scope scope, @Nullable Certificate certificate, boolean apart)
            throws MalformedPayloadException {
        return apart
                ? writer.apart(head, reader, scope, certificate)
                : List.of(writer.whole(head, reader, scope, certificate));
    }

    private static int unresolved(List<Part> parts) {
        int unresolved = 0;
        for (Part part : parts) {
            unresolved += part.unresolved();
        }
        return unresolved;
    }

    /** Where the metrics of a message of {@code node} find their definitions, or null if it is none of DATA. */
    private static @Nullable Scope scope(
            SparkplugTopic topic, @Nullable EdgeNode node, Payload head, boolean duplicate) {
        if (!topic.type().isData()) {
            return null;
        }
        return node == null
                ? Scope.NO_BIRTH
                : node.scope(topic.device(), head.hasTimestamp() ? head.getTimestamp() : Long.MAX_VALUE, duplicate);
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
}
