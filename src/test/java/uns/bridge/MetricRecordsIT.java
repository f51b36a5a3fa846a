package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.edge.DataType;
import uns.bridge.edge.EdgeNode;
import uns.bridge.edge.Metric;
import uns.bridge.edge.SparkplugWriter;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;

/** Messages that become several records: what a Kafka consumer reads of them, and that they are delivered as one. */
class MetricRecordsIT {

    private static final String DEAD_LETTERS = "uns_bridge_dead_letter";
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long AT = 1_700_000_000_000L;

    private static MqttBroker mqtt;
    private static KafkaBroker kafka;

    /** Of this test alone. */
    private final String group = "G-" + UUID.randomUUID();

    private BridgeProcess bridge;
    private Publisher publisher;
    private KafkaReader reader;

    @BeforeAll
    static void startBrokers() {
        mqtt = Brokers.mqtt();
        kafka = Brokers.kafka(Map.of("message.max.bytes", "100000"));
    }

    @AfterAll
    static void closeBrokers() {
        mqtt.close();
        kafka.close();
    }

    @BeforeEach
    void start() {
        bridge = startBridge(kafka.bootstrapServers());
        publisher = new Publisher(mqtt);
        reader = new KafkaReader(kafka.bootstrapServers(), "spBv1.0_" + group + ".*");
    }

    @AfterEach
    void close() {
        reader.close();
        publisher.close();
        bridge.close();
    }

    private BridgeProcess startBridge(String bootstrapServers) {
        String settings = BridgeProcess.settings(
                mqtt.host(),
                mqtt.port(),
                bootstrapServers,
                "topics: ['spBv1.0/" + group + "/#']",
                "client_id: " + group);
        return BridgeProcess.start(
                        settings,
                        Map.of(
                                "UNS_KAFKA__VALUE", "metric",
                                "UNS_SPARKPLUG__DEATH_RECORDS", "true",
                                "UNS_SPARKPLUG__STATE_DIR", "none"))
                .awaitSubscribed();
    }

