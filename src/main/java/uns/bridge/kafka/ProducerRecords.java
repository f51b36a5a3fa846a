package uns.bridge.kafka;

import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.OutboundRecord;
import uns.bridge.message.OutboundRecord.Header;

/**
 * Makes the producer's records. Their headers are made once for all records that have the same list of them, as most of an MQTT
 * topic do: made anew they can take more memory than the payload. For one thread.
 */
final class ProducerRecords {

    /** A power of 2; each place has the last headers that belong there. */
    private static final int PLACES = 4_096;

    /** Larger ones are those of one message, and are not kept. In bytes. */
    private static final int MAX_BYTES = 1_024;

    private final @Nullable Shared[] places = new @Nullable Shared[PLACES];

    private record Shared(List<Header> headers, Headers made) {}

    ProducerRecord<byte[], byte[]> of(OutboundRecord record) {
        // It copies the headers, as references: an interceptor that adds another adds it to this record alone.
        return new ProducerRecord<>(
                record.topic(), null, record.timestampMs(), record.key(), record.value(), headers(record.headers()));
    }

    private Headers headers(List<Header> headers) {
        int place = System.identityHashCode(headers) & (PLACES - 1);
        Shared shared = places[place];
        if (shared != null && shared.headers == headers) {
            return shared.made;
        }
        Headers made = new ProducerRecord<byte[], byte[]>("", null).headers(); // Only a record makes some.
        int bytes = 0;
        for (Header header : headers) {
            made.add(header.name(), header.value());
            bytes += header.name().length() + header.value().length;
        }
        if (bytes <= MAX_BYTES) {
            places[place] = new Shared(headers, made);
        }
        return made;
    }
}
