package uns.bridge.health;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Lets one log line through in a while and counts the others. Safe for use by several threads. */
public final class LimitedLog {

    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private final long intervalNs = INTERVAL.toNanos();
    private final LongSupplier clockNs;
    private final AtomicLong nextNs;
    private final AtomicLong suppressed = new AtomicLong();

    /** A log that lets one line through every 10 seconds. */
    public LimitedLog() {
        this(System::nanoTime);
    }

    LimitedLog(LongSupplier clockNs) {
        this.clockNs = clockNs;
        this.nextNs = new AtomicLong(clockNs.getAsLong());
    }

    /** Calls {@code line} with the number of times it was not called since the last time, or counts. */
    public void log(Consumer<Long> line) {
        long now = clockNs.getAsLong();
        long next = nextNs.get();
        if (now - next >= 0 && nextNs.compareAndSet(next, now + intervalNs)) {
            line.accept(suppressed.getAndSet(0));
        } else {
            suppressed.incrementAndGet();
        }
    }

    /** For the end of a line, how many like it were not logged; nothing if there were none. */
    public static String others(long suppressed) {
        return suppressed == 0 ? "" : ", and " + suppressed + " like it before";
    }
}
