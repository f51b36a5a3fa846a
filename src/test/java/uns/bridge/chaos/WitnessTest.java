package uns.bridge.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import uns.bridge.brokers.TcpProxy;

/** A witness who sees less than there is would acquit the bridge. */
class WitnessTest {

    private final Witness witness = new Witness();
    private final TcpProxy.Tap tap = witness.tap();

    @Test
    void shouldKnowWhatTheBridgeHasAcknowledged() {
        fromBroker(publish(1, 7, 300));
        fromBroker(publish(2, 8, 301));
        fromBroker(publish(1, 9, 302));

        fromBridge(0x40, 2, 0, 7, 0x50, 2, 0, 8);

        assertThat(witness.wasAcknowledged(300)).isTrue();
        assertThat(witness.wasAcknowledged(301)).isTrue();
        assertThat(witness.wasAcknowledged(302)).isFalse();
    }

    @Test
    void shouldTakeAnIdentifierForTheMessageThatHadItLast() {
        fromBroker(publish(1, 7, 300));
        fromBridge(0x40, 2, 0, 7);
        fromBroker(publish(1, 7, 301));

        assertThat(witness.wasAcknowledged(301)).isFalse();
    }

    @Test
    void shouldNotConfuseConnections() {
        fromBroker(publish(1, 7, 300));
        byte[] ack = {0x40, 2, 0, 7};
        witness.tap().fromClient(ack, ack.length);

        assertThat(witness.wasAcknowledged(300)).isFalse();
    }

    @Test
    void shouldCountSessionsThatBegin() {
        fromBroker(new byte[] {0x20, 3, 0, 0, 0});
        fromBroker(new byte[] {0x20, 3, 1, 0, 0});
        fromBroker(new byte[] {0x20, 3, 0, (byte) 0x88, 0});

        assertThat(witness.newSessions()).isEqualTo(1);
    }

    private static byte[] publish(int qos, int id, int number) {
        byte[] payload = ("{\"n\":" + number + ",\"text\":\"\"}").getBytes(UTF_8);
        byte[] topic = "acme/line".getBytes(UTF_8);
        byte[] property = {1, 1}; // Payload Format Indicator
        int length = 2 + topic.length + 2 + 1 + property.length + payload.length;
        ByteBuffer packet = ByteBuffer.allocate(2 + length);
        packet.put((byte) (0x30 | qos << 1)).put((byte) length);
        packet.putShort((short) topic.length).put(topic).putShort((short) id);
        return packet.put((byte) property.length).put(property).put(payload).array();
    }

    /** Byte by byte, as a slow network may bring it. */
    private void fromBroker(byte[] bytes) {
        for (byte each : bytes) {
            tap.fromBroker(new byte[] {each}, 1);
        }
    }

    private void fromBridge(int... bytes) {
        byte[] packets = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            packets[i] = (byte) bytes[i];
        }
        tap.fromClient(packets, packets.length);
    }
}
