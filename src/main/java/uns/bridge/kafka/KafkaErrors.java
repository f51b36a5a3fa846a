package uns.bridge.kafka;

import java.io.IOException;
import java.util.Set;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** What the exceptions of Kafka's clients mean to the bridge. */
final class KafkaErrors {

    private KafkaErrors() {}

    /** Whether a record was refused for its size. */
    static boolean isTooLarge(Exception e) {
        return e instanceof RecordTooLargeException || e instanceof RecordBatchTooLargeException;
    }

    /** Whether Kafka will never take this very record, while it takes others. */
    static boolean isRefusal(Exception e) {
        return isTooLarge(e)
                || e instanceof InvalidTopicException
                || e instanceof InvalidTimestampException
                || e instanceof InvalidRecordException
                || e instanceof PolicyViolationException
                || e instanceof TopicAuthorizationException;
    }

    /**
     * Why Kafka will never take a record of {@code topic}, or null if it may. A producer that must not wait has timed out by
     * the time it hears so; then it is the cause, which does not name the topic.
     */
    static @Nullable Exception refusal(Exception e, String topic) {
        if (isRefusal(e)) {
            return e;
        }
        return e instanceof TimeoutException && e.getCause() instanceof TopicAuthorizationException
                ? new TopicAuthorizationException(Set.of(topic))
                : null;
    }

    static boolean isAboutTopic(@Nullable Throwable cause) {
        return cause instanceof UnknownTopicOrPartitionException || cause instanceof InvalidTopicException;
    }

    /** What went wrong and why. Texts of other classes' exceptions are left out, which may quote from a JAAS text. */
    static String describe(Exception e) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            text.append(text.isEmpty() ? "" : " <- ").append(cause.getClass().getSimpleName());
            if (cause.getMessage() != null && (cause instanceof KafkaException || cause instanceof IOException)) {
                text.append(": ").append(cause.getMessage());
            }
        }
        return text.toString();
    }
}
