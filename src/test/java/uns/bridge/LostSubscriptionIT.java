package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MosquittoBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;

/** A broker that is killed comes back with the session as it was saved: what was subscribed and unsubscribed since is lost. */
class LostSubscriptionIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {5, 4, 3})
    void shouldReceiveAgainWhenTheBrokerHasForgottenASubscription(int version) throws Exception {
        String run = "lost" + version;
        try (KafkaBroker kafka = Brokers.kafka();
                MqttBroker mqtt = Brokers.mosquitto().orElseGet(() -> abort("Mosquitto is not installed"));
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), run + ".*")) {
            start(kafka, mqtt, run, version, run + "/old").close();
            mqtt.stop(); // It saves the session.
            mqtt.start();
            Bridge bridge = start(kafka, mqtt, run, version, run + "/old', '" + run + "/new");
            ((MosquittoBroker) mqtt).kill();
            await().atMost(PATIENCE).until(() -> !bridge.isReady());
            mqtt.start();
            await().atMost(PATIENCE).until(bridge::isReady);
            assertThat(bridge.lostSessions()).as("the session is there").isZero();

            try (Publisher publisher = new Publisher(mqtt)) {
                publisher.publish(run + "/new", "\"here\"");
                publisher.publish(run + "/old", "\"last\"");
            }

            reader.readUntil(
                    PATIENCE,
                    all -> all.stream().anyMatch(record -> new String(record.value(), UTF_8).equals("\"last\"")));
            bridge.close(); // After it, all that it has received is in Kafka.
            assertThat(bridge.books().delivered()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 4, 3})
    void shouldReceiveNoMoreWhenTheBrokerHasForgottenThatItIsUnsubscribed(int version) throws Exception {
        String run = "back" + version;
        try (KafkaBroker kafka = Brokers.kafka();
                MqttBroker mqtt = Brokers.mosquitto().orElseGet(() -> abort("Mosquitto is not installed"));
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), run + ".*")) {
            start(kafka, mqtt, run, version, run + "/stays', '" + run + "/gone").close();
            mqtt.stop(); // It saves the session.
            mqtt.start();
            start(kafka, mqtt, run, version, run + "/stays").close();
            ((MosquittoBroker) mqtt).kill();
            mqtt.start();
            Bridge bridge = start(kafka, mqtt, run, version, run + "/stays");
            assertThat(bridge.lostSessions()).as("the session is there").isZero();

            try (Publisher publisher = new Publisher(mqtt)) {
                publisher.publish(run + "/gone", "\"gone\"");
                publisher.publish(run + "/stays", "\"last\"");
            }

            reader.readUntil(
                    PATIENCE,
                    all -> all.stream().anyMatch(record -> new String(record.value(), UTF_8).equals("\"last\"")));
            bridge.close(); // After it, all that it has received is in Kafka.
            assertThat(bridge.books().received()).isEqualTo(1);
        }
    }

    private Bridge start(KafkaBroker kafka, MqttBroker mqtt, String clientId, int version, String topics)
            throws Exception {
        Path conf = Files.createTempDirectory(folder, "conf");
        Files.writeString(
                conf.resolve("settings.yaml"),
                BridgeProcess.settings(
                        mqtt, kafka, "client_id: " + clientId, "version: " + version, "topics: ['" + topics + "']"));
        Bridge bridge = new Bridge(Settings.load(
                conf, Map.of("UNS_SPARKPLUG__STATE_DIR", folder.resolve("data").toString())));
        bridge.start();
        await().atMost(PATIENCE).until(bridge::isReady);
        return bridge;
    }
}
