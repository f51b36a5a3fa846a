package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * A packet of the broker that is no PUBLISH (MQTT 5), made such that Paho can read it. Paho throws the Reason String away and
 * refuses a SUBACK with a reason code that it does not know; and its receiver dies of a text that has a character which a
 * text should not have (1.5.4). Brokers pass on such texts from their plugins.
 */
final class ControlPacket {

    private static final int CONNACK = 2;
    private static final int SUBACK = 9;
    private static final int UNSUBACK = 11;
    private static final int DISCONNECT = 14;
    private static final int AUTH = 15;

    private static final int REASON_STRING = 0x1F;
    private static final int MAX_CHARACTERS = 300;

    private final ByteBuffer in;
    private int type;
    private int packetId;
    private String reasonString = "";
    private int[] grants = {};

    /** The packet in {@code bytes}, which are changed. One that is malformed is for Paho to judge. */
    ControlPacket(byte[] bytes) {
        in = ByteBuffer.wrap(bytes);
        try {
            read();
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            // Up to here it is readable.
        }
    }

    /** Whether it is the end of the connection, or tells whether there is one. */
    boolean isVerdict() {
        return type == CONNACK || type == DISCONNECT;
    }

    /** Whether it is the answer to a SUBSCRIBE. */
    boolean isSuback() {
        return type == SUBACK;
    }

    /** Of a SUBACK. */
    int packetId() {
        return packetId;
    }

    /** The reason codes of a SUBACK (3.9.3). */
    int[] grants() {
        return grants;
    }

    /** What the broker says of it, in one line; empty if it says nothing. */
    String reasonString() {
        return reasonString;
    }

    private void read() {
        type = (in.get() & 0xFF) >> 4;
        variableByteInteger();
        switch (type) {
            case CONNACK -> skip(2); // Flags and reason code.
            case SUBACK, UNSUBACK -> packetId = in.getShort() & 0xFFFF;
            case DISCONNECT, AUTH -> skip(1); // Reason code.
            default -> {
                return;
            }
        }
        int length = variableByteInteger();
        int end = in.position() + length;
        while (in.position() < end) {
            property(in.get() & 0xFF);
        }
        if (type == SUBACK) {
            readGrants();
        }
    }

    /** Paho knows some refusals only; for it one is as good as another. */
    private void readGrants() {
        grants = new int[in.remaining()];
        for (int i = 0; i < grants.length; i++) {
            grants[i] = in.get() & 0xFF;
            if (grants[i] > ReasonCode.FAILURE) {
                in.put(in.position() - 1, (byte) ReasonCode.FAILURE);
            }
        }
    }

    /** Properties by their types (2.2.2.2). */
    private void property(int id) {
        switch (id) {
            case 0x24, 0x25, 0x28, 0x29, 0x2A -> skip(1);
            case 0x13, 0x21, 0x22 -> skip(2);
            case 0x11, 0x27 -> skip(4);
            case 0x16 -> skip(in.getShort() & 0xFFFF);
            case 0x12, 0x15, 0x1A, 0x1C -> text();
            case REASON_STRING -> reasonString = line(text());
            case 0x26 -> {
                text();
                text();
            }
            default -> throw new IllegalArgumentException("property " + id);
        }
    }

    /** What the text is, and as Paho is to read it: of the same length, for lengths stand before it. */
    private String text() {
        int length = in.getShort() & 0xFFFF;
        int start = in.position();
        skip(length);
        String text = new String(in.array(), start, length, UTF_8);
        if (text.codePoints().anyMatch(ControlPacket::isDisallowed)) {
            for (int i = start; i < start + length; i++) {
                if (in.get(i) < ' ' || in.get(i) == 0x7F) { // What is not ASCII is below, too.
                    in.put(i, (byte) '?');
                }
            }
        }
        return text;
    }

    /** Control characters and non-characters (1.5.4). */
    private static boolean isDisallowed(int c) {
        return Character.isISOControl(c) || (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
    }

    private void skip(int count) {
        in.position(in.position() + count);
    }

    private int variableByteInteger() {
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
