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

    /** What a header takes beside its characters and bytes, roughly. */
    private static final int HEADER_BYTES = 64;

    @SuppressWarnings("ArrayRecordComponent")
    public record Header(String name, byte[] value) {}

    /** What key, value and headers hold of the memory, in bytes, roughly: headers that records share count for each of them. */
    public long weight() {
        long weight = (long) key.length + (value == null ? 0 : value.length);
        for (int i = 0; i < headers.size(); i++) { // Without an iterator: this is on the way of each message.
            Header header = headers.get(i);
            weight += HEADER_BYTES + header.name().length() + header.value().length;
        }
        return weight;
    }
}
