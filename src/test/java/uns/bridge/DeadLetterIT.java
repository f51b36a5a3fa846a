package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.edge.DataType;
import uns.bridge.edge.Metric;
import uns.bridge.edge.SparkplugWriter;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;

/** What can never be delivered ends in the dead-letter topic, with its reason, and stops nothing. */
class DeadLetterIT {

    private static final String DEAD_LETTERS = "uns_bridge_dead_letter";
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static MqttBroker mqtt;
    private static KafkaBroker kafka;

    @BeforeAll
    static void start() {
        mqtt = Brokers.mqtt();
        kafka = Brokers.kafka(Map.of("message.max.bytes", "100000"));
    }

    @AfterAll
    static void close() {
        mqtt.close();
        kafka.close();
    }

    @Test
    void shouldKeepOriginalBytesAndReasonOfWhatCannotBeDecoded() {
        byte[] notJson = {'{', (byte) 0xFF, 0, 'x'};
        byte[] notSparkplug = {0x0C, 1, 2, 3};
        try (BridgeProcess bridge = startBridge("bad/#", kafka);
                Publisher publisher = new Publisher(mqtt);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), DEAD_LETTERS + "|bad_.*")) {
            publisher.publish(message("bad/json", notJson));
            publisher.publish(message("bad/fine", "{}".getBytes(UTF_8)));
            List<ConsumerRecord<byte[], byte[]>> records =
                    reader.readUntil(PATIENCE, containKeys("bad/json", "bad/fine"));
            ConsumerRecord<byte[], byte[]> letter = deadLetter(records, "bad/json");
            assertThat(letter.value()).isEqualTo(notJson);
            assertThat(KafkaReader.headers(letter))
                    .containsEntry("mqtt.qos", "1")
                    .containsEntry("dead_letter.exception", "uns.bridge.json.MalformedJsonException")
                    .hasEntrySatisfying(
                            "dead_letter.reason", reason -> assertThat(reason).startsWith("not JSON: "))
                    .hasEntrySatisfying(
                            "dead_letter.time",
                            time -> assertThat(Long.parseLong(time))
                                    .isBetween(System.currentTimeMillis() - 90_000, System.currentTimeMillis()));
            assertThat(bridge.terminate()).isZero();
            assertThat(bridge.books()).containsExactly(2, 1, 1, 0, 0);
        }
        try (BridgeProcess bridge = startBridge("spBv1.0/Bad/#", kafka);
                Publisher publisher = new Publisher(mqtt);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), DEAD_LETTERS)) {
            publisher.publish(message("spBv1.0/Bad/NDATA/E1", notSparkplug));
            List<ConsumerRecord<byte[], byte[]>> records =
                    reader.readUntil(PATIENCE, containKeys("spBv1.0/Bad/NDATA/E1"));
            ConsumerRecord<byte[], byte[]> letter = deadLetter(records, "spBv1.0/Bad/NDATA/E1");
            assertThat(letter.value()).isEqualTo(notSparkplug);
            assertThat(KafkaReader.headers(letter))
                    .containsEntry("sparkplug.edge", "E1")
                    .hasEntrySatisfying(
                            "dead_letter.reason", reason -> assertThat(reason).startsWith("not a Sparkplug B payload"));
            assertThat(bridge.terminate()).isZero();
            assertThat(bridge.books()).containsExactly(1, 0, 1, 0, 0);
        }
    }

    @Test
    void shouldKeepTheBeginningOfWhatIsTooLargeForKafka() {
        byte[] random = new byte[300_000];
        new SplittableRandom(1).nextBytes(random);
        StringBuilder json = new StringBuilder("\"");
        for (byte b : random) {
            json.append((char) ('0' + (b & 0x3F))); // Digits, letters and signs: hardly compressible.
        }
        byte[] tooLarge = json.append('"').toString().replace('\\', '-').getBytes(UTF_8);
        try (BridgeProcess bridge = startBridge("large/#", kafka);
                Publisher publisher = new Publisher(mqtt);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), DEAD_LETTERS + "|large_.*")) {
            publisher.publish("large/before", "1");
            publisher.publish(message("large/it", tooLarge));
            publisher.publish("large/after", "2");
            List<ConsumerRecord<byte[], byte[]>> records =
                    reader.readUntil(PATIENCE, containKeys("large/before", "large/it", "large/after"));
            ConsumerRecord<byte[], byte[]> letter = deadLetter(records, "large/it");
            assertThat(letter.value()).hasSize(65_536).startsWith(Arrays.copyOf(tooLarge, 65_536));
            assertThat(KafkaReader.headers(letter))
                    .containsEntry("dead_letter.original-size", Integer.toString(tooLarge.length))
                    .containsEntry("dead_letter.exception", "org.apache.kafka.common.errors.RecordTooLargeException");
            assertThat(bridge.terminate()).isZero();
            assertThat(bridge.books()).containsExactly(3, 2, 1, 0, 0);
        }
    }

    /** Kafka takes no topic whose name equals that of another after each dot has become an underscore. */
    @Test
    void shouldBuryWhatCollidesWithAnotherTopic() {
        try (BridgeProcess bridge = startBridge("collide/#", kafka);
                Publisher publisher = new Publisher(mqtt);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), DEAD_LETTERS + "|collide.*")) {
            publisher.publish("collide/a.b", "1");
            publisher.publish("collide/a/b", "2");
            publisher.publish("collide/a/b", "3");
            publisher.publish("collide/other", "4");
            List<ConsumerRecord<byte[], byte[]>> records =
                    reader.readUntil(PATIENCE, containKeys("collide/a.b", "collide/a/b", "collide/other"));
            ConsumerRecord<byte[], byte[]> letter = deadLetter(records, "collide/a/b");
            assertThat(KafkaReader.headers(letter).get("dead_letter.reason"))
                    .contains("collide_a_b")
                    .contains("collides");
            assertThat(bridge.terminate()).isZero();
            assertThat(bridge.books()).containsExactly(4, 2, 2, 0, 0);
        }
    }

    @Test
    void shouldBuryWhatHasNoTopicWhereKafkaCreatesNone() throws Exception {
        try (KafkaBroker strict = Brokers.kafka(Map.of("auto.create.topics.enable", "false"));
                Admin admin = Admin.create(Map.of("bootstrap.servers", strict.bootstrapServers()))) {
            admin.createTopics(List.of(
                            new NewTopic(DEAD_LETTERS, 1, (short) 1), new NewTopic("strict_known", 1, (short) 1)))
                    .all()
                    .get();
            try (BridgeProcess bridge = startBridge("strict/#", strict);
                    Publisher publisher = new Publisher(mqtt);
                    KafkaReader reader = new KafkaReader(strict.bootstrapServers(), ".*")) {
                publisher.publish("strict/unknown", "1");
                publisher.publish("strict/known", "2");
                publisher.publish("strict/unknown", "3");
                reader.readUntil(
                        PATIENCE,
                        all -> all.stream()
                                                .filter(r -> r.topic().equals(DEAD_LETTERS))
                                                .count()
                                        == 2
                                && containKeys("strict/known").test(all));
                assertThat(bridge.terminate()).isZero();
                assertThat(bridge.books()).containsExactly(3, 1, 2, 0, 0);
            }
        }
    }

    @Test
    void shouldCarryOrBuryEachOfTenThousandRandomPayloads() {
        int count = 10_000;
        SplittableRandom random = new SplittableRandom(20_261_122);
        byte[] sparkplug = SparkplugWriter.payload(
                1_700_000_000_000L,
                1L,
                List.of(Metric.of("a", 1, DataType.INT32, -5), Metric.of("b", DataType.STRING, "text")));
        byte[] json = "{\"a\":[1,2.5,{\"b\":\"text\"}],\"timestamp\":1700000000000}".getBytes(UTF_8);
        Map<String, byte[]> published = new HashMap<>();
        try (BridgeProcess bridge = startBridge("#", kafka, "ignored_attributes: {'#': [a.b, b]}");
                Publisher publisher = new Publisher(mqtt);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), DEAD_LETTERS + "|.*fuzz.*")) {
            for (int i = 0; i < count; i++) {
                boolean binary = random.nextBoolean();
                byte[] payload = mutated(random, binary ? sparkplug : json);
                String correlation = Integer.toString(i);
                published.put(correlation, payload);
                publisher.publishAsync(Mqtt5Publish.builder()
                        .topic(binary ? "spBv1.0/fuzz/NDATA/E1" : "fuzz/json")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(payload)
                        .correlationData(correlation.getBytes(UTF_8))
                        .build());
            }
            publisher.awaitAcknowledged();
            Set<String> arrived = new HashSet<>();
            reader.readUntil(PATIENCE, all -> {
                for (ConsumerRecord<byte[], byte[]> record : all.subList(arrived.size(), all.size())) {
                    arrived.add(KafkaReader.headers(record).getOrDefault("mqtt.correlation-data", "other"));
                }
                return arrived.containsAll(published.keySet());
            });
            assertThat(bridge.terminate()).isZero();
            long[] books = bridge.books();
            assertThat(books[0]).isEqualTo(books[1] + books[2]).isGreaterThanOrEqualTo(count);
            assertThat(books[1]).as("delivered").isPositive();
            assertThat(books[2]).as("dead-lettered").isPositive();
        }
    }

    private static byte[] mutated(SplittableRandom random, byte[] payload) {
        byte[] bytes = switch (random.nextInt(4)) {
            case 0 -> new byte[random.nextInt(200)];
            case 1 -> Arrays.copyOf(payload, random.nextInt(payload.length + 1));
            default -> payload.clone();
        };
        if (random.nextInt(8) == 0) {
            random.nextBytes(bytes);
        }
        for (int flips = random.nextInt(3); flips > 0 && bytes.length > 0; flips--) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    private static BridgeProcess startBridge(String filter, KafkaBroker kafka, String... mqttLines) {
        String[] lines = Arrays.copyOf(mqttLines, mqttLines.length + 2);
        lines[mqttLines.length] = "topics: ['" + filter + "']";
        lines[mqttLines.length + 1] = "client_id: dead-letters-" + filter.hashCode();
        return BridgeProcess.start(BridgeProcess.settings(mqtt, kafka, lines)).awaitSubscribed();
    }

    private static Mqtt5Publish message(String topic, byte[] payload) {
        return Mqtt5Publish.builder()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload)
                .build();
    }

    private static Predicate<List<ConsumerRecord<byte[], byte[]>>> containKeys(String... keys) {
        return records -> records.stream().map(KafkaReader::key).toList().containsAll(List.of(keys));
    }

    private static ConsumerRecord<byte[], byte[]> deadLetter(List<ConsumerRecord<byte[], byte[]>> records, String key) {
        return records.stream()
                .filter(record -> record.topic().equals(DEAD_LETTERS))
                .filter(record -> KafkaReader.key(record).equals(key))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no dead letter of " + key));
    }
}
