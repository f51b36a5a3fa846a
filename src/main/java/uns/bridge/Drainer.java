package uns.bridge;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.health.Heartbeat;
import uns.bridge.pipeline.DeadLetters;
import uns.bridge.spool.Spool;

/**
 * Sends what is in the spool while the {@link Door} is open, and closes it when nothing is left to be read and Kafka answers.
 * For one thread, the drainer; only its {@link #heartbeat} is for others.
 */
final class Drainer {

    private static final Logger LOG = LoggerFactory.getLogger(Drainer.class);

    /**
     * How much it has in Kafka's hands: many times what a round trip needs. What waits for its topic, and dead letters that
     * Kafka does not take, are among that; when they are all of it, nothing passes them any more.
     */
    private static final long READ_AHEAD_BYTES = 16 << 20;

    private static final long TICK_NS = Duration.ofMillis(100).toNanos();
    private static final long PAUSE_MS = 5;
    private static final long IDLE_MS = 1_000;

    private final Outlet outlet;
    private final DeadLetters deadLetters;
    private final Door door;
    private final SpooledParcels spooled;
    private final DiskCondition condition;
    private final Compaction compaction;
    private final long patienceNs;
    private final LongSupplier clockNs;
    private final Heartbeat heartbeat;
    private long tendedNs;

    /** @param patience for how long Kafka may keep a record waiting and is still said to answer */
    Drainer(
            Outlet outlet,
            DeadLetters deadLetters,
            Door door,
            SpooledParcels spooled,
            DiskCondition condition,
            Compaction compaction,
            Duration patience,
            LongSupplier clockNs) {
        this.outlet = outlet;
        this.deadLetters = deadLetters;
        this.door = door;
        this.spooled = spooled;
        this.condition = condition;
        this.compaction = compaction;
        this.patienceNs = patience.toNanos();
        this.clockNs = clockNs;
        this.heartbeat = new Heartbeat("drainer", clockNs);
        this.tendedNs = clockNs.getAsLong();
    }

    /** When it came round last; while it has nothing to do it comes round, too. */
    Heartbeat heartbeat() {
        return heartbeat;
    }

    /** Drains whenever the door is open, until interrupted. */
    void run() {
        try {
            while (true) {
                door.awaitOpen(heartbeat, IDLE_MS);
                step();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends what comes next, or closes the door. */
    void step() throws InterruptedException {
        Spool spool = door.spool();
        if (spool == null || !flows(spool)) {
            return;
        }
        List<Spool.Stored> next;
        try {
            next = spool.read();
            condition.reads();
        } catch (ClosedChannelException e) {
            throw DiskCondition.interrupted(e);
        } catch (IOException e) {
            condition.failsToRead(e);
            Thread.sleep(DiskCondition.RETRY.toMillis());
            return;
        }
        if (next == null) {
            close(spool);
        } else {
            send(next, spool);
        }
    }

    private void send(List<Spool.Stored> next, Spool spool) throws InterruptedException {
        spooled.beginReading(); // And is not at its end if this is interrupted.
        for (Iterator<Spool.Stored> each = next.iterator(); each.hasNext(); ) {
            Spool.Stored stored = each.next();
            outlet.send(spooled.add(stored, deadLetters), stored.entry());
            while (each.hasNext() && !flows(spool)) {
                // Kafka is behind.
            }
        }
        spooled.hasAllRead();
    }

    /** Whether more can be sent; if not, only after a while. */
    private boolean flows(Spool spool) throws InterruptedException {
        heartbeat.beat();
        boolean busy = outlet.pauseMs() > 0 || waitingBytes() > READ_AHEAD_BYTES;
        if (busy) {
            outlet.pause(PAUSE_MS);
        }
        tend(spool);
        return !busy;
    }

    /** What Kafka has not confirmed holds of the memory, with what belongs to it. */
    private long waitingBytes() {
        return outlet.unconfirmedBytes() + spooled.originalBytes();
    }

    /** Looks after the producer and the spool's beginning, from time to time. */
    private void tend(Spool spool) throws InterruptedException {
        long now = clockNs.getAsLong();
        if (now - tendedNs >= TICK_NS) {
            tendedNs = now;
            outlet.tend();
            spooled.commit(spool);
        }
    }

    /** Gives the outlet back to the carrier if everything was read and Kafka answers. */
    private void close(Spool spool) throws InterruptedException {
        if (outlet.waitingNs() <= patienceNs && outlet.tendWithinMs() == 0) {
            spooled.commit(spool); // The carrier waits for what is left after that.
            if (door.close()) {
                compaction.reset();
                LOG.info("The spool is drained, messages go to Kafka directly");
                return;
            }
        }
        compaction.compact(spool, waitingBytes());
        outlet.pause(PAUSE_MS);
    }
}
