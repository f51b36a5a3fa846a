package uns.bridge.kafka;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Notices when Kafka does not confirm the oldest record, and ends a producer that may wait for that for ever. For one thread.
 */
final class ConfirmationWatch {

    static final Duration OVERDUE = Duration.ofSeconds(5);
    private static final Duration STUCK_CHECK = Duration.ofSeconds(30);
    private static final Duration PASSED = Duration.ofSeconds(1);

    private final CurrentProducer producer;
    private final TopicProbe probe;
    private final KafkaCondition condition;
    private final Time time;

    /** How many records were ever confirmed; counted on Kafka's I/O thread. */
    private final AtomicLong confirmed = new AtomicLong();

    private @Nullable Sending<?> oldest;
    private long oldestSinceNs;

    /** How many were confirmed then. */
    private long confirmedThen;

    /** How many were confirmed when {@link #hasPassed} was asked last. */
    private long confirmedBefore;

    ConfirmationWatch(CurrentProducer producer, TopicProbe probe, KafkaCondition condition, Time time) {
        this.producer = producer;
        this.probe = probe;
        this.condition = condition;
        this.time = time;
    }

    /** What tells {@code listener}, and counts. */
    <T> KafkaSink.Listener<T> before(KafkaSink.Listener<T> listener) {
        return new KafkaSink.Listener<>() {
            @Override
            public void confirmed(T token) {
                confirmed.getAndIncrement();
                listener.confirmed(token);
            }

            @Override
            public void refused(T token, Exception cause) {
                listener.refused(token, cause);
            }
        };
    }

    /** Looks at the record that has waited for longest; null: none waits. */
    void look(@Nullable Sending<?> head) throws InterruptedException {
        long now = time.nanoTime();
        if (head != oldest) {
            oldest = head;
            oldestSinceNs = now;
            confirmedThen = confirmed.get();
            return;
        }
        long waitedNs = now - oldestSinceNs;
        if (head != null && waitedNs > OVERDUE.toNanos()) {
            condition.trouble(
                    confirmed.get() > confirmedThen
                            ? standsStill(head.record.topic(), OVERDUE)
                            : "Kafka has confirmed nothing for over " + OVERDUE.toSeconds() + " s");
            if (waitedNs >= STUCK_CHECK.toNanos()) {
                giveUpStuckTopic(head.record.topic());
            }
        }
    }

    /**
     * Whether records were confirmed since this was asked last, though {@code head}, the oldest, has waited for long: there
     * may be many of them behind it.
     */
    boolean hasPassed(@Nullable Sending<?> head) {
        long before = confirmedBefore;
        if (head == null || time.nanoTime() - head.sinceNs < PASSED.toNanos()) {
            return false;
        }
        confirmedBefore = confirmed.get();
        return confirmedBefore > before;
    }

    /**
     * The producer waits for ever for a topic that was deleted behind its back, which the probe tells from a Kafka that is
     * away. And a partition may refuse its first batch for ever because it has taken the second first: new partitions take
     * any first sequence number. A new producer begins new sequences.
     */
    private void giveUpStuckTopic(String topic) throws InterruptedException {
        oldestSinceNs = time.nanoTime(); // The next look is as far away as this one was.
        boolean othersConfirmed = confirmed.get() > confirmedThen; // Else Kafka is away.
        confirmedThen = confirmed.get();
        String absence = probe.look(topic);
        if (absence != null) {
            producer.fail(new UnknownTopicOrPartitionException(absence));
        } else if (othersConfirmed) {
            producer.fail(new TimeoutException(standsStill(topic, STUCK_CHECK)));
        }
    }

    private static String standsStill(String topic, Duration howLong) {
        return "Kafka confirms others, but for over " + howLong.toSeconds() + " s nothing of topic " + topic;
    }
}
