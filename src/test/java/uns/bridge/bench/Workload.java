package uns.bridge.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import uns.bridge.Settings;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.MqttProperties;
import uns.bridge.message.OutboundRecord;
import uns.bridge.pipeline.Outcome;
import uns.bridge.pipeline.Pipeline;

/**
 * What is sent: MQTT messages with changing values, and the settings that they are carried with. The same in every process
 * that builds it, but for the timestamps.
 *
 * <p>{@link #JSON} is the one that all others vary, each in one respect.
 *
 * @param description what the table says about it
 * @param qos the QoS of its messages
 * @param settings variables of the bridge's environment
 * @param births the messages that come first, once
 * @param cycle the messages that follow, over and over
 */
record Workload(
        String name,
        String description,
        int qos,
        Map<String, String> settings,
        List<Message> births,
        List<Message> cycle) {

    /** 150 bytes, untouched, of 100 MQTT topics, at QoS 1. */
    static final String JSON = "json";

    /** 1,000 bytes, of which some are left out. */
    static final String FILTERED_JSON = "json-1k";

    private static final Map<String, String> FILTERS =
            Map.of("UNS_MQTT__IGNORED_ATTRIBUTES", "{'acme/#': [quality, debug.trace, samples.raw]}");

    private static final Map<String, String> EACH_BY_ITSELF = Map.of("UNS_SPARKPLUG__RESOLVE", "false");

    private static final Map<String, String> ONE_PARTITION = Map.of("UNS_KAFKA__CREATE_TOPICS__PARTITIONS", "1");

    private static final Map<String, String> FEW_TOPICS =
            Map.of("UNS_KAFKA__TOPIC_MAPPING", "[{filter: 'acme/#', topic: 'plant.{2}'}]");

    private static final Map<String, Supplier<Workload>> ALL = new LinkedHashMap<>();

    static {
        json(JSON, "", 150, 100, 1, Map.of());
        json(FILTERED_JSON, ", filtered", 1_000, 100, 1, FILTERS);
        json("json-10k", "", 10_000, 100, 1, Map.of());
        sparkplug("sparkplug-10", 10, false);
        sparkplug("sparkplug-100", 100, false);
        sparkplug("alias-10", 10, true);
        sparkplug("alias-100", 100, true);
        json("topics-20", "", 150, 20, 1, Map.of());
        json("topics-1000", "", 150, 1_000, 1, Map.of());
        json("topics-10000", "", 150, 10_000, 1, ONE_PARTITION);
        json("mapped-10000", ", into 10 Kafka topics", 150, 10_000, 1, FEW_TOPICS);
        json("qos-0", "", 150, 100, 0, Map.of());
        json("qos-2", "", 150, 100, 2, Map.of());
    }

    static final List<String> NAMES = List.copyOf(ALL.keySet());

    /** One message. */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    record Message(String topic, byte[] payload) {

        InboundMessage inbound(int qos) {
            return new InboundMessage(
                    topic, payload, payload.length, qos, false, false, System.currentTimeMillis(), MqttProperties.NONE);
        }
    }

    static Workload named(String name) {
        return ALL.get(name).get();
    }

    private static void json(String name, String remark, int size, int topics, int qos, Map<String, String> settings) {
        String description = "JSON, %,d bytes%s, %,d topics, QoS %d".formatted(size, remark, topics, qos);
        ALL.put(
                name,
                () -> new Workload(
                        name, description, qos, settings, List.of(), new JsonMessages(size, topics).cycle()));
    }

    private static void sparkplug(String name, int metrics, boolean byAlias) {
        SparkplugMessages messages = new SparkplugMessages(metrics, byAlias);
        ALL.put(name, () -> {
            List<Message> cycle = messages.cycle();
            String description = "Sparkplug, %d metrics%s, about %,d bytes, %d topics, QoS 1"
                    .formatted(
                            metrics,
                            byAlias ? " resolved by alias" : " with their names",
                            cycle.get(0).payload().length,
                            SparkplugMessages.DEVICES);
            return new Workload(name, description, 1, byAlias ? Map.of() : EACH_BY_ITSELF, messages.births(), cycle);
        });
    }

    /** The QoS to subscribe with: among messages of QoS 0 are marks of QoS 1, see {@link PublishFlow}. */
    int grantedQos() {
        return Math.max(1, qos);
    }

    /** The records that the bridge makes of one cycle. */
    List<OutboundRecord> records(Settings bridge) {
        Pipeline pipeline = new Pipeline(bridge.pipeline(), bridge.sparkplug());
        births.forEach(message -> pipeline.process(message.inbound(qos)));
        List<OutboundRecord> records = new ArrayList<>();
        for (Message message : cycle) {
            records.addAll(((Outcome.Forward) pipeline.process(message.inbound(qos))).records());
        }
        return records;
    }
}
