package uns.bridge;

import java.io.IOException;
import java.util.ArrayDeque;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.spool.Spool;

/**
 * What of the spool is in Kafka's hands, in the order of the spool: so its beginning can be forgotten as soon as Kafka has it.
 * For the owner of the {@link Outlet}, but for {@link #oldestMs}.
 */
final class SpooledParcels {

    private final DeliveryTracker tracker;
    private final ArrayDeque<Parcel> outstanding = new ArrayDeque<>();

    /** Whether some of what was read last is not here yet. */
    private boolean reading;

    private volatile long oldestMs;

    SpooledParcels(DeliveryTracker tracker) {
        this.tracker = tracker;
    }

    /** When the oldest message came into the spool, milliseconds since the epoch; 0 if there is none. */
    long oldestMs() {
        return oldestMs;
    }

    int size() {
        return outstanding.size();
    }

    void add(Parcel parcel) {
        outstanding.add(parcel);
    }

    /** From now until {@link #hasAllRead} something was read that is not added yet. */
    void beginReading() {
        reading = true;
    }

    void hasAllRead() {
        reading = false;
    }

    /**
     * Forgets what Kafka has, in the books and in {@code spool}.
     *
     * @throws IOException if the spool can't be shortened; its messages may come twice after a restart
     */
    void commit(Spool spool) throws IOException {
        long delivered = 0;
        long deadLettered = 0;
        long end = 0;
        for (Parcel head = outstanding.peek(); head != null && head.isDone(); head = outstanding.peek()) {
            outstanding.remove();
            end = head.spoolEnd();
            if (head.countsAsSpooled() && head.isRejected()) {
                deadLettered++;
            } else if (head.countsAsSpooled()) {
                delivered++;
            }
        }
        tracker.drained(delivered, deadLettered);
        Parcel oldest = outstanding.peek();
        if (oldest != null) {
            oldestMs = oldest.spooledMs();
        } else if (!spool.hasUnread()) {
            oldestMs = 0;
        }
        // What was left out behind the last of them is done with as well.
        spool.commit(outstanding.isEmpty() && !reading ? spool.readOffset() : end);
    }
}
