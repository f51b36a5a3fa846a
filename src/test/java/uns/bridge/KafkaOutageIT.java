package uns.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;

/** Kafka is away for longer than every time-out of MQTT, under load. */
class KafkaOutageIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int TOPICS = 10;

    private final String name = UUID.randomUUID().toString();
    private final String prefix = "acme/" + name;

    @Test
    void shouldWaitForKafkaAndKeepItsConnectionAndMemory() throws Exception {
        try (MqttBroker mqtt = Brokers.mqtt();
                KafkaBroker kafka = Brokers.kafka();
                Publisher publisher = new Publisher(mqtt)) {
            String settings = BridgeProcess.settings(
                    mqtt,
                    kafka,
                    "topics: ['" + prefix + "/#']",
                    "client_id: " + name,
                    // Short, so that the outage is longer than several of them.
                    "keep_alive: 5");
            try (BridgeProcess bridge = BridgeProcess.start(settings).awaitSubscribed()) {
                publisher.publishNumbered(prefix, TOPICS, 1_000, MqttQos.AT_LEAST_ONCE);
                // The outage is to find the producer at work, not before its first look at the topics.
                assertNothingLost(publisher, kafka);
                kafka.stop();
                long largest = 0;
                for (int second = 0; second < 30; second++) {
                    publisher.publishNumbered(prefix, TOPICS, 500, Duration.ofSeconds(1), MqttQos.AT_LEAST_ONCE);
                    largest = Math.max(largest, residentBytes(bridge.pid()));
                }
                kafka.start();
                publisher.publishNumbered(prefix, TOPICS, 1_000, MqttQos.AT_LEAST_ONCE);
                assertNothingLost(publisher, kafka);
                assertThat(bridge.logged("No connection to the MQTT broker")).isZero();
                assertThat(bridge.logged("Kafka has confirmed nothing") + bridge.logged("Kafka does not answer"))
                        .isPositive();
                bridge.awaitLog("Kafka takes records again");
                assertThat(largest).as("resident bytes, heap of 256 MiB").isLessThan(512L << 20);
            }
        }
    }

    private void assertNothingLost(Publisher publisher, KafkaBroker kafka) {
        publisher.awaitAcknowledged();
        try (KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), prefix.replace('/', '_') + ".*")) {
            List<ConsumerRecord<byte[], byte[]>> records = reader.readUntil(PATIENCE, publisher::allIn);
            assertThat(publisher.differences(records)).isEmpty();
        }
    }

    private static long residentBytes(long pid) throws Exception {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }
}
