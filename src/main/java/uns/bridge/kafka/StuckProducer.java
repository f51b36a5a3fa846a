package uns.bridge.kafka;

import java.time.Duration;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Ends a producer that may wait for ever for Kafka to confirm its oldest record. For one thread. */
final class StuckProducer {

    static final Duration CHECK = Duration.ofSeconds(30);
    private static final Duration LONGEST_CHECK = Duration.ofMinutes(10);

    private final CurrentProducer producer;
    private final TopicProbe probe;

    /** When it is looked at next. */
    private long checkNs;

    /** For how long it is left alone after that. */
    private long pauseNs;

    /** How many records were confirmed at the last look. */
    private long confirmedBefore;

    StuckProducer(CurrentProducer producer, TopicProbe probe) {
        this.producer = producer;
        this.probe = probe;
    }

    /** Another record is the oldest from {@code now} on; {@code confirmed} is how many were ever confirmed. */
    void begin(long now, long confirmed) {
        pauseNs = CHECK.toNanos();
        rest(now, confirmed);
    }

    /**
     * Ends the producer if it is time to look, and its oldest record, which is of {@code topic}, needs another one.
     *
     * @param confirmed how many records were ever confirmed
     * @return whether it was time
     */
    boolean look(String topic, long now, long confirmed) throws InterruptedException {
        if (now - checkNs < 0) {
            return false;
        }
        if (giveUp(topic, confirmed > confirmedBefore)) {
            pauseNs = Math.min(2 * pauseNs, LONGEST_CHECK.toNanos());
        }
        rest(now, confirmed);
        return true;
    }

    private void rest(long now, long confirmed) {
        checkNs = now + pauseNs;
        confirmedBefore = confirmed;
    }

    /**
     * The producer waits for ever for a topic that was deleted behind its back, which the probe tells from a Kafka that is
     * away. And a partition may refuse its first batch for ever because it has taken the second first: new partitions take
     * any first sequence number. A new producer begins new sequences. What it can't mend, such as a partition without a
     * leader, it need not try each time: all others wait for it meanwhile.
     *
     * @return whether it is replaced though the topic is there
     */
    private boolean giveUp(String topic, boolean othersConfirmed) throws InterruptedException {
        String absence = probe.look(topic);
        if (absence != null) {
            producer.fail(new UnknownTopicOrPartitionException(absence));
        } else if (othersConfirmed) {
            producer.worksWell(); // For all others, which are not to wait long for the next one.
            producer.fail(new TimeoutException(standsStill(topic, CHECK)));
        }
        return absence == null && othersConfirmed;
    }

    /** Says that Kafka takes all but the records of {@code topic}. */
    static String standsStill(String topic, Duration howLong) {
        return "Kafka confirms others, but for over " + howLong.toSeconds() + " s not the oldest record of topic "
                + topic;
    }
}
