package uns.bridge.kafka;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Notices when Kafka does not confirm the oldest record, and whether it confirms others meanwhile. For one thread; Kafka's I/O
 * thread counts.
 */
final class ConfirmationWatch {

    static final Duration OVERDUE = Duration.ofSeconds(5);
    private static final Duration PASSED = Duration.ofSeconds(1);

    /** Not more often than it may take, with many records. */
    private static final Duration PASSED_CHECK = Duration.ofMillis(100);

    private final StuckProducer stuck;
    private final KafkaCondition condition;
    private final Time time;

    /** How many records were ever confirmed; counted on Kafka's I/O thread. */
    private final AtomicLong confirmed = new AtomicLong();

    /** How many were ever refused, which tells nothing of whether Kafka confirms. */
    private final AtomicLong refused = new AtomicLong();

    private @Nullable Sending<?> oldest;
    private long oldestSinceNs;

    /** How many were confirmed at the last look, and when that has changed last since {@link #oldest} is the oldest. */
    private long confirmedThen;

    private long confirmedNs;
    private boolean othersConfirmed;

    /** How many were done when {@link #hasPassed} was asked last, and when. */
    private long doneBefore;

    private long passedNs;

    ConfirmationWatch(CurrentProducer producer, TopicProbe probe, KafkaCondition condition, Time time) {
        this.stuck = new StuckProducer(producer, probe);
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
                refused.getAndIncrement();
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
            stuck.begin(now, count);
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
                        ? StuckProducer.standsStill(topic, OVERDUE)
                        : "Kafka has confirmed nothing for over " + OVERDUE.toSeconds() + " s");
        if (head.immediate instanceof TimeoutException) {
            stuck.begin(now, count); // The producer can't take it yet: the queue finds out why, in its time.
        } else if (stuck.look(topic, now, count)) {
            oldestSinceNs = now; // The next producer has its time.
        }
    }

    /** As far as can be told: others were confirmed lately, or there were none to be confirmed. Else Kafka is away. */
    private boolean othersPass(Unconfirmed<?> unconfirmed, String topic, long now) {
        long sinceNs = now - confirmedNs;
        return othersConfirmed
                && sinceNs <= StuckProducer.CHECK.toNanos()
                && (sinceNs <= OVERDUE.toNanos() || !unconfirmed.hasOpenBeside(topic));
    }

    /**
     * Whether records were confirmed or refused since this was asked last, though {@code head}, the oldest, has waited for
     * long: there may be many of them behind it.
     */
    boolean hasPassed(@Nullable Sending<?> head) {
        long now = time.nanoTime();
        if (head == null || now - head.sinceNs < PASSED.toNanos() || now - passedNs < PASSED_CHECK.toNanos()) {
            return false;
        }
        long before = doneBefore;
        doneBefore = confirmed.get() + refused.get();
        passedNs = now;
        return doneBefore != before;
    }
}
