package uns.bridge;

import org.jspecify.annotations.Nullable;
import uns.bridge.health.Heartbeat;
import uns.bridge.spool.Spool;

/**
 * Says whose the {@link Outlet} is: the carrier's while the door of the {@link Detour} is closed, the drainer's while it is open.
 * The carrier opens it and the drainer closes it, so that each gives the outlet away and neither takes it. Also says who appends
 * to the spool, which is one of them at a time; meanwhile the door stays open.
 */
final class Door {

    // Guarded by this.
    /** What is behind it; null until it is opened first. */
    private @Nullable Spool spool;

    private volatile boolean open;
    private boolean appending;

    /** Whether it is open; for any thread. */
    boolean isOpen() {
        return open;
    }

    /** Gives the outlet to the drainer, which is to send what is in {@code behind}; for the carrier. */
    synchronized void open(Spool behind) {
        spool = behind;
        open = true;
        notifyAll();
    }

    /** Waits until the drainer does not append, and returns whether the carrier does now; if not, the door is closed. */
    synchronized boolean beginAppending() throws InterruptedException {
        while (appending) {
            wait();
        }
        appending = open; // So it stays open meanwhile.
        return appending;
    }

    /** Returns whether the drainer appends now; not while the carrier does, nor while something is unread. */
    synchronized boolean beginMoving() {
        if (appending || hasUnread()) {
            return false;
        }
        appending = true;
        return true;
    }

    /** Ends what {@link #beginAppending} or {@link #beginMoving} has begun. */
    synchronized void endAppending() {
        appending = false;
        notifyAll();
    }

    /** Waits until it is open; for the drainer, which shows by {@code heartbeat} every {@code ms} that it does. */
    synchronized void awaitOpen(Heartbeat heartbeat, long ms) throws InterruptedException {
        while (!open) {
            heartbeat.beat();
            wait(ms);
        }
    }

    /** What is behind it, for the drainer; null: it was never open. */
    synchronized @Nullable Spool spool() {
        return spool;
    }

    /** Returns whether the drainer has given the outlet back; not while something is appended, or unread. */
    synchronized boolean close() {
        open = appending || hasUnread();
        return !open;
    }

    private boolean hasUnread() {
        return spool != null && spool.hasUnread();
    }
}
