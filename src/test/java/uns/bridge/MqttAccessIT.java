package uns.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uns.bridge.brokers.Access;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.health.Health.Part;
import uns.bridge.testbed.BridgeProcess;

/** Brokers that know users and what they may do. Each says no in its own way, and by the version of MQTT. */
class MqttAccessIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<String, MqttBroker> BROKERS = new HashMap<>();

    @TempDir
    private Path conf;

    private Bridge bridge;

    @AfterAll
    static void closeBrokers() {
        BROKERS.values().forEach(MqttBroker::close);
    }

    @AfterEach
    void closeBridge() throws InterruptedException {
        if (bridge != null) {
            bridge.close();
            assertThat(bridge.imbalances()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HiveMQ,    5, 'bad user name or password (0x86), \"Authentication failed\"'",
        "HiveMQ,    4, bad user name or password (4)",
        "HiveMQ,    3, bad user name or password (4)",
        "Mosquitto, 5, not authorized (0x87)",
        "Mosquitto, 4, not authorized (5)",
        "Mosquitto, 3, not authorized (5)",
    })
    void shouldSayThatThePasswordIsRefused(String broker, int version, String reason) throws Exception {
        start(broker(broker), version, "wr0ng", "open/#");

        await().atMost(PATIENCE).until(() -> problem(Part.MQTT).startsWith("refused by the broker"));

        assertThat(problem(Part.MQTT))
                .isEqualTo("refused by the broker: " + reason)
                .doesNotContain("wr0ng");
    }

    /** The SUBACK of MQTT 3.1 has no code for it. */
    @ParameterizedTest
    @CsvSource({
        "HiveMQ,    5, not authorized (0x87)",
        "HiveMQ,    4, unspecified error (0x80)",
        "Mosquitto, 5, not authorized (0x87)",
        "Mosquitto, 4, unspecified error (0x80)",
    })
    void shouldNameTheTopicFilterWhenItIsRefused(String broker, int version, String reason) throws Exception {
        start(broker(broker), version, Access.PASSWORD, Access.CLOSED);

        await().atMost(PATIENCE).until(() -> problem(Part.SUBSCRIPTIONS).contains("was refused"));

        assertThat(problem(Part.SUBSCRIPTIONS)).isEqualTo(Access.CLOSED + " was refused: " + reason);
        assertThat(problem(Part.MQTT)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"HiveMQ, 5", "HiveMQ, 4", "HiveMQ, 3", "Mosquitto, 5", "Mosquitto, 4", "Mosquitto, 3"})
    void shouldBeLetInWhenThePasswordIsRight(String broker, int version) throws Exception {
        start(broker(broker), version, Access.PASSWORD, "open/#");

        await().atMost(PATIENCE)
                .until(() -> problem(Part.MQTT).isEmpty()
                        && problem(Part.SUBSCRIPTIONS).isEmpty());
    }

    private static MqttBroker broker(String name) {
        return BROKERS.computeIfAbsent(
                name,
                n -> n.equals("HiveMQ")
                        ? Brokers.mqttWithAccess(Access.PASSWORD)
                        : Brokers.mosquittoWithAccess().orElseGet(() -> abort("Mosquitto is not installed")));
    }

    private String problem(Part part) {
        return bridge.problems().getOrDefault(part, "");
    }

    private void start(MqttBroker broker, int version, String password, String filter) throws Exception {
        Files.writeString(
                conf.resolve("settings.yaml"),
                BridgeProcess.settings(
                        broker.host(),
                        broker.port(),
                        "127.0.0.1:1",
                        "version: " + version,
                        "client_id: access-" + UUID.randomUUID().toString().substring(0, 8),
                        "username: " + Access.USER,
                        "password: " + password,
                        "topics: ['" + filter + "']"));
        bridge = new Bridge(Settings.load(conf, Map.of("UNS_SPARKPLUG__STATE_DIR", "none")));
        bridge.start();
    }
}
