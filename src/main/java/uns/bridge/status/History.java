package uns.bridge.status;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import uns.bridge.delivery.Books;
import uns.bridge.delivery.Latencies;

/** What flowed in the last 15 minutes, one sample every 5 seconds. Safe for use by several threads. */
final class History {

    static final int INTERVAL_MS = 5_000;
    static final int SAMPLES = 180;

    private final Deque<Sample> samples = new ArrayDeque<>();
    private Books booksBefore = new Books(0, 0, 0, 0, 0, 0);
    private Latencies latenciesBefore = new Latencies();
    private long beforeMs;

    /**
     * What flowed in one interval.
     *
     * @param timeMs its end, milliseconds since the epoch
     * @param received messages per second
     * @param delivered messages per second, dead letters included
     * @param p50Ms what half of the messages took at most that were delivered in it, NaN if there were none
     * @param p99Ms what 99 of 100 messages took at most
     * @param inFlight how many messages were on their way at its end
     */
    record Sample(long timeMs, double received, double delivered, double p50Ms, double p99Ms, int inFlight) {}

    /** Begins at {@code nowMs}. */
    History(long nowMs) {
        this.beforeMs = nowMs;
    }

    synchronized void add(long nowMs, Books books, Latencies latencies) {
        double seconds = Math.max(1, nowMs - beforeMs) / 1_000.0;
        long confirmed = books.delivered() + books.deadLettered();
        long confirmedBefore = booksBefore.delivered() + booksBefore.deadLettered();
        samples.add(new Sample(
                nowMs,
                (books.received() - booksBefore.received()) / seconds,
                (confirmed - confirmedBefore) / seconds,
                latencies.quantileMs(latenciesBefore, 0.5),
                latencies.quantileMs(latenciesBefore, 0.99),
                books.inFlight()));
        if (samples.size() > SAMPLES) {
            samples.remove();
        }
        booksBefore = books;
        latenciesBefore = latencies;
        beforeMs = nowMs;
    }

    /** The oldest first. */
    synchronized List<Sample> samples() {
        return List.copyOf(samples);
    }
}
