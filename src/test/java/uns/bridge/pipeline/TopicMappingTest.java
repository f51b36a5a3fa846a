package uns.bridge.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static uns.bridge.message.Messages.ARRIVAL_MS;
import static uns.bridge.message.Messages.message;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uns.bridge.config.SettingsFixture;
import uns.bridge.message.OutboundRecord;
import uns.bridge.sparkplug.SparkplugSettings;

class TopicMappingTest {

    private static final byte[] JSON = "{\"a\":1}".getBytes(UTF_8);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "spBv1.0/G/DDATA/E/D | sparkplug.G.ddata | spBv1.0/G/DDATA/E/D",
                "spBv1.0/G 1/DDATA/E/D | sparkplug.G_1.ddata | spBv1.0/G 1/DDATA/E/D",
                "spBv1.0/G/NDATA/E | sp-E--NDATA-spBv1.0_G_NDATA_E | G:spBv1.0/G/NDATA/E",
                "acme/line1/temp | acme.. | line1",
                "acme/+x/ | acme.. | +x",
                "acme | acme.. | ''",
                "other/topic | other_topic | other/topic",
            })
    void shouldNameByTheFirstRuleThatMatches(String mqttTopic, String kafkaTopic, String key) {
        Pipeline pipeline = pipeline("""
                topic_mapping:
                  - {filter: 'spBv1.0/+/DDATA/#', topic: 'sparkplug.{2}.ddata'}
                  - {filter: 'spBv1.0/#', topic: 'sp-{edge}-{device}-{type}-{topic}', key: '{group}:{topic}'}
                  - {filter: 'acme/#', topic: 'acme.{9}.', key: '{2}'}
                  - {filter: 'acme/line1/#', topic: 'never'}
                """);

        OutboundRecord record = record(pipeline.process(message(mqttTopic, payload(mqttTopic))));

        assertThat(record.topic()).isEqualTo(kafkaTopic);
        assertThat(new String(record.key(), UTF_8)).isEqualTo(key);
    }

    @ParameterizedTest
    @CsvSource({"x/.", "x/..", "x/", "x"})
    void shouldMakeTheNameLegalWhenItIsNot(String mqttTopic) {
        Pipeline pipeline = pipeline("topic_mapping: [{filter: '#', topic: '{2}'}]");

        String name = record(pipeline.process(message(mqttTopic, JSON))).topic();

        // The hash tells apart what would be equal.
        assertThat(name).matches("[.]{0,2}_[0-9a-f]{16}");
    }

    @Test
    void shouldReadThePayloadAsTheRuleSays() {
        Pipeline pipeline = pipeline("""
                topic_mapping:
                  - {filter: 'spBv1.0/json/#', format: json}
                  - {filter: 'other/sparkplug/#', format: sparkplug}
                  - {filter: 'raw/#', format: raw}
                  - {filter: '+/auto', format: auto}
                """);

        assertThat(record(pipeline.process(message("spBv1.0/json/NDATA/E", JSON)))
                        .value())
                .isEqualTo(JSON);
        assertThat(text(pipeline.process(message("other/sparkplug/x", hex("18 07")))))
                .isEqualTo("{\"seq\":7}");
        byte[] bytes = hex("FF 00 FE");
        OutboundRecord raw = record(pipeline.process(message("raw/x", bytes)));
        assertThat(raw.value()).isEqualTo(bytes);
        assertThat(raw.timestampMs()).isEqualTo(ARRIVAL_MS);
        assertThat(pipeline.process(message("x/auto", bytes))).isInstanceOf(Outcome.Reject.class);
    }

    @Test
    void shouldKnowABirthThatIsDropped() {
        Pipeline pipeline = pipeline("topic_mapping: [{filter: 'spBv1.0/+/NBIRTH/+', drop: true}]");

        // metric { name: "m", alias: 1, datatype: Int32 }, seq: 0; then metric { alias: 1, int_value: -1 }, seq: 1.
        assertThat(pipeline.process(message("spBv1.0/G/NBIRTH/E", hex("12 07 0A 01 6D 10 01 20 03 18 00"))))
                .isEqualTo(new Outcome.Skip());
        assertThat(pipeline.process(message("spBv1.0/G/NBIRTH/E", hex("FF")))).isEqualTo(new Outcome.Skip());
        assertThat(text(pipeline.process(message("spBv1.0/G/NDATA/E", hex("12 08 10 01 50 FF FF FF FF 0F 18 01")))))
                .isEqualTo("{\"metrics\":[{\"name\":\"m\",\"alias\":1,\"datatype\":3,\"value\":-1}],\"seq\":1}");
    }

    @Test
    void shouldOverflowWhenThereAreTooManyTopics() {
        Pipeline pipeline = pipeline("""
                max_topics: 2
                topic_mapping: [{filter: 'dropped/#', drop: true}]
                """);

        assertThat(List.of("a", "dropped/x", "b", "c", "a", "d", "b").stream()
                        .map(topic -> pipeline.process(message(topic, JSON)))
                        .filter(Outcome.Forward.class::isInstance)
                        .map(outcome -> record(outcome).topic() + "<"
                                + new String(record(outcome).key(), UTF_8)))
                .containsExactly("a<a", "b<b", "uns_bridge_overflow<c", "a<a", "uns_bridge_overflow<d", "b<b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "topic_mapping: x | kafka.topic_mapping: expected a list of maps",
                "topic_mapping: [x] | kafka.topic_mapping[0]: expected a map",
                "topic_mapping: [{topic: a}] | kafka.topic_mapping[0].filter: must be set",
                "topic_mapping: [{filter: 'a/#/b'}] | kafka.topic_mapping[0].filter: expected an MQTT topic filter",
                "topic_mapping: [{filter: a, topic: 'a/{1}'}] | kafka.topic_mapping[0].topic: expected a Kafka topic name",
                "topic_mapping: [{filter: a, topic: '{0}'}] | kafka.topic_mapping[0].topic: expected a Kafka topic name",
                "topic_mapping: [{filter: a, topic: 'a{1'}] | kafka.topic_mapping[0].topic: expected a Kafka topic name",
                "topic_mapping: [{filter: a, key: '{site}'}] | kafka.topic_mapping[0].key: expected a text with parts",
                "topic_mapping: [{filter: a, format: xml}] | kafka.topic_mapping[0].format: expected auto, json, sparkplug or",
                "topic_mapping: [{filter: a, drop: true, topic: b}] | kafka.topic_mapping[0].drop: leaves nothing",
                "topic_mapping: [{filter: a, tpoic: b}] | kafka.topic_mapping[0].tpoic: unknown",
                "max_topics: -1 | kafka.max_topics: expected a whole number from 0 to 1000000",
                "overflow_topic: a/b | kafka.overflow_topic: expected a Kafka topic name",
            })
    void shouldNoteAProblemWhenAValueIsBad(String line, String problem) {
        SettingsFixture settings = SettingsFixture.settings("kafka: {" + line + "}");

        PipelineSettings.read(settings.section("mqtt"), settings.section("kafka"));

        assertThat(settings.problems()).singleElement().asString().startsWith(problem);
    }

    private static Pipeline pipeline(String kafka) {
        SettingsFixture settings =
                SettingsFixture.settings("kafka:\n  " + kafka.strip().replace("\n", "\n  "));
        PipelineSettings read = PipelineSettings.read(settings.section("mqtt"), settings.section("kafka"));
        assertThat(settings.problems()).isEmpty();
        return new Pipeline(read, SparkplugSettings.DEFAULTS);
    }

    private static byte[] payload(String mqttTopic) {
        return mqttTopic.startsWith("spBv1.0/") ? hex("18 07") : JSON;
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static OutboundRecord record(Outcome outcome) {
        return ((Outcome.Forward) outcome).records().get(0);
    }

    private static String text(Outcome outcome) {
        return new String(requireNonNull(record(outcome).value()), UTF_8);
    }
}
