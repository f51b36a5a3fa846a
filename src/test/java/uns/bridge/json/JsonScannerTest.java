package uns.bridge.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonScannerTest {

    private final JsonScanner scanner = new JsonScanner("timestamp");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "1",
                "-0",
                "1e400",
                "0.10",
                "123456789012345678901234567890",
                "true",
                "null",
                "\"text\"",
                " {\"a\" : [1, {\"b\":null}] }\n",
                "{\"a\":1,\"a\":2}",
                "{\"ключ\":\"значение \\u00e9 \\ud83d\\ude00 😀\"}",
                "{\"lone\":\"\\ud800\"}"
            })
    void shouldPassJsonByteForByteWhenNothingIsIgnored(String json) throws Exception {
        byte[] bytes = json.getBytes(UTF_8);
        assertThat(scanner.scan(bytes, null).json()).isSameAs(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "{\"a\":}",
                "{\"a\":1,}",
                "[1,]",
                "{}{}",
                "1 2",
                "nul",
                "NaN",
                "'a'",
                "{a:1}",
                "\"open",
                "{\"a\":\"open",
                "// comment\n1",
                "{\"a\":\"line\nbreak\"}",
                "01",
                "\u0000"
            })
    void shouldRejectWhatIsNotOneJsonValue(String text) {
        assertThatThrownBy(() -> scanner.scan(text.getBytes(UTF_8), null)).isInstanceOf(MalformedJsonException.class);
    }

    /** RFC 8259, 8.1. */
    @ParameterizedTest
    @CsvSource({
        "C3 28, 'of two bytes, without the second'",
        "C0 80, 'NUL in two bytes'",
        "C1 BF, 'ASCII in two bytes'",
        "E0 80 80, 'NUL in three bytes'",
        "ED A0 80, 'half a surrogate pair'",
        "F4 90 80 80, 'beyond U+10FFFF'",
        "F7 BF BF BF, 'far beyond U+10FFFF'",
    })
    void shouldRejectWhatIsNotUtf8AndTellWhere(String sequence, String why) {
        byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(sequence);
        String text = new String(bytes, ISO_8859_1);
        for (String json : List.of("{\"a\":\"" + text + "\"}", " [{\"" + text + "\":0}]", "     \"" + text + '"')) {
            for (AttributeTree ignored : Arrays.asList(null, AttributeTree.of(List.of("a")))) {
                assertThatThrownBy(() -> scanner.scan(json.getBytes(ISO_8859_1), ignored))
                        .as(why)
                        .isInstanceOf(MalformedJsonException.class)
                        .hasMessage("not UTF-8 at byte " + json.indexOf(text));
            }
        }
    }

    @Test
    void shouldRejectAByteOrderMark() {
        assertThatThrownBy(() -> scanner.scan("\uFEFF{\"a\":1}".getBytes(UTF_8), null))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessageContaining("a byte order mark");
        assertThatThrownBy(() -> scanner.scan("\uFF5B}".getBytes(UTF_8), null)) // Begins alike.
                .isInstanceOf(MalformedJsonException.class)
                .hasMessageContaining("\uFF5B");
    }

    @Test
    void shouldPassAByteOrderMarkInAText() throws Exception {
        byte[] json = "[\"\uFEFF\"]".getBytes(UTF_8);
        assertThat(scanner.scan(json, null).json()).isSameAs(json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-32BE"})
    void shouldRejectOtherEncodings(String encoding) throws Exception {
        for (String json : List.of("{\"a\":1}", " []", "1", "\"\u0101\"")) {
            byte[] bytes = json.getBytes(encoding);
            assertThatThrownBy(() -> scanner.scan(bytes, null)).isInstanceOf(MalformedJsonException.class);
        }
    }

    @Test
    void shouldTellWhereAnOpenValueBegins() {
        assertThatThrownBy(() -> scanner.scan("{\"a\":[1".getBytes(UTF_8), null))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessageContaining("start marker at [line: 1, column: 6]");
    }

    @Test
    void shouldRejectDeepNestingInsteadOfOverflowingTheStack() {
        byte[] deep = "[".repeat(200_000).getBytes(UTF_8);
        assertThatThrownBy(() -> scanner.scan(deep, AttributeTree.of(List.of("a"))))
                .isInstanceOf(MalformedJsonException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // paths      | before                                | after
                "a            | {\"a\":1}                             | {}",
                "a            | {\"a\":1,\"b\":2}                     | {\"b\":2}",
                "b            | {\"a\":1,\"b\":2}                     | {\"a\":1}",
                "b            | {\"a\":1,\"b\":2,\"c\":3}             | {\"a\":1,\"c\":3}",
                "a;b          | {\"a\":1,\"b\":2,\"c\":3}             | {\"c\":3}",
                "b;c          | {\"a\":1,\"b\":2,\"c\":3}             | {\"a\":1}",
                "a;c          | {\"a\":1,\"b\":2,\"c\":3}             | {\"b\":2}",
                "a;b;c        | {\"a\":1,\"b\":2,\"c\":3}             | {}",
                "a            | { \"a\" : 1 , \"b\" : 2.50 }          | {\"b\" : 2.50 }",
                "a            | {\"a\":1,\"b\":2,\"a\":3}             | {\"b\":2}",
                "absent       | {\"a\":1}                             | {\"a\":1}",
                "a.b          | {\"a\":{\"b\":1,\"c\":2},\"b\":3}     | {\"a\":{\"c\":2},\"b\":3}",
                "a.b          | {\"a\":{\"b\":1}}                     | {\"a\":{}}",
                "a.b          | {\"a\":[{\"b\":1,\"c\":2},{\"b\":3}]} | {\"a\":[{\"c\":2},{}]}",
                "a.b          | {\"a\":[[{\"b\":1}],7]}               | {\"a\":[[{}],7]}",
                "a.b          | {\"a\":5}                             | {\"a\":5}",
                "a;a.b        | {\"a\":{\"b\":1}}                     | {}",
                "a            | [{\"a\":1},{\"a\":2,\"b\":3}]         | [{},{\"b\":3}]",
                "a            | {\"x\":{\"a\":1}}                     | {\"x\":{\"a\":1}}",
                "a            | {\"a\":\"} , \\\" ü😀\",\"b\":1e400}    | {\"b\":1e400}",
                "a            | {\"a\":{\"x\":[1,{}]},\"b\":true}     | {\"b\":true}",
                "a            | {\"ä😀\":\"ü\",\"a\":null,\"b\":-0.10} | {\"ä😀\":\"ü\",\"b\":-0.10}",
                "a            | 1                                     | 1",
            })
    void shouldCutIgnoredAttributesAndLeaveTheRestAsWritten(String paths, String before, String after)
            throws Exception {
        AttributeTree ignored = AttributeTree.of(Arrays.asList(paths.split(";")));
        assertThat(new String(scanner.scan(before.getBytes(UTF_8), ignored).json(), UTF_8))
                .isEqualTo(after);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"timestamp\":1700000000000}                         | 1700000000000",
                "{\"a\":{\"timestamp\":1},\"timestamp\":2}             | 2",
                "{\"timestamp\":1700000000000.75}                      | 1700000000000",
                "{\"timestamp\":1.7e12}                                | 1700000000000",
                "{\"timestamp\":\"2023-11-14T22:13:20Z\"}              | 1700000000000",
                "{\"timestamp\":\"2023-11-14T23:13:20.250+01:00\"}     | 1700000000250",
                "{\"timestamp\":\"2023-11-14T22:13:20\"}               | 1700000000000",
                "{\"a\":1}                                             | -1",
                "{\"timestamp\":null}                                  | -1",
                "{\"a\":{\"timestamp\":5}}                             | -1",
                "[1]                                                   | -1",
                "{\"timestamp\":-5}                                    | -2",
                "{\"timestamp\":\"yesterday\"}                         | -2",
                "{\"timestamp\":true}                                  | -2",
                "{\"timestamp\":{\"ms\":1}}                            | -2",
                "{\"timestamp\":1e400}                                 | -2",
                "{\"timestamp\":99999999999999999999}                  | -2",
                "{\"timestamp\":\"+999999999-01-01T00:00:00Z\"}        | -2",
            })
    void shouldFindTheTimestampAtTheTopLevel(String json, long timestampMs) throws Exception {
        assertThat(scanner.scan(json.getBytes(UTF_8), null).timestampMs()).isEqualTo(timestampMs);
        assertThat(scanner.scan(json.getBytes(UTF_8), AttributeTree.of(List.of("timestamp")))
                        .timestampMs())
                .isEqualTo(timestampMs);
    }

    @Test
    void shouldCutTheSameFromAnyShapeOfDocument() throws Exception {
        SplittableRandom random = new SplittableRandom(20261122);
        AttributeTree ignored = AttributeTree.of(List.of("cut", "k1.cut"));
        for (int i = 0; i < 2_000; i++) {
            ByteArrayOutputStream with = new ByteArrayOutputStream();
            ByteArrayOutputStream without = new ByteArrayOutputStream();
            document(random, with, without);
            assertThat(new String(scanner.scan(with.toByteArray(), ignored).json(), UTF_8))
                    .isEqualTo(without.toString(UTF_8));
        }
    }

    /** Objects and arrays are read by one parser after another; what a blank is before is read by one of its own. */
    @Test
    void shouldReadAValueAlikeWhateverCameBeforeIt() {
        SplittableRandom random = new SplittableRandom(20261123);
        AttributeTree ignored = AttributeTree.of(List.of("cut", "k1.cut"));
        int sound = 0;
        for (int i = 0; i < 20_000; i++) {
            ByteArrayOutputStream document = new ByteArrayOutputStream();
            document(random, document, new ByteArrayOutputStream());
            document.writeBytes(
                    List.of("", "", " \r\n\t", "0", "{}").get(random.nextInt(5)).getBytes(UTF_8));
            byte[] json = random.nextInt(10) == 0
                    ? ("[" + document.toString(UTF_8) + "]").getBytes(UTF_8)
                    : document.toByteArray();
            if (random.nextInt(4) == 0) {
                json[random.nextInt(json.length)] = (byte) random.nextInt(1, 0xFE);
            }
            if (random.nextInt(8) == 0) {
                json = Arrays.copyOf(json, random.nextInt(json.length));
            }
            AttributeTree cut = random.nextBoolean() ? ignored : null;
            Object alone = outcome(" " + new String(json, ISO_8859_1), cut);
            assertThat(outcome(new String(json, ISO_8859_1), cut)).isEqualTo(alone);
            sound += alone instanceof List<?> ? 1 : 0;
        }
        assertThat(sound).isBetween(5_000, 15_000);
    }

    @Test
    void shouldReadLargeAndSmallValuesInTurn() throws Exception {
        for (int size : new int[] {10, 4_096, 10, 4_097, 8_000, 10, 8_001, 200_000, 10}) {
            byte[] json =
                    ("{\"timestamp\":7,\"a\":[" + "1,".repeat(Math.max(0, size - 27) / 2) + "1]}").getBytes(UTF_8);
            assertThat(scanner.scan(json, null).json()).isSameAs(json);
            assertThat(new String(
                            scanner.scan(json, AttributeTree.of(List.of("a"))).json(), UTF_8))
                    .isEqualTo("{\"timestamp\":7}");
        }
    }

    /** The value without what is cut and its timestamp, or what is wrong with it. */
    private Object outcome(String json, AttributeTree ignored) {
        try {
            JsonScanner.Result result = scanner.scan(json.getBytes(ISO_8859_1), ignored);
            return List.of(new String(result.json(), ISO_8859_1).strip(), result.timestampMs());
        } catch (MalformedJsonException e) {
            return e.getMessage().replaceAll("\\d+", "#"); // The blank moves all positions.
        }
    }

    /** An object as it is, and as it is without its attribute {@code cut}, that of its child {@code k1} included. */
    private static void document(SplittableRandom random, ByteArrayOutputStream with, ByteArrayOutputStream without) {
        with.write('{');
        without.write('{');
        boolean first = true;
        boolean firstKept = true;
        for (int i = random.nextInt(6); i >= 0; i--) {
            int kind = random.nextInt(4);
            String comma = first ? "" : ",";
            first = false;
            if (kind == 0) {
                with.writeBytes((comma + "\"cut\":[1,{\"cut\":2}]").getBytes(UTF_8));
                continue;
            }
            String kept = firstKept ? "" : ",";
            firstKept = false;
            if (kind == 1) {
                with.writeBytes((comma + "\"k1\":").getBytes(UTF_8));
                without.writeBytes((kept + "\"k1\":").getBytes(UTF_8));
                boolean withCut = random.nextBoolean();
                with.writeBytes((withCut ? "{\"cut\":0,\"x\":1}" : "{\"x\":1}").getBytes(UTF_8));
                without.writeBytes("{\"x\":1}".getBytes(UTF_8));
            } else {
                String attribute = "\"k" + kind + "\":\"ü" + random.nextInt(100) + "\"";
                with.writeBytes((comma + attribute).getBytes(UTF_8));
                without.writeBytes((kept + attribute).getBytes(UTF_8));
            }
        }
        with.write('}');
        without.write('}');
    }
}
