package uns.bridge.kafka;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * The records that the producer does not have yet. It gets them in their order, so all wait while it can't take the first,
 * for want of room or of an answer about the topic: up to {@code max.block.ms}, as its own {@code send} would; after that
 * the topic is found to be absent, and the record refused, or Kafka is away, and waited for. For one thread.
 */
final class SendQueue {

    /** Between two attempts after {@code max.block.ms}, which may have been set to 0. */
    private static final long TIMEOUT_PAUSE_MS = 10;

    /** Between two attempts within {@code max.block.ms}: Kafka is asked for a topic, or the buffer is full. */
    private static final long BLOCK_PAUSE_MS = 5;

    /** Enough for the producer to hear from Kafka about all its topics. */
    private static final Duration HEARING = Duration.ofMillis(300);

    private final CurrentProducer producer;
    private final TopicProbe probe;
    private final DeniedTopics denied;
    private final KafkaCondition condition;
    private final Time time;
    private final long maxBlockNs;
    private final ProducerRecords records = new ProducerRecords();
    private final ArrayDeque<Sending<?>> pending = new ArrayDeque<>();

    /** Until when the producer is left alone, if it is. */
    private long resumeNs;

    private boolean pausing;

    /** Since when the producer has not taken the first of {@link #pending}, if it was offered. */
    private long blockedSinceNs;

    private boolean blocked;

    /** The last that Kafka has said of its topic; an answer about others only takes that from the producer. */
    private @Nullable Throwable blockedFor;

    /** Since when the producer was to hear anew of topics that it may not write to. */
    private long hearingSinceNs;

    /** About its topic, if it is that which the producer lacks. */
    private final TopicQuestion question;

    SendQueue(
            CurrentProducer producer,
            TopicProbe probe,
            DeniedTopics denied,
            KafkaCondition condition,
            Time time,
            Duration maxBlock) {
        this.producer = producer;
        this.probe = probe;
        this.denied = denied;
        this.condition = condition;
        this.time = time;
        this.maxBlockNs = maxBlock.toNanos();
        this.hearingSinceNs = time.nanoTime() - DeniedTopics.FIRST_MEMORY.toNanos();
        this.question = new TopicQuestion(producer, this::isHopeless, time);
    }

    private boolean isHopeless(String topic) {
        return probe.isHopeless(topic) || denied.of(topic) != null;
    }

    void add(Sending<?> sending) throws InterruptedException {
        pending.add(sending);
        handOver();
        question.join(sending.record.topic());
    }

    /** Adds the records of {@code topic} that were held back. */
    void addAll(String topic, Collection<? extends Sending<?>> sendings) throws InterruptedException {
        pending.addAll(sendings);
        handOver();
        question.join(topic);
    }

    /** Begins anew, in {@code pauseMs}, for a producer that has nothing yet, and is to send {@code sendings} first. */
    void beginAgain(Collection<? extends Sending<?>> sendings, long pauseMs) {
        leaveAlone(pauseMs);
        pending.clear();
        unblock();
        pending.addAll(sendings);
    }

    /** Whether Kafka is left alone at the moment. */
    boolean isResting() {
        return pausing && time.nanoTime() - resumeNs < 0;
    }

    /**
     * How long to wait before {@link #handOver} and the next record, in milliseconds; 0: no need to. While the producer asks
     * for a topic there is none, for it can ask for that of the next record as well.
     */
    long pauseMs() {
        return pausing && !pending.isEmpty() && !question.isOpen()
                ? Math.max(1, Duration.ofNanos(resumeNs - time.nanoTime()).toMillis())
                : 0;
    }

    /** How soon {@link #handOver} is due though {@link #pauseMs} is 0, in milliseconds; 0: that can wait. */
    long dueMs() {
        return question.isOpen() ? BLOCK_PAUSE_MS : 0;
    }

