package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.delivery.Delivery;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.health.LatestDeadLetters;
import uns.bridge.health.LimitedLog;
import uns.bridge.kafka.KafkaSink;
import uns.bridge.message.OutboundRecord;
import uns.bridge.pipeline.DeadLetters;
import uns.bridge.spool.SpoolEntry;

/**
 * The way into Kafka, dead letters included: what Kafka refuses for good goes to the dead-letter topic. A dead letter that is
 * refused waits there until it is not: to acknowledge it would lose the message.
 *
 * <p>For one thread at a time, but for Kafka's answers.
 */
final class Outlet implements KafkaSink.Listener<Outlet.Cargo>, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Outlet.class);
    private static final byte[] NO_BYTES = {};

    /** What a dead letter that waits takes beside its own weight: objects; roughly. */
    private static final int LETTER_BYTES = 256;

    private static final long DEAD_LETTER_RETRY_NS = Duration.ofSeconds(5).toNanos();

    private final DeliveryTracker tracker;
    private final DeadLetters deadLetters;
    private final LatestDeadLetters latestDeadLetters;
    private final KafkaSink<Cargo> sink;
    private final LongSupplier clockNs;
    private final LimitedLog rejections = new LimitedLog();
    private final LimitedLog deadLetterRefusals = new LimitedLog();

    /** What Kafka refused; filled by its I/O thread too. */
    private final Queue<Refusal> refusals = new ConcurrentLinkedQueue<>();

    /** Dead letters that Kafka refused as well: they stay unacknowledged, and are tried again. */
    private final ArrayDeque<Letter> refusedDeadLetters = new ArrayDeque<>();

    /** What those hold of the memory, in bytes. */
    private long refusedBytes;

    /** How many messages have a dead letter that Kafka refuses, and since when there are such. */
    private final AtomicInteger refusing = new AtomicInteger();

    private long refusingSinceNs;

    /** The topic that has refused one last, and why. */
    private String lastRefusal = "";

    /** When they are tried again. */
    private long retryNs;

    /** What a record in Kafka's hands is: one of a parcel, or the dead letter in place of all of them. */
    sealed interface Cargo permits Parcel, Letter {

        Parcel parcel();
    }

    /** A dead letter, and what it is of. */
    record Letter(Parcel parcel, OutboundRecord record) implements Cargo {}

    private record Refusal(Cargo cargo, Exception cause) {}

    Outlet(
            DeliveryTracker tracker,
            DeadLetters deadLetters,
            LatestDeadLetters latestDeadLetters,
            Function<KafkaSink.Listener<Cargo>, KafkaSink<Cargo>> sinks,
            LongSupplier clockNs) {
        this.tracker = tracker;
        this.deadLetters = deadLetters;
        this.latestDeadLetters = latestDeadLetters;
        this.sink = sinks.apply(this);
        this.clockNs = clockNs;
    }

    /** Sends {@code records}, which are all there are of {@code parcel}. */
    void send(Parcel parcel, List<OutboundRecord> records) throws InterruptedException {
        for (OutboundRecord record : records) {
            sink.send(record, parcel);
        }
    }

    /** Sends {@code entry}, which is what Kafka does not have of {@code parcel}. */
    void send(Parcel parcel, SpoolEntry entry) throws InterruptedException {
        if (entry.deadLetter()) {
            sendLetter(parcel, entry.records().get(0));
        } else {
            send(parcel, entry.records());
        }
    }

    /** Sends what is the dead letter of {@code parcel} already. */
    void sendLetter(Parcel parcel, OutboundRecord letter) throws InterruptedException {
        OutboundRecord current = deadLetters.current(letter, System.currentTimeMillis());
        sink.send(current, new Letter(parcel, current));
    }

    /** Makes the dead letter of a message, to be sent or spooled by the caller. Another thread may send meanwhile. */
    OutboundRecord bury(Parcel parcel, String reason, @Nullable Exception cause) {
        parcel.reject();
        OutboundRecord original = parcel.original(deadLetters);
        String topic = new String(original.key(), UTF_8);
        String why = cause == null ? reason : reason + " (" + cause.getClass().getSimpleName() + ")";
        long nowMs = System.currentTimeMillis();
        latestDeadLetters.add(nowMs, topic, why, original.value() == null ? NO_BYTES : original.value());
        rejections.log(suppressed -> LOG.warn(
                "Dead letter from MQTT topic {}: {}{}",
                topic,
                why,
                suppressed == 0 ? "" : ", and " + suppressed + " before it"));
        return deadLetters.of(original, parcel.arrivalMs(), reason, cause, nowMs);
    }

    /** Decides on what Kafka has refused, and looks after the producer. To be called from time to time. */
    void tend() throws InterruptedException {
        sink.limit(problem());
        sink.tend();
        settle();
        if (!refusedDeadLetters.isEmpty() && clockNs.getAsLong() - retryNs >= 0) {
            retryNs = clockNs.getAsLong() + DEAD_LETTER_RETRY_NS;
            List<Letter> again = new ArrayList<>(refusedDeadLetters);
            refusedDeadLetters.clear();
            refusedBytes = 0;
            for (Letter each : again) {
                sendLetter(each.parcel(), each.record());
            }
        }
    }

    /** That Kafka refuses dead letters, for the operator; {@link Health#OK} if it does not. */
    private String problem() {
        int waiting = refusing.get();
        return waiting == 0 ? Health.OK : "dead letters waiting: " + waiting + ", refused by " + lastRefusal;
    }

    /** Decides on what Kafka has refused. */
    void settle() throws InterruptedException {
        for (Refusal refusal = refusals.poll(); refusal != null; refusal = refusals.poll()) {
            if (refusal.cargo() instanceof Letter letter) {
                settle(letter, refusal.cause());
            } else {
                settle(refusal.cargo().parcel(), refusal.cause());
            }
        }
    }

    /** The message becomes a dead letter, of which one is enough. */
    private void settle(Parcel parcel, Exception cause) throws InterruptedException {
        if (parcel.isRejected()) {
            confirmed(parcel); // The dead letter has all of it.
        } else {
            sendLetter(parcel, bury(parcel, "refused by Kafka", cause));
        }
    }

    /** It is shortened once, then waits. */
    private void settle(Letter letter, Exception cause) throws InterruptedException {
        Parcel parcel = letter.parcel();
        OutboundRecord excerpt = KafkaSink.isTooLarge(cause) ? deadLetters.excerpt(letter.record()) : null;
        if (excerpt != null) {
            sendLetter(parcel, excerpt);
            return;
        }
        deadLetterRefusals.log(suppressed -> LOG.error(
                "Kafka refuses the dead-letter topic; trying again until it does not: {}{}",
                cause.toString(),
                LimitedLog.others(suppressed)));
        lastRefusal = "topic " + letter.record().topic() + ": " + cause.getMessage();
        if (parcel.refuseLetter() && refusing.getAndIncrement() == 0) {
            refusingSinceNs = clockNs.getAsLong();
            retryNs = refusingSinceNs + DEAD_LETTER_RETRY_NS;
        }
        refusedDeadLetters.add(letter);
        refusedBytes += LETTER_BYTES + letter.record().weight();
    }

    /** How long to wait before it is tended again, in milliseconds; 0: more can be sent now. */
    long pauseMs() {
        return sink.pauseMs();
    }

    /** How soon it is to be tended though more may be sent, in milliseconds; 0: that can wait. */
    long tendWithinMs() {
        return sink.tendWithinMs();
    }

    /** Tends after {@code ms}. */
    void pause(long ms) throws InterruptedException {
        sink.pause(ms);
        tend();
    }

    /** For how long Kafka has not taken the oldest record, or any dead letter, in nanoseconds; 0: there is none. */
    long waitingNs() {
        return Math.max(sink.waitingNs(), refusing.get() > 0 ? clockNs.getAsLong() - refusingSinceNs : 0);
    }

    /** What its records hold of the memory, in bytes. */
    long unconfirmedBytes() {
        return sink.unconfirmedBytes() + refusedBytes;
    }

    /** See {@link KafkaSink#metric}; for any thread. */
    double producerMetric(String name) {
        return sink.metric(name);
    }

    /** What Kafka has not confirmed yet, message by message, the records of a key in their order. */
    Map<Parcel, List<OutboundRecord>> unconfirmed() throws InterruptedException {
        Map<Parcel, List<OutboundRecord>> open = new LinkedHashMap<>();
        do { // Until nothing is between the two: refused, and not yet a dead letter.
            settle();
            open.clear();
            sink.forEachUnconfirmed((record, cargo) -> add(open, cargo, record));
        } while (!refusals.isEmpty());
        for (Letter letter : refusedDeadLetters) {
            add(open, letter, letter.record());
        }
        return open;
    }

    /** Where there is a dead letter it has all of the message. */
    private static void add(Map<Parcel, List<OutboundRecord>> open, Cargo cargo, OutboundRecord record) {
        if (cargo instanceof Letter || !cargo.parcel().isRejected()) {
            open.computeIfAbsent(cargo.parcel(), p -> new ArrayList<>()).add(record);
        }
    }

    @Override
    public void confirmed(Cargo cargo) {
        boolean letter = cargo instanceof Letter;
        if (letter && cargo.parcel().acceptLetter()) {
            refusing.decrementAndGet();
        }
        Delivery safe = cargo.parcel().complete(letter);
        if (safe != null) {
            tracker.complete(safe);
        }
    }

    @Override
    public void refused(Cargo cargo, Exception cause) {
        refusals.add(new Refusal(cargo, cause));
    }

    @Override
    public void close() {
        sink.close();
    }
}
