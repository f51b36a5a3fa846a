package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import uns.bridge.brokers.AbsentBroker;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.brokers.Ports;
import uns.bridge.brokers.TlsListener;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;
import uns.bridge.tls.Authority;
import uns.bridge.tls.Issued;

/** {@code --doctor} on real brokers, of which the MQTT broker wants a password and Kafka a login with permissions. */
@Timeout(180)
class DoctorIT {

    private static final String PASSWORD = "right-pa55word";
    private static final Authority CA = Authority.named("Plant CA");
    private static final int TLS = Ports.free();
    private static final int LOGIN = Ports.free();
    private static final int CONTROLLER = Ports.free();
    private static final int SECURE_LOGIN = Ports.free();

    @TempDir
    private static Path stores;

    @TempDir
    private Path conf;

    private static MqttBroker mqtt;
    private static KafkaBroker kafka;

    private final Map<String, String> mqttKeys = new HashMap<>();
    private final Map<String, String> kafkaKeys = new HashMap<>();
    private String report = "";

    @BeforeAll
    static void start() throws Exception {
        Path own = stores.resolve("broker.jks");
        CA.issue("broker", "localhost").writeKeyStore(own);
        mqtt = Brokers.mqttWithAccess(PASSWORD, new TlsListener(TLS, own, null, Issued.PASSWORD, null));
        kafka = startKafka();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            AbsentBroker.register(admin, "127.0.0.1", CONTROLLER);
            admin.createTopics(List.of(
                            new NewTopic("uns_bridge_dead_letter", 1, (short) 1),
                            new NewTopic("acme_insync", Map.of(0, List.of(1, AbsentBroker.ID)))
                                    .configs(Map.of("min.insync.replicas", "2")),
                            new NewTopic("acme_forbidden", 1, (short) 1)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
            allow(admin, "uns_bridge_dead_letter", PatternType.LITERAL);
            allow(admin, "acme_", PatternType.PREFIXED);
            admin.createAcls(List.of(
                            binding(
                                    "acme_insync",
                                    PatternType.LITERAL,
                                    AclOperation.DESCRIBE_CONFIGS,
                                    AclPermissionType.ALLOW),
                            binding("acme_forbidden", PatternType.LITERAL, AclOperation.WRITE, AclPermissionType.DENY)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private static KafkaBroker startKafka() {
        int direct = Ports.free();
        Map<String, String> settings = new HashMap<>();
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + CONTROLLER);
        String clients =
                "DIRECT://127.0.0.1:" + direct + ",LOGIN://127.0.0.1:" + LOGIN + ",SECURE://127.0.0.1:" + SECURE_LOGIN;
        settings.put("listeners", clients + ",CONTROLLER://127.0.0.1:" + CONTROLLER);
        settings.put("advertised.listeners", clients);
        settings.put(
                "listener.security.protocol.map",
                "DIRECT:PLAINTEXT,LOGIN:SASL_PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT");
        for (String listener : List.of("login", "secure")) {
            settings.put("listener.name." + listener + ".sasl.enabled.mechanisms", "PLAIN");
            settings.put(
                    "listener.name." + listener + ".plain.sasl.jaas.config",
                    "org.apache.kafka.common.security.plain.PlainLoginModule required user_bridge=\"" + PASSWORD
                            + "\";");
        }
        Issued broker = CA.issue("kafka", "127.0.0.1");
        settings.put("ssl.keystore.type", "PEM");
        settings.put("ssl.keystore.certificate.chain", broker.chainPem());
        settings.put("ssl.keystore.key", broker.keyPem());
        settings.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:ANONYMOUS");
        return Brokers.kafka(direct, settings);
    }

    private static void allow(Admin admin, String topic, PatternType pattern) throws Exception {
        admin.createAcls(List.of(
                        binding(topic, pattern, AclOperation.WRITE, AclPermissionType.ALLOW),
                        binding(topic, pattern, AclOperation.CREATE, AclPermissionType.ALLOW)))
                .all()
                .get(30, TimeUnit.SECONDS);
    }

    private static AclBinding binding(
            String topic, PatternType pattern, AclOperation operation, AclPermissionType permission) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic, pattern),
                new AccessControlEntry("User:bridge", "*", operation, permission));
    }

    @AfterAll
    static void stop() {
        mqtt.close();
        kafka.close();
    }

    @BeforeEach
    void writeSettings() throws IOException {
        Files.writeString(conf.resolve("ca.pem"), Issued.pem(CA.certificate()));
        mqttKeys.put("host", "localhost");
        mqttKeys.put("port", Integer.toString(TLS));
        mqttKeys.put("client_id", "plant-bridge");
        mqttKeys.put("username", "plant");
        mqttKeys.put("password", PASSWORD);
        mqttKeys.put("topics", "['acme/line', '$share/g/acme/shared/#']");
        mqttKeys.put("tls", "{cert_reqs: true, ca_certs: '" + conf.resolve("ca.pem") + "'}");
        kafkaKeys.put("bootstrap.servers", "127.0.0.1:" + LOGIN);
        kafkaKeys.put("security.protocol", "SASL_PLAINTEXT");
        kafkaKeys.put("sasl.mechanism", "PLAIN");
        kafkaKeys.put("sasl.username", "bridge");
        kafkaKeys.put("sasl.password", PASSWORD);
    }

    @Test
    void shouldPassWhenAllIsWell() throws Exception {
        assertThat(examine()).isZero();
        assertThat(report)
                .doesNotContain("FAILED  ")
                .contains("ok       name", "ok       TCP", "ok       TLS", "ok       CONNACK", "Receive Maximum")
                .contains("CN=broker, issued by CN=Plant CA, valid from", "for [localhost]")
                .contains("connecting as plant-bridge-doctor")
                .contains("ok       SUBACK       acme/line at QoS 1")
                .contains("ok       SUBACK       $share/g-doctor/acme/shared/# at QoS 1")
                .contains("ok       metadata     cluster ")
                .contains("uns_bridge_dead_letter: may be written")
                .contains("acme_shared_doctor: not there yet; Kafka creates it")
                .contains("Nothing has failed.")
                .doesNotContain(PASSWORD);
    }

    @Test
    void shouldDisturbNoBridgeThatRuns() throws Exception {
        mqttKeys.remove("tls");
        mqttKeys.put("port", Integer.toString(mqtt.port()));
        Path running = Files.createDirectory(conf.resolve("running"));
        Files.writeString(running.resolve("settings.yaml"), settings());
        try (Publisher publisher = new Publisher(mqtt);
                BridgeProcess bridge = BridgeProcess.start(running, Map.of()).awaitSubscribed();
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), "acme_line")) {
            publisher.publish("acme/line", "1");
            for (int i = 2; i <= 4; i++) {
                assertThat(examine()).as(report).isZero();
                publisher.publish("acme/line", Integer.toString(i));
            }
            reader.read(4);
            assertThat(bridge.logged("No connection to the MQTT broker")).isZero();
            assertThat(bridge.terminate()).isZero();
        }
    }

    @Test
    void shouldNameTheHostWhenItIsNotKnown() throws Exception {
        mqttKeys.put("host", "no-such-host.invalid");

        assertFails("name", "unknown host no-such-host.invalid", "misspelt");
        assertThat(report).contains("ok       metadata").doesNotContain("CONNACK");
    }

    @Test
    void shouldNameThePortWhenItIsClosed() throws Exception {
        mqttKeys.put("port", "1");

        assertFails("TCP", "no connection to localhost:1: Connection refused", "nothing listens at this port");
    }

    @Test
    void shouldShowTheChainWhenTheAuthorityIsAnother() throws Exception {
        Files.writeString(
                conf.resolve("ca.pem"), Issued.pem(Authority.named("Other CA").certificate()));

        assertFails("TLS", "its issuer (CN=Plant CA) is not among the certificates in", "set mqtt.tls.ca_certs");
        assertThat(report).contains("CN=broker, issued by CN=Plant CA, valid from");
    }

    @Test
    void shouldSayThatThePortSpeaksTlsWhenTheSettingsDoNot() throws Exception {
        mqttKeys.remove("tls");

        assertFails("CONNACK", "the server speaks TLS, but mqtt.tls is not set", "set mqtt.tls");
    }

    @Test
    void shouldSayThatThePasswordIsRefused() throws Exception {
        mqttKeys.put("password", "wr0ng-one");

        assertFails("CONNACK", "bad user name or password (0x86)", "correct them in .secrets.yaml");
        assertThat(report).doesNotContain("wr0ng-one");
    }

    @Test
    void shouldSayThatThePasswordIsRefusedByMqtt311() throws Exception {
        mqttKeys.put("password", "wr0ng-one");
        mqttKeys.put("version", "4");

        assertFails("CONNACK", "bad user name or password (4)", "correct them in .secrets.yaml");
    }

    @Test
    void shouldNameTheFilterThatIsRefused() throws Exception {
        mqttKeys.put("topics", "['acme/#', 'closed/#']");

        assertFails("SUBACK", "closed/# was refused: not authorized (0x87)", "have it allowed for the user");
        assertThat(report).contains("ok       SUBACK       acme/# at QoS 1");
    }

    @Test
    void shouldNameKafkasPortWhenItIsClosed() throws Exception {
        kafkaKeys.put("bootstrap.servers", "127.0.0.1:1");

        assertFails("TCP", "no connection to 127.0.0.1:1", "nothing listens at this port");
        assertThat(report).contains("ok       SUBACK");
    }

    @Test
    void shouldPassByWebSocketAndTlsToKafka() throws Exception {
        byWebSocket();
        byTlsToKafka();

        assertThat(examine()).as(report).isZero();
        assertThat(report)
                .contains("ok       WebSocket", "ok       CONNACK      accepted by MQTT 5")
                .contains("ok       SUBACK       acme/line at QoS 1")
                .contains("CN=kafka, issued by CN=Plant CA, valid from", "for [kafka, 127.0.0.1]")
                .contains("ok       metadata     cluster ", "uns_bridge_dead_letter: may be written")
                .contains("Nothing has failed.")
                .doesNotContain(PASSWORD);
    }

    @Test
    void shouldSayThatThePathIsWrongWhenThereIsNoWebSocket() throws Exception {
        byWebSocket();
        mqttKeys.put("path", "/other");

        assertFails("WebSocket", "the WebSocket handshake", "mqtt.transport: tcp needs neither");
        assertThat(report).contains("ok       metadata").doesNotContain("CONNACK");
    }

    @Test
    void shouldSayThatThePortHasNoWebSocketWhenItSpeaksPlainMqtt() throws Exception {
        byWebSocket();
        mqttKeys.put("port", Integer.toString(mqtt.port()));

        assertFails("WebSocket", "", "broker's WebSocket listener");
    }

    @Test
    void shouldSayThatKafkaIsNotTrustedWhenTheAuthorityIsAnother() throws Exception {
        byTlsToKafka();
        Files.writeString(
                conf.resolve("other.pem"),
                Issued.pem(Authority.named("Other CA").certificate()));
        kafkaKeys.put("ssl.ca.location", conf.resolve("other.pem").toString());

        assertFails("metadata", "SslAuthenticationException", "ssl.ca.location");
        assertThat(report).contains("CN=kafka, issued by CN=Plant CA, valid from");
    }

    @Test
    void shouldSayThatKafkasPasswordIsRefusedByTls() throws Exception {
        byTlsToKafka();
        kafkaKeys.put("sasl.password", "wr0ng-one");

        assertFails("metadata", "SaslAuthenticationException", "correct sasl.username and sasl.password");
        assertThat(report).doesNotContain("wr0ng-one");
    }

    @Test
    void shouldSayThatKafkaSpeaksTlsWhenTheSettingsDoNot() throws Exception {
        kafkaKeys.put("bootstrap.servers", "127.0.0.1:" + SECURE_LOGIN);

        assertFails("metadata", "the server speaks TLS, but security.protocol is SASL_PLAINTEXT", "security.protocol");
    }

    @Test
    void shouldNameTheTopicThatTakesNoRecord() throws Exception {
        mqttKeys.put("topics", "['acme/insync']");

        assertFails("topic", "acme_insync: min.insync.replicas is 2 and only 1 of the 2 replicas", "missing brokers");
    }

    private void byWebSocket() {
        mqttKeys.remove("tls");
        mqttKeys.put("transport", "websockets");
        mqttKeys.put("port", Integer.toString(mqtt.webSocketPort()));
    }

    private void byTlsToKafka() {
        kafkaKeys.put("bootstrap.servers", "127.0.0.1:" + SECURE_LOGIN);
        kafkaKeys.put("security.protocol", "SASL_SSL");
        kafkaKeys.put("ssl.ca.location", conf.resolve("ca.pem").toString());
    }

    @Test
    void shouldEndWhenWhatAnswersIsNoKafka() throws Exception {
        kafkaKeys.put("bootstrap.servers", "127.0.0.1:" + mqtt.port());

        assertFails("metadata", "", "compare security.protocol and the port");
    }

    @Test
    void shouldSayThatKafkasPasswordIsRefused() throws Exception {
        kafkaKeys.put("sasl.password", "wr0ng-one");

        assertFails("metadata", "SaslAuthenticationException", "correct sasl.username and sasl.password");
        assertThat(report).doesNotContain("wr0ng-one");
    }

    @Test
    void shouldNameTheTopicThatMayNotBeWritten() throws Exception {
        mqttKeys.put("topics", "['acme/forbidden']");

        assertFails("topic", "acme_forbidden: no permission to write", "kafka-acls.sh");
    }

    @Test
    void shouldNameHowTheTopicsBeginThatMayNotBeWritten() throws Exception {
        mqttKeys.put("topics", "['other/#']");

        assertFails("topic", "other_...: no permission to write", "kafka-acls.sh");
    }

    @Test
    void shouldEndWithTwoWhenTheConfigurationIsBad() throws Exception {
        mqttKeys.put("qos", "7");

        assertThat(examine()).isEqualTo(2);
        assertThat(report).isEmpty();
    }

    private void assertFails(String step, String text, String remedy) throws Exception {
        assertThat(examine()).as(report).isEqualTo(1);
        List<String> lines = report.lines().toList();
        assertThat(lines)
                .anySatisfy(line ->
                        assertThat(line).startsWith("  FAILED   " + step).contains(text));
        assertThat(lines).anySatisfy(line -> assertThat(line).contains(remedy));
        assertThat(lines).last().asString().startsWith("The bridge cannot do its work");
    }

    private int examine() throws Exception {
        Files.writeString(conf.resolve("settings.yaml"), settings());
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, UTF_8));
        try {
            return Main.run(new String[] {"--doctor", "--conf", conf.toString()}, Map.of());
        } finally {
            System.setOut(out);
            report = printed.toString(UTF_8);
        }
    }

    private String settings() {
        StringBuilder yaml = new StringBuilder("mqtt:\n");
        mqttKeys.forEach((key, value) -> yaml.append("  " + key + ": " + value + "\n"));
        yaml.append("kafka:\n  config:\n");
        kafkaKeys.forEach((key, value) -> yaml.append("    " + key + ": '" + value + "'\n"));
        return yaml.toString();
    }
}
