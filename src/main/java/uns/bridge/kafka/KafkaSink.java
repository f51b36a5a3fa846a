package uns.bridge.kafka;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TimeoutException;
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

    private static final Duration CONFIRMATION_OVERDUE = Duration.ofSeconds(5);
    private static final Duration STUCK_CHECK = Duration.ofSeconds(30);

    /** Between two attempts after {@code max.block.ms}, which may have been set to 0. */
    private static final long TIMEOUT_PAUSE_MS = 10;

    /** Between two attempts within {@code max.block.ms}: Kafka is asked for a topic, or the buffer is full. */
    private static final long BLOCK_PAUSE_MS = 5;

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
    private final long maxBlockNs;

    /** What the producer has and Kafka has not confirmed, in the order it was sent. */
    private final ArrayDeque<Sending<T>> unconfirmed = new ArrayDeque<>();

    /** What of it the current producer does not have yet. */
    private final ArrayDeque<Sending<T>> pending = new ArrayDeque<>();

    /** Of {@link #unconfirmed} and of what is held back for its topic. */
    private long unconfirmedBytes;

    /** Until when the producer is left alone, if it is. */
    private long resumeNs;

    private boolean pausing;

    /** Since when the producer has not taken the first of {@link #pending}, if it was offered. */
    private long blockedSinceNs;

    private boolean blocked;

    /** The last that Kafka has said of its topic; an answer about others only takes that from the producer. */
    private @Nullable Throwable blockedFor;

    /** About its topic, if it is that which the producer lacks. */
    private final TopicQuestion question;

    private @Nullable Sending<T> oldest;
    private long oldestSinceNs;

    /** How many records were confirmed behind it then. */
    private long confirmedBehind;

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
        this.question = new TopicQuestion(producer, this::isHopeless);
        this.probe = probe;
        this.awaited = creator == null ? null : new AwaitedTopics<>(creator, time);
        this.time = time;
        this.denied = new DeniedTopics(time);
        this.listener = denied.before(listener);
        this.condition = new KafkaCondition(health);
        this.maxUnconfirmedBytes = maxUnconfirmedBytes;
        this.maxBlockNs = maxBlock.toNanos();
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
            unconfirmedBytes += sending.weight();
            pending.add(sending);
            handOver();
            question.join(record.topic());
            return;
        }
        String absence = probe.absence(record.topic());
        if (absence == null) {
            unconfirmedBytes += sending.weight();
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
        if (pausing && !pending.isEmpty() && !question.isOpen()) {
            return Math.max(1, Duration.ofNanos(resumeNs - time.nanoTime()).toMillis());
        }
        return unconfirmedBytes > maxUnconfirmedBytes ? ROOM_PAUSE_MS : 0;
    }

    /** How soon {@link #tend} is to be called though it may be able to take records, in milliseconds; 0: that can wait. */
    public long tendWithinMs() {
        return question.isOpen() ? BLOCK_PAUSE_MS : 0;
    }

    /** Tends after {@code ms}, for a caller that waits. */
    public void pause(long ms) throws InterruptedException {
        time.sleep(ms);
        tend();
    }

    /** For how long the oldest record that it has is not confirmed, in nanoseconds; 0 if it has none. */
    public long waitingNs() {
        forgetConfirmed();
        Sending<T> head = unconfirmed.peek();
        Sending<T> held = awaited == null ? null : awaited.oldest();
        long now = time.nanoTime();
        return Math.max(head == null ? 0 : now - head.sinceNs, held == null ? 0 : now - held.sinceNs);
    }

    /** What its records hold of the memory, in bytes. */
    public long unconfirmedBytes() {
        return unconfirmedBytes;
    }

    /** Tells each record that it has and that is neither confirmed nor refused; those of a key in their order. */
    public void forEachUnconfirmed(BiConsumer<OutboundRecord, T> action) {
        unconfirmed.forEach(sending -> sending.tellIfOpen(action));
        if (awaited != null) {
            awaited.forEach(sending -> sending.tellIfOpen(action));
        }
    }

    /** Sends what was held back for topics that exist now, and refuses what was for topics that Kafka refuses. */
    private void release() throws InterruptedException {
        if (awaited == null) {
            return;
        }
        for (AwaitedTopics.Released<Sending<T>> next = awaited.poll(); next != null; next = awaited.poll()) {
            Exception refusal = next.refusal();
            if (refusal == null) {
                probe.forget(next.topic());
                unconfirmed.addAll(next.sendings());
                pending.addAll(next.sendings());
                handOver();
                question.join(next.topic());
            } else {
                String absence = AdminLookup.reason(next.topic(), refusal);
                probe.remember(next.topic(), new TopicProbe.Absence(absence, false));
                for (Sending<T> sending : next.sendings()) {
                    unconfirmedBytes -= sending.weight();
                    sending.refuse(new UnknownTopicOrPartitionException(absence));
                }
            }
        }
    }

    /**
     * Replaces the producer if it has failed, and notices a Kafka that does not confirm. To be called from time to time.
     */
    public void tend() throws InterruptedException {
        forgetConfirmed();
        Sending<T> head = unconfirmed.peek();
        if (head != oldest) {
            oldest = head;
            oldestSinceNs = time.nanoTime();
            confirmedBehind = countConfirmed();
        } else if (head != null && time.nanoTime() - oldestSinceNs > CONFIRMATION_OVERDUE.toNanos()) {
            trouble("Kafka has confirmed nothing for over " + CONFIRMATION_OVERDUE.toSeconds() + " s");
            giveUpStuckTopic(head);
        }
        recover();
        release();
        String overdue = overdueTopic();
        if (overdue != null) {
            trouble(overdue);
        }
        lookForKafka();
        condition.tell(denied);
    }

    /** Connects before there is a message, and notices a Kafka that is gone while there is none. */
    private void lookForKafka() {
        if (!producer.exists() && pausing && time.nanoTime() - resumeNs < 0) {
            return; // The one before it has failed.
        }
        try {
            producer.get();
        } catch (KafkaException e) {
            producer.fail(e);
            return;
        }
        switch (producer.look(time.nanoTime())) {
            case LOST -> condition.lose(unconfirmed.size());
            case THERE -> {
                boolean waiting = !condition.isOnlyLost() && !unconfirmed.isEmpty();
                if (condition.isTroubled() && !waiting && overdueTopic() == null) {
                    condition.well();
                }
            }
            case UNKNOWN -> {}
        }
    }

    /**
     * A number that the producer counts or measures, by its name in Kafka's documentation; NaN if there is none. Safe for
     * use by several threads.
     */
    public double metric(String name) {
        return producer.metric(name);
    }

    private @Nullable String overdueTopic() {
        return awaited == null ? null : awaited.overdue(CONFIRMATION_OVERDUE.toNanos());
    }

    /**
     * The producer waits for ever for a topic that was deleted behind its back, which the probe tells from a Kafka that is
     * away. And a partition may refuse its first batch for ever because it has taken the second first: new partitions take
     * any first sequence number. A new producer begins new sequences.
     */
    private void giveUpStuckTopic(Sending<T> head) throws InterruptedException {
        if (time.nanoTime() - oldestSinceNs < STUCK_CHECK.toNanos()) {
            return;
        }
        oldestSinceNs = time.nanoTime(); // The next look is as far away as this one was.
        boolean othersConfirmed = countConfirmed() > confirmedBehind; // Else Kafka is away.
        confirmedBehind = countConfirmed();
        String absence = probe.look(head.record.topic());
        if (absence != null) {
            producer.fail(new UnknownTopicOrPartitionException(absence));
        } else if (othersConfirmed) {
            producer.fail(new TimeoutException("Kafka confirms others, but for over " + STUCK_CHECK.toSeconds()
                    + " s nothing of topic " + head.record.topic()));
        }
    }

    private long countConfirmed() {
        return unconfirmed.stream().filter(sending -> sending.confirmed).count();
    }

    private void recover() throws InterruptedException {
        handOver();
        for (Exception cause = producer.failure(); cause != null; cause = producer.failure()) {
            producer.discard();
            forgetConfirmed(); // What the old producer has done does not tell that the next one works.
            trouble("Kafka producer failed, replacing it: " + KafkaErrors.describe(cause));
            leaveAlone(producer.replace());
            beginAgain();
            handOver();
        }
    }

    /** What was confirmed behind a record of the same key is sent again after it, so that the order ends as it began. */
    private void beginAgain() {
        pending.clear();
        unblock();
        Set<Object> keys = new HashSet<>();
        for (Sending<T> sending : unconfirmed) {
            if (!sending.done || (sending.confirmed && keys.contains(sending.orderedBy()))) {
                keys.add(sending.orderedBy());
                sending.done = false;
                pending.add(sending);
            }
        }
    }

    /** Gives the producer what it can take; on failure leaves it to {@link #recover}. */
    private void handOver() throws InterruptedException {
        if (pending.isEmpty()) {
            return;
        }
        if (pausing && time.nanoTime() - resumeNs < 0) {
            return;
        }
        pausing = false;
        while (producer.failure() == null && !pausing && !pending.isEmpty()) {
            if (transmit(pending.element())) {
                pending.remove();
                unblock();
            }
        }
    }

    private boolean isHopeless(String topic) {
        return probe.remembers(topic) || denied.of(topic) != null;
    }

    private void unblock() {
        blocked = false;
        blockedFor = null;
        question.end();
    }

    /** Returns whether the producer has {@code sending}, or it has ended. */
    @SuppressWarnings("FutureReturnValueIgnored") // The callback is told the same.
    private boolean transmit(Sending<T> sending) throws InterruptedException {
        String absence = probe.absence(sending.record.topic());
        if (absence != null) {
            sending.refuse(new UnknownTopicOrPartitionException(absence));
            return true;
        }
        Exception denial = denied.of(sending.record.topic());
        if (denial != null) {
            sending.refuse(denial);
            return true;
        }
        sending.begin();
        try {
            producer.get().send(sending.toProducerRecord(), sending);
        } catch (InterruptException e) {
            throw (InterruptedException) new InterruptedException("interrupted while sending").initCause(e);
        } catch (KafkaException | IllegalStateException e) {
            sending.immediate = e;
        }
        Exception problem = sending.immediate;
        if (problem != null) {
            judge(sending, problem);
        }
        return problem == null || sending.done;
    }

    /** The record was not even taken by the producer: refuse it, wait for Kafka, or give the producer up. */
    private void judge(Sending<T> sending, Exception problem) throws InterruptedException {
        Exception refusal = KafkaErrors.refusal(problem, sending.record.topic());
        if (refusal != null) {
            sending.refuse(refusal);
        } else if (problem instanceof TimeoutException) {
            long now = time.nanoTime();
            if (!blocked) {
                blocked = true;
                blockedSinceNs = now;
            }
            if (problem.getCause() != null) {
                blockedFor = problem.getCause();
            }
            boolean known = problem.getCause() instanceof InvalidTopicException; // Else Kafka may still create it.
            if (!known && now - blockedSinceNs < maxBlockNs) {
                leaveAlone(BLOCK_PAUSE_MS);
                if (problem instanceof BufferExhaustedException) {
                    question.end();
                } else {
                    question.put(pending);
                }
                return;
            }
            boolean aboutTopic = KafkaErrors.isAboutTopic(blockedFor);
            if (aboutTopic && !known && question.split()) {
                return;
            }
            unblock();
            String absence = aboutTopic ? probe.look(sending.record.topic()) : null;
            if (absence != null) {
                sending.refuse(new UnknownTopicOrPartitionException(absence));
            } else {
                String doubt = aboutTopic ? probe.problem() : "";
                trouble("Kafka does not answer, waiting: " + KafkaErrors.describe(problem)
                        + (doubt.isEmpty() ? "" : "; asked for the topic: " + doubt));
                leaveAlone(TIMEOUT_PAUSE_MS);
            }
        } else {
            producer.fail(problem); // Unless it was closed before, and this is what follows from that.
        }
    }

    private void leaveAlone(long ms) {
        pausing = true;
        resumeNs = time.nanoTime() + Duration.ofMillis(ms).toNanos();
    }

    private void forgetConfirmed() {
        for (Sending<T> head = unconfirmed.peek(); head != null && head.done; head = unconfirmed.peek()) {
            unconfirmed.remove();
            unconfirmedBytes -= head.weight();
            if (head.confirmed) {
                denied.taken(head.record.topic());
            }
            if (condition.isTroubled() && head.confirmed && overdueTopic() == null) {
                producer.worksWell();
                condition.well();
            }
        }
    }

    private void trouble(String what) {
        condition.trouble(what, unconfirmed.size());
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
