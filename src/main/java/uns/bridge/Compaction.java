package uns.bridge;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import uns.bridge.message.OutboundRecord;
import uns.bridge.spool.Spool;

/**
 * Gives back the disk space of what has passed something that waits for long: what waits is appended once more, so that the space
 * of all before it can be given back, and what has passed it is not to be sent again after a restart. Only while nothing is
 * unread, which it would fall behind.
 *
 * <p>For the drainer; {@link #compact} while the {@link Outlet} is its own.
 */
final class Compaction {

    /** How much of the disk what has passed something that waits may take. */
    private static final long PASSED_BYTES = 64 << 20;

    /** How much is appended once more at most, for it is written as one: twice what the drainer reads ahead. */
    private static final long MAX_WAITING_BYTES = 32 << 20;

    private final Outlet outlet;
    private final Door door;
    private final SpooledParcels spooled;
    private final DiskCondition condition;
    private final LongSupplier clockNs;

    private final long maxBytes;

    /** How much of the disk the spool must take for that to be worth it, as long as it was not done. */
    private final long leastBytes;

    /** The same after the last time, when something is left that can't be given back. */
    private long leastBytesAgain;

    /** When it is tried at the earliest. */
    private long retryNs;

    /** @param maxBytes how much of the disk the spool may take */
    Compaction(
            Outlet outlet,
            Door door,
            SpooledParcels spooled,
            DiskCondition condition,
            long maxBytes,
            LongSupplier clockNs) {
        this.outlet = outlet;
        this.door = door;
        this.spooled = spooled;
        this.condition = condition;
        this.clockNs = clockNs;
        this.maxBytes = maxBytes;
        this.leastBytes = Math.min(PASSED_BYTES, maxBytes / 4);
        this.retryNs = clockNs.getAsLong();
    }

    /**
     * Compacts {@code spool} if that is worth it and can be done now.
     *
     * @param waitingBytes what waits holds of the memory
     */
    void compact(Spool spool, long waitingBytes) throws InterruptedException {
        if (!isWorthIt(spool.bytes(), waitingBytes) || clockNs.getAsLong() - retryNs < 0 || !door.beginMoving()) {
            return;
        }
        try {
            if (!moveWaiting(spool)) {
                retryLater();
            }
        } catch (ClosedChannelException e) {
            throw DiskCondition.interrupted(e);
        } catch (IOException e) {
            retryLater();
            condition.log("The spool can't be shortened", e);
        } finally {
            door.endAppending();
        }
    }

    /** The door is closed: what was left the last time does not count when it is opened again. */
    void reset() {
        leastBytesAgain = 0;
    }

    /** What waits takes far less of the disk than of the memory, so it must not keep a spool from it that is half full. */
    private boolean isWorthIt(long diskBytes, long waitingBytes) {
        return diskBytes >= Math.max(leastBytes, leastBytesAgain)
                && diskBytes >= Math.min(4 * waitingBytes, maxBytes / 2)
                && waitingBytes <= MAX_WAITING_BYTES;
    }

    private void retryLater() {
        retryNs = clockNs.getAsLong() + DiskCondition.RETRY.toNanos();
    }

    /** Returns false if something waits that is not in the spool: it has no place in that order. */
    private boolean moveWaiting(Spool spool) throws IOException, InterruptedException {
        List<Parcel> waiting = new ArrayList<>();
        List<Spool.Stored> again = new ArrayList<>();
        for (Map.Entry<Parcel, List<OutboundRecord>> each : inSpoolOrder(outlet.unconfirmed())) {
            Parcel parcel = each.getKey();
            if (!parcel.isSpooled()) {
                return false;
            }
            waiting.add(parcel);
            again.add(new Spool.Stored(parcel.asEntry(each.getValue()), parcel.spoolEnd(), parcel.spooledMs()));
        }
        long offset = spool.end();
        spool.appendAgain(again);
        spooled.moveToEnd(waiting, offset);
        spooled.commit(spool);
        long left = spool.bytes();
        // Not again before that gains something. More than it may have is left where the disk gives nothing back.
        leastBytesAgain = left < maxBytes ? Math.min(2 * left, (left + maxBytes) / 2) : 2 * left;
        return true;
    }

    private static List<Map.Entry<Parcel, List<OutboundRecord>>> inSpoolOrder(Map<Parcel, List<OutboundRecord>> open) {
        return open.entrySet().stream()
                .sorted(Comparator.comparingLong(each -> each.getKey().spoolEnd()))
                .toList();
    }
}
