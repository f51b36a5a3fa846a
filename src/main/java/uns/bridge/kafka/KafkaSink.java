package uns.bridge.kafka;

import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import uns.bridge.health.Health;
import uns.bridge.message.OutboundRecord;

/**
 * Writes records into Kafka, in order, at least once, however long it takes.
 *
 * <p>Each record ends in exactly one call of the {@link Listener}: confirmed, or refused for good. A Kafka that is away is
 * waited for; a producer that failed for good (authentication, fencing) is replaced by a new one, which gets all
 * unconfirmed records first, in their order. For that they are held until they are confirmed, which bounds how many there
 * may be: compressed, far more of them would find room in the producer than in memory.
 *
 * <p>It takes each record at once, and holds what the producer can't take yet. So it is the caller who waits, as long as
 * {@link #pauseMs} says, and may do something else meanwhile.
 *
 * <p>All methods are for one thread at a time; the listener is called on that thread or on Kafka's I/O thread, and must not
 * block.
 *
 * @param <T> what the caller knows a record by
 */
public final class KafkaSink<T> implements AutoCloseable {

    /** Told what became of a record. */
    public interface Listener<T> {

        /** Kafka has it, with the acknowledgements that were asked for. */
        void confirmed(T token);

        /** Kafka will never take it. */
        void refused(T token, Exception cause);
    }

    /** Kafka has megabytes to work on meanwhile. */
    private static final long ROOM_PAUSE_MS = 5;

    private final CurrentProducer producer;

    /** Told on Kafka's I/O thread what ends the producer. */
    private final Consumer<Exception> failed;

    private final TopicProbe probe;

    /** Null where the bridge creates no topics. */
    private final @Nullable AwaitedTopics<Sending<T>> awaited;

    private final DeniedTopics denied;
    private final Time time;
    private final Listener<T> listener;
    private final KafkaCondition condition;
    private final long maxUnconfirmedBytes;

    private final Unconfirmed<T> unconfirmed = new Unconfirmed<>();

    /** What of it the current producer does not have yet. */
    private final SendQueue queue;

    private final ConfirmationWatch confirmations;

    /** What the records in {@link #awaited} hold of the memory. */
    private long heldBytes;

    /** What {@link #limit} was told last. */
    private String limit = Health.OK;

    public KafkaSink(KafkaSettings settings, Listener<T> listener, Health health) {
        this(
                () -> new KafkaProducer<>(settings.unblockedConfig()),
                new TopicProbe(new AdminLookup(settings), settings.deadLetterTopic(), Time.SYSTEM),
                creator(settings),
                Time.SYSTEM,
                listener,
                health,
                settings.bufferMemoryBytes(),
                settings.maxBlock());
    }

    private static @Nullable TopicCreator creator(KafkaSettings settings) {
        TopicCreation creation = settings.topicCreation();
        return creation == null
                ? null
                : new TopicCreator(
                        new AdminRound(AdminLookup.adminConfig(settings), creation),
                        creation.topicsPerRequest(),
                        Time.SYSTEM);
    }

    KafkaSink(
            Supplier<Producer<byte[], byte[]>> producers,
            TopicProbe probe,
            @Nullable TopicCreator creator,
            Time time,
            Listener<T> listener,
            Health health,
            long maxUnconfirmedBytes,
            Duration maxBlock) {
        this.producer = new CurrentProducer(producers);
        this.failed = producer::fail;
        this.probe = probe;
        this.awaited = creator == null ? null : new AwaitedTopics<>(creator, time);
        this.time = time;
        this.denied = new DeniedTopics(time);
        this.condition = new KafkaCondition(health, unconfirmed::size);
        this.queue = new SendQueue(producer, probe, denied, condition, time, maxBlock);
        this.confirmations = new ConfirmationWatch(producer, probe, condition, time);
        this.listener = confirmations.before(denied.before(listener));
        this.maxUnconfirmedBytes = maxUnconfirmedBytes;
    }

    /**
     * Takes {@code record}, and hands it to the producer once that can take it. A record for a topic that the bridge is
     * creating is held back meanwhile. To be called while {@link #pauseMs} is 0: more may not find room in the memory.
     *
     * @throws InterruptedException if interrupted; what was not confirmed is not lost
     */
    public void send(OutboundRecord record, T token) throws InterruptedException {
        recover();
        forgetConfirmed();
        release();
        Sending<T> sending = new Sending<>(record, token, listener, failed, time.nanoTime());
        if (awaited == null || awaited.exists(record.topic())) {
            unconfirmed.add(sending);
            queue.add(sending);
            return;
        }
        String absence = probe.absence(record.topic());
        if (absence == null) {
            heldBytes += sending.weight();
            awaited.hold(record.topic(), sending);
        } else {
            sending.refuse(new UnknownTopicOrPartitionException(absence));
        }
    }

    /** How long to wait before {@link #tend} is called again, in milliseconds; 0: it can take a record now. */
    public long pauseMs() {
        if (producer.failure() != null) {
            return 0; // It is seen to at the next call.
        }
        long pauseMs = queue.pauseMs();
        if (pauseMs > 0) {
            return pauseMs;
        }
        return unconfirmedBytes() > maxUnconfirmedBytes ? ROOM_PAUSE_MS : 0;
    }

