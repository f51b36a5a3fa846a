package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.brokers.Ports;
import uns.bridge.brokers.TcpProxy;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.Endpoint;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;

/** The process as its operator sees it: what it says, and how it ends. */
class MainIT {

    private static final String SECRET = "s3cr3t-pass";

    @TempDir
    private Path conf;

    @Test
    void shouldNameEveryConfigurationErrorAndEndWithTwo() throws Exception {
        Files.writeString(conf.resolve("settings.yaml"), """
                mqtt:
                  prot: 1883
                  qos: 3
                kafka:
                  config:
                    acks: maybe
                """);
        Files.writeString(conf.resolve(".secrets.yaml"), "mqtt: {password: [\"" + SECRET + "\"]}");
        try (BridgeProcess bridge = BridgeProcess.start(conf, Map.of("UNS_MQTT__PORT", "70000"))) {
            assertThat(bridge.awaitExit()).isEqualTo(2);
            assertThat(String.join("\n", bridge.output()))
                    .contains("mqtt.host", "mqtt.prot", "port", "mqtt.qos", "mqtt.port", "UNS_MQTT__PORT")
                    .contains("kafka.config.bootstrap.servers", "kafka.config.acks", "mqtt.password")
                    .doesNotContain("s3cr3t");
        }
    }

    @Test
    void shouldNameLineAndColumnOfAYamlError() throws Exception {
        Files.writeString(conf.resolve("settings.yaml"), "mqtt:\n  host: [\n");
        try (BridgeProcess bridge = BridgeProcess.start(conf, Map.of())) {
            assertThat(bridge.awaitExit()).isEqualTo(2);
            assertThat(String.join("\n", bridge.output()))
                    .contains("settings.yaml")
                    .contains("line 3");
        }
    }

    @Test
    void shouldEndWithTwoWhenThereIsNoConfiguration() {
        try (BridgeProcess bridge = BridgeProcess.start(conf.resolve("absent"), Map.of())) {
            assertThat(bridge.awaitExit()).isEqualTo(2);
            assertThat(String.join("\n", bridge.output()))
                    .contains(conf.resolve("absent").toString());
        }
    }

    @Test
    void shouldEndWithOneWhenItMustNotReconnect() {
        String settings =
                BridgeProcess.settings("127.0.0.1", Ports.free(), "localhost:9092", "reconnect_on_failure: false");
        try (BridgeProcess bridge = BridgeProcess.start(settings)) {
            assertThat(bridge.awaitExit()).isEqualTo(1);
            assertThat(bridge.logged("No connection to the MQTT broker")).isEqualTo(1);
        }
    }

    @Test
    void shouldTryTheFirstConnectionAgainAndHideSecrets() throws Exception {
        int port = Ports.free();
        Files.writeString(conf.resolve("settings.yaml"), BridgeProcess.settings("127.0.0.1", port, "127.0.0.1:1"));
        Files.writeString(
                conf.resolve(".secrets.yaml"),
                "mqtt: {username: operator, password: \"" + SECRET + "\"}\n" + "kafka: {config: {ssl.key.password: \""
                        + SECRET + "\"}}\n");
        try (BridgeProcess bridge = BridgeProcess.start(conf, Map.of())) {
            await().atMost(Duration.ofSeconds(60)).until(() -> bridge.logged("trying again") >= 2);
            try (MqttBroker late = Brokers.mqtt(port)) {
                bridge.awaitSubscribed();
                assertThat(bridge.terminate()).isZero();
                assertThat(bridge.logged("mqtt.password = <hidden>")).isEqualTo(1);
                assertThat(String.join("\n", bridge.output()))
                        .doesNotContain("s3cr3t")
                        .contains(Integer.toString(late.port()));
            }
        }
    }

    @Test
    void shouldWriteAJsonObjectInEachLineWhenAskedTo() throws Exception {
        Files.writeString(
                conf.resolve("settings.yaml"), BridgeProcess.settings("127.0.0.1", Ports.free(), "127.0.0.1:1"));
        Map<String, String> json = Map.of("UNS_LOG_FORMAT", "json", "UNS_LOG_LEVEL", "debug");
        try (BridgeProcess bridge = BridgeProcess.start(conf, json)) {
            bridge.awaitLog("No connection to the MQTT broker");
            assertThat(bridge.terminate()).isZero();
            ObjectMapper mapper = new ObjectMapper();
            for (String line : bridge.output()) {
                assertThat(mapper.readTree(line).path("level").asText())
                        .as(line)
                        .isIn("DEBUG", "INFO", "WARN");
            }
            assertThat(bridge.output())
                    .anySatisfy(
                            line -> assertThat(line).contains("\"level\":\"WARN\"", "\"loggerName\":\"uns.bridge."));
        }
    }