    @Test
    void shouldMakeARecordOfEachMetric() {
        Metric temp = Metric.of("Line 1/Temp", 7, DataType.INT32, 20).at(AT - 1);
        publish("NBIRTH/E", 0L, temp, Metric.of("Level", 8, DataType.FLOAT, 0.1f));
        publish(
                "NDATA/E",
                1L,
                temp.byAlias().withValue(-12),
                Metric.of("Other", 9, DataType.BOOLEAN, true).byAlias(),
                Metric.of("Level", 8, DataType.FLOAT, null).byAlias());
        publish("DDEATH/E/D", 2L);
        publisher.publish(message("DDATA/E/D", new byte[0]));

        List<ConsumerRecord<byte[], byte[]>> records = reader.read(7);

        Map<String, String> expected = new HashMap<>();
        expected.put(
                "NBIRTH/E/Line 1/Temp",
                "{\"name\":\"Line 1/Temp\",\"alias\":7,\"timestamp\":1699999999999,\"datatype\":3,\"value\":20,"
                        + "\"seq\":0,\"index\":0,\"historical\":false} 1699999999999");
        expected.put(
                "NBIRTH/E/Level",
                "{\"name\":\"Level\",\"alias\":8,\"timestamp\":1700000000000,\"datatype\":9,\"value\":0.1,"
                        + "\"seq\":0,\"index\":1,\"historical\":false} 1700000000000");
        expected.put(
                "NDATA/E/Line 1/Temp",
                "{\"name\":\"Line 1/Temp\",\"alias\":7,\"timestamp\":1699999999999,\"datatype\":3,\"value\":-12,"
                        + "\"seq\":1,\"index\":0,\"historical\":false} 1699999999999");
        expected.put(
                "NDATA/E/#9",
                "{\"alias\":9,\"timestamp\":1700000000000,\"datatype\":11,\"value\":true,"
                        + "\"seq\":1,\"index\":1,\"historical\":false} 1700000000000");
        expected.put(
                "NDATA/E/Level",
                "{\"name\":\"Level\",\"alias\":8,\"timestamp\":1700000000000,\"datatype\":9,\"is_null\":true,"
                        + "\"seq\":1,\"index\":2,\"historical\":false} 1700000000000");
        expected.put("DDEATH/E/D", "{\"timestamp\":1700000000000,\"seq\":2} 1700000000000");
        expected.put("DDATA/E/D", "null");
        Map<String, String> found = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            found.put(
                    levels(record),
                    record.value() == null ? "null" : new String(record.value(), UTF_8) + " " + record.timestamp());
        }
        assertThat(found).isEqualTo(expected);
        assertThat(headersOf(records, "NDATA/E/Level")).containsExactlyEntriesOf(headers("NDATA", "E", null, Map.of()));
        assertThat(headersOf(records, "NDATA/E/#9"))
                .containsExactlyEntriesOf(headers("NDATA", "E", null, Map.of("sparkplug.unresolved", "1")));
        assertThat(bridge.terminate()).isZero();
        assertThat(bridge.books()).containsExactly(4, 4, 0, 0, 0);
    }

    @Test
    void shouldBuryTheMessageOnceWhenKafkaRefusesOneOfItsRecords() {
        byte[] tooLarge = SparkplugWriter.payload(
                AT,
                0L,
                List.of(
                        Metric.of("before", DataType.INT32, 1),
                        Metric.of("large", DataType.STRING, incompressible(300_000)),
                        Metric.of("larger", DataType.STRING, incompressible(400_000)),
                        Metric.of("after", DataType.INT32, 2)));
        publisher.publish(message("NDATA/E", tooLarge));
        publish("NDATA/E", 1L, Metric.of("before", DataType.INT32, 3), Metric.of("after", DataType.INT32, 4));

        assertThat(reader.read(4))
                .extracting(MetricRecordsIT::levels)
                .containsExactlyInAnyOrder("NDATA/E/before", "NDATA/E/after", "NDATA/E/before", "NDATA/E/after");
        ConsumerRecord<byte[], byte[]> letter;
        try (KafkaReader letters = new KafkaReader(kafka.bootstrapServers(), DEAD_LETTERS)) {
            letter = letters.read(1).get(0);
        }
        assertThat(levels(letter)).isEqualTo("NDATA/E");
        assertThat(letter.value()).isEqualTo(Arrays.copyOf(tooLarge, 65_536));
        assertThat(KafkaReader.headers(letter))
                .containsEntry("dead_letter.exception", "org.apache.kafka.common.errors.RecordTooLargeException")
                .containsEntry("dead_letter.original-size", Integer.toString(tooLarge.length));
        assertThat(bridge.terminate()).isZero();
        assertThat(bridge.books()).containsExactly(2, 1, 1, 0, 0);
    }

    @Test
    void shouldLoseNoMetricAndKeepTheirOrderWhenKilled() {
        int messages = 600;
        int metrics = 50;
        int nodes = 5;
        for (int number = 0; number < messages; number++) {
            publishNumbered("NDATA/E" + number % nodes, number, metrics);
        }
        for (int kill = 1; kill <= 3; kill++) {
            int some = kill * 3_000;
            reader.readUntil(PATIENCE, records -> records.size() >= some);
            bridge.kill();
            bridge = startBridge(kafka.bootstrapServers());
        }
        publisher.awaitAcknowledged();

        Map<String, Set<Long>> found = new HashMap<>();
        int[] next = {0};
        reader.readUntil(PATIENCE, records -> {
            for (; next[0] < records.size(); next[0]++) {
                ConsumerRecord<byte[], byte[]> record = records.get(next[0]);
                found.computeIfAbsent(levels(record), key -> new LinkedHashSet<>())
                        .add(seq(record));
            }
            return found.values().stream().mapToInt(Set::size).sum() == messages * metrics;
        });
        assertThat(found).hasSize(nodes * metrics);
        found.forEach((key, numbers) -> assertThat(List.copyOf(numbers)).as(key).isSorted());
        assertThat(bridge.terminate()).isZero();
    }

    /** Compressed they find room in the producer, but not in memory: the bridge has 256 MiB. */
    @Test
    void shouldBoundItsMemoryWhenKafkaDoesNotAnswer() {
        bridge.terminate();
        bridge = startBridge(kafka.proxy().address());
        int messages = 100;
        int metrics = 10_000;
        publishNumbered("NDATA/E", 0, 1);
        reader.read(1);
        kafka.proxy().blackhole();
        for (int number = 1; number <= messages; number++) {
            publishNumbered("NDATA/E", number, metrics);
        }
        publisher.awaitAcknowledged();
        bridge.awaitLog("Kafka has confirmed nothing for over");
        kafka.proxy().accept();

        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            String topic = "spBv1.0_" + group + "_NDATA_E";
            Collection<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            await().atMost(PATIENCE).until(() -> {
                assertThat(bridge.isAlive()).isTrue();
                return consumer.endOffsets(partitions).values().stream()
                                .mapToLong(Long::longValue)
                                .sum()
                        >= 1 + messages * metrics;
            });
        }
        assertThat(bridge.terminate()).isZero();
        assertThat(bridge.books()).containsExactly(1 + messages, 1 + messages, 0, 0, 0);
    }

    @Test
    void shouldTellTheDeathsOfDevicesWhenTheirEdgeNodeDies() {
        long before = System.currentTimeMillis();
        try (EdgeNode node = new EdgeNode(mqtt.host(), mqtt.port(), group, "E", MqttQos.AT_LEAST_ONCE)) {
            List<Metric> metrics = List.of(Metric.of("m", 1, DataType.INT32, 1));
            Map<String, List<Metric>> devices = new LinkedHashMap<>();
            devices.put("Motor", metrics);
            devices.put("Gone", metrics);
            devices.put("Belt", metrics);
            node.birth(metrics, devices);
            node.deviceDeath("Gone");
            node.die();
        }

        // bdSeq, Rebirth and m of the NBIRTH, m of three DBIRTHs, a DDEATH, bdSeq of the NDEATH, two deaths
        List<ConsumerRecord<byte[], byte[]>> records = reader.read(10);

        for (String device : List.of("Motor", "Belt")) {
            ConsumerRecord<byte[], byte[]> death = record(records, "DDEATH/E/" + device);
            assertThat(death.topic()).isEqualTo("spBv1.0_" + group + "_DDEATH_E_" + device);
            assertThat(new String(death.value(), UTF_8))
                    .isEqualTo("{\"timestamp\":" + death.timestamp() + ",\"synthetic\":true}");
            assertThat(death.timestamp()).isBetween(before, System.currentTimeMillis());
            assertThat(KafkaReader.headers(death))
                    .containsExactlyEntriesOf(sparkplugHeaders("DDEATH", "E", device, new LinkedHashMap<>()));
        }
        assertThat(new String(record(records, "DDEATH/E/Gone").value(), UTF_8)).doesNotContain("synthetic");
        assertThat(new String(record(records, "NDEATH/E/bdSeq").value(), UTF_8))
                .startsWith("{\"name\":\"bdSeq\",")
                .endsWith(",\"index\":0,\"historical\":false}");
        assertThat(bridge.terminate()).isZero();
        assertThat(bridge.books()).as("no message more").containsExactly(6, 6, 0, 0, 0);
    }

    private void publish(String levels, @Nullable Long seq, Metric... metrics) {
        publisher.publish(message(levels, SparkplugWriter.payload(AT, seq, List.of(metrics))));
    }

    /** A message of which each metric says the number. */
    private void publishNumbered(String levels, long number, int metrics) {
        List<Metric> all = new ArrayList<>(metrics);
        IntStream.range(0, metrics).forEach(i -> all.add(Metric.of("metric " + i, DataType.INT32, i)));
        publisher.publishAsync(message(levels, SparkplugWriter.payload(AT, number, all)));
    }

    private Mqtt5Publish message(String levels, byte[] payload) {
        return Mqtt5Publish.builder()
                .topic("spBv1.0/" + group + "/" + levels)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload)
                .build();
    }

    /** The key after the group. */
    private static String levels(ConsumerRecord<byte[], byte[]> record) {
        return KafkaReader.key(record).split("/", 3)[2];
    }

    private static long seq(ConsumerRecord<byte[], byte[]> record) {
        String value = new String(record.value(), UTF_8);
        int from = value.indexOf("\"seq\":") + "\"seq\":".length();
        return Long.parseLong(value, from, value.indexOf(',', from), 10);
    }

    private static ConsumerRecord<byte[], byte[]> record(List<ConsumerRecord<byte[], byte[]>> records, String levels) {
        return records.stream()
                .filter(record -> levels(record).equals(levels))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no record of " + levels));
    }

    private static Map<String, String> headersOf(List<ConsumerRecord<byte[], byte[]>> records, String levels) {
        return KafkaReader.headers(record(records, levels));
    }

    private Map<String, String> headers(String type, String edge, @Nullable String device, Map<String, String> flags) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("mqtt.qos", "1");
        headers.put("mqtt.retained", "false");
        headers.put("mqtt.duplicate", "false");
        sparkplugHeaders(type, edge, device, headers);
        headers.putAll(flags);
        return headers;
    }

    private Map<String, String> sparkplugHeaders(
            String type, String edge, @Nullable String device, Map<String, String> headers) {
        headers.put("sparkplug.group", group);
        headers.put("sparkplug.type", type);
        headers.put("sparkplug.edge", edge);
        if (device != null) {
            headers.put("sparkplug.device", device);
        }
        return headers;
    }

    private static String incompressible(int length) {
        SplittableRandom random = new SplittableRandom(length);
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) ('!' + random.nextInt(90)));
        }
        return text.toString();
    }
}
