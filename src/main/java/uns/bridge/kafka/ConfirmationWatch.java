package uns.bridge.kafka;

import java.time.Duration;
import java.util.Deque;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Notices when Kafka does not confirm the oldest record, and ends a producer that may wait for that for ever. For one thread.
 */
final class ConfirmationWatch {

    static final Duration OVERDUE = Duration.ofSeconds(5);
    private static final Duration STUCK_CHECK = Duration.ofSeconds(30);

    private final CurrentProducer producer;
    private final TopicProbe probe;
    private final KafkaCondition condition;
    private final Time time;

    private @Nullable Sending<?> oldest;
    private long oldestSinceNs;

    /** How many records were confirmed behind it then. */
    private long confirmedBehind;

    ConfirmationWatch(CurrentProducer producer, TopicProbe probe, KafkaCondition condition, Time time) {
        this.producer = producer;
        this.probe = probe;
        this.condition = condition;
        this.time = time;
    }

    /** @param unconfirmed in the order they were sent; behind the first there may be confirmed ones */
    void look(Deque<? extends Sending<?>> unconfirmed) throws InterruptedException {
        Sending<?> head = unconfirmed.peek();
        if (head != oldest) {
            oldest = head;
            oldestSinceNs = time.nanoTime();
            confirmedBehind = countConfirmed(unconfirmed);
            return;
        }
        long waitedNs = time.nanoTime() - oldestSinceNs;
        if (head != null && waitedNs > OVERDUE.toNanos()) {
            condition.trouble("Kafka has confirmed nothing for over " + OVERDUE.toSeconds() + " s");
            if (waitedNs >= STUCK_CHECK.toNanos()) {
                giveUpStuckTopic(head.record.topic(), countConfirmed(unconfirmed));
            }
        }
    }

    /**
     * The producer waits for ever for a topic that was deleted behind its back, which the probe tells from a Kafka that is
     * away. And a partition may refuse its first batch for ever because it has taken the second first: new partitions take
     * any first sequence number. A new producer begins new sequences.
     */
    private void giveUpStuckTopic(String topic, long confirmed) throws InterruptedException {
        oldestSinceNs = time.nanoTime(); // The next look is as far away as this one was.
        boolean othersConfirmed = confirmed > confirmedBehind; // Else Kafka is away.
        confirmedBehind = confirmed;
        String absence = probe.look(topic);
        if (absence != null) {
            producer.fail(new UnknownTopicOrPartitionException(absence));
        } else if (othersConfirmed) {
            producer.fail(new TimeoutException(
                    "Kafka confirms others, but for over " + STUCK_CHECK.toSeconds() + " s nothing of topic " + topic));
        }
    }

    private static long countConfirmed(Deque<? extends Sending<?>> unconfirmed) {
        return unconfirmed.stream().filter(sending -> sending.confirmed).count();
    }
}
