package uns.bridge.chaos;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import uns.bridge.brokers.PacketScanner;
import uns.bridge.brokers.TcpProxy;

/**
 * Reads along between the bridge and the MQTT broker, and so tells which of the two has lost a message: a bridge answers for
 * what it has acknowledged, and for a session that it has not resumed; a broker for what it has neither handed over nor kept.
 * May be used by any thread.
 */
final class Witness {

    private static final int CONNACK = 2;
    private static final int PUBLISH = 3;
    private static final int PUBACK = 4;
    private static final int PUBREC = 5;

    private final BitSet acknowledged = new BitSet();
    private int newSessions;

    /** Reads one more connection along. */
    TcpProxy.Tap tap() {
        return new Connection();
    }

    /** Whether the bridge has written PUBACK or PUBREC for the message of this number. */
    synchronized boolean wasAcknowledged(int number) {
        return acknowledged.get(number);
    }

    /** How often the broker had no session of the bridge (Session Present 0; MQTT 5, 3.2.2.1.1); once at the first time. */
    synchronized int newSessions() {
        return newSessions;
    }

    private final class Connection implements TcpProxy.Tap {

        private final PacketScanner ofBroker = new PacketScanner();
        private final PacketScanner ofBridge = new PacketScanner();
        private final Map<Integer, Integer> numbers = new HashMap<>();

        @Override
        public void fromBroker(byte[] bytes, int length) {
            synchronized (Witness.this) {
                ofBroker.feed(bytes, length, this::brokerSent);
            }
        }

        @Override
        public void fromClient(byte[] bytes, int length) {
            synchronized (Witness.this) {
                ofBridge.feed(bytes, length, this::bridgeSent);
            }
        }

        private void brokerSent(int firstByte, byte[] buffer, int body, int length) {
            switch (firstByte >> 4) {
                case CONNACK -> newSessions += buffer[body + 1] == 0 && (buffer[body] & 1) == 0 ? 1 : 0;
                case PUBLISH -> {
                    if ((firstByte & 6) > 0) { // QoS 0 is not acknowledged.
                        published(buffer, body, length);
                    }
                }
                default -> {}
            }
        }

        private void bridgeSent(int firstByte, byte[] buffer, int body, int length) {
            int type = firstByte >> 4;
            if (type == PUBACK || type == PUBREC) {
                Integer number = numbers.get(uint16(buffer, body));
                if (number != null) {
                    acknowledged.set(number);
                }
            }
        }

        /** The payload begins behind the properties, which are below 128 bytes here. */
        private void published(byte[] buffer, int body, int length) {
            int id = body + 2 + uint16(buffer, body);
            int payload = id + 3 + buffer[id + 2];
            int number = Driver.number(Arrays.copyOfRange(buffer, payload, body + length));
            numbers.put(uint16(buffer, id), number);
        }

        private static int uint16(byte[] buffer, int at) {
            return (buffer[at] & 0xFF) << 8 | buffer[at + 1] & 0xFF;
        }
    }
}
