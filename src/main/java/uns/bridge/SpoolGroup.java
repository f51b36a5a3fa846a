package uns.bridge;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.OutboundRecord;
import uns.bridge.spool.SpoolEntry;

/** Messages on their way into the spool, which takes them in groups: each costs a write and a sync. For the carrier. */
final class SpoolGroup {

    /**
     * How long a message may wait to be written together with others, and how much is written at once. A broker that keeps
     * only few in flight (HiveMQ CE 50, whatever it is told) sends so many in this time and no more.
     */
    private static final long PATIENCE_NS = Duration.ofMillis(5).toNanos();

    private static final long MAX_BYTES = 1 << 20;

    private final LongSupplier clockNs;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long bytes;
    private long sinceNs;

    /** A message that is neither in the spool nor in Kafka's hands. */
    record Waiting(Parcel parcel, SpoolEntry entry) {}

    SpoolGroup(LongSupplier clockNs) {
        this.clockNs = clockNs;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void add(Waiting message) {
        if (waiting.isEmpty()) {
            sinceNs = clockNs.getAsLong();
            bytes = 0;
        }
        waiting.add(message);
        for (OutboundRecord record : message.entry().records()) {
            bytes += record.key().length + (record.value() == null ? 0 : record.value().length);
        }
    }

    /** The first of them, which it is no more; null if there is none. */
    @Nullable Waiting poll() {
        return waiting.poll();
    }

    /** All of them, in order. */
    List<Waiting> all() {
        return new ArrayList<>(waiting);
    }

    /** Whether they have waited long enough, or are much enough; false if there are none. */
    boolean isDue() {
        return !waiting.isEmpty() && (bytes >= MAX_BYTES || clockNs.getAsLong() - sinceNs >= PATIENCE_NS);
    }

    /** For how long it may still wait for others, in nanoseconds; for there being none, see {@link #isEmpty}. */
    long leftNs() {
        return Math.max(0, sinceNs + PATIENCE_NS - clockNs.getAsLong());
    }
}
