package uns.bridge;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import uns.bridge.delivery.Delivery;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Heartbeat;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.OutboundRecord;
import uns.bridge.pipeline.Outcome;

/**
 * Carries each message that has arrived through the pipeline into Kafka, or into the spool while Kafka can't be reached, and
 * what can't go there into the dead-letter topic. One thread does it all, so that messages keep their order.
 */
final class Carrier {

    /** How often it looks after the producer, and how long it waits for a message before it looks after refusals. */
    private static final Duration TICK = Duration.ofMillis(100);

    /** How long it waits at a time for the last messages of the spool, which take Kafka about as long. */
    private static final long SETTLE_MS = 5;

    private final DeliveryTracker tracker;
    private final Function<InboundMessage, Outcome> pipeline;
    private final Runnable tending;
    private final Outlet outlet;
    private final @Nullable Detour detour;
    private final LongSupplier clockNs;
    private final Heartbeat heartbeat;
    private long tendedNs;
    private long roundNs;
    private long parcels;
    private volatile boolean hurried;

    /**
     * Carries into {@code outlet}.
     *
     * @param tending what else is to be done from time to time by the thread of the pipeline
     * @param detour over the disk; null: the flow waits while Kafka can't be reached
     */
    Carrier(
            DeliveryTracker tracker,
            Function<InboundMessage, Outcome> pipeline,
            Runnable tending,
            Outlet outlet,
            @Nullable Detour detour,
            LongSupplier clockNs) {
        this.tracker = tracker;
        this.pipeline = pipeline;
        this.tending = tending;
        this.outlet = outlet;
        this.detour = detour;
        this.clockNs = clockNs;
        this.tendedNs = clockNs.getAsLong();
        this.roundNs = tendedNs;
        this.heartbeat = new Heartbeat("carrier", clockNs);
    }

    /** When it came round last; while it waits for Kafka or the disk it comes round, too. */
    Heartbeat heartbeat() {
        return heartbeat;
    }

    /** Carries until interrupted. */
    void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                turn();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The end; what was not confirmed is not acknowledged and comes again.
        }
    }

    /** Wait no longer for Kafka than needed: the bridge is to end. */
    void hurry() {
        hurried = true;
    }

    /** Carries the next message, if one comes, after what was refused before it. */
    void turn() throws InterruptedException {
        comeRound();
        if (detour != null) {
            detour.start(); // The outlet may not be the carrier's after that.
        }
        if (detour != null && detour.isBlocked()) {
            outlet.pause(TICK.toMillis()); // What arrives waits where it is.
        } else if (detour == null || !detour.isOpen()) {
            carryDirectly();
        } else if (detour.hasRoom()) {
            Delivery delivery = tracker.next(detour.timeLeft());
            if (delivery != null) {
                carry(delivery, detour);
            }
            detour.append();
        } else {
            detour.append();
        }
    }

    private void carryDirectly() throws InterruptedException {
        if (detour != null && detour.isSettling()) {
            outlet.pause(SETTLE_MS);
            detour.commit();
            makeWay(true); // If Kafka is away again, or a topic takes nothing, the detour is opened again.
            return;
        }
        SpoolGroup.Waiting left = detour == null ? null : detour.next();
        Duration patience = patience();
        Delivery delivery = left == null ? tracker.next(patience) : null;
        boolean due = clockNs.getAsLong() - tendedNs >= patience.toNanos();
        if (due || (delivery == null && left == null)) {
            tend();
        }
        outlet.settle();
        if (left != null) {
            outlet.send(left.parcel(), left.entry());
        } else if (delivery != null) {
            carry(delivery, null);
        }
        makeWay(due);
    }

    /** How long to wait for a message, and how long between two looks at the outlet. */
    private Duration patience() {
        long ms = outlet.tendWithinMs();
        return ms == 0 ? TICK : Duration.ofMillis(ms);
    }

    private void comeRound() {
        long now = clockNs.getAsLong();
        if (now - roundNs >= TICK.toNanos()) {
            roundNs = now;
            tending.run();
            heartbeat.beat();
        }
    }

    private void tend() throws InterruptedException {
        tendedNs = clockNs.getAsLong();
        outlet.tend();
        if (detour != null) {
            detour.commit();
            detour.check();
        }
    }

    /** Waits until Kafka takes more, or the detour is open. */
    private void makeWay(boolean due) throws InterruptedException {
        long pauseMs = outlet.pauseMs();
        boolean look = due || pauseMs > 0;
        while (look) {
            if (detour != null) {
                detour.start();
                if (!detour.isOpen() && detour.isDue(hurried || tracker.isCrowded())) {
                    detour.open();
                }
                if (detour.isOpen()) {
                    return;
                }
            }
            if (pauseMs > 0) {
                outlet.pause(Math.min(pauseMs, TICK.toMillis()));
                comeRound();
            }
            pauseMs = outlet.pauseMs();
            look = pauseMs > 0;
        }
    }

    /** Sends what {@code delivery} becomes, or leaves it to {@code detour}. */
    private void carry(Delivery delivery, @Nullable Detour detour) throws InterruptedException {
        Outcome outcome = process(delivery);
        if (outcome instanceof Outcome.Forward forward) {
            Parcel parcel = new Parcel(delivery, forward.records().size(), parcels++);
            if (detour == null) {
                outlet.send(parcel, forward.records());
            } else {
                detour.add(parcel, forward.records());
            }
        } else if (outcome instanceof Outcome.Reject reject) {
            Parcel parcel = new Parcel(delivery, 1, parcels++);
            OutboundRecord letter = outlet.bury(parcel, reject.reason(), reject.cause());
            if (detour == null) {
                outlet.sendLetter(parcel, letter);
            } else {
                detour.add(parcel, List.of(letter));
            }
        } else {
            delivery.skip();
            tracker.complete(delivery);
        }
    }

    private Outcome process(Delivery delivery) {
        try {
            return pipeline.apply(delivery.message());
        } catch (RuntimeException e) {
            // A mistake of ours must cost one message its way, not the plant its bridge.
            return new Outcome.Reject("the bridge failed to process it", e);
        }
    }
}
