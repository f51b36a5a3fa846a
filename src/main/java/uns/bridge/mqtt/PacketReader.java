package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads MQTT packets field by field through one buffer. No field goes beyond its packet, and nothing is made larger than
 * what the caller asked for, whatever length a packet claims.
 */
final class PacketReader {

    /** Holds the longest field (MQTT 5, 1.5.4 and 1.5.6). */
    private static final int BUFFER_BYTES = 64 * 1024;

    /** How much is read at once: Java keeps its own buffer for so much, and needs a new one each time for more. */
    private static final int READ_BYTES = 16 * 1024;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private int remaining;

    PacketReader(InputStream in) {
        this.in = in;
    }

    /** Reads the fixed header of the next packet (MQTT 5, 2.1.1) and returns its first byte: the type and the flags. */
    int nextPacket() throws IOException {
        remaining = 5; // A byte, and the Remaining Length of up to four.
        int first = uint8();
        remaining = variableByteInteger();
        return first;
    }

    /** What is left of the packet, in bytes. */
    int remaining() {
        return remaining;
    }

    int uint8() throws IOException {
        take(1);
        return buffer[position++] & 0xFF;
    }

    int uint16() throws IOException {
        return (uint8() << 8) | uint8();
    }

    /** Variable Byte Integer (MQTT 5, 1.5.5). */
    int variableByteInteger() throws IOException {
        int value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int b = uint8();
            value |= (b & 0x7F) << shift;
            if (b < 128) {
                return value;
            }
        }
        throw new IOException("malformed Variable Byte Integer (MQTT 5, 1.5.5)");
    }

    /** UTF-8 Encoded String (MQTT 5, 1.5.4). */
    String text() throws IOException {
        int length = uint16();
        take(length);
        String text = new String(buffer, position, length, UTF_8);
        position += length;
        return text;
    }

    /** As {@link #text}, one of {@code recent} if it is among them. */
    String text(RecentTopics recent) throws IOException {
        int length = uint16();
        take(length);
        String text = recent.get(buffer, position, length);
        position += length;
        return text;
    }

    /** Binary Data (MQTT 5, 1.5.6). */
    byte[] binary() throws IOException {
        return bytes(uint16());
    }

    byte[] bytes(int length) throws IOException {
        byte[] bytes = new byte[length];
        bytes(bytes, 0, length);
        return bytes;
    }

    void bytes(byte[] target, int offset, int length) throws IOException {
        check(length);
        for (int done = 0; done < length; ) {
            done += some(target, offset + done, length - done);
        }
    }

    /**
     * Reads as many of the next {@code length} bytes as there are at once, waiting for one at least. Past the buffer where that
     * has none, so that a large payload is copied only once.
     *
     * @return how many
     */
    int some(byte[] target, int offset, int length) throws IOException {
        check(length);
        int count = Math.min(length, limit - position);
        if (count > 0) {
            System.arraycopy(buffer, position, target, offset, count);
            position += count;
        } else {
            count = read(target, offset, length);
        }
        remaining -= count;
        return count;
    }

    void skip(int length) throws IOException {
        check(length);
        for (int done = 0; done < length; ) {
            done += skipSome(length - done);
        }
    }

    /**
     * Passes over as many of the next {@code length} bytes as there are at once, waiting for one at least.
     *
     * @return how many
     */
    int skipSome(int length) throws IOException {
        check(length);
        if (position == limit) {
            position = 0;
            limit = read(buffer, 0, READ_BYTES);
        }
        int count = Math.min(length, limit - position);
        position += count;
        remaining -= count;
        return count;
    }

    private void check(int length) throws IOException {
        if (length > remaining) {
            throw new IOException("malformed packet: a field beyond its end");
        }
    }

    /** Makes the next {@code length} bytes stand in the buffer. */
    private void take(int length) throws IOException {
        check(length);
        remaining -= length;
        if (limit - position >= length) {
            return;
        }
        if (position + length > buffer.length) {
            System.arraycopy(buffer, position, buffer, 0, limit - position);
            limit -= position;
            position = 0;
        }
        while (limit - position < length) {
            limit += read(buffer, limit, Math.min(READ_BYTES, buffer.length - limit));
        }
    }

    private int read(byte[] target, int offset, int length) throws IOException {
        int count = in.read(target, offset, length);
        if (count < 0) {
            throw new EOFException("closed by the MQTT broker");
        }
        return count;
    }
}
