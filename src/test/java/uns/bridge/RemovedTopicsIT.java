package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;

/** A topic filter that was taken out of the configuration is no longer subscribed to in the session that the broker keeps. */
class RemovedTopicsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static KafkaBroker kafka;
    private static MqttBroker hiveMq;
    private static Optional<MqttBroker> mosquitto;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        kafka = Brokers.kafka();
        hiveMq = Brokers.mqtt();
        mosquitto = Brokers.mosquitto();
    }

    @AfterAll
    static void close() {
        kafka.close();
        hiveMq.close();
        mosquitto.ifPresent(MqttBroker::close);
    }

    @ParameterizedTest
    @CsvSource({
        "hivemq, 5, 'gone/#'",
        "hivemq, 4, 'gone/#'",
        "hivemq, 3, 'gone/#'",
        "hivemq, 5, '$share/g/gone/#'",
        "mosquitto, 5, 'gone/#'",
        "mosquitto, 4, 'gone/#'",
        "mosquitto, 3, 'gone/#'",
        "mosquitto, 5, '$share/g/gone/#'",
    })
    void shouldReceiveNothingMoreWhenAFilterIsRemoved(String broker, int version, String removed) throws Exception {
        assumeTrue(broker.equals("hivemq") || mosquitto.isPresent(), "Mosquitto is not installed");
        MqttBroker mqtt = broker.equals("hivemq") ? hiveMq : mosquitto.orElseThrow();
        String run = broker + version + (removed.startsWith("$") ? "s" : "");
        String stays = "stays/" + run;
        String gone = removed.replace("gone", "gone/" + run);
        String goneTopic = "gone/" + run + "/a";
        try (Publisher publisher = new Publisher(mqtt);
                KafkaReader reader =
                        new KafkaReader(kafka.bootstrapServers(), "(stays_" + run + "|gone_" + run + "_a)")) {
            run(mqtt, run, version, List.of(stays, gone));
            publisher.publish(goneTopic, "\"queued\"");
            publisher.publish(stays, "\"queued\"");

            Bridge second = start(mqtt, run, version, List.of(stays));
            publisher.publish(goneTopic, "\"late\"");
            publisher.publish(stays, "\"last\"");

            reader.readUntil(PATIENCE, all -> has(all, stays, "last"));
            second.close(); // After it, all that it has received is in Kafka.
            assertThat(second.imbalances()).isZero();
            assertThat(second.books().delivered()).isEqualTo(second.books().received());
            List<ConsumerRecord<byte[], byte[]>> records = reader.readUntil(
                    PATIENCE, all -> all.size() >= second.books().delivered());
            assertThat(has(records, stays, "queued")).isTrue();
            assertThat(has(records, goneTopic, "late")).isFalse();
            if (!removed.startsWith("$")) { // What becomes of the queue of a shared one is the broker's affair.
                assertThat(has(records, goneTopic, "queued")).isTrue();
            }
        }
    }

    private static boolean has(List<ConsumerRecord<byte[], byte[]>> records, String topic, String text) {
        return records.stream()
                .anyMatch(record -> KafkaReader.key(record).equals(topic)
                        && new String(record.value(), UTF_8).equals('"' + text + '"'));
    }

    private void run(MqttBroker mqtt, String clientId, int version, List<String> topics) throws Exception {
        start(mqtt, clientId, version, topics).close();
    }

    private Bridge start(MqttBroker mqtt, String clientId, int version, List<String> topics) throws Exception {
        Path conf = Files.createTempDirectory(folder, "conf");
        Files.writeString(
                conf.resolve("settings.yaml"),
                BridgeProcess.settings(
                        mqtt,
                        kafka,
                        "client_id: " + clientId,
                        "version: " + version,
                        "topics: ['" + String.join("', '", topics) + "']"));
        Bridge bridge = new Bridge(Settings.load(
                conf, Map.of("UNS_SPARKPLUG__STATE_DIR", folder.resolve("data").toString())));
        bridge.start();
        await().atMost(PATIENCE).until(bridge::isReady);
        return bridge;
    }
}
