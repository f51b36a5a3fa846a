package uns.bridge.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * A stream of prebuilt PUBLISH packets towards one receiver: as many as were asked for, never more in flight than the
 * receiver allows. Packets are copied into one large buffer, their identifiers patched in, and written together.
 *
 * <p>Thread-safe. One thread runs {@link #pump}, another hands in the acknowledgements, a third waits for the last one.
 * After a lost connection the flow begins again with the oldest packet that had not been acknowledged.
 */
final class PublishFlow {

    private static final long FREE = -1;
    private static final long GATHERING_NANOS = 1_000_000;

    private final List<PublishPacket> once;
    private final List<PublishPacket> cycle;
    private final byte[] buffer = new byte[256 * 1024];
    private final long[] sequenceOf = new long[MqttPackets.MAX_ID + 1];
    private final ByteArrayOutputStream replies = new ByteArrayOutputStream();

    private boolean open;
    private boolean gathering;
    private boolean started;
    private int window;
    private int lastId;
    private int inFlight;
    private long target;
    private long sent;
    private long acknowledged;
    private long complaints;

    /** A PUBLISH packet ready to be sent; {@code idOffset} is where its identifier belongs, negative for QoS 0. */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    record PublishPacket(byte[] bytes, int idOffset) {
        static PublishPacket of(Workload.Message message, int qos) {
            return new PublishPacket(
                    MqttPackets.publish(message.topic(), message.payload(), qos),
                    qos == 0 ? -1 : MqttPackets.idOffset(message.topic(), message.payload()));
        }
    }

    /** The flow of a workload's messages at {@code qos} 0 or 1. */
    PublishFlow(Workload workload, int qos) {
        once = workload.births().stream()
                .map(message -> PublishPacket.of(message, qos))
                .toList();
        cycle = workload.cycle().stream()
                .map(message -> PublishPacket.of(message, qos))
                .toList();
        Arrays.fill(sequenceOf, FREE);
    }

    /** Asks for {@code count} further messages. */
    synchronized void publish(long count) {
        target += count;
        notifyAll();
    }

    /** A connection is there; publishing waits for {@link #start}. */
    synchronized void open(int receiveMaximum) {
        long oldest = sent;
        for (long sequence : sequenceOf) {
            if (sequence != FREE) {
                oldest = Math.min(oldest, sequence);
            }
        }
        Arrays.fill(sequenceOf, FREE);
        sent = oldest;
        acknowledged = oldest;
        inFlight = 0;
        window = receiveMaximum;
        replies.reset();
        open = true;
        started = false;
    }

    synchronized void start() {
        started = true;
        notifyAll();
    }

    synchronized void close() {
        open = false;
        notifyAll();
    }

    /** Has a control packet sent before the next messages. */
    synchronized void reply(byte[] packet) {
        replies.writeBytes(packet);
        notifyAll();
    }

    /** To be called once for each read, as it takes the lock and wakes {@link #pump}. */
    synchronized void acknowledged(Acknowledgements ids) {
        for (int i = 0; i < ids.count; i++) {
            int id = ids.ids[i];
            if (sequenceOf[id] == FREE) {
                complaints++;
            } else {
                sequenceOf[id] = FREE;
                inFlight--;
                acknowledged++;
            }
        }
        complaints += ids.refused;
        if (acknowledged == target || (gathering ? worthSending() : canSend())) {
            notifyAll();
        }
    }

    /** Waits until every message asked for has been acknowledged; false if {@code timeout} passes before. */
    synchronized boolean await(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (acknowledged < target) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(left / 1_000_000 + 1);
        }
        return true;
    }

    synchronized long sent() {
        return sent;
    }

    synchronized long acknowledged() {
        return acknowledged;
    }

    /** Acknowledgements that answer no message in flight, or refuse one. */
    synchronized long complaints() {
        return complaints;
    }

    /** Writes until the flow is closed. */
    void pump(OutputStream out) throws IOException, InterruptedException {
        for (int length = next(); length >= 0; length = next()) {
            out.write(buffer, 0, length);
        }
    }

    private synchronized int next() throws InterruptedException {
        while (open && replies.size() == 0 && !canSend()) {
            wait();
        }
        gather();
        if (!open) {
            return -1;
        }
        byte[] first = replies.toByteArray();
        replies.reset();
        System.arraycopy(first, 0, buffer, 0, first.length);
        int length = first.length;
        while (canSend()) {
            PublishPacket packet = packet(sent);
            byte[] bytes = packet.bytes();
            if (buffer.length - length < bytes.length) {
                break;
            }
            System.arraycopy(bytes, 0, buffer, length, bytes.length);
            if (packet.idOffset() >= 0) {
                int id = freeId();
                buffer[length + packet.idOffset()] = (byte) (id >> 8);
                buffer[length + packet.idOffset() + 1] = (byte) id;
                sequenceOf[id] = sent;
                inFlight++;
            } else {
                acknowledged++;
            }
            length += bytes.length;
            sent++;
        }
        if (acknowledged == target) {
            notifyAll();
        }
        return length;
    }

    /**
     * Waits a moment for more room in the window: a write for each single acknowledgement would cost the machine more than
     * the message does. No longer than a moment, since Paho leaves Nagle's algorithm on: it holds further acknowledgements
     * back until TCP has acknowledged the first, which without data on the way back takes 40 ms.
     */
    private void gather() throws InterruptedException {
        long deadline = System.nanoTime() + GATHERING_NANOS;
        gathering = true;
        while (open && replies.size() == 0 && !worthSending() && System.nanoTime() < deadline) {
            wait(1);
        }
        gathering = false;
    }

    private boolean canSend() {
        return started && sent < target && inFlight < window;
    }

    /** Whether there is enough to send at once: an eighth of the window, or all that is left. */
    private boolean worthSending() {
        long room = Math.min(window - inFlight, target - sent);
        return canSend() && (room >= window / 8 || room == target - sent || inFlight == 0);
    }

    private PublishPacket packet(long sequence) {
        return sequence < once.size()
                ? once.get((int) sequence)
                : cycle.get((int) ((sequence - once.size()) % cycle.size()));
    }

    private int freeId() {
        do {
            lastId = lastId == MqttPackets.MAX_ID ? 1 : lastId + 1;
        } while (sequenceOf[lastId] != FREE);
        return lastId;
    }

    /** Collects the PUBACKs of one read. Not thread-safe. */
    static final class Acknowledgements {
        private final int[] ids = new int[16 * 1024];
        private int count;
        private int refused;

        /** Takes the body of a PUBACK. */
        void add(byte[] buffer, int body, int length) {
            ids[count++] = (buffer[body] & 0xff) << 8 | buffer[body + 1] & 0xff;
            if (length > 2 && (buffer[body + 2] & 0xff) >= 0x80) {
                refused++;
            }
        }

        int count() {
            return count;
        }

        void clear() {
            count = 0;
            refused = 0;
        }
    }
}
