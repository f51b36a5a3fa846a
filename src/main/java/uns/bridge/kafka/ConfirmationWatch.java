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
    private static final Duration LONGEST_STUCK_CHECK = Duration.ofMinutes(10);
    private static final Duration PASSED = Duration.ofSeconds(1);

    /** Not more often than it may take, with many records. */
    private static final Duration PASSED_CHECK = Duration.ofMillis(100);

    private final CurrentProducer producer;
    private final TopicProbe probe;
    private final KafkaCondition condition;
    private final Time time;

    /** How many records were ever confirmed; counted on Kafka's I/O thread. */
    private final AtomicLong confirmed = new AtomicLong();

    private @Nullable Sending<?> oldest;
    private long oldestSinceNs;

    /** How many were confirmed at the last look, and when that has changed last since {@link #oldest} is the oldest. */
    private long confirmedThen;

    private long confirmedNs;
    private boolean othersConfirmed;

    /** When the producer is looked at next because of {@link #oldest}, how many were confirmed before, and how long that is. */
    private long stuckCheckNs;

    private long confirmedAtCheck;

    private long stuckPauseNs;

    /** How many were confirmed when {@link #hasPassed} was asked last, and when. */
    private long confirmedBefore;

    private long passedNs;

    ConfirmationWatch(CurrentProducer producer, TopicProbe probe, KafkaCondition condition, Time time) {
        this.producer = producer;
        this.probe = probe;
        this.condition = condition;
        this.time = time;
        this.passedNs = time.nanoTime();
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

    /** Looks at the record that has waited for longest, if any waits. */
    void look(Unconfirmed<?> unconfirmed) throws InterruptedException {
        Sending<?> head = unconfirmed.oldest();
        long now = time.nanoTime();
        long count = confirmed.get();
        if (head != oldest) {
            oldest = head;
            oldestSinceNs = now;
            othersConfirmed = false;
            stuckPauseNs = STUCK_CHECK.toNanos();
            stuckCheckNs = now + stuckPauseNs;
            confirmedAtCheck = count;
        } else if (count != confirmedThen) {
            othersConfirmed = true;
            confirmedNs = now;
        }
        confirmedThen = count;
        if (head == null || now - oldestSinceNs <= OVERDUE.toNanos()) {
            return;
        }
        String topic = head.record.topic();
        condition.trouble(
                othersPass(unconfirmed, topic, now)
                        ? standsStill(topic, OVERDUE)
                        : "Kafka has confirmed nothing for over " + OVERDUE.toSeconds() + " s");
        if (now - stuckCheckNs >= 0) {
            if (giveUpStuckTopic(topic, count > confirmedAtCheck)) {
                stuckPauseNs = Math.min(2 * stuckPauseNs, LONGEST_STUCK_CHECK.toNanos());
            }
            stuckCheckNs = now + stuckPauseNs;
            confirmedAtCheck = count;
            oldestSinceNs = now; // The next producer has its time.
        }
    }

    /** As far as can be told: others were confirmed lately, or there were none to be confirmed. Else Kafka is away. */
    private boolean othersPass(Unconfirmed<?> unconfirmed, String topic, long now) {
        long sinceNs = now - confirmedNs;
        return othersConfirmed
                && sinceNs <= STUCK_CHECK.toNanos()
                && (sinceNs <= OVERDUE.toNanos() || !unconfirmed.hasOpenBeside(topic));
    }

    /**
     * Whether records were confirmed since this was asked last, though {@code head}, the oldest, has waited for long: there
     * may be many of them behind it.
     */
    boolean hasPassed(@Nullable Sending<?> head) {
        long now = time.nanoTime();
        if (head == null || now - head.sinceNs < PASSED.toNanos() || now - passedNs < PASSED_CHECK.toNanos()) {
            return false;
        }
        long before = confirmedBefore;
        confirmedBefore = confirmed.get();
        passedNs = now;
        return confirmedBefore != before;
    }

    /**
     * The producer waits for ever for a topic that was deleted behind its back, which the probe tells from a Kafka that is
     * away. And a partition may refuse its first batch for ever because it has taken the second first: new partitions take
     * any first sequence number. A new producer begins new sequences. What it can't mend, such as a partition without a
     * leader, it need not try each time: all others wait for it meanwhile.
     *
     * @return whether it is replaced though the topic is there
     */
    private boolean giveUpStuckTopic(String topic, boolean othersConfirmed) throws InterruptedException {
        String absence = probe.look(topic);
        if (absence != null) {
            producer.fail(new UnknownTopicOrPartitionException(absence));
        } else if (othersConfirmed) {
            producer.worksWell(); // For all others, which are not to wait long for the next one.
            producer.fail(new TimeoutException(standsStill(topic, STUCK_CHECK)));
        }
        return absence == null && othersConfirmed;
    }

    private static String standsStill(String topic, Duration howLong) {
        return "Kafka confirms others, but for over " + howLong.toSeconds() + " s not the oldest record of topic "
                + topic;
    }
}
