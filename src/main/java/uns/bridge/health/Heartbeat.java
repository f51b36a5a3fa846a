package uns.bridge.health;

import java.util.function.LongSupplier;

/** Shows that a thread that should come round again and again does so. */
public final class Heartbeat {

    private final LongSupplier clockNs;
    private volatile long beatNs;

    public Heartbeat() {
        this(System::nanoTime);
    }

    Heartbeat(LongSupplier clockNs) {
        this.clockNs = clockNs;
        beat();
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
