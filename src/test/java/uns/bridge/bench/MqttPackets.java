package uns.bridge.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The few MQTT 5 packets that the benchmark writes itself, and the fields it reads out of those of others. */
final class MqttPackets {

    static final int CONNECT = 1;
    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int PUBREC = 5;
    static final int PUBREL = 6;
    static final int PUBCOMP = 7;
    static final int SUBSCRIBE = 8;
    static final int SUBACK = 9;
    static final int UNSUBSCRIBE = 10;
    static final int PINGREQ = 12;
    static final int DISCONNECT = 14;

    static final int MAX_ID = 65_535;

    private static final int RECEIVE_MAXIMUM = 0x21;

    private MqttPackets() {}

    static byte[] publish(String topic, byte[] payload, int qos) {
        byte[] name = topic.getBytes(UTF_8);
        ByteBuffer body = ByteBuffer.allocate(2 + name.length + (qos > 0 ? 2 : 0) + 1 + payload.length);
        body.putShort((short) name.length).put(name);
        if (qos > 0) {
            body.putShort((short) 0);
        }
        body.put((byte) 0).put(payload);
        return packet(PUBLISH << 4 | qos << 1, body.array());
    }

    static byte[] pubrel(int id) {
        return new byte[] {(byte) (PUBREL << 4 | 2), 2, (byte) (id >> 8), (byte) id};
    }

    /** Where the packet identifier of a PUBLISH of QoS 1 or 2 made by {@link #publish} stands. */
    static int idOffset(String topic, byte[] payload) {
        int name = 2 + topic.getBytes(UTF_8).length;
        return 1 + variableByteInteger(name + 2 + 1 + payload.length).length + name;
    }

    /** A CONNECT with Clean Start 0 and a session that outlives its connection by an hour. */
    static byte[] connect(String clientId) {
        byte[] id = clientId.getBytes(UTF_8);
        ByteBuffer body = ByteBuffer.allocate(18 + id.length);
        body.putShort((short) 4).put("MQTT".getBytes(UTF_8)).put((byte) 5);
        body.put((byte) 0).putShort((short) 60);
        body.put((byte) 5).put((byte) 0x11).putInt(3600);
        body.putShort((short) id.length).put(id);
        return packet(CONNECT << 4, body.array());
    }

    /** A SUBSCRIBE to everything at QoS 1. */
    static byte[] subscribeToAll() {
        return packet(SUBSCRIBE << 4 | 2, new byte[] {0, 1, 0, 0, 1, '#', 1});
    }

    static byte[] disconnect() {
        return packet(DISCONNECT << 4, new byte[0]);
    }

    static byte[] packet(int firstByte, byte[] body) {
        byte[] length = variableByteInteger(body.length);
        return ByteBuffer.allocate(1 + length.length + body.length)
                .put((byte) firstByte)
                .put(length)
                .put(body)
                .array();
    }

    /** The answer to a SUBSCRIBE: each filter granted as asked for. */
    static byte[] suback(byte[] buffer, int body, int length) {
        ByteBuffer subscribe = ByteBuffer.wrap(buffer, body, length);
        short id = subscribe.getShort();
        skip(subscribe, readVariableByteInteger(subscribe));
        ByteBuffer answer = ByteBuffer.allocate(length).putShort(id).put((byte) 0);
        while (subscribe.hasRemaining()) {
            skip(subscribe, Short.toUnsignedInt(subscribe.getShort()));
            answer.put((byte) (subscribe.get() & 3));
        }
        return packet(SUBACK << 4, Arrays.copyOf(answer.array(), answer.position()));
    }

    /** The answer to an UNSUBSCRIBE: success for each filter. */
    static byte[] unsuback(byte[] buffer, int body, int length) {
        ByteBuffer unsubscribe = ByteBuffer.wrap(buffer, body, length);
        short id = unsubscribe.getShort();
        skip(unsubscribe, readVariableByteInteger(unsubscribe));
        ByteBuffer answer = ByteBuffer.allocate(length).putShort(id).put((byte) 0);
        while (unsubscribe.hasRemaining()) {
            skip(unsubscribe, Short.toUnsignedInt(unsubscribe.getShort()));
            answer.put((byte) 0);
        }
        return packet(11 << 4, Arrays.copyOf(answer.array(), answer.position()));
    }

    /** The Receive Maximum of a CONNECT, or 0 if its protocol is not MQTT 5. */
    static int receiveMaximum(byte[] buffer, int body, int length) {
        ByteBuffer connect = ByteBuffer.wrap(buffer, body, length);
        skip(connect, Short.toUnsignedInt(connect.getShort()));
        if (connect.get() != 5) {
            return 0;
        }
        skip(connect, 3); // Connect Flags and Keep Alive.
        int size = readVariableByteInteger(connect);
        int end = connect.position() + size;
        while (connect.position() < end) {
            int property = connect.get();
            switch (property) {
                case RECEIVE_MAXIMUM -> {
                    return Short.toUnsignedInt(connect.getShort());
                }
                case 0x11, 0x27 -> skip(connect, 4);
                case 0x22 -> skip(connect, 2);
                case 0x17, 0x19 -> skip(connect, 1);
                case 0x15, 0x16 -> skip(connect, Short.toUnsignedInt(connect.getShort()));
                case 0x26 -> {
                    skip(connect, Short.toUnsignedInt(connect.getShort()));
                    skip(connect, Short.toUnsignedInt(connect.getShort()));
                }
                default -> throw new IllegalArgumentException("CONNECT with the unknown property " + property);
            }
        }
        return MAX_ID;
    }

    private static void skip(ByteBuffer bytes, int count) {
        bytes.position(bytes.position() + count);
    }

    private static int readVariableByteInteger(ByteBuffer bytes) {
        int value = 0;
        int shift = 0;
        byte b;
        do {
            b = bytes.get();
            value |= (b & 0x7f) << shift;
            shift += 7;
        } while (b < 0);
        return value;
    }

    private static byte[] variableByteInteger(int value) {
        byte[] bytes = new byte[4];
        int count = 0;
        int rest = value;
        do {
            bytes[count] = (byte) (rest & 0x7f);
            rest >>>= 7;
            if (rest > 0) {
                bytes[count] |= (byte) 0x80;
            }
            count++;
        } while (rest > 0);
        return Arrays.copyOf(bytes, count);
    }
}
