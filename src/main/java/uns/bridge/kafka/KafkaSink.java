package uns.bridge.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.internals.RecordHeaders;
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
 * unconfirmed records first, in their order.
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
    private static final Duration DELETION_CHECK = Duration.ofSeconds(30);

    /** The producer has waited {@code max.block.ms} already, but that may have been set to 0. */
    private static final long TIMEOUT_PAUSE_MS = 10;

    private static final long MIN_BACKOFF_MS = 500;
    private static final long MAX_BACKOFF_MS = 30_000;

    private final Supplier<Producer<byte[], byte[]>> producers;
    private final TopicProbe probe;
    private final Time time;
    private final Listener<T> listener;
    private final Health health;
    private final LimitedLog waiting = new LimitedLog();

    /** What the producer has and Kafka has not confirmed, in the order it was sent. */
    private final ArrayDeque<Sending> unconfirmed = new ArrayDeque<>();

    private @Nullable Producer<byte[], byte[]> producer;
    private long backoffMs = MIN_BACKOFF_MS;
    private boolean troubled;
    private @Nullable Sending oldest;
    private long oldestSinceNs;

    /** The failure of the current producer that ends it; written by Kafka's I/O thread. */
    private volatile @Nullable Exception failure;

    public KafkaSink(KafkaSettings settings, Listener<T> listener, Health health) {
        this(
                () -> new KafkaProducer<>(settings.config()),
                new TopicProbe(new AdminLookup(settings), settings.deadLetterTopic(), Time.SYSTEM),
                Time.SYSTEM,
                listener,
                health);
    }

    KafkaSink(
            Supplier<Producer<byte[], byte[]>> producers,
            TopicProbe probe,
            Time time,
            Listener<T> listener,
            Health health) {
        this.producers = producers;
        this.probe = probe;
        this.time = time;
        this.listener = listener;
        this.health = health;
    }

    /**
     * Hands {@code record} to Kafka; returns when the producer has it, which takes as long as Kafka is away.
     *
     * @throws InterruptedException if interrupted while waiting; the record was not sent, or not confirmed
     */
    public void send(OutboundRecord record, T token) throws InterruptedException {
        recover();
        forgetConfirmed();
        Sending sending = new Sending(record, token);
        unconfirmed.add(sending);
        transmit(sending);
    }

    /**
     * Replaces the producer if it has failed, and notices a Kafka that does not confirm. To be called from time to time.
     */
    public void tend() throws InterruptedException {
        forgetConfirmed();
        Sending head = unconfirmed.peek();
        if (head != oldest) {
            oldest = head;
            oldestSinceNs = time.nanoTime();
        } else if (head != null && time.nanoTime() - oldestSinceNs > CONFIRMATION_OVERDUE.toNanos()) {
            trouble("Kafka has confirmed nothing for over " + CONFIRMATION_OVERDUE.toSeconds() + " s");
            giveUpDeletedTopic(head);
        }
        recover();
    }

    /** The producer waits for ever for a topic that was deleted behind its back; the probe tells it from a Kafka that is away. */
    private void giveUpDeletedTopic(Sending head) throws InterruptedException {
        if (time.nanoTime() - oldestSinceNs < DELETION_CHECK.toNanos()) {
            return;
        }
        oldestSinceNs = time.nanoTime(); // The next look is as far away as this one was.
        String absence = probe.look(head.record.topic());
        if (absence != null && failure == null) {
            failure = new UnknownTopicOrPartitionException(absence);
        }
    }

    private void recover() throws InterruptedException {
        while (failure != null) {
            Exception cause = failure;
            discardProducer();
            forgetConfirmed(); // What the old producer has done does not tell that the next one works.
            trouble("Kafka producer failed, replacing it: " + describe(cause));
            failure = null;
            pause();
            resend();
        }
    }

    private void resend() throws InterruptedException {
        List<Sending> again = new ArrayList<>(unconfirmed);
        for (Sending sending : again) {
            if (!sending.done) {
                transmit(sending);
            }
            if (failure != null) {
                return; // The next producer gets them all again.
            }
        }
    }

    /** Gives {@code sending} to the producer, waiting while Kafka is away; on failure leaves it to {@link #recover}. */
    @SuppressWarnings("FutureReturnValueIgnored") // The callback is told the same.
    private void transmit(Sending sending) throws InterruptedException {
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
    private void judge(Sending sending, Exception problem) throws InterruptedException {
        if (isRefusal(problem)) {
            sending.refuse(problem);
        } else if (problem instanceof TimeoutException) {
            String absence = isAboutTopic(problem.getCause()) ? probe.look(sending.record.topic()) : null;
            if (absence != null) {
                sending.refuse(new UnknownTopicOrPartitionException(absence));
            } else {
                trouble("Kafka does not answer, waiting: " + describe(problem));
                time.sleep(TIMEOUT_PAUSE_MS);
            }
        } else {
            failure = problem;
        }
    }

    private static boolean isAboutTopic(@Nullable Throwable cause) {
        return cause instanceof UnknownTopicOrPartitionException || cause instanceof InvalidTopicException;
    }

    private Producer<byte[], byte[]> producer() {
        if (producer == null) {
            producer = producers.get();
        }
        return producer;
    }

    private void forgetConfirmed() {
        for (Sending head = unconfirmed.peek(); head != null && head.done; head = unconfirmed.peek()) {
            unconfirmed.remove();
            if (troubled && head.confirmed) {
                troubled = false;
                backoffMs = MIN_BACKOFF_MS;
                health.up(Health.Part.KAFKA);
                LOG.info("Kafka takes records again");
            }
        }
    }

    private void trouble(String what) {
        troubled = true;
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
        }
    }

    /** Gives up what is unconfirmed, without a call of the listener. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted(); // It would keep the producer from ending its thread.
        discardProducer();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether a record was refused for its size. */
    public static boolean isTooLarge(Exception e) {
        return e instanceof RecordTooLargeException || e instanceof RecordBatchTooLargeException;
    }

    /** Whether Kafka will never take this very record, while it takes others. */
    private static boolean isRefusal(Exception e) {
        return isTooLarge(e)
                || e instanceof InvalidTopicException
                || e instanceof InvalidTimestampException
                || e instanceof InvalidRecordException
                || e instanceof PolicyViolationException
                || e instanceof TopicAuthorizationException;
    }

    /** What went wrong and why. Texts of other classes' exceptions are left out, which may quote from a JAAS text. */
    private static String describe(Exception e) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            text.append(text.isEmpty() ? "" : " <- ").append(cause.getClass().getSimpleName());
            if (cause.getMessage() != null && (cause instanceof KafkaException || cause instanceof IOException)) {
                text.append(": ").append(cause.getMessage());
            }
        }
        return text.toString();
    }

    /** One record, from the first attempt to send it to its end. */
    private final class Sending implements Callback {

        private final OutboundRecord record;
        private final T token;
        private final Thread sender = Thread.currentThread();
        private volatile boolean done;
        private volatile boolean confirmed;

        /** What the producer answered at once, before it took the record. */
        private @Nullable Exception immediate;

        Sending(OutboundRecord record, T token) {
            this.record = record;
            this.token = token;
        }

        ProducerRecord<byte[], byte[]> toProducerRecord() {
            RecordHeaders headers = new RecordHeaders();
            for (OutboundRecord.Header header : record.headers()) {
                headers.add(header.name(), header.value());
            }
            return new ProducerRecord<>(
                    record.topic(), null, record.timestampMs(), record.key(), record.value(), headers);
        }

        @Override
        public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception exception) {
            if (done) {
                return; // Sent again by a later producer, and confirmed twice.
            }
            if (exception == null) {
                confirmed = true;
                done = true;
                listener.confirmed(token);
            } else if (Thread.currentThread() == sender) {
                immediate = exception;
            } else if (isRefusal(exception)) {
                refuse(exception);
            } else if (failure == null) {
                failure = exception;
            }
        }

        void refuse(Exception cause) {
            done = true;
            listener.refused(token, cause);
        }
    }
}
