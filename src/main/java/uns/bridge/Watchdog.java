package uns.bridge;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.delivery.Books;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.health.Health.Part;
import uns.bridge.health.Health.State;

/**
 * Notices that messages are in flight of which none gets on, and does what can help. What Kafka has and what only lacks its
 * acknowledgement is held up by the MQTT connection, so that is renewed, once in the time of a stall. What Kafka does not
 * have a new connection would only bring twice: it is reported, unless Kafka's own part of the health does so. So is a spool
 * of which nothing gets into a Kafka that is well.
 */
final class Watchdog {

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    private final DeliveryTracker tracker;
    private final Health health;
    private final Consumer<String> renewConnection;
    private final Duration stall;
    private final Progress flight = new Progress();
    private final Progress drain = new Progress();

    /** A number that should grow. */
    private static final class Progress {
        private long count = -1;
        private long grownNs;
        private long reportedNs;
        private boolean stalled;

        /** Whether it is to be reported that it has not grown; never while it need not. */
        boolean isDue(boolean needNot, long countNow, long nowNs, Duration stall) {
            if (needNot || countNow != count) {
                count = countNow;
                grownNs = nowNs;
                reportedNs = nowNs;
                stalled = false;
            } else if (nowNs - reportedNs >= stall.toNanos()) {
                reportedNs = nowNs;
                stalled = true;
                return true;
            }
            return false;
        }

        long seconds(long nowNs) {
            return Duration.ofNanos(nowNs - grownNs).toSeconds();
        }
    }

    /**
     * A watchdog for what is in flight in {@code tracker}.
     *
     * @param renewConnection ends the MQTT connection for a reason, so that a new one is made; must not wait
     * @param stall after how long without progress what is in flight counts as stalled
     */
    Watchdog(DeliveryTracker tracker, Health health, Consumer<String> renewConnection, Duration stall) {
        this.tracker = tracker;
        this.health = health;
        this.renewConnection = renewConnection;
        this.stall = stall;
    }

    /** Looks ten times in the time of a stall, until interrupted. */
    void run() {
        try {
            while (true) {
                look(System.nanoTime());
                Thread.sleep(stall.toMillis() / 10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks once. */
    void look(long nowNs) {
        Books books = tracker.books();
        Health.Condition culprit = culprit();
        long drained = books.delivered() + books.deadLettered();
        boolean stalled = flight.stalled || drain.stalled;
        boolean flightDue = flight.isDue(books.inFlight() == 0, tracker.releases(), nowNs, stall);
        boolean drainDue = drain.isDue(books.spooled() == 0 || culprit != null, drained, nowNs, stall);
        if (stalled && !flight.stalled && !drain.stalled) {
            health.up(Part.FLOW);
            LOG.info("Messages get on again");
        }
        if (flightDue) {
            report(
                    "none of " + books.inFlight() + " messages in flight gets on for " + flight.seconds(nowNs) + " s",
                    culprit);
        } else if (drainDue) {
            String what = "none of " + books.spooled() + " messages in the spool is done with for "
                    + drain.seconds(nowNs) + " s: the first is not in Kafka";
            health.down(Part.FLOW, what);
            LOG.error("Stalled: {}, which is well", what);
        }
    }

    private Health.@Nullable Condition culprit() {
        return Stream.of(Part.KAFKA, Part.SPOOL)
                .map(part -> health.conditions().get(part))
                .filter(condition -> condition != null && condition.state() == State.DOWN)
                .findFirst()
                .orElse(null);
    }

    private void report(String what, Health.@Nullable Condition culprit) {
        if (tracker.awaitsAcknowledgement()) {
            health.down(Part.FLOW, what + ": they can't be acknowledged");
            LOG.error("Stalled: {}, for they can't be acknowledged; making a new MQTT connection", what);
            renewConnection.accept("messages could not be acknowledged");
        } else if (culprit != null) {
            health.up(Part.FLOW); // It is known who is to blame.
            LOG.warn("Stalled: {}: {}", what, culprit.reason());
        } else {
            health.down(Part.FLOW, what + ": they are not in Kafka");
            LOG.error("Stalled: {}, for the first of them is not in Kafka, which takes others", what);
        }
    }
}
