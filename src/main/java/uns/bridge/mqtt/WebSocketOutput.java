package uns.bridge.mqtt;

import java.io.IOException;
import java.io.OutputStream;
import java.security.SecureRandom;

/** Writes a client's frames (RFC 6455, 5.2): masked, unfragmented, each with its header in one write. For any thread. */
final class WebSocketOutput extends OutputStream {

    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final int BINARY = 2;
    private static final int LAST = 0x80;
    private static final int MASKED = 0x80;
    private static final int MAX_HEADER_BYTES = 8;

    /** A longer packet becomes several frames, as MQTT allows (MQTT 5, 6.0.0-2). */
    private static final int MAX_CONTENT_BYTES = 4 * 1024;

    private final OutputStream out;
    private final SecureRandom random = new SecureRandom();
    private final byte[] mask = new byte[4];
    private final byte[] frame = new byte[MAX_HEADER_BYTES + MAX_CONTENT_BYTES];

    WebSocketOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        for (int from = 0; from < length; from += MAX_CONTENT_BYTES) {
            write(BINARY, bytes, offset + from, Math.min(length - from, MAX_CONTENT_BYTES));
        }
    }

    /** Writes one frame of at most 4 KiB. */
    synchronized void write(int opcode, byte[] content, int offset, int length) throws IOException {
        int end = 0;
        frame[end++] = (byte) (LAST | opcode);
        if (length < 126) {
            frame[end++] = (byte) (MASKED | length);
        } else {
            frame[end++] = (byte) (MASKED | 126);
            frame[end++] = (byte) (length >> 8);
            frame[end++] = (byte) length;
        }
        random.nextBytes(mask); // Not to be foreseen by who chose the content (10.3).
        for (byte b : mask) {
            frame[end++] = b;
        }
        for (int i = 0; i < length; i++) {
            frame[end++] = (byte) (content[offset + i] ^ mask[i & 3]);
        }
        out.write(frame, 0, end);
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }
}
