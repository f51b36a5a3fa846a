package uns.bridge.sparkplug;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import uns.bridge.sparkplug.proto.Payload;
import uns.bridge.sparkplug.proto.Payload.Metric;

/** A decoder with its birth state, and messages for it of edge node {@code G/E}, sent at a time that a test turns. */
final class Plant {

    static final long TIMEOUT_MS = 5_000;
    static final Duration REBIRTH_INTERVAL = Duration.ofSeconds(10);

    /** What became of a message as a whole. */
    record Sent(byte[] json, int unresolved, int gap, List<String> deaths) {

        static Sent of(SparkplugDecoder.Decoded decoded) {
            SparkplugDecoder.Part whole = Decoding.whole(decoded);
            return new Sent(whole.json(), whole.unresolved(), decoded.gap(), decoded.deaths());
        }
    }

    final BirthState births;
    final RebirthRequests rebirths = new RebirthRequests(REBIRTH_INTERVAL, () -> this.nowMs, new SplittableRandom(1));
    private final SparkplugDecoder decoder;
    private final Map<String, Sender> senders = new HashMap<>();
    long nowMs = 1_700_000_000_000L;

    Plant() {
        this(EdgeNodes.MAX_WEIGHT);
    }

    Plant(int maxWeight) {
        births = new BirthState(Duration.ofMillis(TIMEOUT_MS), rebirths, maxWeight);
        decoder = new SparkplugDecoder(SparkplugSettings.DEFAULTS.maxPayloadBytes(), births);
    }

    /** Sends a payload to {@code spBv1.0/<levels>}. */
    Sent send(String levels, byte[] payload, boolean duplicate) throws MalformedPayloadException {
        Sender sender = senders.computeIfAbsent(
                levels, key -> new Sender(requireNonNull(SparkplugTopic.parse("spBv1.0/" + key))));
        return Sent.of(decoder.decode(payload, sender, duplicate, nowMs));
    }

    Sent send(String levels, long seq, Metric.Builder... metrics) throws MalformedPayloadException {
        return send(levels, payload(seq, metrics).toByteArray(), false);
    }

    /** Sends a payload, and gives how many messages are missing before it. */
    int gap(String levels, long seq) throws MalformedPayloadException {
        return send(levels, seq).gap();
    }

    /** Sends a payload a second time. */
    Sent resend(String levels, long seq, Metric.Builder... metrics) throws MalformedPayloadException {
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

    /** Gives it what the MQTT broker has kept of {@code spBv1.0/<levels>}. */
    void learn(String levels, Payload payload) {
        decoder.learn(payload.toByteArray(), requireNonNull(SparkplugTopic.parse("spBv1.0/" + levels)), nowMs);
    }

    /** How many metrics of a message that has the one alias are not resolved. */
    int unresolved(String levels, long alias) throws MalformedPayloadException {
        byte[] data = Payload.newBuilder().addMetrics(alias(alias)).build().toByteArray();
        return send(levels, data, false).unresolved();
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
