package uns.bridge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.config.Node.Entries;
import uns.bridge.config.Node.Scalar;
import uns.bridge.config.Origin.Source;

class YamlReaderTest {

    private static final Origin SETTINGS = new Origin(Source.SETTINGS, "settings.yaml", 0);
    private static final Origin SECRETS = new Origin(Source.SECRETS, ".secrets.yaml", 0);

    private final Problems problems = new Problems();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: !!javax.script.ScriptEngineManager []",
                "a: !!java.net.URL [x]",
                "a: !s3cret",
                "a: !!binary aGk="
            })
    void shouldRefuseWhenATagIsWritten(String yaml) {
        assertThatThrownBy(() -> read(yaml, SECRETS))
                .isInstanceOf(YamlSyntaxException.class)
                .hasMessageContaining("a YAML tag is not supported")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void shouldRefuseWhenAliasesMultiply() {
        String bomb = "a0: &a0 [x, x]\n"
                + IntStream.range(1, 25)
                        .mapToObj(i -> "a%d: &a%d [*a%d, *a%d]%n".formatted(i, i, i - 1, i - 1))
                        .collect(Collectors.joining());

        assertThatThrownBy(() -> read(bomb, SETTINGS))
                .isInstanceOf(YamlSyntaxException.class)
                .hasMessageContaining("beyond any configuration");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a: &a [*a]", "a: &a {b: *a}", "a: &a {<<: *a}"})
    void shouldRefuseWhenAnAliasContainsItself(String yaml) {
        assertThatThrownBy(() -> read(yaml, SETTINGS)).isInstanceOf(YamlSyntaxException.class);
    }

    @Test
    void shouldRefuseWhenNestedTooDeep() {
        assertThatThrownBy(() -> read("[".repeat(10_000) + "]".repeat(10_000), SETTINGS))
                .isInstanceOf(YamlSyntaxException.class);
    }

    @Test
    void shouldRefuseWhenTheTextIsFarTooLarge() {
        assertThatThrownBy(() -> read("a: " + "x".repeat(300_000), SETTINGS))
                .isInstanceOf(YamlSyntaxException.class)
                .hasMessageContaining("far too large");
    }

    @Test
    void shouldNoteEveryDuplicateWhenKeysAreWrittenTwice() throws Exception {
        Node root = read("a: 1\nb: {c: 1, c: 2}\na: 2\n", SETTINGS);

        assertThat(((Entries) root).entries()).containsOnlyKeys("a", "b");
        assertThatThrownBy(problems::check)
                .hasMessageContaining("c: written twice in one map, first at line 2 (settings.yaml, line 2)")
                .hasMessageContaining("a: written twice in one map, first at line 1 (settings.yaml, line 3)");
    }

    @Test
    void shouldNotShowASecretWhenItIsInAKeyWrittenTwice() throws Exception {
        read("{password:s3cret, password:s3cret}", SECRETS);

        assertThatThrownBy(problems::check)
                .hasMessage("password<hidden>: written twice in one map, first at line 1 (.secrets.yaml, line 1)");
    }

    @Test
    void shouldReadAliasesAndMergeKeysWhenHarmless() throws Exception {
        Entries root = (Entries) read("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a\n", SETTINGS);

        assertThat(textAt(root, "b", "x")).isEqualTo("1");
        assertThat(textAt(root, "b", "y")).isEqualTo("3");
        assertThat(textAt(root, "c", "y")).isEqualTo("2");
        problems.check();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'a: 1\n\tb: 2' | 2 | a tab cannot indent",
                "'a: b: c' | 1 | mapping values are not allowed here",
                "'a:\n  - x\n b: 1' | 3 | expected",
                "'a: [1, 2' | 1 | expected ',' or ']'",
                "'a: *b' | 1 | an undefined alias",
                "'a: @b' | 1 | cannot start any token",
                "'a: 1\n---\nb: 2' | 2 | quotes",
                "'{[a]: 1}' | 1 | a key must be a text",
            })
    void shouldTellThePlaceWhenNotYaml(String yaml, int line, String reason) {
        assertThatThrownBy(() -> read(yaml, SETTINGS))
                .isInstanceOfSatisfying(
                        YamlSyntaxException.class,
                        e -> assertThat(e.origin().line()).isEqualTo(line))
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a: *s3cret", "a: s3cret: x", "a: 's3cret", "a: [s3cret", "a: %s3cret", "a: \"\\s3cret\""})
    void shouldNotQuoteTheTextWhenNotYaml(String yaml) {
        for (Origin origin : List.of(SETTINGS, SECRETS)) {
            assertThatThrownBy(() -> read(yaml, origin))
                    .isInstanceOf(YamlSyntaxException.class)
                    .hasNoCause()
                    .hasMessageNotContaining("s3cret");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a #b", "!x", "*x", "@x", "%x", "`x", "&x y", "a: b: c", "ab\\n", "007", ":"})
    void shouldTakeTheWholeTextWhenAVariableIsPlain(String text) throws Exception {
        Node value = YamlReader.readValue(text, Origin.variable("UNS_X"), problems);

        assertThat(value)
                .isInstanceOfSatisfying(
                        Scalar.class, scalar -> assertThat(scalar.text()).isEqualTo(text));
    }

    private static String textAt(Entries root, String key, String inner) {
        return ((Scalar) ((Entries) root.entries().get(key)).entries().get(inner)).text();
    }

    private Node read(String yaml, Origin origin) throws YamlSyntaxException {
        Node root = YamlReader.readDocument(yaml, origin, problems);
        assertThat(root).isNotNull();
        return root;
    }
}
