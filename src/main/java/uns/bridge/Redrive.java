package uns.bridge;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.health.Health;
import uns.bridge.health.LimitedLog;
import uns.bridge.kafka.DeadLetterReader;
import uns.bridge.kafka.DeadLetterReader.Letter;
import uns.bridge.kafka.KafkaSink;
import uns.bridge.message.OutboundRecord;
import uns.bridge.pipeline.BuriedMessage;
import uns.bridge.pipeline.DeadLetters;
import uns.bridge.pipeline.Outcome;
import uns.bridge.pipeline.Pipeline;

/**
 * Sends the messages of the dead-letter topic through the pipeline once more. One that fails again is written to the end of
 * the dead-letter topic, with its count: staying where it is, it would be in the way of all behind it. It is tried once a
 * run, for a run ends where the topic ended when it began.
 *
 * <p>At least once: the position moves on only when Kafka has confirmed what became of the letters before it.
 */
final class Redrive {

    private static final Logger LOG = LoggerFactory.getLogger(Redrive.class);
    private static final long CONFIRMATION_PAUSE_MS = 5;

    private final Pipeline pipeline;
    private final DeadLetters deadLetters;
    private final KafkaSink<Cargo> sink;
    private final LimitedLog failures = new LimitedLog();
    private final AtomicInteger unconfirmed = new AtomicInteger();

    /** What Kafka refused; filled by its I/O thread too. */
    private final Queue<Refusal> refusals = new ConcurrentLinkedQueue<>();

    private long skipped;
    private long left;

    /** A message on its way. */
    private static final class Passage {
        final BuriedMessage buried;
        boolean failed;
        boolean left;

        Passage(BuriedMessage buried) {
            this.buried = buried;
        }
    }

    /** A record in Kafka's hands: of a message, or its dead letter. */
    private record Cargo(Passage passage, boolean deadLetter) {}

    private record Refusal(Cargo cargo, Exception cause) {}

    /**
     * What became of the letters.
     *
     * @param delivered messages whose records Kafka has
     * @param skipped messages that become no records today
     * @param failed messages that have become dead letters again
     * @param left letters without a whole message, and those that Kafka does not take a second time for their size: they are
     *     only where they were
     */
    record Summary(long delivered, long skipped, long failed, long left) {

        boolean isComplete() {
            return failed == 0 && left == 0;
        }

        String describe() {
            return "delivered " + delivered + ", skipped " + skipped + ", dead letters again " + failed
                    + ", left where they are " + left;
        }
    }

    private Redrive(Settings settings) {
        this.pipeline = new Pipeline(settings.pipeline(), settings.sparkplug().withoutBirths());
        this.deadLetters = new DeadLetters(settings.kafka().deadLetterTopic(), pipeline);
        this.sink = new KafkaSink<>(settings.kafka(), new Answers(), new Health());
    }

    /**
     * Redrives all letters there are now. Waits for a Kafka that is away, except to read.
     *
     * @throws IOException if the dead-letter topic can't be read, or not be written to
     */
    static Summary run(Settings settings) throws IOException, InterruptedException {
        Redrive redrive = new Redrive(settings);
        try (DeadLetterReader reader = new DeadLetterReader(settings.kafka())) {
            return redrive.run(reader);
        } finally {
            redrive.sink.close();
        }
    }

    private Summary run(DeadLetterReader reader) throws IOException, InterruptedException {
        long delivered = 0;
        long failed = 0;
        for (List<Letter> letters = reader.next(); !letters.isEmpty(); letters = reader.next()) {
            List<Passage> passages = new ArrayList<>();
            for (Letter letter : letters) {
                BuriedMessage buried =
                        BuriedMessage.of(letter.key(), letter.value(), letter.timestampMs(), letter.headers());
                if (buried == null) {
                    left++;
                } else {
                    start(new Passage(buried), passages);
                }
            }
            awaitConfirmed();
            reader.commit();
            for (Passage passage : passages) {
                left += passage.left ? 1 : 0;
                failed += passage.failed && !passage.left ? 1 : 0;
                delivered += passage.failed ? 0 : 1;
            }
        }
        reader.commit(); // Kafka forgets a position that is not committed for long.
        return new Summary(delivered, skipped, failed, left);
    }

    private void start(Passage passage, List<Passage> passages) throws InterruptedException {
        Outcome outcome = process(passage);
        if (outcome instanceof Outcome.Skip) {
            skipped++;
            return;
        }
        passages.add(passage);
        if (outcome instanceof Outcome.Forward forward) {
            for (OutboundRecord record : forward.records()) {
                send(record, new Cargo(passage, false));
            }
        } else if (outcome instanceof Outcome.Reject reject) {
            bury(passage, reject.reason(), reject.cause());
        }
    }

    private Outcome process(Passage passage) {
        try {
            return pipeline.process(passage.buried.message());
        } catch (RuntimeException e) {
            return new Outcome.Reject("the bridge failed to process it", e);
        }
    }

    private void bury(Passage passage, String reason, @Nullable Exception cause) throws InterruptedException {
        passage.failed = true;
        BuriedMessage buried = passage.buried;
        failures.log(suppressed -> LOG.warn(
                "Again a dead letter from MQTT topic {}: {}{}",
                buried.message().topic(),
                reason,
                suppressed == 0 ? "" : ", and " + suppressed + " before it"));
        send(
                deadLetters.again(buried.message(), reason, cause, System.currentTimeMillis(), buried.count() + 1),
                new Cargo(passage, true));
    }

    private void send(OutboundRecord record, Cargo cargo) throws InterruptedException {
        while (sink.pauseMs() > 0) {
            sink.pause(sink.pauseMs());
        }
        unconfirmed.incrementAndGet();
        sink.send(record, cargo);
    }

    private void awaitConfirmed() throws IOException, InterruptedException {
        while (unconfirmed.get() > 0 || !refusals.isEmpty()) {
            for (Refusal refusal = refusals.poll(); refusal != null; refusal = refusals.poll()) {
                settle(refusal);
            }
            sink.tend();
            Thread.sleep(CONFIRMATION_PAUSE_MS);
        }
    }

    private void settle(Refusal refusal) throws IOException, InterruptedException {
        Passage passage = refusal.cargo().passage();
        if (!refusal.cargo().deadLetter()) {
            if (!passage.failed) { // One dead letter is enough for all its records.
                bury(passage, "refused by Kafka", refusal.cause());
            }
        } else if (KafkaSink.isTooLarge(refusal.cause())) {
            passage.left = true; // The letter that was read has more of it than a shortened one would.
        } else {
            throw new IOException(
                    "Kafka refuses the dead-letter topic: " + refusal.cause().getMessage());
        }
    }

    private final class Answers implements KafkaSink.Listener<Cargo> {

        @Override
        public void confirmed(Cargo cargo) {
            unconfirmed.decrementAndGet();
        }

        @Override
        public void refused(Cargo cargo, Exception cause) {
            refusals.add(new Refusal(cargo, cause));
            unconfirmed.decrementAndGet();
        }
    }
}
