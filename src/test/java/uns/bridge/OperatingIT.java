package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.brokers.Ports;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.Endpoint;
import uns.bridge.testbed.Publisher;

/** What the bridge says of itself while brokers come and go. */
class OperatingIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How soon a lost broker must show. */
    private static final Duration IN_TIME = Duration.ofSeconds(5);

    private final String name = UUID.randomUUID().toString();
    private final int port = Ports.free();
    private final Endpoint endpoint = new Endpoint(port);

    @TempDir
    private Path conf;

    @Test
    void shouldTellItsBooksAndWhichBrokerIsAway() throws Exception {
        try (MqttBroker mqtt = Brokers.mqtt();
                KafkaBroker kafka = Brokers.kafka();
                Publisher publisher = new Publisher(mqtt)) {
            configure(mqtt, kafka);
            try (BridgeProcess bridge = start()) {
                awaitReady(true, PATIENCE);
                publisher.publishNumbered("acme", 10, 500, MqttQos.AT_LEAST_ONCE);
                publisher.publish("acme/broken", "{no json");
                publisher.awaitAcknowledged();
                await().atMost(PATIENCE)
                        .until(() -> endpoint.metric("uns_bridge_messages_delivered_total") == 500
                                && endpoint.metric("uns_bridge_messages_dead_lettered_total") == 1);
                assertThat(endpoint.metric("uns_bridge_messages_received_total"))
                        .isEqualTo(501);
                assertThat(endpoint.metric("uns_bridge_messages_in_flight")).isZero();
                assertThat(endpoint.metric("uns_bridge_latency_seconds_count")).isEqualTo(501);
                assertThat(endpoint.metric("uns_bridge_latency_seconds_bucket{le=\"60.0\"}"))
                        .isEqualTo(501);
                assertThat(endpoint.metric("kafka_producer_record_send_total"))
                        .as("Kafka counts each attempt")
                        .isGreaterThanOrEqualTo(501);
                assertThat(endpoint.metric("uns_bridge_mqtt_connections_total")).isOne();
                assertThat(endpoint.metric("uns_bridge_mqtt_subscription_granted{filter=\"acme/#\"}"))
                        .isOne();
                assertThat(healthCheck()).isZero();

                // Nothing flows: it must be noticed all the same.
                kafka.stop();
                awaitReady(false, IN_TIME);
                assertThat(endpoint.get("/health/ready").body())
                        .contains("\"kafka\":{\"state\":\"down\",\"reason\":\"no connection to Kafka\"}");
                assertThat(endpoint.metric("uns_bridge_part_state{part=\"kafka\",state=\"down\"}"))
                        .isOne();
                assertThat(healthCheck()).isOne();
                assertThat(healthCheck("live")).as("a restart would not help").isZero();
                kafka.start();
                awaitReady(true, PATIENCE);

                mqtt.stop();
                awaitReady(false, IN_TIME);
                assertThat(endpoint.metric("uns_bridge_mqtt_subscription_granted{filter=\"acme/#\"}"))
                        .isZero();
                mqtt.start();
                awaitReady(true, PATIENCE);
                assertThat(endpoint.metric("uns_bridge_mqtt_connections_total")).isEqualTo(2);
                assertThat(bridge.terminate()).isZero();
                assertThat(healthCheck()).isOne();
            }
        }
    }

    @Test
    void shouldTellThatDeadLettersWaitUntilTheirTopicExists() throws Exception {
        try (MqttBroker mqtt = Brokers.mqtt();
                KafkaBroker kafka = Brokers.kafka(Map.of("auto.create.topics.enable", "false"));
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
                Publisher publisher = new Publisher(mqtt)) {
            create(admin, "acme_known");
            configure(mqtt, kafka);
            Map<String, String> impatient = Map.of(
                    "UNS_HTTP__ENABLED", "true",
                    "UNS_KAFKA__CONFIG__MAX__BLOCK__MS", "1000",
                    "UNS_SPOOL__DIR", conf.resolve("spool").toString(),
                    "UNS_SPOOL__AFTER", "1s");
            try (BridgeProcess bridge = BridgeProcess.start(conf, impatient)) {
                awaitReady(true, PATIENCE);
                publisher.publish("acme/broken", "{no json");
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(
                                        endpoint.get("/health/ready").body())
                                .contains("\"kafka\":{\"state\":\"limited\",\"reason\":\"dead letters waiting: 1,"
                                        + " refused by topic uns_bridge_dead_letter: "));
                publisher.publish("acme/known", "1");
                await().atMost(PATIENCE).until(() -> endpoint.metric("uns_bridge_messages_delivered_total") == 1);
                awaitReady(true, IN_TIME);

                create(admin, "uns_bridge_dead_letter");
                await().atMost(PATIENCE).until(() -> endpoint.metric("uns_bridge_messages_dead_lettered_total") == 1);
                await().atMost(IN_TIME)
                        .until(() -> endpoint.metric("uns_bridge_part_state{part=\"kafka\",state=\"up\"}") == 1);
                assertThat(bridge.terminate()).isZero();
            }
        }
    }

    private static void create(Admin admin, String topic) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(30, TimeUnit.SECONDS);
    }

    @Test
    void shouldTellWhatIsInTheSpoolWhileKafkaIsAway() throws Exception {
        try (MqttBroker mqtt = Brokers.mqtt();
                KafkaBroker kafka = Brokers.kafka();
                Publisher publisher = new Publisher(mqtt)) {
            configure(mqtt, kafka);
            Map<String, String> spool = Map.of(
                    "UNS_HTTP__ENABLED", "true",
                    "UNS_SPOOL__DIR", conf.resolve("spool").toString(),
                    "UNS_SPOOL__AFTER", "1s");
            try (BridgeProcess bridge = BridgeProcess.start(conf, spool)) {
                awaitReady(true, PATIENCE);
                publisher.publishNumbered("acme", 10, 200, MqttQos.AT_LEAST_ONCE);
                await().atMost(PATIENCE).until(() -> endpoint.metric("uns_bridge_messages_delivered_total") == 200);
                assertThat(endpoint.metric("uns_bridge_spool_age_seconds")).isZero();

                kafka.stop();
                publisher.publishNumbered("acme", 10, 300, MqttQos.AT_LEAST_ONCE);
                await().atMost(PATIENCE).until(() -> endpoint.metric("uns_bridge_messages_spooled") == 300);
                await().atMost(PATIENCE).until(() -> endpoint.metric("uns_bridge_spool_age_seconds") >= 2);
                assertThat(endpoint.metric("uns_bridge_spool_bytes")).isPositive();
                assertThat(endpoint.metric("uns_bridge_spool_max_bytes")).isEqualTo(1 << 30);
                assertThat(endpoint.metric("uns_bridge_messages_in_flight")).isZero();
                assertThat(endpoint.metric("uns_bridge_part_state{part=\"spool\",state=\"up\"}"))
                        .isOne();
                assertThat(endpoint.isReady()).as("safe, but not in Kafka").isFalse();
                assertThat(endpoint.get("/health/live").statusCode()).isEqualTo(200);

                kafka.start();
                awaitReady(true, PATIENCE);
                await().atMost(PATIENCE).until(() -> endpoint.metric("uns_bridge_messages_delivered_total") == 500);
                assertThat(endpoint.metric("uns_bridge_messages_received_total"))
                        .isEqualTo(500);
                await().atMost(PATIENCE)
                        .until(() -> endpoint.metric("uns_bridge_messages_spooled") == 0
                                && endpoint.metric("uns_bridge_spool_age_seconds") == 0);
                assertThat(endpoint.metric("uns_bridge_books_imbalances_total")).isZero();
                assertThat(bridge.terminate()).isZero();
            }
        }
    }

    @Test
    void shouldCarryMessagesWhenItsPortIsTaken() throws Exception {
        try (MqttBroker mqtt = Brokers.mqtt();
                KafkaBroker kafka = Brokers.kafka();
                Publisher publisher = new Publisher(mqtt)) {
            configure(mqtt, kafka);
            BridgeProcess started;
            try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                started = start().awaitSubscribed();
                started.awaitLog("No metrics, health and status page at http://127.0.0.1:" + other.getLocalPort());
                publisher.publish("acme/a", "{}");
            }
            try (BridgeProcess bridge = started) {
                bridge.awaitLog("Status page at");
                await().atMost(PATIENCE).until(() -> endpoint.metric("uns_bridge_messages_delivered_total") == 1);
            }
        }
    }

    private void awaitReady(boolean ready, Duration atMost) {
        await("ready: " + ready).atMost(atMost).until(() -> {
            try {
                return endpoint.isReady() == ready;
            } catch (AssertionError e) {
                return false; // Not listening yet.
            }
        });
    }

    private void configure(MqttBroker mqtt, KafkaBroker kafka) throws IOException {
        Files.writeString(
                conf.resolve("settings.yaml"),
                BridgeProcess.settings(mqtt, kafka, "topics: ['acme/#']", "client_id: " + name)
                        + "http: {enabled: true, port: " + port + "}\n");
    }

    private BridgeProcess start() {
        return BridgeProcess.start(conf, Map.of("UNS_HTTP__ENABLED", "true"));
    }

    private int healthCheck(String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("bridge.jar", "target/uns-kafka-bridge.jar"),
                "--conf",
                conf.toString(),
                "--healthcheck"));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).as(said).isTrue();
        return process.exitValue();
    }
}
