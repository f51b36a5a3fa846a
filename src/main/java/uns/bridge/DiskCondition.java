package uns.bridge;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.health.Health;
import uns.bridge.health.LimitedLog;
import uns.bridge.spool.Spool;

/**
 * Whether the disk of the spool takes data and gives it, and if not, why, for health and log. It may well take data and not give
 * it back, so each is known by itself: the first is told by the carrier, the second by the drainer.
 */
final class DiskCondition {

    private static final Logger LOG = LoggerFactory.getLogger(DiskCondition.class);

    /** How long a disk that has failed is left alone. */
    static final Duration RETRY = Duration.ofSeconds(1);

    /** A full one has room again as soon as Kafka has taken something. */
    private static final Duration FULL_RETRY = Duration.ofMillis(100);

    private final Health health;
    private final LongSupplier clockNs;
    private final LimitedLog troubles = new LimitedLog();

    /** When it is tried next whether it takes data. Of the carrier. */
    private long retryNs;

    // Guarded by this.
    /** Why it took nothing when it was last to; empty if it did. */
    private String unwritable = Health.OK;

    /** Why it gave nothing when it was last to; empty if it did. */
    private String unreadable = Health.OK;

    DiskCondition(Health health, LongSupplier clockNs) {
        this.health = health;
        this.clockNs = clockNs;
        this.retryNs = clockNs.getAsLong();
    }

    /** Only an interrupt, of either thread, closes a file in use: this is the end, and no fault of the disk. */
    static InterruptedException interrupted(ClosedChannelException e) {
        return (InterruptedException) new InterruptedException("interrupted at the spool").initCause(e);
    }

    // ---- For the carrier.

    /** Whether it may be written; after a failure not at once. */
    boolean mayBeTried() {
        return clockNs.getAsLong() - retryNs >= 0;
    }

    /** Whether it took what it was to take last. */
    synchronized boolean isWritable() {
        return unwritable.isEmpty();
    }

    /** It took what it was to take. */
    synchronized void writes() {
        unwritable = Health.OK;
        tellHealth();
    }

    /** It has no room for what it was to take. */
    void full() {
        fails("the spool has no room", FULL_RETRY);
    }

    /** It did not take what it was to take, and why. */
    void failsToWrite(IOException why) {
        fails("the spool can't be written", why);
    }

    /** It took nothing at all: {@code what} is wrong, and why. */
    void fails(String what, IOException why) {
        fails(what + ": " + why, RETRY);
    }

    /** Finds out whether it takes data again if it has failed. */
    void check(Spool spool) {
        if (isWritable() || !mayBeTried()) {
            return;
        }
        try {
            spool.check();
            writes();
        } catch (IOException e) {
            failsToWrite(e);
        }
    }

    private void fails(String what, Duration retry) {
        retryNs = clockNs.getAsLong() + retry.toNanos();
        synchronized (this) {
            unwritable = what;
            tellHealth();
        }
        troubles.log(
                suppressed -> LOG.error("{}; messages wait at the MQTT broker{}", what, LimitedLog.others(suppressed)));
    }

    // ---- For the drainer.

    /** It gave what it was to give. */
    synchronized void reads() {
        unreadable = Health.OK;
        tellHealth();
    }

    /** It did not give what it has, and why. */
    void failsToRead(IOException why) {
        synchronized (this) {
            unreadable = "the spool can't be read: " + why;
            tellHealth();
        }
        log("The spool can't be read, trying again", why);
    }

    // ---- For any thread.

    /** Logs {@code what}, which has gone wrong, and why. By itself that keeps no message from its way: health is not told. */
    void log(String what, IOException why) {
        troubles.log(suppressed -> LOG.error("{}: {}{}", what, why.toString(), LimitedLog.others(suppressed)));
    }

    private void tellHealth() {
        String reason = unreadable.isEmpty() ? unwritable : unreadable;
        if (reason.isEmpty()) {
            health.up(Health.Part.SPOOL);
        } else {
            health.down(Health.Part.SPOOL, reason);
        }
    }
}
