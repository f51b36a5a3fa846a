package uns.bridge.mqtt;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.LimitedLog;
import uns.bridge.message.InboundMessage;
import uns.bridge.mqtt.PublishReader.Publish;

/**
 * Cuts what the broker sends into packets: a PUBLISH goes to the {@link DeliveryTracker}, a PUBREL is answered, and any other
 * packet goes to the reader of this stream, which is Paho.
 *
 * <p>When the tracker has no room, a QoS 0 message is dropped and any other waits here, unread packets behind it, which
 * holds the broker back. Paho's PINGREQs are answered here meanwhile, and whenever a message comes, which shows as well that
 * the connection lives: the broker's answers are stuck behind the messages, and Paho, which sees none of them, would take the
 * connection for dead after the Keep Alive.
 */
final class PacketInput extends InputStream {

    private static final Logger LOG = LoggerFactory.getLogger(PacketInput.class);
    private static final int CONNACK_TO_AUTH_MAX_BYTES = 1 << 20;
    private static final int PUBLISH = 3;
    private static final int PUBREL = 6;
    private static final int PINGRESP = 13;
    private static final byte[] PINGRESP_PACKET = {(byte) (PINGRESP << 4), 0};
    private static final byte[] NOTHING = {};
    private static final Duration ROOM_CHECK = Duration.ofMillis(50);

    private final LimitedLog drops = new LimitedLog();
    private final PacketReader reader;
    private final PublishReader publishes;
    private final boolean hasProperties;
    private final Wire wire;
    private final DeliveryTracker tracker;

    /** The packet that the reader is being given, and how much of it the reader has. */
    private byte[] packet = NOTHING;

    private int packetRead;

    /** The message that is to be handed on before anything else is read. */
    private @Nullable Publish waiting;

    private int answeredHere;

    PacketInput(
            InputStream in,
            Wire wire,
            DeliveryTracker tracker,
            long maxPayloadBytes,
            MqttVersion version,
            SubscriptionIdentifiers identifiers) {
        this.reader = new PacketReader(new FilterInputStream(in) {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                wire.flushReleased(); // Nothing may be left unsaid while it waits for the broker.
                return super.read(bytes, offset, length);
            }
        });
        this.publishes = new PublishReader(reader, maxPayloadBytes, version, identifiers);
        this.hasProperties = version.hasProperties();
        this.wire = wire;
        this.tracker = tracker;
    }

    @Override
    public int read() throws IOException {
        if (packetRead == packet.length) {
            nextPacket();
        }
        return packet[packetRead++] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (packetRead == packet.length) {
            nextPacket();
        }
        int count = Math.min(length, packet.length - packetRead);
        System.arraycopy(packet, packetRead, bytes, offset, count);
        packetRead += count;
        return count;
    }

    @Override
    public int available() {
        return packet.length - packetRead;
    }

    @Override
    public void close() {
        wire.close();
    }

    private void nextPacket() throws IOException {
        wire.awaitOpened();
        Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> {
            LOG.error("Paho can't read what the MQTT broker has sent", e);
            wire.close(); // Paho itself would not notice that it reads no longer.
        });
        try {
            do {
                packet = receive();
            } while (packet.length == 0);
            packetRead = 0;
        } catch (RuntimeException | Error e) {
            // Paho's receiver dies silently of anything but an IOException.
            throw new IOException("reading from the MQTT broker failed", e);
        }
    }

    /** Hands on the message that waits, and reads one packet: that of Paho's, or nothing after a PUBLISH. */
    private byte[] receive() throws IOException {
        if (waiting != null && !place(waiting)) {
            return PINGRESP_PACKET;
        }
        waiting = null;
        if (reader.remaining() > 0) { // Of a message: all other packets are read whole.
            return message();
        }
        int first = reader.nextPacket();
        switch (first >> 4) {
            case PUBLISH -> {
                publishes.begin(first);
                return message();
            }
            case PUBREL -> {
                int packetId = reader.uint16();
                reader.skip(reader.remaining()); // A reason changes nothing: the identifier is free (MQTT 5, 4.3.3).
                wire.release(packetId);
                return NOTHING;
            }
            case PINGRESP -> {
                if (reader.remaining() > 0) {
                    throw new IOException("PINGRESP with a body (MQTT 5, 3.13)");
                }
                if (answeredHere > 0) {
                    answeredHere--;
                    return NOTHING;
                }
                wire.answerPing();
                return PINGRESP_PACKET;
            }
            default -> {
                return control(first);
            }
        }
    }

    /** Reads on in a message: a large one may take longer than the Keep Alive. */
    private byte[] message() throws IOException {
        waiting = publishes.proceed();
        wire.hasRead();
        return answerPing() ? PINGRESP_PACKET : NOTHING;
    }

    /** The whole packet, its fixed header included. */
    private byte[] control(int first) throws IOException {
        int remaining = reader.remaining();
        if (remaining > CONNACK_TO_AUTH_MAX_BYTES) {
            throw new IOException("MQTT packet of " + remaining + " bytes");
        }
        int headerLength = remaining < 128 ? 2 : remaining < 16_384 ? 3 : 4;
        byte[] bytes = new byte[headerLength + remaining];
        bytes[0] = (byte) first;
        int rest = remaining;
        for (int i = 1; i < headerLength; i++, rest >>>= 7) {
            bytes[i] = (byte) ((rest & 0x7F) | (i < headerLength - 1 ? 0x80 : 0));
        }
        reader.bytes(bytes, headerLength, remaining);
        if (hasProperties) {
            wire.heard(new ControlPacket(bytes));
        }
        return bytes;
    }

    /**
     * Hands {@code publish} on, waiting for room.
     *
     * @return false if Paho is to be given the answer of its PINGREQ first
     */
    private boolean place(Publish publish) throws IOException {
        while (wire.isPaused() || !take(publish)) {
            if (publish.message().qos() == 0 && !wire.isPaused()) {
                drop(publish.message());
                return true;
            }
            wire.holdBack(true);
            wire.flushReleased();
            if (wire.isClosed()) {
                throw new EOFException("closed");
            }
            if (answerPing()) {
                return false;
            }
            try {
                tracker.awaitRelease(ROOM_CHECK);
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
        }
        wire.holdBack(false);
        return true;
    }

    /** Whether Paho is to be given the answer of a PINGREQ now; that of the broker is then not for Paho. */
    private boolean answerPing() {
        boolean unanswered = wire.answerPing();
        if (unanswered) {
            answeredHere++;
        }
        return unanswered;
    }

    private boolean take(Publish publish) {
        return publish.copy()
                ? tracker.skip(publish.message(), publish.packetId(), wire)
                : tracker.offer(publish.message(), publish.packetId(), wire);
    }

    private void drop(InboundMessage message) {
        tracker.drop(message);
        drops.log(suppressed -> LOG.warn(
                "No room while Kafka is away: dropped a QoS 0 message of {} and {} before it",
                message.topic(),
                suppressed));
    }
}