    /** Gives the producer what it can take. If that ends the producer, the rest is for {@link #beginAgain}. */
    void handOver() throws InterruptedException {
        if (pending.isEmpty() || isResting()) {
            return;
        }
        pausing = false;
        while (producer.failure() == null && !pausing && !pending.isEmpty()) {
            if (transmit(pending.element())) {
                pending.remove();
                question.answered();
                unblock();
            }
        }
    }

    /** Returns whether the producer has {@code sending}, or it has ended. */
    @SuppressWarnings("FutureReturnValueIgnored") // The callback is told the same.
    private boolean transmit(Sending<?> sending) throws InterruptedException {
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
            producer.get().send(records.of(sending.record), sending);
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

    /** The record was not even taken by the producer: refuse it, wait, or give the producer up. */
    private void judge(Sending<?> sending, Exception problem) throws InterruptedException {
        Exception refusal = KafkaErrors.refusal(problem, sending.record.topic());
        if (refusal != null && !(problem instanceof TimeoutException && isHearing())) {
            sending.refuse(refusal);
        } else if (problem instanceof TimeoutException) {
            block(sending, problem);
        } else {
            producer.fail(problem); // Unless it was closed before, and this is what follows from that.
        }
    }

    /**
     * A producer that times out tells what it last heard, be it minutes ago, and asks for all its topics. So it is given the
     * time to hear, and all others wait: not again in the time for which a first refusal is remembered, or many topics that
     * are still not permitted would hold them up one after the other.
     */
    private boolean isHearing() {
        long now = time.nanoTime();
        if (now - hearingSinceNs >= DeniedTopics.FIRST_MEMORY.toNanos()) {
            hearingSinceNs = now;
        }
        return now - hearingSinceNs < Math.min(HEARING.toNanos(), maxBlockNs);
    }

    /** The producer has no room for it, or does not know its topic. */
    private void block(Sending<?> sending, Exception problem) throws InterruptedException {
        long now = time.nanoTime();
        if (!blocked) {
            blocked = true;
            blockedSinceNs = now;
        }
        if (problem.getCause() != null) {
            blockedFor = problem.getCause();
        }
        boolean known = problem.getCause() instanceof InvalidTopicException; // Else Kafka may still create it.
        if (known || now - blockedSinceNs >= maxBlockNs) {
            if (known || !KafkaErrors.isAboutTopic(blockedFor) || !question.split()) {
                timeOut(sending, problem);
            }
            return;
        }
        leaveAlone(BLOCK_PAUSE_MS);
        if (problem instanceof BufferExhaustedException) {
            question.end();
        } else {
            question.put(pending);
        }
    }

    /** Refuses the record if its topic is absent; else tells of the trouble, and its {@code max.block.ms} begin again. */
    private void timeOut(Sending<?> sending, Exception problem) throws InterruptedException {
        boolean aboutTopic = KafkaErrors.isAboutTopic(blockedFor);
        List<String> others = askedForAsLong();
        unblock();
        String absence = aboutTopic ? probe.look(sending.record.topic(), others) : null;
        if (absence != null) {
            sending.refuse(new UnknownTopicOrPartitionException(absence));
            return;
        }
        String doubt = aboutTopic ? probe.problem() : "";
        condition.trouble("Kafka does not answer, waiting: " + KafkaErrors.describe(problem)
                + (doubt.isEmpty() ? "" : "; asked for the topic: " + doubt));
        leaveAlone(TIMEOUT_PAUSE_MS);
    }

    /** The topics that Kafka has not created in {@code max.block.ms} either, now or when they were found absent before. */
    private List<String> askedForAsLong() {
        long now = time.nanoTime();
        return question.askedNs().entrySet().stream()
                .filter(asked -> now - asked.getValue() >= maxBlockNs || probe.remembers(asked.getKey()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private void unblock() {
        blocked = false;
        blockedFor = null;
        question.end();
    }

    private void leaveAlone(long ms) {
        pausing = true;
        resumeNs = time.nanoTime() + Duration.ofMillis(ms).toNanos();
    }
}
