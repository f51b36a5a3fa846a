package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.config.SettingsFixture;
import uns.bridge.edge.DataType;
import uns.bridge.edge.Metric;
import uns.bridge.edge.SparkplugWriter;

class ExplanationTest {

    private static final long NOW_MS = 1_700_000_000_000L;

    private static final String SETTINGS = """
            mqtt:
              host: h
              topics: ['spBv1.0/#', 'acme/#', 'acme/line1/#', '$share/g/shared/#']
              qos: 2
              ignored_attributes: {'acme/#': [debug, a.b], 'acme/line1/+': id, 'other/#': x}
              timestamp_attribute: ts
            kafka:
              config: {bootstrap.servers: 'k:9092'}
              topic_mapping:
                - {filter: 'acme/secret/#', drop: true}
                - {filter: 'acme/camera/+', topic: 'pictures.{3}', key: '{2}', format: raw}
            """;

    @TempDir
    private Path conf;

    @Test
    void shouldTellWhatFollowsFromTheTopicWhenThereIsNoPayload() throws Exception {
        assertThat(explain("acme/line1/temp", null))
                .containsExactly(
                        "MQTT topic: acme/line1/temp",
                        "subscribed by: acme/#",
                        "subscribed by: acme/line1/#, which is not subscribed to, for acme/# covers it",
                        "rule: none, so the name of the MQTT topic",
                        "value: the payload, which must be JSON",
                        "Kafka topic: acme_line1_temp",
                        "key: acme/line1/temp",
                        "timestamp: attribute ts of the payload, else time of arrival",
                        "attributes left out: debug, a.b (by acme/#); id (by acme/line1/+)");
    }

    @Test
    void shouldPrintTheRecordWhenThereIsAPayload() throws Exception {
        byte[] payload = "{\"ts\": 1600000000000, \"id\": 7, \"v\": 2.50, \"debug\": {}}".getBytes(UTF_8);

        assertThat(explain("acme/line1/temp", payload))
                .endsWith(
                        "record 1 of 1:",
                        "  Kafka topic: acme_line1_temp",
                        "  key: acme/line1/temp",
                        "  timestamp: 1600000000000 (2020-09-13T12:26:40Z), that of the payload",
                        "  header mqtt.qos: 2",
                        "  header mqtt.retained: false",
                        "  header mqtt.duplicate: false",
                        "  value: {\"ts\": 1600000000000, \"v\": 2.50}");
    }

    @Test
    void shouldNameTheRuleWhenOneMatches() throws Exception {
        assertThat(explain("acme/camera/7", new byte[] {(byte) 0xFF, 0}))
                .contains(
                        "rule: kafka.topic_mapping[1], filter acme/camera/+",
                        "value: the payload as it is",
                        "Kafka topic: pictures.7",
                        "key: camera",
                        "attributes left out: none",
                        "  value: 2 bytes that are no text, in hex ff00")
                .anyMatch(line -> line.endsWith("the time of arrival, here now"));
    }

    @Test
    void shouldTellThatNothingIsWrittenWhenTheRuleDropsIt() throws Exception {
        assertThat(explain("acme/secret/a", new byte[0]))
                .containsSequence(
                        "rule: kafka.topic_mapping[0], filter acme/secret/#",
                        "becomes: no record, for the rule drops it",
                        "no record");
    }

    @Test
    void shouldTellTheReasonWhenItBecomesADeadLetter() throws Exception {
        assertThat(explain("acme/a", "{".getBytes(UTF_8)))
                .containsSequence("dead letter:", "  Kafka topic: uns_bridge_dead_letter", "  key: acme/a")
                .anyMatch(line -> line.startsWith("  header dead_letter.reason: not JSON: "))
                .endsWith("  value: {");
        assertThat(explain("acme/a", new byte[40 << 20]))
                .contains(
                        "  header dead_letter.reason: payload of 41943040 bytes is too large to be held",
                        "  header dead_letter.original-size: 41943040");
    }

    @Test
    void shouldTellATombstoneWhenThePayloadIsEmpty() throws Exception {
        assertThat(explain("acme/a", new byte[0])).endsWith("  value: null (a tombstone)");
    }

    @Test
    void shouldSayThatNoBirthIsKnownWhenItIsSparkplugData() throws Exception {
        byte[] payload = SparkplugWriter.payload(
                NOW_MS - 1, 3L, List.of(Metric.of("Temp", 7, DataType.INT32, 21).byAlias()));

        assertThat(explain("spBv1.0/G/DDATA/E/D", payload))
                .contains(
                        "subscribed by: spBv1.0/#",
                        "value: JSON of a Sparkplug B payload, one record",
                        "  header sparkplug.device: D",
                        "  header sparkplug.unresolved: 1")
                .anyMatch(line -> line.startsWith("births: none is known here, so metrics stay unresolved"));
    }

    @Test
    void shouldTellWhoElseMaySendItElsewhere() throws Exception {
        List<String> lines = explain("shared/a", null, "max_topics: 3", "overflow_topic: rest");

        assertThat(lines)
                .contains(
                        "subscribed by: $share/g/shared/#, shared with the other bridges of group g",
                        "overflow: rest instead, if it is not among the first 3 Kafka topics since the start"
                                + " (kafka.max_topics)");
        assertThat(explain("$SYS/x", null))
                .contains("subscribed by: no filter of mqtt.topics, so the bridge never receives it; if it did:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/#", "a/+/b", "a\0"})
    void shouldRefuseWhenNothingCanBePublishedToIt(String topic) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> explain(topic, null))
                .withMessageContaining("not an MQTT topic");
    }

    private List<String> explain(String topic, byte @Nullable [] payload, String... kafkaLines) throws Exception {
        StringBuilder yaml = new StringBuilder(SETTINGS);
        for (String line : kafkaLines) {
            yaml.append("  ").append(line).append('\n');
        }
        SettingsFixture.write(conf, yaml.toString(), "");
        return Explanation.of(Settings.load(conf, Map.of()), topic, payload, NOW_MS);
    }
}
