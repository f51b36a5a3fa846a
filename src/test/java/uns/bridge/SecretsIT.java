package uns.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.brokers.Ports;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;
import uns.bridge.tls.Authority;
import uns.bridge.tls.Issued;
import uns.bridge.tls.KeyForm;

/** Whatever the process prints, with every library at DEBUG, there is no secret in it, right or wrong, used or not. */
@Timeout(180)
class SecretsIT {

    private static final String MQTT_PASSWORD = "Zq1-mqtt-word";
    private static final String KAFKA_PASSWORD = "Zq2-kafka-word";
    private static final String JAAS =
            "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"bridge\" password=\""
                    + KAFKA_PASSWORD + "\";";
    private static final String DEBUG = """
            <configuration>
              <appender name="stdout" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>%level %logger: %msg%n%ex</pattern></encoder>
              </appender>
              <contextListener class="ch.qos.logback.classic.jul.LevelChangePropagator"/>
              <root level="DEBUG"><appender-ref ref="stdout"/></root>
            </configuration>
            """;
    private static final Authority CA = Authority.named("Plant CA");
    private static final Issued CLIENT = CA.issue("line-4");
    private static final int LOGIN = Ports.free();

    @TempDir
    private Path conf;

    private static MqttBroker mqtt;
    private static KafkaBroker kafka;

    private final List<String> secrets = new ArrayList<>(List.of(MQTT_PASSWORD, KAFKA_PASSWORD));

