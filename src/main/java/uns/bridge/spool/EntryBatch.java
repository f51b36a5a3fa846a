package uns.bridge.spool;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;

/** The entries that are compressed and written at a time, as one batch of Kafka's; used for one after the other. */
final class EntryBatch {

    /** How much is compressed, written and read at a time, before compression. */
    static final int FULL_BYTES = 256 << 10;

    private final ByteBuffer buffer = ByteBuffer.allocate(2 * FULL_BYTES);
    private final List<Written> entries = new ArrayList<>();
    private int bytes;

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Written(byte[] entry, long timeMs) {}

    /** @param timeMs when it came into the spool, milliseconds since the epoch */
    void add(SpoolEntry entry, long timeMs) {
        byte[] written = EntryFormat.write(entry);
        entries.add(new Written(written, timeMs));
        bytes += written.length;
    }

    boolean isFull() {
        return bytes >= FULL_BYTES;
    }

    int size() {
        return entries.size();
    }

    /**
     * Its bytes for the disk, which are there until the next call.
     *
     * @param base the offset of the first entry
     */
    ByteBuffer build(long base) {
        buffer.clear();
        MemoryRecordsBuilder builder =
                MemoryRecords.builder(buffer, Compression.lz4().build(), TimestampType.CREATE_TIME, base);
        for (Written each : entries) {
            builder.append(each.timeMs, null, each.entry);
        }
        return builder.build().buffer().duplicate();
    }

    void clear() {
        entries.clear();
        bytes = 0;
    }
}
