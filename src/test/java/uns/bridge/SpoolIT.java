package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.KafkaProcess;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;
import uns.bridge.testbed.SpooledMessages;

/** Kafka is away, and the bridge keeps what it receives, whatever becomes of the bridge. */
class SpoolIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int TOPICS = 10;
    private static final int COUNT = 2_000;

    private final String name = UUID.randomUUID().toString();
    private final String prefix = "acme/" + name;

    @TempDir
    private Path folder;

    @Test
    void shouldLoseNothingWhenKafkaIsAwayAndTheBridgeIsKilled() throws Exception {
        try (MqttBroker mqtt = Brokers.mqtt();
                KafkaBroker kafka = Brokers.kafka();
                Publisher publisher = new Publisher(mqtt)) {
            String settings =
                    BridgeProcess.settings(mqtt, kafka, "topics: ['" + prefix + "/#']", "client_id: " + name, "qos: 2")
                            + "spool:\n  dir: " + folder.resolve("spool") + "\n  after: 1s\n";
            try (BridgeProcess bridge = BridgeProcess.start(settings).awaitSubscribed()) {
                publish(publisher);
                assertNothingLost(publisher, kafka);
                assertThat(segments()).as("while Kafka answers").isZero();
                kafka.stop();
                // What is published while the bridge is down is not QoS 0's to keep, so it is killed when all is safe.
                publish(publisher);
                bridge.awaitLog("messages go to the spool");
                publish(publisher);
                awaitSpooled(bridge, 6L * COUNT);
                bridge.kill();
            }
            assertThat(segments()).isPositive();
            // All of QoS 1 and 2 was acknowledged: what comes now is new.
            try (BridgeProcess bridge = BridgeProcess.start(settings).awaitSubscribed()) {
                bridge.awaitLog("of an earlier run are in the spool");
                publish(publisher);
                kafka.start();
                publish(publisher);
                assertNothingLost(publisher, kafka);
                bridge.awaitLog("The spool is drained");
                publish(publisher);
                assertNothingLost(publisher, kafka);
                await().atMost(PATIENCE).until(() -> segments() == 0);
                assertThat(bridge.terminate()).isZero();
                long[] books = bridge.books();
                assertThat(books[3]).as("dropped").isZero();
                assertThat(books[4]).as("in flight").isZero();
                assertThat(books[1])
                        .as("delivered: nothing came again but what was in flight")
                        .isBetween(15L * COUNT, 15L * COUNT + 5_000);
            }
        }
    }

    /** A stop does not wait for Kafka once all is on disk. */
    @Test
    void shouldStopAtOnceWhenKafkaIsAway() throws Exception {
        try (MqttBroker mqtt = Brokers.mqtt();
                KafkaBroker kafka = Brokers.kafka();
                Publisher publisher = new Publisher(mqtt)) {
            String settings = BridgeProcess.settings(mqtt, kafka, "topics: ['" + prefix + "/#']", "client_id: " + name)
                    + "spool:\n  dir: " + folder.resolve("spool") + "\n  after: 1m\n";
            try (BridgeProcess bridge = BridgeProcess.start(settings, Map.of()).awaitSubscribed()) {
                publisher.publishNumbered(prefix, TOPICS, COUNT, MqttQos.AT_LEAST_ONCE);
                assertNothingLost(publisher, kafka);
                kafka.stop();
                publisher.publishNumbered(prefix, TOPICS, COUNT, MqttQos.AT_LEAST_ONCE);
                publisher.awaitAcknowledged();
                assertThat(bridge.terminate()).isZero();
                assertThat(bridge.logged("in flight 0, spooled")).isPositive();
                assertThat(bridge.logged("not confirmed and not acknowledged")).isZero();
            }
            kafka.start();
            try (BridgeProcess bridge = BridgeProcess.start(settings, Map.of()).awaitSubscribed()) {
                assertNothingLost(publisher, kafka);
                assertThat(bridge.terminate()).isZero();
            }
        }
    }

    /** As one that has too few replicas in sync, or no leader. */
    @Test
    void shouldCarryAllOthersWhileOneTopicTakesNothing() throws Exception {
        String stuck = (prefix + "/stuck").replace('/', '_');
        try (MqttBroker mqtt = Brokers.mqtt();
                KafkaProcess kafka = new KafkaProcess(Map.of());
                Publisher publisher = new Publisher(mqtt)) {
            String settings = BridgeProcess.settings(mqtt, kafka, "topics: ['" + prefix + "/#']", "client_id: " + name)
                    + "spool:\n  dir: " + folder.resolve("spool") + "\n  after: 1s\n";
            try (BridgeProcess bridge = BridgeProcess.start(settings, Map.of()).awaitSubscribed()) {
                publisher.publish(prefix + "/stuck", "{\"first\": 1}");
                try (KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), stuck)) {
                    reader.read(1);
                }
                kafka.addAbsentReplica(stuck);
                kafka.configure(stuck, "min.insync.replicas", "2");
                publisher.publish(prefix + "/stuck", "{\"second\": 2}");
                bridge.awaitLog("messages go to the spool");
                publisher.publish(prefix + "/stuck", "{\"third\": 3}");
                String text = "x".repeat(30_000);
                for (int i = 0; i < COUNT; i++) { // 60 MB: several times what the bridge has in Kafka's hands.
                    publisher.publish(prefix + "/line" + i % TOPICS, "{\"i\": " + i + ", \"text\": \"" + text + "\"}");
                }
                publisher.awaitAcknowledged();
                try (KafkaReader reader =
                        new KafkaReader(kafka.bootstrapServers(), prefix.replace('/', '_') + "_line.*")) {
                    assertThat(values(reader, COUNT)).hasSize(COUNT);
                }
                bridge.awaitLog("Kafka confirms others, but for over 5 s not the oldest record of topic " + stuck);

                kafka.configure(stuck, "min.insync.replicas", "");
                try (KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), stuck)) {
                    assertThat(values(reader, 3))
                            .containsExactly("{\"first\": 1}", "{\"second\": 2}", "{\"third\": 3}");
                }
                bridge.awaitLog("The spool is drained");
                assertThat(bridge.terminate()).isZero();
            }
        }
    }

    /** In the order of their first appearance; a record may come again. */
    private static List<String> values(KafkaReader reader, int count) {
        return distinct(reader.readUntil(PATIENCE, records -> distinct(records).size() >= count));
    }

    private static List<String> distinct(List<ConsumerRecord<byte[], byte[]>> records) {
        return records.stream()
                .map(record -> new String(record.value(), UTF_8))
                .distinct()
                .toList();
    }

    private void publish(Publisher publisher) {
        publisher.publishNumbered(prefix + "/q0", TOPICS, COUNT, MqttQos.AT_MOST_ONCE);
        publisher.publishNumbered(prefix + "/q1", TOPICS, COUNT, MqttQos.AT_LEAST_ONCE);
        publisher.publishNumbered(prefix + "/q2", TOPICS, COUNT, MqttQos.EXACTLY_ONCE);
        publisher.awaitAcknowledged();
    }

    /** The offset behind the last message is in the name of the next file, so it is looked for in the segments. */
    private void awaitSpooled(BridgeProcess bridge, long messages) {
        await().atMost(PATIENCE).until(() -> SpooledMessages.in(folder.resolve("spool")) >= messages);
        assertThat(bridge.isAlive()).isTrue();
    }

    private long segments() throws Exception {
        try (var files = Files.list(folder.resolve("spool"))) {
            return files.filter(file -> file.toString().endsWith(".log")).count();
        }
    }

    private void assertNothingLost(Publisher publisher, KafkaBroker kafka) {
        publisher.awaitAcknowledged();
        try (KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), prefix.replace('/', '_') + ".*")) {
            List<ConsumerRecord<byte[], byte[]>> records = reader.readUntil(PATIENCE, publisher::allIn);
            assertThat(publisher.differences(records)).isEmpty();
        }
    }
}