    @BeforeAll
    static void start() {
        mqtt = Brokers.mqttWithAccess(MQTT_PASSWORD);
        int direct = Ports.free();
        int controller = Ports.free();
        Map<String, String> settings = new HashMap<>();
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
        String clients = "DIRECT://127.0.0.1:" + direct + ",LOGIN://127.0.0.1:" + LOGIN;
        settings.put("listeners", clients + ",CONTROLLER://127.0.0.1:" + controller);
        settings.put("advertised.listeners", clients);
        settings.put("listener.security.protocol.map", "DIRECT:PLAINTEXT,LOGIN:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("listener.name.login.sasl.enabled.mechanisms", "PLAIN");
        settings.put(
                "listener.name.login.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required user_bridge=\"" + KAFKA_PASSWORD
                        + "\";");
        kafka = Brokers.kafka(direct, settings);
    }

    @AfterAll
    static void stop() {
        mqtt.close();
        kafka.close();
    }

    @BeforeEach
    void writeLogging() throws Exception {
        Files.writeString(conf.resolve("logback.xml"), DEBUG);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--check", "--doctor", ""})
    void shouldShowNoneWhenAllIsWell(String argument) throws Exception {
        writeWorking("sasl.jaas.config: '" + JAAS + "'");
        try (BridgeProcess bridge = start(argument)) {
            if (argument.isEmpty()) {
                bridge.awaitSubscribed();
                try (Publisher publisher = new Publisher(mqtt);
                        KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), "acme_.*")) {
                    publisher.publish("acme/a", "1");
                    reader.read(1);
                }
                bridge.signal();
            }
            assertThat(bridge.awaitExit()).isZero();
            assertShowsNone(bridge);
            if (!argument.equals("--check")) { // Which uses no library that logs.
                assertThat(bridge.logged("DEBUG")).as("DEBUG is on").isPositive();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--doctor", ""})
    void shouldShowNoneWhenPasswordsAreRefused(String argument) throws Exception {
        writeWorking("sasl.username: bridge, sasl.password: Zq3-refused-by-kafka");
        secrets.add("Zq3-refused");
        secrets.add("Zq4-refused");
        try (BridgeProcess bridge = start(argument, "UNS_MQTT__PASSWORD", "Zq4-refused-by-mqtt")) {
            if (argument.isEmpty()) {
                bridge.awaitLog("bad user name or password");
                bridge.terminate();
            } else {
                assertThat(bridge.awaitExit()).isEqualTo(1);
                assertThat(bridge.logged("SaslAuthenticationException")).isPositive();
            }
            assertShowsNone(bridge);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--check", "--doctor", ""})
    void shouldShowNoneWhenNothingIsReached(String argument) throws Exception {
        String keyPassword = Issued.PASSWORD;
        Issued bridgeItself = CA.issue("bridge");
        String kafkaKey = bridgeItself.keyPem();
        secrets.add(keyPassword);
        kafkaKey.lines().filter(line -> !line.startsWith("-----")).forEach(secrets::add);
        secrets.addAll(List.of("Zq5-token", "Zq6-client", "Zq7-from-environment"));
        Files.writeString(conf.resolve("cert.pem"), CLIENT.chainPem());
        Files.writeString(conf.resolve("key.pem"), CLIENT.keyPem(KeyForm.PBES2_AES256_SHA256));
        Files.writeString(conf.resolve("settings.yaml"), """
                mqtt:
                  host: 127.0.0.1
                  port: %d
                  tls: {cert_reqs: true, certfile: %s, keyfile: %s}
                kafka:
                  config: {bootstrap.servers: '127.0.0.1:1', security.protocol: SASL_SSL, sasl.mechanism: PLAIN}
                """.formatted(
                        Ports.free(), conf.resolve("cert.pem"), conf.resolve("key.pem")));
        Files.writeString(conf.resolve(".secrets.yaml"), """
                mqtt: {username: plant, password: '%s', tls: {keyfile_password: '%s'}}
                kafka:
                  config:
                    sasl.jaas.config: '%s'
                    schema.registry.token: Zq5-token
                    sasl.oauthbearer.client.secret: Zq6-client
                    ssl.certificate.pem: |
                %s
                    ssl.key.pem: |
                %s
                """.formatted(
                MQTT_PASSWORD, keyPassword, JAAS, bridgeItself.chainPem().indent(6), kafkaKey.indent(6)));
        try (BridgeProcess bridge = start(argument, "UNS_KAFKA__CONFIG__MY__TOKEN", "Zq7-from-environment")) {
            if (argument.isEmpty()) {
                bridge.awaitLog("No connection to the MQTT broker");
                bridge.terminate();
            } else {
                assertThat(bridge.awaitExit()).isEqualTo(argument.equals("--check") ? 0 : 1);
            }
            assertShowsNone(bridge);
        }
    }

    @Test
    void shouldShowNoneWhenTheConfigurationIsBad() throws Exception {
        secrets.addAll(List.of("Zq8-list", "Zq9-key", "Zq0-port", "Zq1-colon"));
        Files.writeString(conf.resolve("settings.yaml"), "mqtt: {host: h}\n");
        Files.writeString(conf.resolve(".secrets.yaml"), """
                mqtt: {password: [Zq8-list], qos: %s, username:Zq1-colon, tls: {keyfile: Zq9-key}}
                kafka: {config: {sasl.password:Zq1-colon, sasl.jaas.config: {a: '%s'}, acks: '%s'}}
                """.formatted(MQTT_PASSWORD, KAFKA_PASSWORD, KAFKA_PASSWORD));
        try (BridgeProcess bridge = start("", "UNS_MQTT__PORT", "Zq0-port")) {
            assertThat(bridge.awaitExit()).isEqualTo(2);
            assertThat(bridge.logged("mqtt.password")).isPositive();
            assertShowsNone(bridge);
        }
    }

    private void writeWorking(String login) throws Exception {
        Files.writeString(conf.resolve("settings.yaml"), """
                mqtt: {host: 127.0.0.1, port: %d, topics: ['acme/#'], client_id: %s}
                kafka:
                  config:
                    bootstrap.servers: '127.0.0.1:%d'
                    security.protocol: SASL_PLAINTEXT
                    sasl.mechanism: PLAIN
                """.formatted(mqtt.port(), conf.getFileName(), LOGIN));
        Files.writeString(
                conf.resolve(".secrets.yaml"),
                "mqtt: {username: plant, password: '" + MQTT_PASSWORD + "'}\nkafka: {config: {" + login + "}}\n");
    }

    private BridgeProcess start(String argument, String... variable) {
        Map<String, String> environment = variable.length == 0 ? Map.of() : Map.of(variable[0], variable[1]);
        return argument.isEmpty()
                ? BridgeProcess.start(conf, environment)
                : BridgeProcess.start(conf, environment, argument);
    }

    private void assertShowsNone(BridgeProcess bridge) {
        assertThat(bridge.output())
                .isNotEmpty()
                .noneMatch(line -> secrets.stream().anyMatch(line::contains));
    }
}
