package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * The Reason String of a CONNACK or a DISCONNECT (MQTT 5, 3.2.2.3.9 and 3.14.2.2.3): why the broker refuses, in its own
 * words. Paho throws it away.
 */
final class ReasonString {

    static final int CONNACK = 2;
    static final int DISCONNECT = 14;

    private static final int ID = 0x1F;
    private static final int MAX_CHARACTERS = 300;

    private ReasonString() {}

    /** What {@code packet} says, in one line; empty if it says nothing, or is malformed, which is for others to judge. */
    static String of(byte[] packet) {
        ByteBuffer in = ByteBuffer.wrap(packet);
        try {
            int type = (in.get() & 0xFF) >> 4;
            variableByteInteger(in);
            in.get(); // CONNACK: the flags; DISCONNECT: the reason code.
            if (type == CONNACK) {
                in.get();
            }
            int end = variableByteInteger(in);
            end += in.position();
            while (in.position() < end) {
                int id = in.get() & 0xFF;
                if (id == ID) {
                    return line(text(in));
                }
                skip(id, in);
            }
            return "";
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return "";
        }
    }

    /** Properties by their types (MQTT 5, 2.2.2.2). */
    private static void skip(int id, ByteBuffer in) {
        switch (id) {
            case 0x24, 0x25, 0x28, 0x29, 0x2A -> skipBytes(1, in);
            case 0x13, 0x21, 0x22 -> skipBytes(2, in);
            case 0x11, 0x27 -> skipBytes(4, in);
            case 0x12, 0x15, 0x16, 0x1A, 0x1C -> text(in);
            case 0x26 -> {
                text(in);
                text(in);
            }
            default -> throw new IllegalArgumentException("property " + id);
        }
    }

    private static void skipBytes(int count, ByteBuffer in) {
        in.position(in.position() + count);
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[in.getShort() & 0xFFFF];
        in.get(bytes);
        return new String(bytes, UTF_8);
    }

    private static int variableByteInteger(ByteBuffer in) {
        int value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int b = in.get();
            value |= (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("Variable Byte Integer");
    }

    private static String line(String text) {
        String shown = text.substring(0, Math.min(text.length(), MAX_CHARACTERS));
        return shown.replaceAll("\\p{Cntrl}", "?");
    }
}
