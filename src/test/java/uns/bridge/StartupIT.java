package uns.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;

/** A restart is quick: that is why the bridge does not read its configuration again by itself. */
class StartupIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration QUICK = Duration.ofSeconds(3);

    /** The machine may be busy with something else at any one of them. */
    private static final int STARTS = 5;

    @TempDir
    private Path conf;

    @Test
    void shouldDeliverTheFirstRecordWithinThreeSecondsOfItsStart() throws Exception {
        try (MqttBroker mqtt = Brokers.mqtt();
                KafkaBroker kafka = Brokers.kafka();
                Publisher publisher = new Publisher(mqtt);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), "startup")) {
            Files.writeString(
                    conf.resolve("settings.yaml"),
                    BridgeProcess.settings(mqtt, kafka, "client_id: startup", "topics: [startup]"));
            try (BridgeProcess first = BridgeProcess.start(conf, Map.of()).awaitSubscribed()) {
                publisher.publish("startup", "0"); // From now on Kafka has the topic.
                reader.read(1);
                first.terminate();
            }
            Duration best = PATIENCE;
            for (int i = 1; i <= STARTS && best.compareTo(QUICK) >= 0; i++) {
                publisher.publish("startup", String.valueOf(i));
                long beginNs = System.nanoTime();
                try (BridgeProcess bridge = BridgeProcess.start(conf, Map.of())) {
                    reader.read(i + 1);
                    Duration took = Duration.ofNanos(System.nanoTime() - beginNs);
                    best = took.compareTo(best) < 0 ? took : best;
                    bridge.terminate();
                }
            }
            assertThat(best).isLessThan(QUICK);
        }
    }
}
