package uns.bridge.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The JDK's decoder is the judge. */
class Utf8Test {

    /** On both sides of each bound of table 3-7 of the Unicode standard. */
    private static final int[] EDGES = {
        0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
        0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF
    };

    private final CharsetDecoder strict = UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);

    private final CharBuffer chars = CharBuffer.allocate(1 << 10);

    @Test
    void shouldJudgeEverySequenceOfEdgesAsTheJdkDoes() {
        byte[] sequence = new byte[4];
        for (int a : EDGES) {
            for (int b : EDGES) {
                for (int c : EDGES) {
                    for (int d : EDGES) {
                        sequence[0] = (byte) a;
                        sequence[1] = (byte) b;
                        sequence[2] = (byte) c;
                        sequence[3] = (byte) d;
                        check(sequence);
                    }
                }
            }
        }
    }

    @Test
    void shouldJudgeEverySequenceOfThreeBytesAsTheJdkDoes() {
        byte[] sequence = new byte[3];
        for (int i = 0; i < 1 << 24; i++) {
            sequence[0] = (byte) (i >> 16);
            sequence[1] = (byte) (i >> 8);
            sequence[2] = (byte) i;
            check(sequence);
        }
    }

    @Test
    void shouldTakeEveryCharacterAndNoPartOfOne() {
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
                byte[] whole = Character.toString(c).getBytes(UTF_8);
                assertThat(Utf8.soundBytes(whole)).isEqualTo(whole.length);
                for (int length = 1; length < whole.length; length++) {
                    assertThat(Utf8.soundBytes(Arrays.copyOf(whole, length))).isZero();
                }
            }
        }
    }

    /** Eight bytes are looked at together: what is wrong has to be found at each place among them. */
    @Test
    void shouldJudgeAlikeAtEveryOffset() {
        SplittableRandom random = new SplittableRandom(20261124);
        byte[] sequence = new byte[4];
        for (int i = 0; i < 50_000; i++) {
            for (int k = 0; k < sequence.length; k++) {
                sequence[k] = (byte) EDGES[random.nextInt(EDGES.length)];
            }
            for (int before = 0; before <= 16; before++) {
                byte[] text = new byte[before + sequence.length + random.nextInt(17)];
                Arrays.fill(text, (byte) 'a');
                System.arraycopy(sequence, 0, text, before, sequence.length);
                check(text);
            }
        }
    }

    @Test
    void shouldJudgeTextsAsTheJdkDoes() {
        SplittableRandom random = new SplittableRandom(20261124);
        int sound = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int k = random.nextInt(30); k >= 0; k--) {
                int bits = random.nextInt(1, 22);
                int c = Math.min(random.nextInt(1 << bits), Character.MAX_CODE_POINT);
                text.append("plain".repeat(random.nextInt(3))).appendCodePoint(c);
            }
            byte[] bytes = text.toString().getBytes(UTF_8);
            if (random.nextBoolean()) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            sound += check(bytes) ? 1 : 0;
        }
        assertThat(sound).isBetween(50_000, 195_000);
    }

    private boolean check(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        boolean sound = !strict.reset().decode(in, chars.clear(), true).isError();
        int expected = sound ? bytes.length : in.position();
        if (Utf8.soundBytes(bytes) != expected) { // An assertion for each would take most of the time.
            assertThat(Utf8.soundBytes(bytes))
                    .as(HexFormat.ofDelimiter(" ").formatHex(bytes))
                    .isEqualTo(expected);
        }
        return sound;
    }
}
