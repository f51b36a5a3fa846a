package uns.bridge.kafka;

import java.time.Duration;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.config.TopicConfig;
import uns.bridge.doctor.Examination;

/** Compares the settings of a topic with what the bridge promises: nothing lost, and dead letters there to be looked at. */
final class TopicPromise {

    private static final String STEP = "topic";

    /** The furthest ahead that the bridge leaves a timestamp. */
    private static final long AHEAD_MS = Duration.ofMinutes(59).toMillis();

    /** What a shortened dead letter may take: 64 KiB of the payload, its key of up to as much, and its headers. */
    private static final long DEAD_LETTER_BYTES = 192 * 1024;

    private static final Duration TIME_TO_LOOK = Duration.ofDays(1);

    private final String topic;
    private final boolean deadLetters;
    private final Config config;
    private final int replicas;

    TopicPromise(String topic, boolean deadLetters, Config config, int replicas) {
        this.topic = topic;
        this.deadLetters = deadLetters;
        this.config = config;
        this.replicas = replicas;
    }

    void tell(Examination examination) {
        long inSync = number(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, 1);
        long maxBytes = number(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Long.MAX_VALUE);
        long retentionMs = number(TopicConfig.RETENTION_MS_CONFIG, -1);
        examination.ok(
                STEP,
                topic + ": " + TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG + " " + inSync + ", "
                        + TopicConfig.MAX_MESSAGE_BYTES_CONFIG + " " + maxBytes + ", " + TopicConfig.RETENTION_MS_CONFIG
                        + " " + retentionMs);
        if (inSync > replicas) {
            examination.failed(
                    STEP,
                    topic + ": min.insync.replicas is " + inSync + " and there are only " + replicas
                            + " replicas, so it takes no record");
        } else if (inSync < 2) {
            examination.warning(
                    STEP,
                    topic + ": min.insync.replicas is 1, so a record may be lost with the one broker that has it");
        }
        limits(examination);
        if (deadLetters) {
            deadLetters(examination, maxBytes, retentionMs);
        }
    }

    private void limits(Examination examination) {
        if (number(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, Long.MAX_VALUE) < AHEAD_MS) {
            examination.warning(
                    STEP,
                    topic + ": " + TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG
                            + " is less than 59 minutes, so messages of devices whose clock is ahead would become dead"
                            + " letters");
        }
        if (number(TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, Long.MAX_VALUE) < Long.MAX_VALUE) {
            examination.warning(
                    STEP,
                    topic + ": " + TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG
                            + " is set, so messages with older timestamps would become dead letters");
        }
    }

    private void deadLetters(Examination examination, long maxBytes, long retentionMs) {
        if (maxBytes < DEAD_LETTER_BYTES) {
            examination.warning(
                    STEP,
                    topic + ": " + TopicConfig.MAX_MESSAGE_BYTES_CONFIG + " is less than " + DEAD_LETTER_BYTES
                            + ", so large dead letters may be refused, and hold up their messages");
        }
        if (retentionMs >= 0 && retentionMs < TIME_TO_LOOK.toMillis()) {
            examination.warning(STEP, topic + ": dead letters are deleted after " + retentionMs / 60_000 + " minutes");
        }
        if (text(TopicConfig.CLEANUP_POLICY_CONFIG).contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            examination.warning(
                    STEP, topic + ": cleanup.policy is compact, so of the dead letters of an MQTT topic one stays");
        }
    }

    private long number(String key, long otherwise) {
        try {
            return Long.parseLong(text(key));
        } catch (NumberFormatException e) {
            return otherwise; // Brokers of old do not have all of them.
        }
    }

    private String text(String key) {
        return config.get(key) == null ? "" : String.valueOf(config.get(key).value());
    }
}
