package uns.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.config.Secret;
import uns.bridge.config.SettingsFixture;
import uns.bridge.message.TopicFilter;

class MqttSettingsTest {

    @Test
    void shouldHaveDefaultsWhenOnlyTheHostIsSet() throws Exception {
        SettingsFixture settings = SettingsFixture.settings("mqtt: {host: broker}");

        MqttSettings mqtt = MqttSettings.read(settings.section("mqtt"));

        assertThat(settings.problems()).isEmpty();
        assertThat(mqtt.host()).isEqualTo("broker");
        assertThat(mqtt.port()).isEqualTo(1883);
        assertThat(mqtt.username()).isNull();
        assertThat(mqtt.password()).isNull();
        assertThat(mqtt.topics()).containsExactly(TopicFilter.of("spBv1.0/#"));
        assertThat(mqtt.qos()).isEqualTo(1);
        assertThat(mqtt.keepAlive()).isEqualTo(Duration.ofSeconds(60));
        assertThat(mqtt.reconnectOnFailure()).isTrue();
        assertThat(mqtt.clientId())
                .isEqualTo("uns-kafka-bridge-" + InetAddress.getLocalHost().getHostName());
        assertThat(mqtt.sessionExpiry()).isEqualTo(Duration.ofHours(24));
        assertThat(mqtt.receiveMaximum()).isEqualTo(MqttSettings.DEFAULT_RECEIVE_MAXIMUM);
        assertThat(mqtt.maxInFlightBytes()).isEqualTo(33_554_432);
        assertThat(mqtt.version()).isEqualTo(MqttVersion.MQTT_5);
        assertThat(mqtt.cleanSession()).isFalse();
        assertThat(mqtt.webSocketPath()).isNull();
        assertThat(mqtt.warnings()).isEmpty();
    }

