package uns.bridge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.config.Node.Items;
import uns.bridge.config.Node.Scalar;
import uns.bridge.config.Origin.Source;

class ValueTypeTest {

    private static final Origin SETTINGS = new Origin(Source.SETTINGS, "settings.yaml", 3);
    private static final Origin SECRETS = new Origin(Source.SECRETS, ".secrets.yaml", 3);

    private static final ValueType<Integer> PORT = ValueType.integer(1, 65_535);
    private static final ValueType<Duration> DURATION = ValueType.duration(Duration.ZERO, Duration.ofDays(7));
    private static final ValueType<Long> BYTES = ValueType.bytes(1, Long.MAX_VALUE);

    @ParameterizedTest
    @CsvSource({"1, 1", "65535, 65535", "'\"1883\"', 1883", "+5, 5"})
    void shouldReadIntegerWhenWholeNumberInRange(String yaml, int expected) throws Exception {
        assertThat(PORT.read(value(yaml))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0, the number 0",
        "65536, the number 65536",
        "99999999999999999999, the number 99999999999999999999",
        "1883.0, the number 1883.0",
        "007, the number 007",
        "0x75b, the number 0x75b",
        "1_883, the number 1_883",
        "yes, the boolean yes",
        "abc, 'the text \"abc\"'",
        "[1], a list",
        "{a: 1}, a map",
    })
    void shouldExplainWhenNotAnIntegerInRange(String yaml, String shown) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PORT.read(value(yaml)))
                .withMessage("expected a whole number from 1 to 65535, but got " + shown);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "True, true", "yes, true", "on, true", "false, false", "No, false", "OFF, false"})
    void shouldReadBooleanWhenYamlHasOne(String yaml, boolean expected) throws Exception {
        assertThat(ValueType.BOOLEAN.read(value(yaml))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"false\"", "0", "1", "y", "[true]"})
    void shouldExplainWhenNotABoolean(String yaml) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueType.BOOLEAN.read(value(yaml)))
                .withMessageStartingWith("expected true or false (without quotes), but got ");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "90, 90", "90s, 90", "30m, 1800", "24h, 86400", "7d, 604800", "'24 H', 86400", "'\"5\"', 5"})
    void shouldReadDurationWhenSecondsOrUnit(String yaml, long seconds) throws Exception {
        assertThat(DURATION.read(value(yaml))).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1.5", "8d", "1w", "h", "1h30m", "true", "1:30", "999999999999999999d", "PT1H"})
    void shouldExplainWhenNotADurationInRange(String yaml) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DURATION.read(value(yaml)))
                .withMessageStartingWith("expected a duration from 0s to 168h:");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "65536, 65536", "1KiB, 1024", "32MiB, 33554432", "'2 gib', 2147483648"})
    void shouldReadBytesWhenNumberOrUnit(String yaml, long expected) throws Exception {
        assertThat(BYTES.read(value(yaml))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1.5MiB", "1MB", "999999999999999999GiB", "MiB"})
    void shouldExplainWhenNotASizeInRange(String yaml) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BYTES.read(value(yaml)))
                .withMessageContaining("KiB, MiB or GiB");
    }

    @ParameterizedTest
    @CsvSource({"007, 007", "1234, 1234", "yes, yes", "1.50, 1.50", "2026-01-01, 2026-01-01", "'\" x \"', ' x '"})
    void shouldKeepTextAsWrittenWhenAnyScalar(String yaml, String expected) throws Exception {
        assertThat(ValueType.TEXT.read(value(yaml))).isEqualTo(expected);
        assertThat(ValueType.SECRET.read(value(yaml)).reveal()).isEqualTo(expected);
    }

    @Test
    void shouldAddTheReasonWhenATextIsRefused() {
        ValueType<String> picky = refusing();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> picky.read(text("abc", SETTINGS)))
                .withMessage("expected a word, but got the text \"abc\": no abc");
    }

    @Test
    void shouldHideValueAndReasonWhenSecret() {
        for (Node secret : List.of(text("s3cret", SECRETS), text("s3cret", Origin.variable("UNS_X")))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> refusing().read(secret))
                    .withMessage("expected a word, but got <hidden>");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> refusing().hidden().read(text("s3cret", SETTINGS)))
                .withMessage("expected a word, but got <hidden>");
    }

    @Test
    void shouldShowOneShortLineWhenTextIsLongOrHasControlCharacters() {
        assertThat(text("a\nb\u001b[31m", SETTINGS).printable()).isEqualTo("a?b?[31m");
        assertThat(text("x".repeat(1_000), SETTINGS).shown()).hasSizeLessThan(100);
    }

    @Test
    void shouldExplainWhenAListItemIsNothing() throws Exception {
        Items list = (Items) value("['', ~]");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueType.TEXT.read(list.items().get(0)))
                .withMessageEndingWith("got the text \"\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueType.TEXT.read(list.items().get(1)))
                .withMessageEndingWith("got nothing");
    }

    private static ValueType<String> refusing() {
        return ValueType.text("a word", text -> {
            throw new IllegalArgumentException("no " + text);
        });
    }

    private static Scalar text(String text, Origin origin) {
        return new Scalar(Scalar.Kind.TEXT, text, origin);
    }

    private static Node value(String yaml) throws YamlSyntaxException {
        return YamlReader.readValue(yaml, SETTINGS, new Problems());
    }
}
