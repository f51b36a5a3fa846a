package uns.bridge.brokers;

import java.util.Arrays;

/**
 * Cuts a stream of bytes into MQTT packets, however the stream was cut into reads: several packets in one read, or one
 * packet in several. Not thread-safe.
 */
public final class PacketScanner {

    /** Is told of each complete packet; the bytes are valid during the call only. */
    public interface Handler {
        void packet(int firstByte, byte[] buffer, int body, int length);
    }

    private byte[] buffer = new byte[16 * 1024];
    private int limit;

    public void feed(byte[] bytes, int length, Handler handler) {
        if (buffer.length - limit < length) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, limit + length));
        }
        System.arraycopy(bytes, 0, buffer, limit, length);
        limit += length;

        int at = 0;
        while (true) {
            int remaining = 0;
            int next = at + 1;
            boolean whole = false;
            for (int shift = 0; next < limit && !whole; shift += 7) {
                int b = buffer[next++];
                remaining |= (b & 0x7f) << shift;
                whole = b >= 0;
            }
            if (!whole || limit - next < remaining) {
                break;
            }
            handler.packet(buffer[at] & 0xff, buffer, next, remaining);
            at = next + remaining;
        }
        System.arraycopy(buffer, at, buffer, 0, limit - at);
        limit -= at;
    }
}