    @Test
    void shouldReadEveryKeyWhenWritten() {
        SettingsFixture settings = SettingsFixture.settings("""
                mqtt:
                  host: 10.0.0.1
                  port: "8883"
                  username: 42
                  password: 007
                  topics: [a/#, b/+/c]
                  qos: 2
                  keep_alive: 30
                  reconnect_on_failure: no
                  version: 4
                  clean_session: true
                  transport: websockets
                  path: /ws?x=1
                  tls: {ca_certs: , certfile: ""}
                  client_id: line-4
                  session_expiry: 7d
                  receive_maximum: 10
                  max_in_flight_bytes: 64KiB
                """);

        MqttSettings mqtt = MqttSettings.read(settings.section("mqtt"));

        assertThat(settings.problems()).isEmpty();
        assertThat(mqtt)
                .isEqualTo(new MqttSettings(
                        "10.0.0.1",
                        8883,
                        "42",
                        new Secret("007"),
                        null,
                        List.of(TopicFilter.of("a/#"), TopicFilter.of("b/+/c")),
                        2,
                        Duration.ofSeconds(30),
                        false,
                        "line-4",
                        Duration.ofDays(7),
                        10,
                        65_536,
                        MqttVersion.MQTT_3_1_1,
                        true,
                        "/ws?x=1"));
        assertThat(mqtt.toString()).doesNotContain("007");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "host: tcp://broker | mqtt.host: expected a host name or address, without scheme and port",
                "host: [a, b] | mqtt.host: expected a host name or address, without scheme and port, but got a list",
                "port: 0 | mqtt.port: expected a whole number from 1 to 65535, but got the number 0",
                "port: 65536 | mqtt.port: expected a whole number from 1 to 65535, but got the number 65536",
                "username: {a: b} | mqtt.username: expected at most 65535 bytes",
                "password: [s3cret] | mqtt.password: expected a text, but got <hidden>",
                "topics: [] | mqtt.topics: needs at least one topic filter",
                "topics: [a/b#] | mqtt.topics[0]: expected an MQTT topic filter",
                "topics: a#b | mqtt.topics: expected an MQTT topic filter",
                "topics: ['a', ''] | mqtt.topics[1]: expected an MQTT topic filter",
                "topics: {a: b} | mqtt.topics: expected an MQTT topic filter",
                "qos: 3 | mqtt.qos: expected a whole number from 0 to 2",
                "keep_alive: -1 | mqtt.keep_alive: expected a duration from 0s to 65535s",
                "keep_alive: 65536 | mqtt.keep_alive: expected a duration from 0s to 65535s",
                "reconnect_on_failure: 1 | mqtt.reconnect_on_failure: expected true or false",
                "version: 2 | mqtt.version: expected a whole number from 3 to 5, but got the number 2",
                "version: 6 | mqtt.version: expected a whole number from 3 to 5, but got the number 6",
                "clean_session: 1 | mqtt.clean_session: expected true or false",
                "path: mqtt | mqtt.path: expected a path that begins with '/', without blanks",
                "path: '/a b' | mqtt.path: expected a path that begins with '/', without blanks",
                "path: '/a#b' | mqtt.path: expected a path that begins with '/', without blanks",
                "path: /ä | mqtt.path: expected a path that begins with '/', without blanks",
                "topics: $share | mqtt.topics: expected an MQTT topic filter",
                "topics: $share/g | mqtt.topics: expected an MQTT topic filter",
                "topics: $share/g/ | mqtt.topics: expected an MQTT topic filter",
                "topics: $share//a | mqtt.topics: expected an MQTT topic filter",
                "topics: $share/+/a | mqtt.topics: expected an MQTT topic filter",
                "topics: '$share/#' | mqtt.topics: expected an MQTT topic filter",
                "transport: udp | mqtt.transport: expected tcp or websockets",
                "tls: {ca_certs: none.pem} | mqtt.tls.ca_certs: expected the path of a file that exists",
                "tls: true | mqtt.tls: expected a map, but got the boolean true",
                "tls: {ca_cert: } | mqtt.tls.ca_cert: unknown; did you mean 'ca_certs'?",
                "session_expiry: 4294967296 | mqtt.session_expiry: expected a duration from 0s to",
                "session_expiry: forever | mqtt.session_expiry: expected a duration from 0s to",
                "receive_maximum: 0 | mqtt.receive_maximum: expected a whole number from 1 to 65535",
                "receive_maximum: 65536 | mqtt.receive_maximum: expected a whole number from 1 to 65535",
                "max_in_flight_bytes: 65535 | mqtt.max_in_flight_bytes: expected a size from 65536",
                "max_in_flight_bytes: 1MB | mqtt.max_in_flight_bytes: expected a size from 65536",
                "hots: x | mqtt.hots: unknown; did you mean 'host'?",
            })
    void shouldNoteAProblemWhenAValueIsBad(String line, String problem) {
        String host = line.startsWith("host") ? "" : "host: broker, ";
        SettingsFixture settings = SettingsFixture.settings("mqtt: {" + host + line + "}");

        MqttSettings.read(settings.section("mqtt"));

        assertThat(settings.problems())
                .singleElement()
                .asString()
                .startsWith(problem)
                .endsWith("(settings.yaml, line 1)")
                .doesNotContain("s3cret");
    }

    @Test
    void shouldAcceptOneTopicWhenNotAList() {
        SettingsFixture settings = SettingsFixture.settings("mqtt: {host: h, topics: 'acme/#'}");

        assertThat(MqttSettings.read(settings.section("mqtt")).topics()).containsExactly(TopicFilter.of("acme/#"));
        assertThat(settings.problems()).isEmpty();
    }

    @Test
    void shouldNoteAProblemWhenTheHostIsMissing() {
        SettingsFixture settings = SettingsFixture.settings("mqtt: {host: ''}");

        MqttSettings.read(settings.section("mqtt"));

        assertThat(settings.problems()).containsExactly("mqtt.host: must be set");
    }

    @ParameterizedTest
    @CsvSource({"3, MQTT_3_1", "4, MQTT_3_1_1", "5, MQTT_5"})
    void shouldKeepTheSessionInEveryVersionWhenCleanSessionIsNotWritten(int level, MqttVersion version) {
        SettingsFixture settings = SettingsFixture.settings("mqtt: {host: h, version: " + level + "}");

        MqttSettings mqtt = MqttSettings.read(settings.section("mqtt"));

        assertThat(settings.problems()).isEmpty();
        assertThat(mqtt.version()).isEqualTo(version);
        assertThat(mqtt.cleanSession()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "version: 4, client_id: c, clean_session: true | mqtt.clean_session: true, so what is published while",
                "version: 3, client_id: 123456789012345678901234 | mqtt.client_id: longer than the 23 characters",
                "version: 4, client_id: c, password: s3cret | mqtt.password: not sent, for MQTT 3.1.1 sends none without",
                "topics: [a/b, a/#] | mqtt.topics: a/b is not subscribed to, for a/# covers it",
                "version: 4, topics: [a/+/c, a/b/+] | mqtt.topics: a/+/c and a/b/+ overlap, so the MQTT broker may send",
                "topics: [a/#, $share/g/+/b] | mqtt.topics: a/# and $share/g/+/b overlap, so the MQTT broker may send",
            })
    void shouldWarnWhenThePromiseOrTheConnectionIsInDoubt(String line, String warning) {
        SettingsFixture settings = SettingsFixture.settings("mqtt: {host: h, " + line + "}");

        MqttSettings mqtt = MqttSettings.read(settings.section("mqtt"));

        assertThat(settings.problems()).isEmpty();
        assertThat(mqtt.warnings())
                .singleElement()
                .asString()
                .startsWith(warning)
                .doesNotContain("s3cret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "clean_session: true | mqtt.clean_session: has no effect with version 5",
                "clean_session: false | mqtt.clean_session: has no effect with version 5",
                "keep_alive: 0 | mqtt.keep_alive: 0 would leave a lost connection unnoticed, so it is 60s",
                "topics: [a, b, a, a] | mqtt.topics: a is there more than once",
            })
    void shouldWarnAndGoOnWhenThePythonBridgeAcceptsIt(String line, String warning) {
        SettingsFixture settings = SettingsFixture.settings("mqtt: {host: h, " + line + "}");

        MqttSettings mqtt = MqttSettings.read(settings.section("mqtt"));

        assertThat(settings.problems()).isEmpty();
        assertThat(settings.root().warnings())
                .singleElement()
                .asString()
                .startsWith(warning)
                .endsWith("(settings.yaml, line 1)");
        assertThat(mqtt.warnings()).isEmpty();
        assertThat(mqtt.cleanSession()).isFalse();
        assertThat(mqtt.keepAlive()).isEqualTo(Duration.ofSeconds(60));
        assertThat(mqtt.topics()).doesNotHaveDuplicates().isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "version: 3, client_id: 12345678901234567890123, clean_session: false",
                "version: 4, client_id: 123456789012345678901234, username: u, password: p",
                "version: 5, password: p",
                "version: 5, topics: [a/+/c, a/b/+]",
                "keep_alive: 1",
            })
    void shouldNotWarnWhenAllIsWell(String line) {
        SettingsFixture settings = SettingsFixture.settings("mqtt: {host: h, " + line + "}");

        assertThat(MqttSettings.read(settings.section("mqtt")).warnings()).isEmpty();
        assertThat(settings.root().warnings()).isEmpty();
        assertThat(settings.problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a/#, a/b, c | a/#, c",
                "a/b, a/+, a/# | a/#",
                "#, $SYS/#, +/x | #, $SYS/#",
                "a/+/c, a/b/+ | a/+/c, a/b/+",
                "$share/g/a/#, $share/g/a/b | $share/g/a/#",
                "$share/g/a/#, $share/h/a/b | $share/g/a/#, $share/h/a/b",
                "a/#, $share/g/a/b | a/#",
                "$share/g/a/#, a/b | $share/g/a/#, a/b",
                "#, $share/g/a | #",
                "$share/g/#, $share/g/$SYS/x | $share/g/#, $share/g/$SYS/x",
            })
    void shouldSubscribeOnlyToWhatNoOtherFilterCovers(String topics, String subscriptions) {
        SettingsFixture settings =
                SettingsFixture.settings("mqtt: {host: h, topics: ['" + topics.replace(", ", "', '") + "']}");

        MqttSettings mqtt = MqttSettings.read(settings.section("mqtt"));

        assertThat(settings.problems()).isEmpty();
        assertThat(mqtt.subscriptions()).extracting(TopicFilter::toString).containsExactly(subscriptions.split(", "));
    }

    @ParameterizedTest
    @ValueSource(ints = {65_536, 100_000})
    void shouldNoteAProblemWhenTheClientIdIsTooLong(int length) {
        SettingsFixture settings = SettingsFixture.settings("mqtt: {host: h, client_id: " + "x".repeat(length) + "}");

        MqttSettings.read(settings.section("mqtt"));

        assertThat(settings.problems()).singleElement().asString().startsWith("mqtt.client_id: expected at most 65535");
    }

    @Test
    void shouldHideEveryValueWhenFromSecretsOrEnvironment() {
        String yaml = """
                mqtt: {host: s3/cret, port: s3cret, username: [s3cret], password: {a: s3cret}, topics: [s3cret#],
                  qos: s3cret, keep_alive: s3cret, reconnect_on_failure: s3cret, version: s3cret, transport: s3cret,
                  client_id: s3cret, session_expiry: s3cret, receive_maximum: s3cret, max_in_flight_bytes: s3cret,
                  clean_session: s3cret, path: s3cret, tls: {ca_certs: s3cret}, unknown: s3cret}
                """;
        for (SettingsFixture settings : List.of(
                SettingsFixture.secrets(yaml),
                SettingsFixture.of("", "", Map.of("UNS_MQTT", yaml.substring("mqtt:".length()))))) {
            MqttSettings.read(settings.section("mqtt"));

            assertThat(settings.problems()).hasSize(17).noneMatch(line -> line.contains("s3"));
            assertThat(settings.root().describe()).noneMatch(line -> line.contains("s3"));
        }
    }
}
