package uns.bridge.delivery;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.InboundMessage;

/**
 * Every message between its arrival and where it is safe, Kafka or the spool. They complete in any order. Those of QoS 1 and 2
 * are a bounded FIFO: they are released, and only then acknowledged, in the order of arrival (MQTT 5, 4.6). Those of QoS 0 need
 * no order, and are released as soon as they are complete, so that one that waits for its topic keeps no room but its own.
 *
 * <p>Four threads meet here: the MQTT reader {@linkplain #offer offers}, the carrier takes the {@linkplain #next next},
 * Kafka's I/O thread {@linkplain #complete completes} without ever blocking, the carrier too what it has spooled, and the acknowledger {@linkplain
 * #release releases}.
 *
 * <p>Memory is bounded twice, for QoS 1 and 2 (by number and by bytes; beyond it the reader waits) and for QoS 0 (by bytes;
 * beyond it the message is dropped), so that a flood of messages that nobody guarantees can't hold up those that are.
 */
public final class DeliveryTracker {

    /** How many deliveries are released at once, so that the lock is never held for long. */
    private static final int BATCH = 1_000;

    private final int maxUnacknowledged;
    private final long maxBytes;

    private final BlockingQueue<Delivery> arrived = new LinkedBlockingQueue<>();
    private final AtomicBoolean completed = new AtomicBoolean();
    private volatile @Nullable Thread releaser;

    /** Of QoS 0, complete and not released: the last one, from which {@link Delivery#next} leads to the others. */
    private final AtomicReference<@Nullable Delivery> completeUnreliable = new AtomicReference<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();
    // All below is guarded by the lock.
    /** Those of QoS 1 and 2, in order of arrival. */
    private final ArrayDeque<Delivery> unacknowledged = new ArrayDeque<>();

    private long unacknowledgedBytes;

    /** How many there are of QoS 0. */
    private int unreliable;

    private long unreliableBytes;

    /** The first of those that were taken from {@link #completeUnreliable}, and are not released yet. */
    private @Nullable Delivery releasable;

    private long received;
    private long delivered;
    private long deadLettered;
    private long skipped;
    private long acknowledgedReleases;
    private long otherReleases;
    private long restored;
    private long spooled;
    private final Map<Drop, Long> drops = new EnumMap<>(Drop.class);
    private long receivedBytes;
    private long lastArrivalMs;
    private final Latencies latencies = new Latencies();

    /**
     * Creates an empty tracker.
     *
     * @param maxUnacknowledged how many messages of QoS 1 and 2 may be in flight
     * @param maxBytes how many bytes those of QoS 1 and 2 may hold together, and those of QoS 0 likewise
     */
    public DeliveryTracker(int maxUnacknowledged, long maxBytes) {
        this.maxUnacknowledged = maxUnacknowledged;
        this.maxBytes = maxBytes;
    }

    /**
     * Takes a message in if there is room; one message always has room.
     *
     * @param packetId its packet identifier, 0 at QoS 0
     * @return whether it was taken
     */
    public boolean offer(InboundMessage message, int packetId, AckChannel channel) {
        Delivery delivery = new Delivery(message, packetId, channel);
        if (!admit(delivery)) {
            return false;
        }
        arrived.add(delivery);
        return true;
    }

    /**
     * Takes in, if there is room, a message that is to go nowhere. One of QoS 1 or 2 is acknowledged in its turn, for
     * acknowledgements have the order of arrival (MQTT 5, 4.6); one of QoS 0 needs no room.
     *
     * @param packetId its packet identifier, 0 at QoS 0
     * @return whether it was taken
     */
    public boolean skip(InboundMessage message, int packetId, AckChannel channel) {
        if (message.qos() == 0) {
            lock.lock();
            try {
                received++;
                skipped++;
                lastArrivalMs = message.arrivalMs();
            } finally {
                lock.unlock();
            }
            return true;
        }
        Delivery delivery = new Delivery(message, packetId, channel);
        delivery.skip();
        if (!admit(delivery)) {
            return false;
        }
        complete(delivery);
        return true;
    }

