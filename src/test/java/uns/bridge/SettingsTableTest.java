package uns.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import uns.bridge.config.ConfigurationException;
import uns.bridge.config.SettingsFixture;

/** Every key has a default, as the bridge tells it, and a value that is not allowed. A new key needs a row here. */
class SettingsTableTest {

    private static final String MUST_BE_SET = "must be set";
    private static final String MAP = "{}";

    /** What the client id depends on. */
    private static final String HOST_NAME = "<host name>";

    /** Key, default, a value in YAML that is not allowed. */
    private static final String TABLE = """
            drain_timeout | 6s | 61m
            http.enabled | true | perhaps
            http.host | 127.0.0.1 | [a]
            http.password | none | secret
            http.port | 8080 | 0
            http.show_payloads | false | perhaps
            http.tls.certfile | none | /absent/bridge.pem
            http.tls.keyfile | none | /absent/bridge.key
            http.tls.keyfile_password | none | [a]
            http.token | none | [a]
            http.username | none | operator
            kafka.config.acks | all | most
            kafka.config.batch.size | 16384 | -1
            kafka.config.bootstrap.servers | must be set | 'no port'
            kafka.config.buffer.memory | 16777216 | 64MiB
            kafka.config.client.id | uns-kafka-bridge | [[a]]
            kafka.config.compression.type | snappy | zip
            kafka.config.delivery.timeout.ms | 2147483647 | 1
            kafka.config.enable.idempotence | true | perhaps
            kafka.config.enable.metrics.push | false | maybe
            kafka.config.linger.ms | 5 | -1
            kafka.config.max.block.ms | 15000 | 15s
            kafka.config.max.in.flight.requests.per.connection | 1 | 0
            kafka.config.max.request.size | 16777216 | -1
            kafka.config.metadata.max.idle.ms | 86400000 | 1
            kafka.create_topics.config | {} | all
            kafka.create_topics.partitions | none | 0
            kafka.create_topics.replication_factor | none | 32768
            kafka.dead_letter_topic | uns_bridge_dead_letter | a/b
            kafka.max_topics | 0 | -1
            kafka.overflow_topic | uns_bridge_overflow | ..
            kafka.topic_mapping | [] | a
            kafka.value | message | payload
            mqtt.clean_session | none | 1
            mqtt.client_id | uns-kafka-bridge-<host name> | "a\\0"
            mqtt.host | must be set | tcp://h
            mqtt.ignored_attributes | {} | {a/#/b: c}
            mqtt.keep_alive | 60s | 65536
            mqtt.max_in_flight_bytes | 33554432 | 65535
            mqtt.password | none | [a]
            mqtt.path | /mqtt | mqtt
            mqtt.port | 1883 | 65536
            mqtt.qos | 1 | 3
            mqtt.receive_maximum | 5000 | 0
            mqtt.reconnect_on_failure | true | sometimes
            mqtt.session_expiry | 24h | 4294967296
            mqtt.timestamp_attribute | timestamp | [a]
            mqtt.tls.ca_certs | none | /absent/ca.pem
            mqtt.tls.cert_reqs | none | CERT_NONE
            mqtt.tls.certfile | none | /absent/bridge.pem
            mqtt.tls.ciphers | none | NO-SUCH-CIPHER
            mqtt.tls.insecure_cert | false | perhaps
            mqtt.tls.keyfile | none | /absent/bridge.key
            mqtt.tls.keyfile_password | none | [a]
            mqtt.topics | [spBv1.0/#] | [a#]
            mqtt.transport | tcp | ws
            mqtt.username | none | "a\\0"
            mqtt.version | 5 | 2
            sparkplug.certificates | false | perhaps
            sparkplug.death_records | false | perhaps
            sparkplug.max_payload | 16777216 | 1023
            sparkplug.rebirth | false | perhaps
            sparkplug.rebirth_interval | 30s | 25h
            sparkplug.reorder_timeout | 5s | 61m
            sparkplug.resolve | true | perhaps
            sparkplug.state_dir | data | "a\\0"
            sparkplug.state_max_age | 168h | 59s
            spool.after | 5s | 0s
            spool.dir | none | "a\\0"
            spool.full | block | drop
            spool.max_age | none | 0s
            spool.max_bytes | 1073741824 | 1000
            watchdog.stall | 60s | 4s
            """;

    private static final String MINIMAL = "mqtt: {host: h}\nkafka: {config: {bootstrap.servers: 'k:9092'}}\n";

    @TempDir
    private Path conf;

    private record Row(String key, String defaultValue, String bad) {

        /** The settings with the bad value alone. */
        String yaml() {
            // The keys of Kafka's producer have dots of their own.
            List<String> levels = key.startsWith("kafka.config.")
                    ? List.of("kafka", "config", "'" + key.substring("kafka.config.".length()) + "'")
                    : List.of(key.split("\\."));
            return String.join(": {", levels) + ": " + bad + "}".repeat(levels.size() - 1);
        }
    }

    private static Stream<Row> rows() {
        return TABLE.lines()
                .map(line -> line.split(" \\| ", 3))
                .map(cells -> new Row(cells[0].strip(), cells[1], cells[2]));
    }

    @Test
    void shouldHaveARowForEveryKey() throws Exception {
        SettingsFixture.write(conf, MINIMAL, "");
        Set<String> known = Settings.load(conf, Map.of()).description().stream()
                .map(line -> line.substring(0, line.indexOf(" = ")))
                .collect(Collectors.toCollection(TreeSet::new));
        // A map where any key is allowed is told only where it has one.
        rows().filter(row -> row.defaultValue().equals(MAP)).forEach(row -> known.add(row.key()));

        assertThat(rows().map(Row::key)).containsExactlyElementsOf(known);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void shouldHaveTheDefaultWhenNotWritten(Row row) throws Exception {
        if (row.defaultValue().equals(MUST_BE_SET)) {
            SettingsFixture.write(conf, "", "");
            assertThat(problems()).contains(row.key() + ": must be set");
            return;
        }
        SettingsFixture.write(conf, MINIMAL, "");
        String value =
                row.defaultValue().replace(HOST_NAME, InetAddress.getLocalHost().getHostName());

        List<String> description = Settings.load(conf, Map.of()).description();

        if (value.equals(MAP)) {
            assertThat(description).noneMatch(line -> line.startsWith(row.key()));
        } else {
            assertThat(description).contains(row.key() + " = " + value + " (default)");
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void shouldNameTheKeyAndWhereItIsWhenTheValueIsBad(Row row) throws Exception {
        SettingsFixture.write(conf, MINIMAL, row.yaml());

        assertThat(problems())
                .anySatisfy(problem -> assertThat(problem)
                        .startsWith(row.key())
                        .containsAnyOf(": ", "[0]")
                        .contains(".secrets.yaml"));
    }

    private List<String> problems() {
        return assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> Settings.load(conf, Map.of()))
                .actual()
                .problems();
    }
}
