package uns.bridge.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uns.bridge.config.SettingsFixture;

class SparkplugSettingsTest {

    @Test
    void shouldHaveDefaultsWhenNothingIsSet() {
        SettingsFixture settings = SettingsFixture.settings("");

        assertThat(SparkplugSettings.read(settings.section("sparkplug"))).isEqualTo(SparkplugSettings.DEFAULTS);
        assertThat(settings.problems()).isEmpty();
    }

    @Test
    void shouldReadWhenSet() {
        SettingsFixture settings = SettingsFixture.settings("""
                sparkplug:
                  resolve: true
                  reorder_timeout: 2m
                  max_payload: 1MiB
                  death_records: true
                  rebirth: true
                  rebirth_interval: 90s
                  state_dir: /var/lib/bridge
                  state_max_age: 30d
                  certificates: true
                """);

        assertThat(SparkplugSettings.read(settings.section("sparkplug")))
                .isEqualTo(new SparkplugSettings(
                        true,
                        Duration.ofMinutes(2),
                        1 << 20,
                        true,
                        true,
                        Duration.ofSeconds(90),
                        Path.of("/var/lib/bridge"),
                        Duration.ofDays(30),
                        true));
        assertThat(settings.problems()).isEmpty();
    }

    @Test
    void shouldKeepNoStateWhenThereIsToBeNone() {
        SettingsFixture settings = SettingsFixture.settings("sparkplug: {state_dir: none}");

        assertThat(SparkplugSettings.read(settings.section("sparkplug")).stateDir())
                .isNull();
    }

    @Test
    void shouldNoteAProblemWhenSomethingNeedsBirthsThatAreNotKept() {
        SettingsFixture settings = SettingsFixture.settings(
                "sparkplug: {resolve: false, rebirth: true, death_records: true, certificates: true}");

        SparkplugSettings.read(settings.section("sparkplug"));

        assertThat(settings.problems())
                .hasSize(3)
                .allSatisfy(
                        problem -> assertThat(problem.toString()).contains("needs sparkplug.resolve, which is false"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "resolve: 'true' | sparkplug.resolve: expected true or false",
                "resolve: maybe | sparkplug.resolve: expected true or false",
                "reorder_timeout: -1 | sparkplug.reorder_timeout: expected a duration from 0s to 1h",
                "reorder_timeout: 3601 | sparkplug.reorder_timeout: expected a duration from 0s to 1h",
                "max_payload: 2GiB | sparkplug.max_payload: expected a size from 1024 to 1073741824 bytes",
                "rebirth_interval: 0 | sparkplug.rebirth_interval: expected a duration from 1s to 24h",
                "state_max_age: 1s | sparkplug.state_max_age: expected a duration from 60s to 87600h",
                "reorder_time: 5s | sparkplug.reorder_time: unknown",
            })
    void shouldNoteAProblemWhenAValueIsBad(String line, String problem) {
        SettingsFixture settings = SettingsFixture.settings("sparkplug: {" + line + "}");

        SparkplugSettings.read(settings.section("sparkplug"));

        assertThat(settings.problems()).singleElement().asString().startsWith(problem);
    }
}
