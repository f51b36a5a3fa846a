package uns.bridge.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Checks that bytes are UTF-8 (RFC 3629, 3). Jackson decodes only what it is asked for: of a value that is skipped it knows
 * no more than that there is something behind each leading byte.
 */
final class Utf8 {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

    private Utf8() {}

    /** How many bytes there are before the first sequence that is no character: all of them if they are UTF-8. */
    static int soundBytes(byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            if (bytes[at] >= 0) {
                at = endOfAscii(bytes, at + 1);
            } else {
                int length = character(bytes, at);
                if (length == 0) {
                    return at;
                }
                at += length;
            }
        }
        return at;
    }

    /** Where the next byte is that is not ASCII; eight at once, for JSON is ASCII nearly everywhere. */
    private static int endOfAscii(byte[] bytes, int from) {
        int at = from;
        for (; at <= bytes.length - Long.BYTES; at += Long.BYTES) {
            long high = (long) LONGS.get(bytes, at) & NOT_ASCII;
            if (high != 0) {
                return at + Long.numberOfTrailingZeros(high) / Byte.SIZE;
            }
        }
        while (at < bytes.length && bytes[at] >= 0) {
            at++;
        }
        return at;
    }

    /** How many bytes the character has that begins here, beyond ASCII; 0 if none does (Unicode, table 3-7). */
    private static int character(byte[] bytes, int at) {
        int first = bytes[at] & 0xFF;
        if (first < 0xE0) {
            return first >= 0xC2 && follows(bytes, at + 1, 0x80, 0xBF) ? 2 : 0;
        }
        // The second byte tells whether fewer would do, and whether it is a surrogate, or beyond U+10FFFF.
        if (first < 0xF0) {
            return follows(bytes, at + 1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF)
                            && follows(bytes, at + 2, 0x80, 0xBF)
                    ? 3
                    : 0;
        }
        return first <= 0xF4
                        && follows(bytes, at + 1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF)
                        && follows(bytes, at + 2, 0x80, 0xBF)
                        && follows(bytes, at + 3, 0x80, 0xBF)
                ? 4
                : 0;
    }

    private static boolean follows(byte[] bytes, int at, int least, int most) {
        return at < bytes.length && (bytes[at] & 0xFF) >= least && (bytes[at] & 0xFF) <= most;
    }
}
