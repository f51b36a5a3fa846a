package uns.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames as a server may send them; the stream gives one byte at a read, as a network may. */
class WebSocketInputTest {

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @ParameterizedTest
    @CsvSource({
        "one frame,                     8203616263, 616263",
        "two frames,                    82016182026263, 616263",
        "an empty frame between,        82016182008202" + "6263, 616263",
        "fragments,                     020161000162800163, 616263",
        "an empty last fragment,        02036162638000, 616263",
        "a PONG between fragments,      0201618A0178800162, 6162",
        "a length in 16 bits,           827E007E" + HUNDRED_AND_26 + ", " + HUNDRED_AND_26,
    })
    void shouldGiveTheContentWhateverTheFrames(String name, String frames, String content) throws IOException {
        byte[] expected = HexFormat.of().parseHex(content);

        assertThat(input(frames).readNBytes(expected.length)).as(name).isEqualTo(expected);
        assertThat(written.size()).isZero();
    }

    private static final String TEN_BYTES = "6a6a6a6a6a6a6a6a6a6a";
    private static final String HUNDRED = TEN_BYTES + TEN_BYTES + TEN_BYTES + TEN_BYTES + TEN_BYTES + TEN_BYTES
            + TEN_BYTES + TEN_BYTES + TEN_BYTES + TEN_BYTES;
    private static final String HUNDRED_AND_26 = HUNDRED + TEN_BYTES + TEN_BYTES + "6a6a6a6a6a6a";

    @Test
    void shouldAnswerAPingBetweenFragments() throws IOException {
        assertThat(input("0201618902686980" + "0162").readNBytes(2)).containsExactly('a', 'b');

        WebSocketFront.Frame pong = frameWritten();
        assertThat(pong.first()).isEqualTo(0x8A);
        assertThat(pong.content()).containsExactly('h', 'i');
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "880E03E96D61696E74656E616E6365 21 | closed by the MQTT broker with WebSocket status 1001 (going away): maintenance!",
                "880203E8 | closed by the MQTT broker with WebSocket status 1000 (normal closure)",
                "88020FA1 | closed by the MQTT broker with WebSocket status 4001",
                "8800 | closed by the MQTT broker",
            })
    void shouldAnswerAndTellWhenTheBrokerCloses(String frame, String reason) throws IOException {
        String hex = frame.replace(" ", "");
        InputStream input = input("820161" + hex);
        assertThat(input.read()).isEqualTo('a');

        assertThatThrownBy(input::read).isInstanceOf(EOFException.class).hasMessage(reason);

        WebSocketFront.Frame close = frameWritten();
        assertThat(close.first()).isEqualTo(0x88);
        assertThat(HexFormat.of().formatHex(close.content()))
                .isEqualToIgnoringCase(hex.substring(4, Math.min(8, hex.length())));
    }

    @ParameterizedTest
    @CsvSource({
        "a text frame,                           810161, opcode 1",
        "a continuation of nothing,              800161, opcode 0",
        "a new message between fragments,        020161820162, opcode 2",
        "a masked frame,                         82810000000061, masked",
        "a reserved bit,                         C20161, reserved bit",
        "an unknown data frame,                  830161, opcode 3",
        "an unknown control frame,               8B00, opcode 11",
        "a fragmented PING,                      0900, control frame",
        "a PING with a long length,              897E0080, control frame",
        "16 bits where 7 do,                     827E007D, length",
        "64 bits where 16 do,                    827F000000000000FFFF, length",
        "a length beyond 63 bits,                827F8000000000000000, length",
    })
    void shouldRefuseWhatIsNoLegalFrame(String name, String frames, String reason) {
        assertThatThrownBy(() -> input(frames).readNBytes(2))
                .as(name)
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("malformed WebSocket frame: ")
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource({"82", "82 02 61", "82 7E 00", "89 02 61", "''"})
    void shouldTellOfTheEndWhereverItComes(String frames) {
        assertThatThrownBy(() -> input(frames.replace(" ", "")).readNBytes(2))
                .isInstanceOf(EOFException.class)
                .hasMessage("closed by the MQTT broker");
    }

    /** A frame of 4 EiB, of which nothing is held but what is asked for. */
    @Test
    void shouldStreamAFrameThatIsLargerThanMemory() throws IOException {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 7;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                return length;
            }
        };
        InputStream header = new ByteArrayInputStream(HexFormat.of().parseHex("827F4000000000000000"));
        InputStream input = new WebSocketInput(new SequenceInputStream(header, endless), new WebSocketOutput(written));

        long gigabytes4 = 4L << 30;
        byte[] buffer = new byte[1 << 20];
        for (long count = 0; count < gigabytes4; ) {
            int read = input.read(buffer);
            assertThat(read).isPositive();
            count += read;
        }
    }

    private WebSocketInput input(String frames) {
        InputStream oneByOne = new ByteArrayInputStream(HexFormat.of().parseHex(frames)) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                return super.read(bytes, offset, Math.min(1, length));
            }
        };
        return new WebSocketInput(oneByOne, new WebSocketOutput(written));
    }

    private WebSocketFront.Frame frameWritten() throws IOException {
        return WebSocketFront.Frame.read(new DataInputStream(new ByteArrayInputStream(written.toByteArray())));
    }
}