    @Test
    void shouldLeaveOutLowerLevelsOfTheLogWhenAskedTo() throws Exception {
        Files.writeString(
                conf.resolve("settings.yaml"), BridgeProcess.settings("127.0.0.1", Ports.free(), "127.0.0.1:1"));
        try (BridgeProcess bridge = BridgeProcess.start(conf, Map.of("UNS_LOG_LEVEL", "WARN", "UNS_LOG_FORMAT", ""))) {
            bridge.awaitLog("No connection to the MQTT broker");
            assertThat(bridge.terminate()).isZero();
            assertThat(bridge.logged(" WARN ")).isPositive();
            assertThat(bridge.logged(" INFO ")).isZero();
        }
    }

    @Test
    void shouldDropQos0BeyondItsBoundWhileKafkaIsAwayAndKeepItsConnection() {
        try (MqttBroker mqtt = Brokers.mqtt();
                KafkaBroker kafka = Brokers.kafka();
                TcpProxy proxy = new TcpProxy(mqtt.host(), mqtt.port());
                Publisher publisher = new Publisher(mqtt)) {
            String settings = BridgeProcess.settings(
                    proxy.host(),
                    proxy.port(),
                    kafka.bootstrapServers(),
                    "topics: ['#']",
                    "max_in_flight_bytes: 262144",
                    "keep_alive: 2");
            int port = Ports.free();
            Endpoint endpoint = new Endpoint(port);
            Map<String, String> http = Map.of("UNS_HTTP__ENABLED", "true", "UNS_HTTP__PORT", String.valueOf(port));
            try (BridgeProcess bridge = BridgeProcess.start(settings, http).awaitSubscribed();
                    KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), "acme_.*")) {
                publisher.publish("acme/first", "1");
                reader.read(1);
                kafka.stop();
                byte[] payload = ("\"" + "x".repeat(1_000) + "\"").getBytes(UTF_8);
                for (int i = 0; i < 1_000; i++) {
                    publisher.publishAsync(Mqtt5Publish.builder()
                            .topic("acme/first")
                            .qos(MqttQos.AT_MOST_ONCE)
                            .payload(payload)
                            .build());
                }
                bridge.awaitLog("dropped");
                // Messages with a guarantee find room all the same, and the outage outlasts several keep-alives.
                publisher.publish("acme/qos1", "2");
                await("the outage told of twice, 10 s apart")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> bridge.logged("Kafka has confirmed nothing for over") >= 2);
                kafka.start();
                reader.readUntil(
                        Duration.ofSeconds(60),
                        all -> all.stream().anyMatch(r -> KafkaReader.key(r).equals("acme/qos1")));
                // The MQTT broker lets it overtake those without a guarantee.
                await("all received, or given up by the MQTT broker itself")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> endpoint.metric("uns_bridge_messages_received_total") + mqtt.discarded() == 1_002);
                assertThat(bridge.terminate()).isZero();
                long[] books = bridge.books();
                assertThat(books[1]).as("delivered: what has found room").isBetween(3L, 502L);
                assertThat(books[3]).as("dropped").isPositive();
                assertThat(books[1] + books[3]).isEqualTo(books[0]);
                assertThat(bridge.logged("No connection to the MQTT broker")).isZero();
            }
        }
    }

    @Test
    void shouldEndAtOnceAtTheSecondSignal() throws Exception {
        try (MqttBroker mqtt = Brokers.mqtt();
                Publisher publisher = new Publisher(mqtt)) {
            Files.writeString(
                    conf.resolve("settings.yaml"),
                    "drain_timeout: 10m\n"
                            + BridgeProcess.settings(mqtt.host(), mqtt.port(), "127.0.0.1:1", "topics: ['#']"));
            try (BridgeProcess bridge = BridgeProcess.start(conf, Map.of()).awaitSubscribed()) {
                publisher.publish("acme/never", "1");
                bridge.signal();
                bridge.awaitLog("Stopping");
                bridge.signal();
                assertThat(bridge.awaitExit()).isEqualTo(1);
                assertThat(bridge.logged("ending at once")).isEqualTo(1);
            }
        }
    }
}
