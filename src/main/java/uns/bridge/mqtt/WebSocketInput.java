package uns.bridge.mqtt;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The content of the broker's binary frames, one after the other, however it was cut into them (RFC 6455, 5.2). Nothing of a
 * frame is held here. Control frames are dealt with on the way: PING is answered, CLOSE is answered and ends the stream.
 *
 * <p>A PING waits while nobody reads, as everything behind a message that waits for Kafka does.
 */
final class WebSocketInput extends InputStream {

    private static final int CONTINUATION = 0;
    private static final int BINARY = 2;
    private static final int MAX_CONTROL_BYTES = 125;

    private final InputStream in;
    private final WebSocketOutput output;

    /** What is left of the current frame. */
    private long remaining;

    /** Whether a continuation frame has to follow the current one (RFC 6455, 5.4). */
    private boolean fragmented;

    WebSocketInput(InputStream in, WebSocketOutput output) {
        this.in = in;
        this.output = output;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (remaining == 0) {
            nextFrame();
        }
        int count = in.read(bytes, offset, (int) Math.min(length, remaining));
        if (count < 0) {
            throw ended();
        }
        remaining -= count;
        return count;
    }

    private void nextFrame() throws IOException {
        int first = uint8();
        int second = uint8();
        boolean last = (first & 0x80) != 0;
        int opcode = first & 0x0F;
        require((first & 0x70) == 0, "a reserved bit is set");
        require((second & 0x80) == 0, "it is masked");
        long length = length(second);
        if (opcode >= WebSocketOutput.CLOSE) {
            require(last && length <= MAX_CONTROL_BYTES, "a control frame is fragmented or too long");
            control(opcode, in.readNBytes((int) length), (int) length);
        } else {
            require(opcode == (fragmented ? CONTINUATION : BINARY), "opcode " + opcode + " has no place here");
            fragmented = !last;
            remaining = length;
        }
    }

    /** The Payload length, in as few bytes as it takes. */
    private long length(int second) throws IOException {
        if (second < 126) {
            return second;
        }
        int bytes = second == 126 ? 2 : 8;
        long length = 0;
        for (int i = 0; i < bytes; i++) {
            length = (length << 8) | uint8();
        }
        require(length >= (bytes == 2 ? 126 : 65_536), "its length is malformed"); // Negative ones, too.
        return length;
    }

    private void control(int opcode, byte[] content, int length) throws IOException {
        if (content.length < length) {
            throw ended();
        }
        switch (opcode) {
            case WebSocketOutput.PING -> output.write(WebSocketOutput.PONG, content, 0, length);
            case WebSocketOutput.PONG -> {
                // Unasked for, and allowed (5.5.3).
            }
            case WebSocketOutput.CLOSE -> {
                output.write(WebSocketOutput.CLOSE, content, 0, Math.min(length, 2));
                throw new EOFException("closed by the MQTT broker" + reason(content));
            }
            default -> require(false, "opcode " + opcode + " is unknown");
        }
    }

    /** Status code and reason of a CLOSE (5.5.1). */
    private static String reason(byte[] content) {
        if (content.length < 2) {
            return "";
        }
        int code = ((content[0] & 0xFF) << 8) | (content[1] & 0xFF);
        String name = switch (code) {
            case 1000 -> " (normal closure)";
            case 1001 -> " (going away)";
            case 1002 -> " (protocol error)";
            case 1003 -> " (unsupported data)";
            case 1008 -> " (policy violation)";
            case 1009 -> " (message too big)";
            case 1011 -> " (internal error)";
            default -> "";
        };
        String text = new String(content, 2, content.length - 2, StandardCharsets.UTF_8);
        return " with WebSocket status " + code + name + (text.isEmpty() ? "" : ": " + text);
    }

    private int uint8() throws IOException {
        int b = in.read();
        if (b < 0) {
            throw ended();
        }
        return b;
    }

    private static EOFException ended() {
        return new EOFException("closed by the MQTT broker");
    }

    private static void require(boolean legal, String why) throws IOException {
        if (!legal) {
            throw new IOException("malformed WebSocket frame: " + why + " (RFC 6455, 5)");
        }
    }
}
