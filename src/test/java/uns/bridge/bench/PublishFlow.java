package uns.bridge.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

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

    /** Among messages of QoS 0, one in so many has QoS 1: its acknowledgement tells how far the receiver is. */
    private static final int MARK_INTERVAL = 100;

    private final int qos;
    private final Packets packets;
    private final Packets marks;
    private final byte[] buffer = new byte[256 * 1024];

    /** By packet identifier, of what is in flight: the message, and the first one that it stands for. */
    private final long[] sequenceOf = new long[MqttPackets.MAX_ID + 1];

    private final long[] firstOf = new long[MqttPackets.MAX_ID + 1];
    private final ByteArrayOutputStream replies = new ByteArrayOutputStream();

    private boolean open;
    private boolean gathering;
    private boolean started;
    private int window;
    private int lastId;
    private int inFlight;
    private long target;
    private Optional<Pace> pace = Optional.empty();
    private long sent;

    /** Until here, messages have been sent that have an identifier, or one behind them has. */
    private long marked;

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

    private record Packets(List<PublishPacket> once, List<PublishPacket> cycle) {
        static Packets of(Workload workload, int qos) {
            return new Packets(
                    workload.births().stream()
                            .map(message -> PublishPacket.of(message, qos))
                            .toList(),
                    workload.cycle().stream()
                            .map(message -> PublishPacket.of(message, qos))
                            .toList());
        }

        PublishPacket get(long sequence) {
            return sequence < once.size()
                    ? once.get((int) sequence)
                    : cycle.get((int) ((sequence - once.size()) % cycle.size()));
        }
    }

    PublishFlow(Workload workload) {
        qos = workload.qos();
        packets = Packets.of(workload, qos);
        marks = qos == 0 ? Packets.of(workload, 1) : packets;
        Arrays.fill(sequenceOf, FREE);
    }

    /** Asks for {@code count} further messages, as soon as they can be sent. */
    synchronized void publish(long count) {
        target += count;
        pace = Optional.empty();
        notifyAll();
    }

    /** Asks for {@code count} further messages at a fixed rate; the result is complete once all are acknowledged. */
    synchronized Pace publish(int count, int perSecond) {
        Pace paced = new Pace(target, count, perSecond, System.nanoTime());
        target += count;
        pace = Optional.of(paced);
        notifyAll();
        return paced;
    }

    /** A connection is there; publishing waits for {@link #start}. */
    synchronized void open(int receiveMaximum) {
        long oldest = marked;
        for (int id = 0; id <= MqttPackets.MAX_ID; id++) {
            if (sequenceOf[id] != FREE) {
                oldest = Math.min(oldest, firstOf[id]);
            }
        }
        Arrays.fill(sequenceOf, FREE);
        sent = oldest;
        marked = oldest;
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

    /** Waits for {@link #start}; false if {@code timeout} passes before. */
    synchronized boolean awaitStart(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!started && System.nanoTime() < deadline) {
            wait(100);
        }
        return started;
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
        long now = System.nanoTime();
        for (int i = 0; i < ids.count; i++) {
            int id = ids.ids[i];
            long sequence = sequenceOf[id];
            if (sequence == FREE) {
                complaints++;
                continue;
            }
            pace.ifPresent(paced -> paced.confirmed(sequence, now));
            if (ids.types[i] == MqttPackets.PUBREC) {
                replies.writeBytes(MqttPackets.pubrel(id));
            } else {
                long count = sequence - firstOf[id] + 1;
                sequenceOf[id] = FREE;
                inFlight -= (int) count;
                acknowledged += count;
            }
        }
        complaints += ids.refused;
        if (acknowledged == target || replies.size() > 0 || (gathering ? worthSending() : canSend())) {
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
            wait(pace.isPresent() ? 1 : 0);
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
            boolean mark = isMark();
            PublishPacket packet = (mark ? marks : packets).get(sent);
            byte[] bytes = packet.bytes();
            if (buffer.length - length < bytes.length) {
                break;
            }
            System.arraycopy(bytes, 0, buffer, length, bytes.length);
            if (mark) {
                int id = freeId();
                buffer[length + packet.idOffset()] = (byte) (id >> 8);
                buffer[length + packet.idOffset() + 1] = (byte) id;
                sequenceOf[id] = sent;
                firstOf[id] = marked;
                marked = sent + 1;
            }
            inFlight++;
            length += bytes.length;
            sent++;
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
        return started && sent < due() && inFlight < window;
    }

    private long due() {
        return pace.isPresent() ? pace.get().due(System.nanoTime()) : target;
    }

    /** At QoS 0 so often, and whenever there would be nothing in flight to wait for. */
    private boolean isMark() {
        return qos > 0 || sent % MARK_INTERVAL == 0 || sent + 1 == target || inFlight + 1 == window;
    }

    /** Whether there is enough to send at once: an eighth of the window, or all that is left. */
    private boolean worthSending() {
        long room = Math.min(window - inFlight, target - sent);
        return canSend() && (pace.isPresent() || room >= window / 8 || room == target - sent || inFlight == 0);
    }

    private int freeId() {
        do {
            lastId = lastId == MqttPackets.MAX_ID ? 1 : lastId + 1;
        } while (sequenceOf[lastId] != FREE);
        return lastId;
    }

    /** Collects the PUBACK, PUBREC and PUBCOMP packets of one read. Not thread-safe. */
    static final class Acknowledgements {
        private final int[] types = new int[16 * 1024];
        private final int[] ids = new int[16 * 1024];
        private int count;
        private int refused;

        /** Takes the body of such a packet. */
        void add(int type, byte[] buffer, int body, int length) {
            types[count] = type;
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
