package uns.bridge.fuzz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import uns.bridge.config.SettingsFixture;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.MqttProperties;
import uns.bridge.message.OutboundRecord;
import uns.bridge.message.TopicFilter;
import uns.bridge.pipeline.Outcome;
import uns.bridge.pipeline.Pipeline;
import uns.bridge.pipeline.PipelineSettings;
import uns.bridge.sparkplug.SparkplugSettings;
import uns.bridge.sparkplug.SparkplugTopic;

/**
 * Sends any messages through one pipeline, births among them. Each becomes a record or is refused, in bounded memory, and no
 * metric is lost; and whatever came before, an edge node that is born again is understood.
 *
 * <p>The first byte of the input is the mode: 1 births are kept, 2 attributes are left out. Then come the messages: a byte
 * that tells the topic, and whether the message is sent again (128), two bytes for the length of the payload, the payload.
 */
public final class PipelineFuzzer {

    /** The topics, by the number in the input. */
    static final List<String> TOPICS = List.of(
            "spBv1.0/G/NBIRTH/E",
            "spBv1.0/G/NDATA/E",
            "spBv1.0/G/DBIRTH/E/D",
            "spBv1.0/G/DDATA/E/D",
            "spBv1.0/G/NDEATH/E",
            "spBv1.0/G/DDEATH/E/D",
            "spBv1.0/G/NCMD/E",
            "spBv1.0/G/DCMD/E/D",
            "spBv1.0/G/NBIRTH/F",
            "spBv1.0/G/NDATA/F",
            "spBv1.0/G/DDATA/E/C",
            "spBv1.0/none",
            "spBv1.0/STATE/host",
            "STATE/host",
            "acme/line");

    static final int RESOLVE = 1;
    static final int IGNORE = 2;
    static final int DUPLICATE = 128;

    private static final int MAX_INFLATED_BYTES = 16 << 10;
    private static final SparkplugSettings RESOLVING = settings(true);
    private static final SparkplugSettings PLAIN = settings(false);

    /** metric { name: "good", alias: 77, datatype: Int8 }, seq: 0. */
    private static final byte[] BIRTH = HexFormat.of().parseHex("120a" + "0a04676f6f64" + "104d" + "2001" + "1800");

    /** metric { alias: 77, int_value: -1 }, seq: 1. */
    private static final byte[] DATA = HexFormat.of().parseHex("1208" + "104d" + "50ffffffff0f" + "1801");

    private final Pipeline pipeline;
    private final boolean ignoring;
    private long nowMs = 1_700_000_000_000L;

    private PipelineFuzzer(int mode) {
        ignoring = (mode & IGNORE) != 0;
        pipeline = new Pipeline(
                new PipelineSettings(
                        ignoring ? Map.of(TopicFilter.of("#"), List.of("timestamp", "metrics.timestamp")) : Map.of(),
                        "timestamp",
                        false,
                        List.of(),
                        0,
                        "overflow"),
                (mode & RESOLVE) != 0 ? RESOLVING : PLAIN);
    }

    /** The entry point that Jazzer looks for. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        Allocation.settled(() -> run(input));
    }

    private static void run(byte[] input) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(input);
        int mode = rest.hasRemaining() ? rest.get() : 0;
        PipelineFuzzer fuzzer = new PipelineFuzzer(mode);
        while (rest.remaining() > 3) {
            int header = Byte.toUnsignedInt(rest.get());
            byte[] payload = new byte[Math.min(Short.toUnsignedInt(rest.getShort()), rest.remaining())];
            rest.get(payload);
            fuzzer.send(TOPICS.get((header & ~DUPLICATE) % TOPICS.size()), payload, (header & DUPLICATE) != 0);
        }
        fuzzer.send(TOPICS.get(0), BIRTH, false);
        List<String> metrics = fuzzer.send(TOPICS.get(1), DATA, false);
        String expected = (mode & RESOLVE) == 0
                ? "{\"alias\":77,\"value\":4294967295}"
                : "{\"name\":\"good\",\"alias\":77,\"datatype\":1,\"value\":-1}";
        if (!metrics.equals(List.of(expected))) {
            throw new AssertionError("not resolved");
        }
    }

    /** Sends a message, and gives the metrics of its record. */
    private List<String> send(String topic, byte[] payload, boolean duplicate) throws IOException {
        nowMs += 1_000;
        InboundMessage message =
                new InboundMessage(topic, payload, payload.length, 1, false, duplicate, nowMs, MqttProperties.NONE);
        Allocation allocation = new Allocation();
        Outcome outcome = pipeline.process(message);
        allocation.check(payload.length + MAX_INFLATED_BYTES);
        if (!(outcome instanceof Outcome.Forward forward)) {
            return List.of();
        }
        OutboundRecord record = forward.records().get(0);
        if (record.timestampMs() < 0) {
            throw new AssertionError("Kafka takes no such timestamp");
        }
        byte[] json = record.value();
        if (json == null || !SparkplugTopic.inNamespace(topic) || SparkplugTopic.isState(topic)) {
            return List.of();
        }
        List<String> metrics = Json.metrics(json);
        Outline outline = Outline.of(payload);
        if (outline == null || (!outline.compressed() && outline.metrics() != metrics.size())) {
            throw new AssertionError(metrics.size() + " metrics of " + outline);
        }
        return metrics;
    }

    private static SparkplugSettings settings(boolean resolve) {
        return SparkplugSettings.read(SettingsFixture.settings(
                        "sparkplug: {max_payload: " + MAX_INFLATED_BYTES + ", resolve: " + resolve + "}")
                .section("sparkplug"));
    }
}
