package uns.bridge.mqtt;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import uns.bridge.delivery.AckChannel;
import uns.bridge.delivery.Delivery;
import uns.bridge.delivery.DeliveryTracker;

/**
 * The network connection below Paho, and the part of MQTT that Paho does not do well enough: PUBLISH packets are taken out
 * of what is read before Paho sees them, and their acknowledgements are written beside what Paho writes, many in one write.
 * Paho keeps all the rest: CONNECT, SUBSCRIBE, PING, DISCONNECT.
 *
 * <p>So no callback of Paho's can block, hang or acknowledge by itself, a message keeps its DUP flag and its topic, and
 * PUBREC (QoS 2) leaves only once Kafka has the record: the broker goes on only from there, so a kill before loses nothing.
 *
 * <p>Reading and {@link #release} are for Paho's receiver thread, {@link #acknowledge} and {@link #flush} for the acknowledger, writing for Paho's
 * sender; {@link #close} for any, at any time, and never waits.
 */
final class Wire implements AckChannel {

    private static final int PUBACK = 0x40;
    private static final int PUBREC = 0x50;
    private static final int PUBCOMP = 0x70;
    private static final int PINGREQ = 0xC0;
    private static final int ACK_BYTES = 4;
    private static final int MAX_HELD_ACKS = 500;

    private final Transport transport;
    private final CountDownLatch opened = new CountDownLatch(1);
    private final AtomicInteger unansweredPings = new AtomicInteger();
    private final Answers acks = new Answers();
    private final Answers completions = new Answers();
    private final PacketOutput output = new PacketOutput();
    private final DeliveryTracker tracker;
    private final long maxPayloadBytes;
    private final MqttVersion version;
    private final SubscriptionIdentifiers identifiers;
    private final AtomicLong reads = new AtomicLong();
    private final Map<Integer, int[]> grants = new ConcurrentHashMap<>();
    private volatile String reasonString = "";
    private volatile boolean closed;
    private volatile boolean paused;
    private volatile boolean holdingBack;

    Wire(
            Transport transport,
            DeliveryTracker tracker,
            long maxPayloadBytes,
            MqttVersion version,
            SubscriptionIdentifiers identifiers) {
        this.transport = transport;
        this.tracker = tracker;
        this.maxPayloadBytes = maxPayloadBytes;
        this.version = version;
        this.identifiers = identifiers;
    }

    /** What Paho reads: everything but PUBLISH packets. */
    InputStream input() throws IOException {
        return new PacketInput(transport.input(), this, tracker, maxPayloadBytes, version, identifiers);
    }

    /** What Paho writes to, one packet a flush. */
    OutputStream output() {
        return output;
    }

    /** From now on no further message is taken in. */
    void pause() {
        paused = true;
    }

    boolean isPaused() {
        return paused;
    }

    /** Whether a message waits for room, and all that the broker sent after it waits unread. */
    boolean isHoldingBack() {
        return holdingBack;
    }

    void holdBack(boolean now) {
        holdingBack = now;
    }

    /** Why the broker refuses or ends the connection, in its own words; empty if it has not said. */
    String reasonString() {
        return reasonString;
    }

    /** Takes note of what Paho will not tell. */
    void heard(ControlPacket packet) {
        if (packet.isVerdict()) {
            reasonString = packet.reasonString();
        } else if (packet.isSuback()) {
            grants.put(packet.packetId(), packet.grants());
        }
    }

    /** The reason codes of the SUBACK with that packet identifier; none if it was not heard. They are told once. */
    int[] grants(int packetId) {
        int[] codes = grants.remove(packetId);
        return codes == null ? new int[0] : codes;
    }

    /** Something of a message was read. */
    void hasRead() {
        reads.lazySet(reads.getPlain() + 1); // By one thread only.
    }

    /** How often something of a message was read. */
    long reads() {
        return reads.get();
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * Waits for the first packet that Paho writes, which is CONNECT. Paho starts its receiver 300 ms before; if that saw the
     * connection end first, Paho would leave its sender thread spinning for ever.
     */
    void awaitOpened() throws IOException {
        try {
            opened.await();
        } catch (InterruptedException e) {
            throw new IOException("interrupted before CONNECT", e);
        }
    }

    /** Takes one of the PINGREQs that were written and not answered yet; false if there is none. */
    boolean answerPing() {
        return unansweredPings.get() > 0 && unansweredPings.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }

    @Override
    public void acknowledge(Delivery delivery) {
        if (acks.isFull()) {
            flush();
        }
        acks.add(delivery.message().qos() == 2 ? PUBREC : PUBACK, delivery.packetId());
    }

    @Override
    public void flush() {
        try {
            acks.flush();
        } catch (IOException e) {
            close(); // The reader finds it and tells why; what was not acknowledged comes again.
        }
    }

    /** Answers a PUBREL, at the latest with the next {@link #flushReleased}: the broker may use the packet identifier again. */
    void release(int packetId) throws IOException {
        if (completions.isFull()) {
            flushReleased();
        }
        completions.add(PUBCOMP, packetId);
    }

    void flushReleased() throws IOException {
        completions.flush();
    }

    /** Ends the connection; whatever reads or writes fails from now on. */
    void close() {
        closed = true;
        opened.countDown();
        transport.close();
    }

    /** Packets that only name a message, for one thread: many go in one write. */
    private final class Answers {

        private final byte[] packets = new byte[MAX_HELD_ACKS * ACK_BYTES];
        private int length;

        boolean isFull() {
            return length == packets.length;
        }

        /** The same in every version: MQTT 5 lets reason code and properties be left out for success (such as 3.4.2.1). */
        void add(int type, int packetId) {
            packets[length++] = (byte) type;
            packets[length++] = 2;
            packets[length++] = (byte) (packetId >> 8);
            packets[length++] = (byte) packetId;
        }

        void flush() throws IOException {
            int count = length;
            length = 0;
            if (count > 0 && !closed) {
                output.writePackets(packets, count);
            }
        }
    }

    /** Paho writes a packet in pieces and ends it with a flush; acknowledgements must not come between the pieces. */
    private final class PacketOutput extends OutputStream {

        private final ByteArrayOutputStream packet = new ByteArrayOutputStream();

        @Override
        public void write(int b) {
            packet.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            packet.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            byte[] bytes = packet.toByteArray();
            packet.reset();
            if (bytes.length > 0) {
                if ((bytes[0] & 0xFF) == PINGREQ) {
                    unansweredPings.incrementAndGet();
                }
                writePackets(bytes, bytes.length);
                opened.countDown();
            }
        }

        private synchronized void writePackets(byte[] packets, int length) throws IOException {
            transport.output().write(packets, 0, length);
        }
    }
}
