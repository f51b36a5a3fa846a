package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishBuilder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.edge.DataType;
import uns.bridge.edge.Metric;
import uns.bridge.edge.SparkplugWriter;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;

/** What a Kafka consumer reads of each kind of message: topic, key, value, timestamp, headers. */
class RecordContractIT {

    /** The timestamp of a record that carries its time of arrival. */
    private static final long ARRIVAL = -1;

    private static final long AT = 1_700_000_000_000L;

    private record Example(
            String name,
            Mqtt5Publish message,
            String kafkaTopic,
            byte @Nullable [] value,
            long timestampMs,
            Map<String, String> headers) {}

    private static final String LARGE = "{\"text\":\"" + "0123456789abcdef".repeat(65_536) + "\"}";

    private static MqttBroker mqtt;
    private static KafkaBroker kafka;
    private static BridgeProcess bridge;

    @BeforeAll
    static void start() {
        mqtt = Brokers.mqtt();
        kafka = Brokers.kafka(Map.of("message.max.bytes", "2000000"));
        bridge = BridgeProcess.start(BridgeProcess.settings(
                        mqtt,
                        kafka,
                        "topics: ['#']",
                        "ignored_attributes:",
                        "  filtered/+/a: [secret, nested.secret]",
                        "  filtered/#: list.secret",
                        "  spBv1.0/+/DDATA/+/Filtered: metrics.timestamp"))
                .awaitSubscribed();
    }

    @AfterAll
    static void close() {
        bridge.close();
        mqtt.close();
        kafka.close();
    }

