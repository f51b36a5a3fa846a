package uns.bridge.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonWriterTest {

    private static final int MAX_BYTES = 4 << 20;

    private final JsonWriter json = new JsonWriter(MAX_BYTES);

    @Test
    void shouldKeepTheOrderWhenNested() {
        String text = written(w -> {
            w.startObject();
            w.name("b");
            w.startArray();
            w.signed(-1);
            w.bool(true);
            w.startObject();
            w.endObject();
            w.endArray();
            w.name("a");
            w.string("x");
            w.endObject();
        });

        assertThat(text).isEqualTo("{\"b\":[-1,true,{}],\"a\":\"x\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "9223372036854775807, 9223372036854775807",
        "-9223372036854775808, 9223372036854775808",
        "-2, 18446744073709551614",
        "-1, 18446744073709551615",
    })
    void shouldReadAllBitsAsMagnitudeWhenUnsigned(long bits, String expected) {
        assertThat(written(w -> w.unsigned(bits))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void shouldWriteAStringWhenNotFinite(double value) {
        String expected = "\"" + value + "\"";

        assertThat(written(w -> w.decimal(value))).isEqualTo(expected);
        assertThat(written(w -> w.decimal((float) value))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "a \"quote\" and a \\", "line\nline\u0001", "Länge 温度 😀"})
    void shouldWriteTheSameStringWhenItIsEncodedAlready(String text) {
        byte[] encoded = JsonWriter.encoded(text);
        byte[] within = JsonWriter.encoded("before" + text + "after");
        assertThat(written(w -> w.encodedString(within, "before".length(), encoded.length)))
                .isEqualTo(written(w -> w.string(text)));
        assertThat(JsonWriter.decoded(encoded)).isEqualTo(text);
    }

    @Test
    void shouldKeepTheWidthWhenDecimal() {
        assertThat(written(w -> w.decimal(0.1f))).isEqualTo("0.1");
        assertThat(written(w -> w.decimal((double) 0.1f))).isEqualTo("0.10000000149011612");
        assertThat(written(w -> w.decimal(-0.0))).isEqualTo("-0.0");
    }

    @Test
    void shouldEscapeOnlyWhatMustBeWhenString() {
        assertThat(written(w -> w.string("\u0000\n\"\\/é€😀\uFFFD"))).isEqualTo("\"\\u0000\\n\\\"\\\\/é€😀\uFFFD\"");
    }

    @Test
    void shouldPadWhenBase64() {
        assertThat(written(w -> w.base64(new byte[0]))).isEqualTo("\"\"");
        assertThat(written(w -> w.base64(new byte[] {0, 1, -2, -1}))).isEqualTo("\"AAH+/w==\"");
        assertThat(written(w -> w.base64(new byte[100]))).doesNotContain("\\").hasSize(138);
    }

    @Test
    void shouldStartAnewWhenResetAmidAValue() {
        json.startObject();
        json.name("left");
        json.startArray();

        assertThat(written(w -> w.signed(7))).isEqualTo("7");
    }

    @Test
    void shouldStartAnewWhenResetBeforeAFinishedValueWasTaken() {
        json.startObject();
        json.endObject();

        assertThat(written(w -> w.signed(7))).isEqualTo("7");
    }

    @Test
    void shouldWriteTheSameWhenAValueCameBefore() throws Exception {
        for (int i = 0; i < 3; i++) {
            json.startObject();
            json.name("a");
            json.startArray();
            json.bool(true);
            json.endArray();
            json.endObject();
            assertThat(json.take()).asString().isEqualTo("{\"a\":[true]}");
            json.reset();
        }
    }

    @Test
    void shouldEncodeEachCharacterAsItIsWritten() {
        for (char c = 0; c < 0x2100; c++) {
            String text = "a" + c;
            assertThat("\"" + new String(JsonWriter.encoded(text), UTF_8) + "\"")
                    .isEqualTo(written(w -> w.string(text)));
        }
    }

    @Test
    void shouldTakeTheSameWhateverSizesCameBefore() throws Exception {
        JsonWriter writer = new JsonWriter(MAX_BYTES);
        for (int length :
                new int[] {1, 7_990, 8_200, 30_000, 131_060, 131_070, 131_080, 300_000, 10, 200_000, 9_000, 0}) {
            String text = "x".repeat(length / 2) + "é".repeat(length / 4);
            writer.startArray();
            writer.string(text);
            writer.endArray();
            assertThat(new String(writer.take(), UTF_8)).isEqualTo("[\"" + text + "\"]");
        }
    }

    @Test
    void shouldKeepAllBytesWhenAValueComesInPieces() {
        String text = "0123456789".repeat(2_000);
        assertThat(written(w -> w.string(text))).isEqualTo('"' + text + '"');
        assertThat(written(w -> w.signed(7))).isEqualTo("7");
    }

    @Test
    void shouldStartAnewWhenTheLastValueWasLarge() {
        assertThat(written(w -> w.string("x".repeat(3 << 20)))).hasSize((3 << 20) + 2);
        assertThat(written(w -> w.signed(7))).isEqualTo("7");
    }

    @Test
    void shouldRefuseOnlyWhatIsLargerThanTheBound() throws Exception {
        json.string("x".repeat(MAX_BYTES - 2));
        assertThat(json.take()).hasSize(MAX_BYTES);
        json.reset();

        json.startArray();
        json.string("x".repeat(MAX_BYTES - 3));
        json.endArray();
        assertThatExceptionOfType(JsonTooLargeException.class)
                .isThrownBy(json::take)
                .withMessage("more than 4194304 bytes of JSON");
        json.reset();

        json.signed(7);
        assertThat(json.take()).asString().isEqualTo("7");
    }

    private String written(Consumer<JsonWriter> value) {
        json.reset();
        value.accept(json);
        try {
            return new String(json.take(), UTF_8);
        } catch (JsonTooLargeException e) {
            throw new AssertionError(e);
        }
    }
}
