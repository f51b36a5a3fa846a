package uns.bridge.sparkplug;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is to be written to the disk: the newest value by each name. One thread puts, another one writes.
 *
 * <p>There may be more than can be held, or no way to write it. Then it is {@linkplain #isAtLoss at loss}, which is over
 * when the one that puts has {@linkplain #replace told} everything anew.
 */
final class PendingChanges {

    private static final Duration GATHERING = Duration.ofSeconds(1);

    /** Beyond so many changes that are not written it is cheaper to drop them, and to be told everything later. */
    private static final int MAX = 1_000_000;

    // All but atLoss is guarded by this.
    /** Null where the value is to be removed. */
    private Map<String, @Nullable Object> byName = new HashMap<>();

    private boolean whole;
    private boolean accepting = true;
    private boolean closing;
    private volatile boolean atLoss;

    /**
     * Changes to be written together.
     *
     * @param byName the new values, null where there is none any more
     * @param whole whether there are no others
     */
    record Changes(Map<String, @Nullable Object> byName, boolean whole) {

        boolean isEmpty() {
            return byName.isEmpty() && !whole;
        }
    }

    /** From now on {@code name} has {@code value}, or none if that is null. Forgotten while it can't be written. */
    synchronized void put(String name, @Nullable Object value) {
        if (!accepting || atLoss) {
            return;
        }
        if (whole && value == null) {
            byName.remove(name);
            return;
        }
        byName.put(name, value);
        if (byName.size() == 1) {
            notifyAll();
        } else if (byName.size() > MAX) {
            loseTrack();
        }
    }

    /** Whether changes were dropped, so that everything is to be told anew. */
    boolean isAtLoss() {
        return atLoss;
    }

    /** What {@code told} puts is all there is. */
    synchronized void replace(Runnable told) {
        atLoss = false;
        byName.clear();
        whole = true;
        told.run();
    }

    /** Drops all changes, and wants everything told anew. */
    synchronized void loseTrack() {
        byName.clear();
        whole = false;
        atLoss = true;
    }

    /** Drops all changes, and takes no more. */
    synchronized void refuse() {
        byName.clear();
        whole = false;
        accepting = false;
    }

    /** Takes changes again. */
    synchronized void accept() {
        accepting = true;
    }

    /** Makes those return that wait. */
    synchronized void close() {
        closing = true;
        notifyAll();
    }

    /** Waits until there are changes, and for a while then; false if there will be no more. For one thread. */
    @SuppressWarnings("WaitNotInLoop") // To be early does no harm.
    synchronized boolean await() {
        try {
            while (byName.isEmpty() && !whole && !closing) {
                wait();
            }
            if (!closing) {
                wait(GATHERING.toMillis());
            }
            return !byName.isEmpty() || whole || !closing;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** Waits for {@code pause}; false if it is to end. */
    @SuppressWarnings("WaitNotInLoop") // To be early does no harm.
    synchronized boolean awaitRetry(Duration pause) {
        try {
            if (!closing) {
                wait(pause.toMillis());
            }
            return !closing;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** Hands over all changes. */
    synchronized Changes take() {
        Changes taken = new Changes(byName, whole);
        byName = new HashMap<>();
        whole = false;
        return taken;
    }
}