    private boolean admit(Delivery delivery) {
        lock.lock();
        try {
            if (!hasRoom(delivery)) {
                return false;
            }
            if (delivery.message().qos() == 0) {
                unreliable++;
                unreliableBytes += delivery.weight();
            } else {
                unacknowledged.add(delivery);
                unacknowledgedBytes += delivery.weight();
            }
            received++;
            receivedBytes += delivery.message().payload().length;
            lastArrivalMs = delivery.message().arrivalMs();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Counts a QoS 0 message that found no room and is given up. */
    public void drop(InboundMessage message) {
        lock.lock();
        try {
            received++;
            lastArrivalMs = message.arrivalMs();
            drops.merge(Drop.NO_ROOM, 1L, Long::sum);
        } finally {
            lock.unlock();
        }
    }

    /** Whether messages of QoS 0 hold more than half of what they may, so that soon there may be no room for another. */
    public boolean isCrowded() {
        lock.lock();
        try {
            return unreliableBytes > maxBytes / 2;
        } finally {
            lock.unlock();
        }
    }

    /** {@code messages} of an earlier run are in the spool. */
    public void restore(long messages) {
        lock.lock();
        try {
            restored += messages;
            spooled += messages;
        } finally {
            lock.unlock();
        }
    }

    /** Kafka has so many messages of the spool in their own topics, and so many in the dead-letter topic. */
    public void drained(long messages, long deadLetters) {
        lock.lock();
        try {
            spooled -= messages + deadLetters;
            delivered += messages;
            deadLettered += deadLetters;
        } finally {
            lock.unlock();
        }
    }

    /** {@code messages} of the spool are given up. */
    public void drop(Drop why, long messages) {
        lock.lock();
        try {
            spooled -= messages;
            drops.merge(why, messages, Long::sum);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until something is released, or {@code timeout} has passed. */
    @SuppressWarnings("WaitNotInLoop") // The caller looks again in any case.
    public void awaitRelease(Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            released.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } finally {
            lock.unlock();
        }
    }

    /** The next message in order of arrival, or null if none arrives within {@code timeout}. */
    public @Nullable Delivery next(Duration timeout) throws InterruptedException {
        return arrived.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** {@code delivery} is safe: Kafka has all its records, or its dead letter, or the spool has it. Never blocks. */
    public void complete(Delivery delivery) {
        if (!delivery.complete()) {
            return; // Twice in that list, it would make a ring of it.
        }
        if (delivery.message().qos() == 0) {
            do {
                delivery.next = completeUnreliable.get();
            } while (!completeUnreliable.compareAndSet(delivery.next, delivery));
        }
        if (!completed.get() && completed.compareAndSet(false, true)) {
            LockSupport.unpark(releaser);
        }
    }

    /**
     * Waits until something was completed since the last call, then releases what is complete of QoS 0, and releases and
     * acknowledges what is complete of QoS 1 and 2, in order of arrival, up to the first that is not. For one thread, which an
     * interrupt makes return at once.
     */
    public void release() {
        releaser = Thread.currentThread();
        while (!completed.getAndSet(false)) {
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                return;
            }
            LockSupport.park(this);
        }
        List<Delivery> batch = new ArrayList<>();
        boolean more;
        do {
            batch.clear();
            more = collect(batch);
            acknowledge(batch);
        } while (more);
    }

    /** Returns whether there may be more; what is to be acknowledged is in {@code batch}. */
    private boolean collect(List<Delivery> batch) {
        long nowMs = System.currentTimeMillis();
        lock.lock();
        try {
            for (Delivery head = unacknowledged.peek();
                    head != null && head.isComplete() && batch.size() < BATCH;
                    head = unacknowledged.peek()) {
                batch.add(unacknowledged.remove());
                unacknowledgedBytes -= head.weight();
                settle(head, nowMs);
            }
            int others = 0;
            for (Delivery any = nextUnreliable(); any != null; any = ++others < BATCH ? nextUnreliable() : null) {
                unreliable--;
                unreliableBytes -= any.weight();
                settle(any, nowMs);
            }
            if (!batch.isEmpty() || others > 0) {
                released.signalAll();
            }
            return batch.size() == BATCH || others == BATCH;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Delivery nextUnreliable() {
        Delivery next = releasable == null ? completeUnreliable.getAndSet(null) : releasable;
        if (next != null) {
            releasable = next.next;
            next.next = null; // Else an old one keeps all after it from the young collector.
        }
        return next;
    }

    private void settle(Delivery delivery, long nowMs) {
        if (delivery.message().qos() == 0) {
            otherReleases++;
        } else {
            acknowledgedReleases++;
        }
        switch (delivery.end()) {
            case DELIVERED -> delivered++;
            case DEAD_LETTERED -> deadLettered++;
            case SKIPPED -> skipped++;
            case SPOOLED -> spooled++;
        }
        if (delivery.end().isInKafka()) {
            latencies.add(nowMs - delivery.message().arrivalMs());
        }
    }

    private static void acknowledge(List<Delivery> batch) {
        AckChannel channel = null;
        for (Delivery delivery : batch) {
            if (delivery.channel() != channel) {
                if (channel != null) {
                    channel.flush();
                }
                channel = delivery.channel();
            }
            channel.acknowledge(delivery);
        }
        if (channel != null) {
            channel.flush();
        }
    }

    /**
     * Waits until nothing is in flight.
     *
     * @return whether that was so before {@code timeout} had passed
     */
    public boolean awaitEmpty(Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (inFlight() > 0) {
                if (left <= 0) {
                    return false;
                }
                left = released.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the first of what {@link #releases} is about is safe, and lacks only its {@linkplain #release release}. */
    public boolean awaitsAcknowledgement() {
        lock.lock();
        try {
            Delivery head = unacknowledged.peek();
            return head == null ? releasable != null || completeUnreliable.get() != null : head.isComplete();
        } finally {
            lock.unlock();
        }
    }

    /**
     * A number that changes as long as messages in flight get on. While there are any of QoS 1 and 2 it is about those alone:
     * they may stand still while QoS 0 passes them.
     */
    public long releases() {
        lock.lock();
        try {
            return unacknowledged.isEmpty() ? otherReleases : acknowledgedReleases;
        } finally {
            lock.unlock();
        }
    }

    /** The account of this instant. */
    public Books books() {
        lock.lock();
        try {
            return new Books(received, restored, delivered, deadLettered, skipped, drops, inFlight(), spooled);
        } finally {
            lock.unlock();
        }
    }

    /** What flows, as of this instant. */
    public Flow flow() {
        lock.lock();
        try {
            return new Flow(receivedBytes, unacknowledgedBytes + unreliableBytes, lastArrivalMs, latencies.copy());
        } finally {
            lock.unlock();
        }
    }

    private boolean hasRoom(Delivery delivery) {
        if (delivery.message().qos() == 0) {
            return unreliableBytes == 0 || unreliableBytes + delivery.weight() <= maxBytes;
        }
        return unacknowledged.isEmpty()
                || (unacknowledged.size() < maxUnacknowledged && unacknowledgedBytes + delivery.weight() <= maxBytes);
    }

    private int inFlight() {
        return unacknowledged.size() + unreliable;
    }
}
