package uns.bridge;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.message.OutboundRecord;
import uns.bridge.pipeline.DeadLetters;
import uns.bridge.spool.Spool;
import uns.bridge.spool.SpoolEntry;

/**
 * What of the spool is in Kafka's hands, in the order of the spool: so its beginning can be forgotten as soon as Kafka has it.
 * Of what Kafka has behind one that waits, nothing is kept: how much may wait is a matter of memory, not of how much passes.
 * For the owner of the {@link Outlet}, but for {@link #oldestMs}.
 */
final class SpooledParcels {

    private final DeliveryTracker tracker;
    private final DiskCondition condition;
    private final ArrayDeque<Parcel> outstanding = new ArrayDeque<>();

    /** The offset behind all that was ever here. */
    private long end;

    /** Whether some of what was read last is not here yet. */
    private boolean reading;

    private volatile long oldestMs;

    /** Kafka's I/O thread takes off what is done. */
    private final AtomicLong originalBytes = new AtomicLong();

    SpooledParcels(DeliveryTracker tracker, DiskCondition condition) {
        this.tracker = tracker;
        this.condition = condition;
    }

    /** When the oldest message came into the spool, milliseconds since the epoch; 0 if there is none. */
    long oldestMs() {
        return oldestMs;
    }

    /** What is held in memory for dead letters of what was read, beside the records themselves, in bytes. */
    long originalBytes() {
        return originalBytes.get();
    }

    /** Whether Kafka had all of it at the last {@link #commit}. */
    boolean isEmpty() {
        return outstanding.isEmpty();
    }

    /** A message that is in the spool, and in the outlet's hands already. */
    void add(Parcel parcel) {
        outstanding.add(parcel);
        end = parcel.spoolEnd();
    }

    /** A message that was read, and goes to Kafka next. */
    Parcel add(Spool.Stored stored, DeadLetters deadLetters) {
        SpoolEntry entry = stored.entry();
        List<OutboundRecord> records = entry.records();
        OutboundRecord apart = entry.original();
        Parcel parcel = new Parcel(
                apart == null ? deadLetters.original(records.get(0)) : apart,
                apart == null ? null : originalBytes,
                records.size(),
                entry.deadLetter(),
                stored.end(),
                stored.timeMs());
        add(parcel);
        return parcel;
    }

    /**
     * What Kafka does not have is in the spool once more: {@code waiting}, the last of all, in that order.
     *
     * @param offset the offset of the first of them
     */
    void moveToEnd(List<Parcel> waiting, long offset) {
        Set<Parcel> moved = new HashSet<>(waiting);
        outstanding.removeIf(moved::contains);
        end = offset;
        for (Parcel each : waiting) {
            each.moveWithinSpool(++end);
            outstanding.add(each);
        }
    }

    /** From now until {@link #hasAllRead} something was read that is not added yet. */
    void beginReading() {
        reading = true;
    }

    void hasAllRead() {
        reading = false;
    }

    /** Forgets what Kafka has, in the books and in {@code spool}, which is told how much neither it nor Kafka has. */
    void commit(Spool spool) {
        forgetDone();
        Parcel oldest = outstanding.peek();
        try {
            if (oldest != null) {
                oldestMs = oldest.spooledMs();
                spool.commit(oldest.spoolEnd() - 1);
            } else {
                oldestMs = spool.hasUnread() ? oldestMs : 0;
                // What was left out behind the last is done with as well.
                spool.commit(reading ? end : spool.readOffset());
            }
        } catch (IOException e) {
            condition.log("The spool can't be shortened, its messages may come twice after a restart", e);
        }
        try {
            long unsafeEnd = spool.unsafeEnd();
            spool.setUnsafe(countBefore(unsafeEnd), unsafeEnd);
        } catch (IOException e) {
            condition.log("The spool can't be told what it has lost, which the next start may count wrong", e);
        }
    }

    private long countBefore(long offset) {
        long count = reading ? Math.max(0, offset - end) : 0;
        for (Parcel each : outstanding) {
            if (each.spoolEnd() > offset) {
                break;
            }
            count++;
        }
        return count;
    }

    private void forgetDone() {
        long delivered = 0;
        long deadLettered = 0;
        for (int i = outstanding.size(); i > 0; i--) { // Once round, so that what stays keeps its order.
            Parcel each = outstanding.remove();
            if (!each.isDone()) {
                outstanding.add(each);
            } else if (each.countsAsSpooled() && each.isRejected()) {
                deadLettered++;
            } else if (each.countsAsSpooled()) {
                delivered++;
            }
        }
        tracker.drained(delivered, deadLettered);
    }
}
