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
    private long beforeNs;

    /**
     * What flowed in one interval.
     *
     * @param endNs its end, by {@link System#nanoTime}: a clock that is set must not bend the plot
     * @param received messages per second
     * @param delivered messages per second, dead letters included
     * @param p50Ms what half of the messages took at most that were delivered in it, NaN if there were none
     * @param p99Ms what 99 of 100 messages took at most
     * @param inFlight how many messages were on their way at its end
     */
    record Sample(long endNs, double received, double delivered, double p50Ms, double p99Ms, int inFlight) {}

    /** Begins at {@code nowNs}. */
    History(long nowNs) {
        this.beforeNs = nowNs;
    }

    synchronized void add(long nowNs, Books books, Latencies latencies) {
        double seconds = Math.max(1, nowNs - beforeNs) / 1e9;
        long confirmed = books.delivered() + books.deadLettered();
        long confirmedBefore = booksBefore.delivered() + booksBefore.deadLettered();
        samples.add(new Sample(
                nowNs,
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
        beforeNs = nowNs;
    }

    /** The oldest first. */
    synchronized List<Sample> samples() {
        return List.copyOf(samples);
    }
}
