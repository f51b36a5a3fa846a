package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** MQTT 5 packets as a broker writes them. */
final class Packets {

    static final byte[] NO_PROPERTIES = {};
    static final byte[] PINGREQ = {(byte) 0xC0, 0};
    static final byte[] PINGRESP = {(byte) 0xD0, 0};
    static final byte[] SUBACK = packet(0x90, new byte[] {0, 1, 0, 1});

    private Packets() {}

    static byte[] publish(String topic, int qos, int packetId, byte[] payload) {
        return publish(qos << 1, topic, packetId, NO_PROPERTIES, payload);
    }

    /** @param flags DUP, QoS and RETAIN as in the fixed header (MQTT 5, 3.3.1) */
    static byte[] publish(int flags, String topic, int packetId, byte[] properties, byte[] payload) {
        byte[] id = (flags & 6) == 0 ? new byte[0] : uint16(packetId);
        return packet(
                0x30 | flags, concat(text(topic), id, variableByteInteger(properties.length), properties, payload));
    }

    static byte[] packet(int first, byte[] body) {
        return concat(new byte[] {(byte) first}, variableByteInteger(body.length), body);
    }

    /** A property whose value is a UTF-8 string. */
    static byte[] textProperty(int id, String value) {
        return concat(new byte[] {(byte) id}, text(value));
    }

    static byte[] userProperty(String name, String value) {
        return concat(new byte[] {0x26}, text(name), text(value));
    }

    static byte[] text(String value) {
        byte[] bytes = value.getBytes(UTF_8);
        return concat(uint16(bytes.length), bytes);
    }

    static byte[] uint16(int value) {
        return new byte[] {(byte) (value >> 8), (byte) value};
    }

    static byte[] variableByteInteger(int value) {
        byte[] bytes = new byte[4];
        int count = 0;
        int rest = value;
        do {
            bytes[count++] = (byte) (rest & 0x7F | (rest > 0x7F ? 0x80 : 0));
            rest >>>= 7;
        } while (rest > 0);
        return Arrays.copyOf(bytes, count);
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
