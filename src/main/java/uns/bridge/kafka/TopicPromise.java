package uns.bridge.kafka;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.TopicPartitionInfo;
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
    private final List<TopicPartitionInfo> partitions;
    private final boolean acksAll;

    /** @param acksAll whether the bridge asks for the acknowledgement of all replicas, else Kafka minds none */
    TopicPromise(
            String topic, boolean deadLetters, Config config, List<TopicPartitionInfo> partitions, boolean acksAll) {
        this.topic = topic;
        this.deadLetters = deadLetters;
        this.config = config;
        this.partitions = partitions;
        this.acksAll = acksAll;
    }

    /** What can be told of a topic whose settings may not be seen. */
    static void tellOfLeaders(String topic, List<TopicPartitionInfo> partitions, Examination examination) {
        partitions.stream()
                .filter(partition -> partition.leader() == null)
                .findFirst()
                .ifPresent(partition -> examination.failed(
                        STEP,
                        topic + ": partition " + partition.partition() + " has no leader, so it takes no record"));
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
        replicas(examination, inSync);
        limits(examination);
        if (deadLetters) {
            deadLetters(examination, maxBytes, retentionMs);
        }
    }

    /** From 3.7 on Kafka asks for no more replicas in sync than a partition has (KIP-966). */
    private void replicas(Examination examination, long inSync) {
        int replicas = leastReplicas(partitions);
        if (inSync > replicas) {
            examination.warning(
                    STEP,
                    topic + ": min.insync.replicas is " + inSync + " and there are only " + replicas
                            + " replicas: a Kafka before 3.7 takes no record, a later one is content with those"
                            + (replicas < 2 ? ", so a record may be lost with the one broker that has it" : ""));
        } else if (inSync < 2) {
            examination.warning(
                    STEP,
                    topic + ": min.insync.replicas is 1, so a record may be lost with the one broker that has it");
        }
        if (acksAll) {
            partitions.stream()
                    .filter(each -> each.leader() != null
                            && each.isr().size()
                                    < Math.min(inSync, each.replicas().size()))
                    .findFirst()
                    .ifPresent(each -> examination.failed(
                            STEP,
                            topic + ": min.insync.replicas is " + inSync + " and only "
                                    + each.isr().size() + " of the "
                                    + each.replicas().size() + " replicas of partition " + each.partition()
                                    + " are in sync, so it takes no record"));
        }
    }

    static int leastReplicas(List<TopicPartitionInfo> partitions) {
        return partitions.stream()
                .mapToInt(partition -> partition.replicas().size())
                .min()
                .orElse(0);
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