    @TestFactory
    Stream<DynamicTest> shouldMakeTheRecordOfTheContract() {
        long before = System.currentTimeMillis();
        Map<String, ConsumerRecord<byte[], byte[]>> records = new HashMap<>();
        List<Example> examples = examples();
        try (Publisher publisher = new Publisher(mqtt);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), ".*")) {
            examples.forEach(example -> publisher.publish(example.message()));
            reader.read(examples.size()).forEach(record -> records.put(KafkaReader.key(record), record));
        }
        long after = System.currentTimeMillis();
        return examples.stream()
                .map(example -> DynamicTest.dynamicTest(example.name(), () -> check(example, records, before, after)));
    }

    private static void check(
            Example example, Map<String, ConsumerRecord<byte[], byte[]>> records, long before, long after) {
        ConsumerRecord<byte[], byte[]> record =
                records.get(example.message().getTopic().toString());
        assertThat(record).as("record of " + example.message().getTopic()).isNotNull();
        assertThat(record.topic()).isEqualTo(example.kafkaTopic());
        if (example.value() == null) {
            assertThat(record.value()).isNull();
        } else if (record.value().length < 10_000) {
            assertThat(new String(record.value(), UTF_8)).isEqualTo(new String(example.value(), UTF_8));
        }
        assertThat(record.value()).isEqualTo(example.value());
        if (example.timestampMs() == ARRIVAL) {
            assertThat(record.timestamp()).isBetween(before, after);
        } else {
            assertThat(record.timestamp()).isEqualTo(example.timestampMs());
        }
        assertThat(KafkaReader.headers(record)).containsExactlyEntriesOf(example.headers());
    }

    private static List<Example> examples() {
        return List.of(
                json("JSON nested", "acme/line1/oven", "{\"a\": {\"b\": [1, 2.50, {\"c\": null}]}}"),
                json("JSON exact numbers", "acme/numbers", "[123456789012345678901234567890, 1e400, 0.10, -0]"),
                json("JSON keys repeated", "acme/repeated", "{\"b\":1,\"a\":2,\"b\":3}"),
                json("JSON number", "acme/scalar/number", "42"),
                json("JSON text", "acme/scalar/text", "\"läuft 😀\""),
                json("JSON true", "acme/scalar/true", "true"),
                json("JSON array", "acme/array", "[1,[2,[3]]]"),
                json("JSON empty object", "acme/empty-object", "{ }"),
                example(
                        "Unicode topic with blanks",
                        "Werk Köln/Öfen 1/温度",
                        "{\"v\":1}",
                        "Werk_K_ln__fen_1___",
                        "{\"v\":1}"),
                example("Kafka's forbidden characters", "a b:c$d", "{}", "a_b_c_d", "{}"),
                example(
                        "topic longer than Kafka's names",
                        "long/" + "n".repeat(300),
                        "1",
                        "long_" + "n".repeat(227) + "_" + "32e6c53bd83571ec",
                        "1"),
                example(
                        "filters of two rules",
                        "filtered/x/a",
                        "{\"secret\":1, \"keep\":1.0, \"nested\":{\"secret\":2,\"k\":3}, \"list\":[{\"secret\":4},{\"k\":5}]}",
                        "filtered_x_a",
                        "{\"keep\":1.0, \"nested\":{\"k\":3}, \"list\":[{},{\"k\":5}]}"),
                example(
                        "filter that matches the parent",
                        "filtered",
                        "{\"list\":{\"secret\":true}}",
                        "filtered",
                        "{\"list\":{}}"),
                json("filter without its attributes", "filtered/y/a", "{\"other\":1}"),
                timed("timestamp in milliseconds", "acme/time/ms", "{\"timestamp\":1700000000000}"),
                timed("timestamp in ISO-8601", "acme/time/iso", "{\"timestamp\":\"2023-11-14T22:13:20Z\"}"),
                json("timestamp that Kafka refuses", "acme/time/future", "{\"timestamp\":99999999999999}"),
                json("timestamp in seconds", "acme/time/seconds", "{\"timestamp\":1700000000}"),
                json("timestamp that is none", "acme/time/none", "{\"timestamp\":\"soon\"}"),
                new Example(
                        "empty payload",
                        message("acme/cleared", new byte[0]).build(),
                        "acme_cleared",
                        null,
                        ARRIVAL,
                        headers()),
                new Example(
                        "payload of 1 MiB",
                        message("acme/large", LARGE.getBytes(UTF_8)).build(),
                        "acme_large",
                        LARGE.getBytes(UTF_8),
                        ARRIVAL,
                        headers()),
                new Example(
                        "MQTT 5 properties",
                        message("acme/properties", "{}".getBytes(UTF_8))
                                .contentType("application/json")
                                .responseTopic("acme/answers")
                                .correlationData("c-1".getBytes(UTF_8))
                                .userProperties()
                                .add("site", "Köln")
                                .add("line", "1")
                                .add("site", "Paris")
                                .applyUserProperties()
                                .build(),
                        "acme_properties",
                        "{}".getBytes(UTF_8),
                        ARRIVAL,
                        headers(
                                "mqtt.content-type", "application/json",
                                "mqtt.response-topic", "acme/answers",
                                "mqtt.correlation-data", "c-1",
                                "mqtt.user.site", "Köln,Paris",
                                "mqtt.user.line", "1")),
                new Example(
                        "QoS 0",
                        message("acme/qos0", "0".getBytes(UTF_8))
                                .qos(MqttQos.AT_MOST_ONCE)
                                .build(),
                        "acme_qos0",
                        "0".getBytes(UTF_8),
                        ARRIVAL,
                        headers("mqtt.qos", "0")),
                new Example(
                        "STATE",
                        message("spBv1.0/STATE/scada", "{\"online\":true,\"timestamp\":1700000000000}".getBytes(UTF_8))
                                .build(),
                        "spBv1.0_STATE_scada",
                        "{\"online\":true,\"timestamp\":1700000000000}".getBytes(UTF_8),
                        AT,
                        headers()),
                sparkplug("NBIRTH", null, 0L),
                sparkplug("NDATA", null, 1L),
                sparkplug("NCMD", null, null),
                sparkplug("DBIRTH", "Motor", 2L),
                sparkplug("DDATA", "Motor", 3L),
                sparkplug("DDATA", "Filtered", 4L),
                sparkplug("DCMD", "Motor", null),
                sparkplug("DDEATH", "Motor", 5L),
                sparkplug("NDEATH", null, null));
    }

    private static Example json(String name, String topic, String payload) {
        return example(name, topic, payload, topic.replace('/', '_'), payload);
    }

    private static Example example(String name, String topic, String payload, String kafkaTopic, String value) {
        return new Example(
                name,
                message(topic, payload.getBytes(UTF_8)).build(),
                kafkaTopic,
                value.getBytes(UTF_8),
                ARRIVAL,
                headers());
    }

    private static Example timed(String name, String topic, String payload) {
        return new Example(
                name,
                message(topic, payload.getBytes(UTF_8)).build(),
                topic.replace('/', '_'),
                payload.getBytes(UTF_8),
                AT,
                headers());
    }

    /** An edge node's payload, encoded by other means than the bridge decodes it. */
    private static Example sparkplug(String type, @Nullable String device, @Nullable Long seq) {
        boolean filtered = "Filtered".equals(device);
        byte[] payload = SparkplugWriter.payload(
                AT,
                seq,
                List.of(
                        Metric.of("Temp", 7, DataType.INT32, -12).at(AT + 1),
                        Metric.of("Total", DataType.UINT64, -1L),
                        Metric.of("Level", DataType.FLOAT, 0.1f),
                        Metric.of("Off", DataType.BOOLEAN, false),
                        Metric.of("Gone", DataType.STRING, null)));
        String json = "{\"timestamp\":1700000000000,\"metrics\":["
                + "{\"name\":\"Temp\",\"alias\":7,"
                + (filtered ? "" : "\"timestamp\":1700000000001,")
                + "\"datatype\":3,\"value\":-12},"
                + "{\"name\":\"Total\",\"datatype\":8,\"value\":18446744073709551615},"
                + "{\"name\":\"Level\",\"datatype\":9,\"value\":0.1},"
                + "{\"name\":\"Off\",\"datatype\":11,\"value\":false},"
                + "{\"name\":\"Gone\",\"datatype\":12,\"is_null\":true}]"
                + (seq == null ? "}" : ",\"seq\":" + seq + "}");
        String topic = "spBv1.0/G 1/" + type + "/E1" + (device == null ? "" : "/" + device);
        Map<String, String> headers = headers("sparkplug.group", "G 1", "sparkplug.type", type, "sparkplug.edge", "E1");
        if (device != null) {
            headers.put("sparkplug.device", device);
        }
        return new Example(
                "Sparkplug " + type + (device == null ? "" : " of " + device),
                message(topic, payload).build(),
                topic.replace('/', '_').replace(' ', '_'),
                json.getBytes(UTF_8),
                AT,
                headers);
    }

    private static Mqtt5PublishBuilder.Complete message(String topic, byte[] payload) {
        return Mqtt5Publish.builder().topic(topic).qos(MqttQos.AT_LEAST_ONCE).payload(payload);
    }

    /** The headers every record has, and more, name by name. */
    private static Map<String, String> headers(String... more) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("mqtt.qos", "1");
        headers.put("mqtt.retained", "false");
        headers.put("mqtt.duplicate", "false");
        for (int i = 0; i < more.length; i += 2) {
            headers.put(more[i], more[i + 1]);
        }
        return headers;
    }
}
