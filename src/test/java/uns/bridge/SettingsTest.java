package uns.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.config.ConfigurationException;
import uns.bridge.config.Secret;
import uns.bridge.config.SettingsFixture;
import uns.bridge.message.TopicFilter;

class SettingsTest {

    private static final String MINIMAL = "mqtt: {host: h}\nkafka: {config: {bootstrap.servers: 'k:9092'}}\n";

    @TempDir
    Path confDir;

    @Test
    void shouldLoadWhenAsShipped() throws Exception {
        Settings settings = Settings.load(Path.of("conf"), Map.of());

        assertThat(settings.mqtt().host()).isEqualTo("localhost");
        assertThat(settings.kafka().config()).containsEntry("bootstrap.servers", "localhost:9092");
        assertThat(settings.warnings()).isEmpty();
    }

    @Test
    void shouldShipTheDefaultsWhenAKeyIsWrittenOut() throws Exception {
        Settings shipped = Settings.load(Path.of("conf"), Map.of());
        SettingsFixture.write(
                confDir, "mqtt: {host: localhost}\nkafka: {config: {bootstrap.servers: 'localhost:9092'}}", "");
        Settings defaults = Settings.load(confDir, Map.of());

        assertThat(shipped)
                .usingRecursiveComparison()
                .ignoringFields("description", "spool.dir")
                .isEqualTo(defaults);
        assertThat(shipped.spool().dir()).isEqualTo(Path.of("data/spool"));
        assertThat(defaults.spool().dir()).isNull();
    }

    @Test
    void shouldChangeNothingWhenTheSecretsTemplateIsCopied() throws Exception {
        SettingsFixture.write(confDir, MINIMAL, "");
        Settings without = Settings.load(confDir, Map.of());
        Files.copy(
                Path.of(".secrets_template.yaml"),
                confDir.resolve(".secrets.yaml"),
                StandardCopyOption.REPLACE_EXISTING);

        assertThat(Settings.load(confDir, Map.of())).isEqualTo(without);
    }

    @Test
    void shouldLoadWhenWrittenForThePythonBridge() throws Exception {
        SettingsFixture.write(confDir, """
                mqtt:
                  host: "localhost"
                  port: 1883
                  topics: ["test/uns/#", "test/uns/#"]
                  qos: 1
                  keep_alive: 0
                  reconnect_on_failure: True
                  version: 5
                  clean_session: True
                  transport: "tcp"
                  ignored_attributes:
                    { 'topic1': ["attr1", "attr2.subAttr1"], 'topic2/+': "A.B" }
                  timestamp_attribute: "timestamp"
                kafka:
                  config: {
                      client.id: "uns_kafka_client",
                      bootstrap.servers: "localhost:9092",
                      enable.idempotence: True,
                      retries: 10,
                      compression.type: "gzip",
                    }
                dynaconf_merge: true
                """, """
                mqtt:
                  username: "bridge"
                  password: 0123
                  tls:
                    # ca_certs:
                kafka:
                  config: {
                      security.protocol: "SASL_SSL",
                      sasl.mechanisms: "SCRAM-SHA-256",
                      sasl.username: "",
                      sasl.password: "",
                      ssl.cipher.suites: "",
                      ssl.curves.list: "",
                      ssl.sigalgs.list: "",
                      ssl.key.location: "",
                      ssl.key.password: "",
                      ssl.key.pem: "",
                    }
                dynaconf_merge: true
                """);

        Settings settings = Settings.load(confDir, Map.of("UNS_MQTT__HOST", "broker"));

        assertThat(settings.mqtt().host()).isEqualTo("broker");
        assertThat(settings.mqtt().topics()).containsExactly(TopicFilter.of("test/uns/#"));
        assertThat(settings.mqtt().username()).isEqualTo("bridge");
        assertThat(settings.mqtt().password()).isEqualTo(new Secret("0123"));
        assertThat(settings.pipeline().ignoredAttributes())
                .containsEntry(TopicFilter.of("topic1"), List.of("attr1", "attr2.subAttr1"))
                .containsEntry(TopicFilter.of("topic2/+"), List.of("A.B"));
        assertThat(settings.kafka().config())
                .containsEntry("client.id", "uns_kafka_client")
                .containsEntry("compression.type", "gzip")
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("sasl.mechanism", "SCRAM-SHA-256")
                .doesNotContainKeys("sasl.password", "ssl.keystore.key", "ssl.key.password", "ssl.cipher.suites");
        assertThat(settings.warnings())
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line).startsWith("mqtt.topics: test/uns/# is there more than once"),
                        line -> assertThat(line).startsWith("mqtt.keep_alive: 0 "),
                        line -> assertThat(line).startsWith("mqtt.clean_session: has no effect"),
                        line -> assertThat(line).startsWith("kafka.config.retries"),
                        line -> assertThat(line).startsWith("kafka.config.security.protocol: there is no login"));
    }

    @Test
    void shouldTellEveryProblemWhenThereAreMany() throws Exception {
        SettingsFixture.write(confDir, """
                mqtt:
                  prot: 1883
                  qos: 3
                  qos: 1
                kafka:
                  config: {bootstrap.servers: "k:9092", acks: most}
                sparkplug: {resolve: perhaps}
                historian: {}
                drain_timeout: 2w
                """, "mqtt: {port: s3cret}");

        assertThat(problems())
                .extracting(line -> line.substring(0, line.indexOf(": ")))
                .containsExactlyInAnyOrder(
                        "qos",
                        "mqtt.host",
                        "mqtt.prot",
                        "mqtt.port",
                        "mqtt.qos",
                        "kafka.config.acks",
                        "sparkplug.resolve",
                        "historian",
                        "drain_timeout");
        assertThat(problems()).noneMatch(line -> line.contains("s3cret"));
    }

    @Test
    void shouldDrainForSixSecondsWhenNotSet() throws Exception {
        SettingsFixture.write(confDir, MINIMAL, "");

        assertThat(Settings.load(confDir, Map.of()).drainTimeout()).isEqualTo(Duration.ofSeconds(6));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "3601", "soon"})
    void shouldNoteAProblemWhenTheDrainTimeoutIsBad(String timeout) throws Exception {
        SettingsFixture.write(confDir, MINIMAL + "drain_timeout: " + timeout, "");

        assertThat(problems()).singleElement().asString().startsWith("drain_timeout: expected a duration");
    }

    @Test
    void shouldDescribeEveryKeySortedWhenLoaded() throws Exception {
        SettingsFixture.write(confDir, MINIMAL, "mqtt: {username: s3cret, password: s3cret}");

        assertThat(Settings.load(confDir, Map.of("UNS_DRAIN_TIMEOUT", "5")).description())
                .isSorted()
                .noneMatch(line -> line.contains("s3cret"))
                .contains(
                        "drain_timeout = <hidden> (environment UNS_DRAIN_TIMEOUT)",
                        "kafka.config.acks = all (default)",
                        "kafka.dead_letter_topic = uns_bridge_dead_letter (default)",
                        "mqtt.host = h (settings.yaml)",
                        "mqtt.password = <hidden> (.secrets.yaml)",
                        "mqtt.session_expiry = 24h (default)",
                        "mqtt.topics = [spBv1.0/#] (default)",
                        "mqtt.username = <hidden> (.secrets.yaml)",
                        "sparkplug.reorder_timeout = 5s (default)",
                        "sparkplug.resolve = true (default)",
                        "watchdog.stall = 60s (default)");
    }

    private List<String> problems() {
        return assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> Settings.load(confDir, Map.of()))
                .withNoCause()
                .actual()
                .problems();
    }
}
