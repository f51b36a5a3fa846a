package uns.bridge.kafka;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.health.Health;
import uns.bridge.health.LimitedLog;
import uns.bridge.message.OutboundRecord;

/**
 * Writes records into Kafka, in order, at least once, however long it takes.
 *
 * <p>Each record ends in exactly one call of the {@link Listener}: confirmed, or refused for good. A Kafka that is away is
 * waited for; a producer that failed for good (authentication, fencing) is replaced by a new one, which gets all
 * unconfirmed records first, in their order. For that they are held until they are confirmed, which bounds how many there
 * may be: compressed, far more of them would find room in the producer than in memory.
 *
 * <p>All methods are for one thread; the listener is called on that thread or on Kafka's I/O thread,
 * and must not block.
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

    private static final Logger LOG = LoggerFactory.getLogger(KafkaSink.class);
    private static final Duration CONFIRMATION_OVERDUE = Duration.ofSeconds(5);
    private static final Duration STUCK_CHECK = Duration.ofSeconds(30);

    /** The producer has waited {@code max.block.ms} already, but that may have been set to 0. */
    private static final long TIMEOUT_PAUSE_MS = 10;

    /** Kafka has megabytes to work on meanwhile. */
    private static final long ROOM_PAUSE_MS = 5;

    private static final long MIN_BACKOFF_MS = 500;
    private static final long MAX_BACKOFF_MS = 30_000;

    private final Supplier<Producer<byte[], byte[]>> producers;
    private final TopicProbe probe;

    /** Null where the bridge creates no topics. */
    private final @Nullable AwaitedTopics<Sending<T>> awaited;

    private final Time time;
    private final Listener<T> listener;
    private final Health health;
    private final long maxUnconfirmedBytes;
    private final LimitedLog waiting = new LimitedLog();

    /** What the producer has and Kafka has not confirmed, in the order it was sent. */
    private final ArrayDeque<Sending<T>> unconfirmed = new ArrayDeque<>();

    /** Of those and of what is held back for its topic. */
    private long unconfirmedBytes;

    private @Nullable Producer<byte[], byte[]> producer;
    private long backoffMs = MIN_BACKOFF_MS;
    private boolean troubled = true;

    /** Whether the trouble is only that Kafka is not there, as far as {@link #watch} can tell. */
    private boolean lost = true;

    private boolean connectedBefore;

    private final ConnectionWatch watch = new ConnectionWatch();
    private volatile ProducerMetrics metrics = ProducerMetrics.NONE;
    private @Nullable Sending<T> oldest;
    private long oldestSinceNs;

    /** How many records were confirmed behind it then. */
    private long confirmedBehind;

    /** The failure of the current producer that ends it; written by Kafka's I/O thread. */
    private volatile @Nullable Exception failure;

    public KafkaSink(KafkaSettings settings, Listener<T> listener, Health health) {
        this(
                () -> new KafkaProducer<>(settings.config()),
                new TopicProbe(new AdminLookup(settings), settings.deadLetterTopic(), Time.SYSTEM),
                creator(settings),
                Time.SYSTEM,
                listener,
                health,
                settings.bufferMemoryBytes());
    }

    private static @Nullable TopicCreator creator(KafkaSettings settings) {
        TopicCreation creation = settings.topicCreation();
        return creation == null
                ? null
                : new TopicCreator(new AdminRound(AdminLookup.adminConfig(settings), creation), Time.SYSTEM);
    }

    KafkaSink(
            Supplier<Producer<byte[], byte[]>> producers,
            TopicProbe probe,
            @Nullable TopicCreator creator,
            Time time,
            Listener<T> listener,
            Health health,
            long maxUnconfirmedBytes) {
        this.producers = producers;
        this.probe = probe;
        this.awaited = creator == null ? null : new AwaitedTopics<>(creator, time);
        this.time = time;
        this.listener = listener;
        this.health = health;
        this.maxUnconfirmedBytes = maxUnconfirmedBytes;
    }

    /**
     * Hands {@code record} to Kafka; returns when the producer has it, which takes as long as Kafka is away or behind. A record
     * for a topic that the bridge is creating is held back meanwhile.
     *
     * @throws InterruptedException if interrupted while waiting; the record was not sent, or not confirmed
     */
    public void send(OutboundRecord record, T token) throws InterruptedException {
        recover();
        forgetConfirmed();
        release();
        Sending<T> sending = new Sending<>(record, token, listener, this::fail);
        while (unconfirmedBytes > 0 && unconfirmedBytes + sending.weight() > maxUnconfirmedBytes) {
            time.sleep(ROOM_PAUSE_MS);
            tend();
        }
        if (awaited == null || awaited.exists(record.topic())) {
            unconfirmed.add(sending);
            unconfirmedBytes += sending.weight();
            transmit(sending);
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
                for (Sending<T> sending : next.sendings()) {
                    transmit(sending); // After a failure it does nothing, and recover() sends them all.
                }
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

    /** To be called on Kafka's I/O thread. */
    private void fail(Exception cause) {
        if (failure == null) {
            failure = cause;
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
    }

    /** Connects before there is a message, and notices a Kafka that is gone while there is none. */
    private void lookForKafka() {
        try {
            producer();
        } catch (KafkaException e) {
            fail(e);
            return;
        }
        switch (watch.look(metrics, time.nanoTime())) {
            case LOST -> {
                if (!troubled || lost) { // Else more is known of it.
                    trouble("no connection to Kafka");
                    lost = true;
                }
            }
            case THERE -> {
                if (troubled && (lost || unconfirmed.isEmpty()) && overdueTopic() == null) {
                    well();
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
        return metrics.value(name);
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
        if (absence != null && failure == null) {
            failure = new UnknownTopicOrPartitionException(absence);
        } else if (failure == null && othersConfirmed) {
            failure = new TimeoutException("Kafka confirms others, but for over " + STUCK_CHECK.toSeconds()
                    + " s nothing of topic " + head.record.topic());
        }
    }

    private long countConfirmed() {
        return unconfirmed.stream().filter(sending -> sending.confirmed).count();
    }

    private void recover() throws InterruptedException {
        while (failure != null) {
            Exception cause = failure;
            discardProducer();
            forgetConfirmed(); // What the old producer has done does not tell that the next one works.
            trouble("Kafka producer failed, replacing it: " + KafkaErrors.describe(cause));
            failure = null;
            pause();
            resend();
        }
    }

    /** What was confirmed behind a record of the same key is sent again after it, so that the order ends as it began. */
    private void resend() throws InterruptedException {
        List<Sending<T>> again = new ArrayList<>(unconfirmed);
        Set<Object> keys = new HashSet<>();
        for (Sending<T> sending : again) {
            if (!sending.done || (sending.confirmed && keys.contains(sending.orderedBy()))) {
                keys.add(sending.orderedBy());
                sending.done = false;
                transmit(sending);
            }
            if (failure != null) {
                return; // The next producer gets them all again.
            }
        }
    }

    /** Gives {@code sending} to the producer, waiting while Kafka is away; on failure leaves it to {@link #recover}. */
    @SuppressWarnings("FutureReturnValueIgnored") // The callback is told the same.
    private void transmit(Sending<T> sending) throws InterruptedException {
        while (failure == null) {
            String absence = probe.absence(sending.record.topic());
            if (absence != null) {
                sending.refuse(new UnknownTopicOrPartitionException(absence));
                return;
            }
            sending.immediate = null;
            try {
                producer().send(sending.toProducerRecord(), sending);
            } catch (InterruptException e) {
                throw (InterruptedException) new InterruptedException("interrupted while sending").initCause(e);
            } catch (KafkaException | IllegalStateException e) {
                sending.immediate = e;
            }
            Exception problem = sending.immediate;
            if (problem == null) {
                return;
            }
            judge(sending, problem);
            if (sending.done) {
                return;
            }
        }
    }

    /** The record was not even taken by the producer: refuse it, wait for Kafka, or give the producer up. */
    private void judge(Sending<T> sending, Exception problem) throws InterruptedException {
        if (KafkaErrors.isRefusal(problem)) {
            sending.refuse(problem);
        } else if (problem instanceof TimeoutException) {
            boolean aboutTopic = KafkaErrors.isAboutTopic(problem.getCause());
            String absence = aboutTopic ? probe.look(sending.record.topic()) : null;
            if (absence != null) {
                sending.refuse(new UnknownTopicOrPartitionException(absence));
            } else {
                String doubt = aboutTopic ? probe.problem() : "";
                trouble("Kafka does not answer, waiting: " + KafkaErrors.describe(problem)
                        + (doubt.isEmpty() ? "" : "; asked for the topic: " + doubt));
                time.sleep(TIMEOUT_PAUSE_MS);
            }
        } else {
            failure = problem;
        }
    }

    private Producer<byte[], byte[]> producer() {
        if (producer == null) {
            producer = producers.get();
            metrics = ProducerMetrics.of(producer);
            watch.reset();
        }
        return producer;
    }

    private void forgetConfirmed() {
        for (Sending<T> head = unconfirmed.peek(); head != null && head.done; head = unconfirmed.peek()) {
            unconfirmed.remove();
            unconfirmedBytes -= head.weight();
            if (troubled && head.confirmed && overdueTopic() == null) {
                backoffMs = MIN_BACKOFF_MS;
                well();
            }
        }
    }

    private void well() {
        troubled = false;
        lost = false;
        health.up(Health.Part.KAFKA);
        LOG.info(connectedBefore ? "Kafka takes records again" : "Connected to Kafka");
        connectedBefore = true;
    }

    private void trouble(String what) {
        troubled = true;
        lost = false;
        health.down(Health.Part.KAFKA, what);
        waiting.log(suppressed -> LOG.warn("{} ({} records unconfirmed)", what, unconfirmed.size()));
    }

    private void pause() throws InterruptedException {
        time.sleep(backoffMs);
        backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS);
    }

    private void discardProducer() {
        if (producer != null) {
            try {
                // Nothing to wait for: what it still holds is sent again by the next one.
                producer.close(Duration.ZERO);
            } catch (KafkaException e) {
                // It is of no use any more in any case. An interrupt stays set, and ends what waits next.
                LOG.debug("Kafka producer not closed cleanly", e);
            }
            producer = null;
            metrics = ProducerMetrics.NONE;
        }
    }

    /** Gives up what is unconfirmed, without a call of the listener. */
    @Override
    public void close() {
        if (awaited != null) {
            awaited.close();
        }
        boolean interrupted = Thread.interrupted(); // It would keep the producer from ending its thread.
        discardProducer();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether a record was refused for its size. */
    public static boolean isTooLarge(Exception e) {
        return KafkaErrors.isTooLarge(e);
    }
}
