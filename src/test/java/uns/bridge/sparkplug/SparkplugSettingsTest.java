package uns.bridge.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uns.bridge.config.SettingsFixture;

class SparkplugSettingsTest {

    @Test
    void shouldHaveDefaultsWhenNothingIsSet() {
        SettingsFixture settings = SettingsFixture.settings("");

        assertThat(SparkplugSettings.read(settings.section("sparkplug")))
                .isEqualTo(new SparkplugSettings(true, Duration.ofSeconds(5)));
        assertThat(settings.problems()).isEmpty();
    }

    @Test
    void shouldReadWhenSet() {
        SettingsFixture settings = SettingsFixture.settings("sparkplug: {resolve: false, reorder_timeout: 2m}");

        assertThat(SparkplugSettings.read(settings.section("sparkplug")))
                .isEqualTo(new SparkplugSettings(false, Duration.ofMinutes(2)));
        assertThat(settings.problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "resolve: 'true' | sparkplug.resolve: expected true or false",
                "resolve: maybe | sparkplug.resolve: expected true or false",
                "reorder_timeout: -1 | sparkplug.reorder_timeout: expected a duration from 0s to 1h",
                "reorder_timeout: 3601 | sparkplug.reorder_timeout: expected a duration from 0s to 1h",
                "reorder_time: 5s | sparkplug.reorder_time: unknown",
            })
    void shouldNoteAProblemWhenAValueIsBad(String line, String problem) {
        SettingsFixture settings = SettingsFixture.settings("sparkplug: {" + line + "}");

        SparkplugSettings.read(settings.section("sparkplug"));

        assertThat(settings.problems()).singleElement().asString().startsWith(problem);
    }
}
