package uns.bridge.sparkplug;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.time.Duration;
import uns.bridge.sparkplug.proto.Payload;
import uns.bridge.sparkplug.proto.Payload.Metric;

/** A decoder with its birth state, and messages for it of edge node {@code G/E}, sent at a time that a test turns. */
final class Plant {

    static final long TIMEOUT_MS = 5_000;

    final BirthState births;
    private final SparkplugDecoder decoder;
    long nowMs = 1_700_000_000_000L;

    Plant() {
        this(BirthState.MAX_WEIGHT);
    }

    Plant(int maxWeight) {
        births = new BirthState(Duration.ofMillis(TIMEOUT_MS), maxWeight);
        decoder = new SparkplugDecoder(SparkplugDecoder.DEFAULT_MAX_INFLATED_BYTES, births);
    }

    /** Sends a payload to {@code spBv1.0/<levels>}. */
    SparkplugDecoder.Decoded send(String levels, byte[] payload, boolean duplicate) throws MalformedPayloadException {
        SparkplugTopic topic = requireNonNull(SparkplugTopic.parse("spBv1.0/" + levels));
        return decoder.decode(payload, topic, duplicate, nowMs);
    }

    SparkplugDecoder.Decoded send(String levels, long seq, Metric.Builder... metrics) throws MalformedPayloadException {
        return send(levels, payload(seq, metrics).toByteArray(), false);
    }

    /** Sends a payload, and gives how many messages are missing before it. */
    int gap(String levels, long seq) throws MalformedPayloadException {
        return send(levels, seq).gap();
    }

    /** Sends a payload a second time. */
    SparkplugDecoder.Decoded resend(String levels, long seq, Metric.Builder... metrics)
            throws MalformedPayloadException {
        return send(levels, payload(seq, metrics).toByteArray(), true);
    }

    /** The metrics of a DATA message as JSON. */
    String json(String levels, Metric.Builder... metrics) throws MalformedPayloadException {
        Payload.Builder payload = Payload.newBuilder();
        for (Metric.Builder metric : metrics) {
            payload.addMetrics(metric);
        }
        String json =
                new String(send(levels, payload.build().toByteArray(), false).json(), UTF_8);
        return json.substring("{\"metrics\":[".length(), json.length() - "]}".length());
    }

    BirthState.Counters counters() {
        return births.counters(nowMs);
    }

    static Payload payload(long seq, Metric.Builder... metrics) {
        Payload.Builder payload = Payload.newBuilder().setTimestamp(1_000).setSeq(seq);
        for (Metric.Builder metric : metrics) {
            payload.addMetrics(metric);
        }
        return payload.build();
    }

    static Metric.Builder bdSeq(long value) {
        return born("bdSeq", DataType.INT64).setLongValue(value);
    }

    /** A metric of a birth. */
    static Metric.Builder born(String name, DataType type) {
        return Metric.newBuilder().setName(name).setDatatype(type.ordinal());
    }

    static Metric.Builder born(String name, long alias, DataType type) {
        return born(name, type).setAlias(alias);
    }

    static Metric.Builder alias(long alias) {
        return Metric.newBuilder().setAlias(alias);
    }

    static Metric.Builder named(String name) {
        return Metric.newBuilder().setName(name);
    }
}
