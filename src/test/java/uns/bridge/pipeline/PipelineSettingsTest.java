package uns.bridge.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uns.bridge.config.SettingsFixture;
import uns.bridge.message.TopicFilter;

class PipelineSettingsTest {

    @Test
    void shouldHaveDefaultsWhenNothingIsSet() {
        SettingsFixture settings = SettingsFixture.settings("mqtt: {ignored_attributes: {}, timestamp_attribute: ''}");

        PipelineSettings pipeline = PipelineSettings.read(settings.section("mqtt"), settings.section("kafka"));

        assertThat(pipeline.ignoredAttributes()).isEmpty();
        assertThat(pipeline.timestampAttribute()).isEqualTo("timestamp");
        assertThat(pipeline.perMetric()).isFalse();
        assertThat(settings.problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"message, false", "metric, true", "'', false"})
    void shouldReadWhatARecordIsOf(String value, boolean perMetric) {
        SettingsFixture settings = SettingsFixture.settings("kafka: {value: '" + value + "'}");

        PipelineSettings pipeline = PipelineSettings.read(settings.section("mqtt"), settings.section("kafka"));

        assertThat(pipeline.perMetric()).isEqualTo(perMetric);
        assertThat(settings.problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"Metric", "payload", "true"})
    void shouldNoteAProblemWhenARecordIsOfSomethingElse(String value) {
        SettingsFixture settings = SettingsFixture.settings("kafka: {value: " + value + "}");

        PipelineSettings.read(settings.section("mqtt"), settings.section("kafka"));

        assertThat(settings.problems())
                .singleElement()
                .asString()
                .startsWith("kafka.value: expected message or metric, but got ");
    }

    @Test
    void shouldReadInOrderWhenOneOrSeveralAttributesAreIgnored() {
        SettingsFixture settings = SettingsFixture.settings("""
                mqtt:
                  ignored_attributes: {'z/#': [b, a.b.c, b], a/+: x, empty: []}
                  timestamp_attribute: ts
                """);

        PipelineSettings pipeline = PipelineSettings.read(settings.section("mqtt"), settings.section("kafka"));

        assertThat(settings.problems()).isEmpty();
        assertThat(pipeline.ignoredAttributes())
                .containsExactly(
                        Map.entry(TopicFilter.of("z/#"), List.of("b", "a.b.c", "b")),
                        Map.entry(TopicFilter.of("a/+"), List.of("x")),
                        Map.entry(TopicFilter.of("empty"), List.of()));
        assertThat(pipeline.timestampAttribute()).isEqualTo("ts");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ignored_attributes: {a#: x} | mqtt.ignored_attributes.a#: not an MQTT topic filter: '#' must be",
                "ignored_attributes: {a: ['']} | mqtt.ignored_attributes.a[0]: expected an attribute",
                "ignored_attributes: {a: [b, b..c]} | mqtt.ignored_attributes.a[1]: expected an attribute",
                "ignored_attributes: {a: .b} | mqtt.ignored_attributes.a: expected an attribute",
                "ignored_attributes: {a: {b: c}} | mqtt.ignored_attributes.a: expected an attribute",
                "ignored_attributes: {'b/#': } | mqtt.ignored_attributes.b/#: has no value; a name and its value need a",
                "ignored_attributes: {acme/a:x} | mqtt.ignored_attributes.acme/a:x: has no value; a name and its value",
                "ignored_attributes: [a] | mqtt.ignored_attributes: expected a map, but got a list",
                "timestamp_attribute: [a] | mqtt.timestamp_attribute: expected a text, but got a list",
            })
    void shouldNoteAProblemWhenAValueIsBad(String line, String problem) {
        SettingsFixture settings = SettingsFixture.settings("mqtt: {" + line + "}");

        PipelineSettings.read(settings.section("mqtt"), settings.section("kafka"));

        assertThat(settings.problems()).singleElement().asString().startsWith(problem);
    }
}
