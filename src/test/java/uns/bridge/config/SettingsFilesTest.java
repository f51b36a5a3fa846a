package uns.bridge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsFilesTest {

    @TempDir
    Path confDir;

    @Test
    void shouldNameTheFileWhenSettingsAreMissing() {
        assertThat(problemsOfLoading())
                .containsExactly(confDir.toAbsolutePath().resolve("settings.yaml") + ": there is no such file");
    }

    @Test
    void shouldLoadWhenSecretsAreMissing() throws Exception {
        Files.writeString(confDir.resolve("settings.yaml"), "a: 1");

        assertThat(SettingsFiles.load(confDir, Map.of(), new Problems()).keys()).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "# nothing but a comment\n", "---\n", "{}", "~", "\uFEFF"})
    void shouldLoadAnEmptyMapWhenFileIsEmpty(String yaml) {
        SettingsFixture settings = SettingsFixture.of(yaml, yaml, Map.of());

        assertThat(settings.root().keys()).isEmpty();
        assertThat(settings.problems()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"- a", "text", "5"})
    void shouldExplainWhenFileIsNotAMap(String yaml) throws Exception {
        SettingsFixture.write(confDir, yaml, "");

        assertThat(problemsOfLoading())
                .singleElement()
                .asString()
                .startsWith(confDir.toAbsolutePath() + "/settings.yaml: expected a map");
    }

    @Test
    void shouldTellEveryProblemWhenBothFilesAreBroken() throws Exception {
        SettingsFixture.write(confDir, "a: [1\n", "b:\n\tc: s3cret\n");

        assertThat(problemsOfLoading())
                .hasSize(2)
                .anySatisfy(line -> assertThat(line).contains("/settings.yaml: not valid YAML, at column", "line 2"))
                .anySatisfy(line -> assertThat(line).contains("/.secrets.yaml: not valid YAML, at column", "line 2"))
                .noneSatisfy(line -> assertThat(line).contains("s3cret"));
    }

    @Test
    void shouldExplainWhenFileIsNotUtf8() throws Exception {
        SettingsFixture.write(confDir, "", "");
        Files.write(confDir.resolve("settings.yaml"), new byte[] {'a', ':', ' ', (byte) 0xff});

        assertThat(problemsOfLoading()).singleElement().asString().endsWith("settings.yaml: not a text in UTF-8");
    }

    @Test
    void shouldMergeDeepWhenSecretsLieOverSettings() {
        SettingsFixture settings = SettingsFixture.of(
                "dynaconf_merge: true\na: {x: 1, l: [1, 2], m: {p: 1, q: 2}}\n",
                "dynaconf_merge: true\na: {dynaconf_merge: true, x: 2, l: [3], m: {q: 3, DYNACONF_MERGE: false}}\n",
                Map.of());
        Section a = settings.section("a");

        assertThat(a.find("x", ValueType.TEXT)).isEqualTo("2");
        assertThat(a.list("l", ValueType.TEXT, List.of())).containsExactly("3");
        assertThat(a.section("m").find("p", ValueType.TEXT)).isEqualTo("1");
        assertThat(a.section("m").find("q", ValueType.TEXT)).isEqualTo("3");
        assertThat(settings.problems()).isEmpty();
    }

    @Test
    void shouldKeepTheMapBelowWhenASectionAboveIsEmpty() {
        SettingsFixture settings =
                SettingsFixture.of("a: {x: 1, y: 2}", "a:\n  # all commented out\n", Map.of("UNS_A__Y", ""));

        assertThat(settings.section("a").find("x", ValueType.TEXT)).isEqualTo("1");
        assertThat(settings.section("a").find("y", ValueType.TEXT)).isNull();
    }

    @Test
    void shouldIgnoreCaseWhenAtTheTopLevelOnly() {
        SettingsFixture settings = SettingsFixture.of("MQTT: {Host: a}", "mqtt: {host: b}", Map.of());

        assertThat(settings.section("mqtt").keys()).containsExactly("Host", "host");
    }

    @Test
    void shouldNoteAProblemWhenAKeyIsWrittenTwiceInDifferentCase() {
        assertThat(SettingsFixture.settings("MQTT: {}\nmqtt: {}\n").problems())
                .contains("mqtt: written twice, in different case (settings.yaml, line 2)");
    }

    @Test
    void shouldOverrideBothFilesWhenVariablesAreSet() {
        SettingsFixture settings = SettingsFixture.of(
                "a: {x: 1, y: 1, m: {k.1: 1, k.2: 1}}",
                "a: {y: 2}",
                Map.of(
                        "UNS_A__X", "env",
                        "UNS_a__Y", "007",
                        "UNS_A__M", "{k.2: 2, k.3: 3}",
                        "UNS_A__M__K.4", "4",
                        "UNS_B__L", "[p, q]",
                        "UNS_log_level", "debug",
                        "UNS_LOG_FORMAT", "json",
                        "OTHER", "x",
                        "UNSAFE__A", "x"));
        Section a = settings.section("a");

        assertThat(a.find("x", ValueType.TEXT)).isEqualTo("env");
        assertThat(a.find("y", ValueType.TEXT)).isEqualTo("007");
        assertThat(a.section("m").keys()).containsExactlyInAnyOrder("k.1", "k.2", "k.3", "k.4");
        assertThat(a.section("m").find("k.2", ValueType.TEXT)).isEqualTo("2");
        assertThat(settings.section("b").list("l", ValueType.TEXT, List.of())).containsExactly("p", "q");
        assertThat(settings.root().keys()).containsExactly("a", "b");
    }

    @Test
    void shouldNoteAProblemWhenVariablesAreBad() {
        SettingsFixture settings = SettingsFixture.of(
                "",
                "",
                Map.of(
                        "UNS_A__X", "[s3cret",
                        "UNS_B", "1",
                        "UNS_b", "2",
                        "UNS_C__", "s3cret",
                        "UNS_LOG_FORMAT", "s3cret",
                        "UNS_LOG_LEVEL", "s3cret",
                        "UNS_log_level", "debug",
                        "UNS_MQTT_HOST", "s3cret"));
        settings.section("mqtt");
        assertThat(settings.problems())
                .contains(
                        "UNS_C__: a name between two underscores is empty",
                        "UNS_LOG_FORMAT: expected one of text, json",
                        "UNS_LOG_LEVEL: expected one of INFO, ERROR, WARN, DEBUG",
                        "UNS_b: says the same as UNS_B",
                        "UNS_log_level: says the same as UNS_LOG_LEVEL",
                        "mqtt_host: unknown; known are [mqtt], and it takes two underscores to descend"
                                + " (environment UNS_MQTT_HOST)")
                .anySatisfy(line ->
                        assertThat(line).startsWith("a.x: not valid YAML").endsWith("(environment UNS_A__X)"))
                .noneSatisfy(line -> assertThat(line).contains("s3cret"));
    }

    @Test
    void shouldTakeTheSecretsAmongTheCredentialsOfAServiceInsteadOfThoseBesideTheSettings(@TempDir Path credentials)
            throws Exception {
        SettingsFixture.write(confDir, "a: {x: 1}", "a: {x: 2, y: 2}");
        Map<String, String> environment = Map.of("CREDENTIALS_DIRECTORY", credentials.toString());
        Section without = SettingsFiles.load(confDir, environment, new Problems());
        assertThat(without.section("a").find("x", ValueType.TEXT)).isEqualTo("2");

        Files.writeString(credentials.resolve(".secrets.yaml"), "a: {x: 3}");
        Section with = SettingsFiles.load(confDir, environment, new Problems());
        assertThat(with.section("a").find("x", ValueType.TEXT)).isEqualTo("3");
        assertThat(with.section("a").find("y", ValueType.TEXT)).isNull();
    }

    private List<String> problemsOfLoading() {
        Problems problems = new Problems();
        return assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> SettingsFiles.load(confDir, Map.of(), problems))
                .withNoCause()
                .actual()
                .problems();
    }
}
