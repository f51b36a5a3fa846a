package uns.bridge.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One Kafka record to be written.
 *
 * @param topic a legal Kafka topic name
 * @param key the original MQTT topic in UTF-8, followed by the metric if the record is of one alone: what has one key stays
 *     in order in one partition
 * @param value the record's value, or null for a tombstone
 * @param timestampMs milliseconds since the epoch, not negative
 * @param headers in order, names may repeat
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by identity only.
public record OutboundRecord(
        String topic, byte[] key, byte @Nullable [] value, long timestampMs, List<Header> headers) {

    @SuppressWarnings("ArrayRecordComponent")
    public record Header(String name, byte[] value) {}
}
