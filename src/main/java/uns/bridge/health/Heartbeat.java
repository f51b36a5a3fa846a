package uns.bridge.health;

import java.util.function.LongSupplier;

/** Shows that a thread that should come round again and again does so. */
public final class Heartbeat {

    private final String thread;
    private final LongSupplier clockNs;
    private volatile long beatNs;

    /** Of the thread with that name, which has come round now. */
    public Heartbeat(String thread, LongSupplier clockNs) {
        this.thread = thread;
        this.clockNs = clockNs;
        beat();
    }

    String thread() {
        return thread;
    }

    /** The thread has come round. */
    public void beat() {
        beatNs = clockNs.getAsLong();
    }

    /** How long ago that was, in milliseconds. */
    public long ageMs() {
        return (clockNs.getAsLong() - beatNs) / 1_000_000;
    }
}
