package uns.bridge;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.delivery.Delivery;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.health.Heartbeat;
import uns.bridge.health.LatestDeadLetters;
import uns.bridge.health.LimitedLog;
import uns.bridge.kafka.KafkaSettings;
import uns.bridge.kafka.KafkaSink;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.OutboundRecord;
import uns.bridge.pipeline.DeadLetters;
import uns.bridge.pipeline.Outcome;
import uns.bridge.pipeline.Pipeline;

/**
 * Carries each message that has arrived through the pipeline into Kafka, and what can't go there into the dead-letter topic.
 * One thread does it all, so that messages keep their order.
 */
final class Carrier {

    private static final Logger LOG = LoggerFactory.getLogger(Carrier.class);

    /** How often it looks after the producer, and how long it waits for a message before it looks after refusals. */
    private static final Duration TICK = Duration.ofMillis(100);

    private static final long DEAD_LETTER_RETRY_NS = Duration.ofSeconds(5).toNanos();

    private final DeliveryTracker tracker;
    private final Function<InboundMessage, Outcome> pipeline;
    private final Runnable tending;
    private final DeadLetters deadLetters;
    private final LatestDeadLetters latestDeadLetters;
    private final Heartbeat heartbeat = new Heartbeat();
    private final KafkaSink<Cargo> sink;
    private final LongSupplier clockNs;
    private final LimitedLog rejections = new LimitedLog();
    private final LimitedLog deadLetterRefusals = new LimitedLog();

    /** What Kafka refused; filled by its I/O thread too. */
    private final Queue<Refusal> refusals = new ConcurrentLinkedQueue<>();

    /** Dead letters that Kafka refused as well: they stay unacknowledged, and are tried again. */
    private final ArrayDeque<Cargo> refusedDeadLetters = new ArrayDeque<>();

    /** When they are tried again; set with the first of them. */
    private long retryNs;

    private long tendedNs;

    /**
     * What a record in Kafka's hands is.
     *
     * @param delivery the message it is of
     * @param rejection why it is the dead letter, or null if it is an ordinary record
     */
    record Cargo(Delivery delivery, @Nullable Rejection rejection) {}

    /**
     * Why a message goes to the dead-letter topic.
     *
     * @param reason for the operator
     * @param cause the exception that told so, if one did
     * @param excerpt whether only an excerpt goes there, because the whole was refused as too large
     */
    record Rejection(String reason, @Nullable Exception cause, boolean excerpt) {

        String describe() {
            return cause == null ? reason : reason + " (" + cause.getClass().getSimpleName() + ")";
        }
    }

    private record Refusal(Cargo cargo, Exception cause) {}

    Carrier(
            DeliveryTracker tracker,
            Pipeline pipeline,
            KafkaSettings settings,
            Health health,
            LatestDeadLetters latestDeadLetters) {
        this(
                tracker,
                pipeline::process,
                () -> pipeline.tend(System.currentTimeMillis()),
                new DeadLetters(settings.deadLetterTopic(), pipeline),
                latestDeadLetters,
                answers -> new KafkaSink<>(settings, answers, health),
                System::nanoTime);
    }

    Carrier(
            DeliveryTracker tracker,
            Function<InboundMessage, Outcome> pipeline,
            Runnable tending,
            DeadLetters deadLetters,
            LatestDeadLetters latestDeadLetters,
            Function<KafkaSink.Listener<Cargo>, KafkaSink<Cargo>> sinks,
            LongSupplier clockNs) {
        this.tracker = tracker;
        this.pipeline = pipeline;
        this.tending = tending;
        this.deadLetters = deadLetters;
        this.latestDeadLetters = latestDeadLetters;
        this.sink = sinks.apply(new Answers());
        this.clockNs = clockNs;
        this.tendedNs = clockNs.getAsLong();
    }

    /** When it came round last; while Kafka is away it may take long. */
    Heartbeat heartbeat() {
        return heartbeat;
    }

    /** See {@link KafkaSink#metric}. */
    double producerMetric(String name) {
        return sink.metric(name);
    }