    /** How soon {@link #tend} is to be called though it may be able to take records, in milliseconds; 0: that can wait. */
    public long tendWithinMs() {
        return queue.dueMs();
    }

    /**
     * Replaces the producer if it has failed, and notices a Kafka that does not confirm. To be called from time to time.
     */
    public void tend() throws InterruptedException {
        forgetConfirmed();
        confirmations.look(unconfirmed);
        if (confirmations.hasPassed(unconfirmed.oldest())) {
            unconfirmed.forgetAllDone(this::forget);
        }
        recover();
        release();
        String overdue = overdueTopic();
        if (overdue != null) {
            condition.trouble(overdue);
        }
        lookForKafka();
        condition.limit(limit.isEmpty() ? denied.problem() : limit);
    }

    /** Lets the health tell of what Kafka refuses, while there is nothing worse to tell; {@link Health#OK}: no more. */
    public void limit(String refusal) {
        limit = refusal;
    }

    /** Tends after {@code ms}, for a caller that waits. */
    public void pause(long ms) throws InterruptedException {
        time.sleep(ms);
        tend();
    }

    /** For how long the oldest record that it has is not confirmed, in nanoseconds; 0 if it has none. */
    public long waitingNs() {
        forgetConfirmed();
        Sending<T> head = unconfirmed.oldest();
        Sending<T> held = awaited == null ? null : awaited.oldest();
        long now = time.nanoTime();
        return Math.max(head == null ? 0 : now - head.sinceNs, held == null ? 0 : now - held.sinceNs);
    }

    /** What its records hold of the memory, in bytes. */
    public long unconfirmedBytes() {
        return unconfirmed.bytes() + heldBytes;
    }

    /** Tells each record that it has and that is neither confirmed nor refused; those of a key in their order. */
    public void forEachUnconfirmed(BiConsumer<OutboundRecord, T> action) {
        unconfirmed.forEachOpen(action);
        if (awaited != null) {
            awaited.forEach(sending -> sending.tellIfOpen(action));
        }
    }

    /**
     * A number that the producer counts or measures, by its name in Kafka's documentation; NaN if there is none. Safe for
     * use by several threads.
     */
    public double metric(String name) {
        return producer.metric(name);
    }

    /** Sends what was held back for topics that exist now, and refuses what was for topics that Kafka refuses. */
    private void release() throws InterruptedException {
        if (awaited == null) {
            return;
        }
        for (AwaitedTopics.Released<Sending<T>> next = awaited.poll(); next != null; next = awaited.poll()) {
            Exception refusal = next.refusal();
            for (Sending<T> sending : next.sendings()) {
                heldBytes -= sending.weight();
            }
            if (refusal == null) {
                probe.forget(next.topic());
                unconfirmed.addAll(next.sendings());
                queue.addAll(next.topic(), next.sendings());
            } else {
                String absence = AdminLookup.reason(next.topic(), refusal);
                probe.remember(next.topic(), new TopicProbe.Absence(absence, false));
                for (Sending<T> sending : next.sendings()) {
                    sending.refuse(new UnknownTopicOrPartitionException(absence));
                }
            }
        }
    }

    /** Connects before there is a message, and notices a Kafka that is gone while there is none. */
    private void lookForKafka() {
        if (!producer.exists() && queue.isResting()) {
            return; // The one before it has failed.
        }
        try {
            producer.get();
        } catch (KafkaException e) {
            producer.fail(e);
            return;
        }
        switch (producer.look(time.nanoTime())) {
            case LOST -> condition.lose();
            case THERE -> {
                boolean waiting = !condition.isOnlyLost() && !unconfirmed.isEmpty();
                if (condition.isTroubled() && !waiting && overdueTopic() == null) {
                    condition.well();
                }
            }
            case UNKNOWN -> {}
        }
    }

    private @Nullable String overdueTopic() {
        return awaited == null ? null : awaited.overdue(ConfirmationWatch.OVERDUE.toNanos());
    }

    private void recover() throws InterruptedException {
        queue.handOver();
        for (Exception cause = producer.failure(); cause != null; cause = producer.failure()) {
            producer.discard();
            forgetConfirmed(); // What the old producer has done does not tell that the next one works.
            condition.trouble("Kafka producer failed, replacing it: " + KafkaErrors.describe(cause));
            queue.beginAgain(unconfirmed.sendAgain(), producer.replace());
            queue.handOver();
        }
    }

    private void forgetConfirmed() {
        for (Sending<T> next = unconfirmed.pollDone(); next != null; next = unconfirmed.pollDone()) {
            forget(next);
            if (condition.isTroubled() && next.confirmed && overdueTopic() == null) {
                producer.worksWell();
                condition.well();
            }
        }
    }

    private void forget(Sending<T> sending) {
        if (sending.confirmed) {
            denied.taken(sending.record.topic());
        }
    }

    /** Gives up what is unconfirmed, without a call of the listener. */
    @Override
    public void close() {
        if (awaited != null) {
            awaited.close();
        }
        boolean interrupted = Thread.interrupted(); // It would keep the producer from ending its thread.
        producer.discard();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether a record was refused for its size. */
    public static boolean isTooLarge(Exception e) {
        return KafkaErrors.isTooLarge(e);
    }
}
