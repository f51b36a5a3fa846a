package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.brokers.Ports;
import uns.bridge.brokers.TcpProxy;
import uns.bridge.brokers.TlsListener;
import uns.bridge.health.Health;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;
import uns.bridge.tls.Authority;
import uns.bridge.tls.Issued;
import uns.bridge.tls.KeyForm;

/** TLS to a real MQTT broker, with PEM files as users have them. */
class MqttTlsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String NOBODY = "127.0.0.1:1";
    private static final Authority CA = Authority.named("Plant CA");
    private static final Authority OTHER_CA = Authority.named("Other CA");
    private static final Issued CLIENT = CA.issue("line-4");
    private static final int PLAIN = Ports.free();
    private static final int MUTUAL = Ports.free();
    private static final int MUTUAL_WEB_SOCKET = Ports.free();
    private static final int EXPIRED = Ports.free();

    @TempDir
    private static Path stores;

    @TempDir
    private Path conf;

    private static MqttBroker broker;

    @BeforeAll
    static void startBroker() {
        Instant end = Instant.now().minusSeconds(60);
        Path trustStore = stores.resolve("clients.jks");
        Issued.writeTrustStore(trustStore, CA.certificate());
        Path own = stores.resolve("broker.jks");
        CA.issue("broker", "localhost").writeKeyStore(own);
        Path old = stores.resolve("expired.jks");
        CA.issue("broker", "EC", end.minus(Authority.DAY), end, "localhost").writeKeyStore(old);
        broker = Brokers.mqttWithTls(
                new TlsListener(PLAIN, own, null, Issued.PASSWORD, null),
                new TlsListener(MUTUAL, own, trustStore, Issued.PASSWORD, null),
                new TlsListener(MUTUAL_WEB_SOCKET, own, trustStore, Issued.PASSWORD, "/mqtt"),
                new TlsListener(EXPIRED, old, null, Issued.PASSWORD, null));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void writeFiles() throws IOException {
        write("ca.pem", Issued.pem(CA.certificate()));
        write("other-ca.pem", Issued.pem(OTHER_CA.certificate()));
        write("cert.pem", CLIENT.chainPem());
    }

    @Test
    void shouldConnectWhenTheBrokerIsTrusted() throws Exception {
        try (BridgeProcess bridge = start("localhost", PLAIN, "{cert_reqs: true, ca_certs: DIR/ca.pem}")) {
            bridge.awaitSubscribed();
            assertThat(bridge.logged("WARN")).isZero();
            assertThat(bridge.terminate()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"TRADITIONAL_AES256, tcp", "PBES2_AES256_SHA256, websockets"})
    void shouldCarryMessagesWhenBothSidesHaveCertificates(KeyForm form, String transport) throws Exception {
        String payload = "[" + "1234567,".repeat(20_000) + "0]";
        write("key.pem", CLIENT.keyPem(form));
        Files.writeString(conf.resolve(".secrets.yaml"), "mqtt: {tls: {keyfile_password: " + Issued.PASSWORD + "}}");
        try (KafkaBroker kafka = Brokers.kafka();
                Publisher publisher = new Publisher(broker);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), "acme_.*");
                BridgeProcess bridge = start(
                        "localhost",
                        transport.equals("tcp") ? MUTUAL : MUTUAL_WEB_SOCKET,
                        kafka.bootstrapServers(),
                        transport,
                        "{cert_reqs: true, ca_certs: DIR/ca.pem, certfile: DIR/cert.pem, keyfile: DIR/key.pem}")) {
            bridge.awaitSubscribed();
            publisher.publish("acme/a", payload);
            assertThat(reader.read(1)).singleElement().satisfies(record -> {
                assertThat(KafkaReader.key(record)).isEqualTo("acme/a");
                assertThat(record.value()).asString(UTF_8).isEqualTo(payload);
            });
            assertThat(bridge.terminate()).isZero();
            assertThat(bridge.output()).noneMatch(line -> line.contains(Issued.PASSWORD));
        }
    }

    @Test
    void shouldSayThatTheBrokerAsksForACertificate() throws Exception {
        assertSays(MUTUAL, "{cert_reqs: true, ca_certs: DIR/ca.pem}", "client certificate", "certfile is not set");
    }

    @Test
    void shouldSayThatTheBrokerDoesNotAcceptTheCertificate() throws Exception {
        Issued stranger = OTHER_CA.issue("line-4");
        write("stranger.pem", stranger.chainPem() + stranger.keyPem());
        assertSays(
                MUTUAL,
                "{cert_reqs: true, ca_certs: DIR/ca.pem, certfile: DIR/stranger.pem}",
                "client certificate",
                "stranger.pem");
    }

    @Test
    void shouldNameTheIssuerWhenTheAuthorityIsAnother() throws Exception {
        assertSays(
                PLAIN, "{cert_reqs: false, ca_certs: DIR/other-ca.pem}", "not trusted", "CN=Plant CA", "other-ca.pem");
    }

    @Test
    void shouldNameTheHostsWhenTheCertificateIsForAnother() throws Exception {
        assertSays(
                "127.0.0.1",
                PLAIN,
                "{cert_reqs: true, ca_certs: DIR/ca.pem}",
                "is not for the host 127.0.0.1 but for [localhost]");
    }

    @Test
    void shouldConnectWithAWarningWhenTheHostNameIsSkipped() throws Exception {
        try (BridgeProcess bridge =
                start("127.0.0.1", PLAIN, "{cert_reqs: true, ca_certs: DIR/ca.pem, insecure_cert: true}")) {
            bridge.awaitSubscribed();
            assertThat(bridge.logged("mqtt.tls.insecure_cert is true")).isEqualTo(1);
        }
    }

    @Test
    void shouldNameTheDateWhenTheBrokersCertificateExpired() throws Exception {
        assertSays(EXPIRED, "{cert_reqs: true, ca_certs: DIR/ca.pem}", "(CN=broker) expired at");
    }

    @Test
    void shouldConnectWithAWarningWhenTheBrokerIsNotVerified() throws Exception {
        try (BridgeProcess bridge = start("localhost", EXPIRED, "{ca_certs: DIR/other-ca.pem}")) {
            bridge.awaitSubscribed();
            assertThat(bridge.logged("mqtt.tls.cert_reqs is not set")).isEqualTo(1);
        }
    }

    @Test
    void shouldAskWhetherThePortIsForTlsWhenItIsNot() throws Exception {
        assertSays(broker.port(), "{cert_reqs: true, ca_certs: DIR/ca.pem}", "a port for TLS?");
    }

    @Test
    void shouldEndWithTwoWhenAFileCannotBeUsed() throws Exception {
        write("key.pem", OTHER_CA.issue("x").keyPem());
        String tls = "{ca_certs: DIR/none.pem, certfile: DIR/cert.pem, keyfile: DIR/key.pem}";
        try (BridgeProcess bridge = start("localhost", MUTUAL, tls)) {
            assertThat(bridge.awaitExit()).isEqualTo(2);
            assertThat(String.join("\n", bridge.output()))
                    .contains("mqtt.tls.ca_certs", "none.pem", "mqtt.tls.keyfile", "key.pem does not belong to");
        }
    }

    @Test
    void shouldUseRenewedFilesAtTheNextConnection() throws Exception {
        try (TcpProxy proxy = new TcpProxy("localhost", PLAIN)) {
            runInside("localhost", proxy.port(), "{cert_reqs: true, ca_certs: DIR/ca.pem}", bridge -> {
                await().atMost(PATIENCE).until(() -> isSubscribed(bridge));
                write("ca.pem", "damaged: no certificate any more");
                proxy.cut();
                await().atMost(PATIENCE).until(() -> problem(bridge).contains("ca.pem has no certificate in PEM form"));

                write("ca.pem", Issued.pem(CA.certificate()));

                await().atMost(PATIENCE).until(() -> isSubscribed(bridge));
            });
        }
    }

    private void assertSays(int port, String tls, String... parts) throws Exception {
        assertSays("localhost", port, tls, parts);
    }

    private void assertSays(String host, int port, String tls, String... parts) throws Exception {
        runInside(host, port, tls, bridge -> {
            await().atMost(PATIENCE).until(() -> !problem(bridge).equals("not connected yet"));
            assertThat(problem(bridge)).contains(parts);
        });
    }

    private static String problem(Bridge bridge) {
        return bridge.problems().getOrDefault(Health.Part.MQTT, "");
    }

    /** Kafka is not there. */
    private static boolean isSubscribed(Bridge bridge) {
        return problem(bridge).isEmpty()
                && bridge.problems().getOrDefault(Health.Part.SUBSCRIPTIONS, "").isEmpty();
    }

    private interface Course {
        void run(Bridge bridge) throws Exception;
    }

    /** In this JVM: what matters is the connection alone, and a process takes seconds to start. */
    private void runInside(String host, int port, String tls, Course course) throws Exception {
        writeSettings(host, port, NOBODY, "tcp", tls);
        Bridge bridge = new Bridge(Settings.load(conf, Map.of("UNS_SPARKPLUG__STATE_DIR", "none")));
        bridge.start();
        try {
            course.run(bridge);
        } finally {
            bridge.close();
            assertThat(bridge.imbalances()).isZero();
        }
    }

    private BridgeProcess start(String host, int port, String tls) throws IOException {
        return start(host, port, NOBODY, "tcp", tls);
    }

    private BridgeProcess start(String host, int port, String kafka, String transport, String tls) throws IOException {
        writeSettings(host, port, kafka, transport, tls);
        return BridgeProcess.start(conf, Map.of());
    }

    private void writeSettings(String host, int port, String kafka, String transport, String tls) throws IOException {
        Files.writeString(
                conf.resolve("settings.yaml"),
                BridgeProcess.settings(
                        host,
                        port,
                        kafka,
                        "topics: ['acme/#']",
                        "transport: " + transport,
                        "client_id: " + conf.getFileName(),
                        "tls: " + tls.replace("DIR", conf.toString())));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(conf.resolve(name), text);
    }
}