    /** Carries until interrupted. */
    void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                turn();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The end; what was not confirmed is not acknowledged and comes again.
        } finally {
            sink.close();
        }
    }

    /** Carries the next message, if one comes, after what was refused before it. */
    void turn() throws InterruptedException {
        Delivery delivery = tracker.next(TICK);
        if (delivery == null || clockNs.getAsLong() - tendedNs >= TICK.toNanos()) {
            tendedNs = clockNs.getAsLong();
            sink.tend();
            tending.run();
            heartbeat.beat();
        }
        for (Refusal refusal = refusals.poll(); refusal != null; refusal = refusals.poll()) {
            settle(refusal);
        }
        retryDeadLetters();
        if (delivery != null) {
            carry(delivery);
        }
    }

    private void carry(Delivery delivery) throws InterruptedException {
        Outcome outcome = process(delivery);
        if (outcome instanceof Outcome.Forward forward) {
            send(forward.records(), delivery);
        } else if (outcome instanceof Outcome.Reject reject) {
            bury(delivery, new Rejection(reject.reason(), reject.cause(), false));
        } else {
            delivery.skip();
            tracker.complete(delivery);
        }
    }

    private void send(List<OutboundRecord> records, Delivery delivery) throws InterruptedException {
        delivery.split(records.size());
        Cargo cargo = new Cargo(delivery, null);
        for (OutboundRecord record : records) {
            sink.send(record, cargo);
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

    private void bury(Delivery delivery, Rejection rejection) throws InterruptedException {
        if (!delivery.isRejected()) {
            latestDeadLetters.add(
                    System.currentTimeMillis(),
                    delivery.message().topic(),
                    rejection.describe(),
                    delivery.message().payload());
        }
        delivery.reject();
        rejections.log(suppressed -> LOG.warn(
                "Dead letter from MQTT topic {}: {}{}",
                delivery.message().topic(),
                rejection.describe(),
                suppressed == 0 ? "" : ", and " + suppressed + " before it"));
        sink.send(
                deadLetters.of(
                        delivery.message(),
                        rejection.reason(),
                        rejection.cause(),
                        System.currentTimeMillis(),
                        rejection.excerpt()),
                new Cargo(delivery, rejection));
    }

    /**
     * Decides on what Kafka refused: for an ordinary record its message becomes a dead letter, of which one is enough; a
     * dead letter is shortened once, then waits.
     */
    private void settle(Refusal refusal) throws InterruptedException {
        Delivery delivery = refusal.cargo().delivery();
        Rejection earlier = refusal.cargo().rejection();
        if (earlier == null && delivery.isRejected()) {
            tracker.complete(delivery);
        } else if (earlier == null) {
            bury(delivery, new Rejection("refused by Kafka", refusal.cause(), false));
        } else if (KafkaSink.isTooLarge(refusal.cause()) && !earlier.excerpt()) {
            bury(delivery, new Rejection(earlier.reason(), earlier.cause(), true));
        } else {
            deadLetterRefusals.log(suppressed -> LOG.error(
                    "Kafka refuses the dead-letter topic; trying again until it does not: {}",
                    refusal.cause().toString()));
            if (refusedDeadLetters.isEmpty()) {
                retryNs = clockNs.getAsLong() + DEAD_LETTER_RETRY_NS;
            }
            refusedDeadLetters.add(refusal.cargo());
        }
    }

    private void retryDeadLetters() throws InterruptedException {
        if (refusedDeadLetters.isEmpty() || clockNs.getAsLong() - retryNs < 0) {
            return;
        }
        for (int left = refusedDeadLetters.size(); left > 0; left--) {
            Cargo letter = refusedDeadLetters.remove();
            Rejection rejection = letter.rejection();
            if (rejection != null) {
                bury(letter.delivery(), rejection);
            }
        }
    }

    private final class Answers implements KafkaSink.Listener<Cargo> {

        @Override
        public void confirmed(Cargo cargo) {
            tracker.complete(cargo.delivery());
        }

        @Override
        public void refused(Cargo cargo, Exception cause) {
            refusals.add(new Refusal(cargo, cause));
        }
    }
}
