package uns.bridge.delivery;

import java.util.List;
import java.util.stream.LongStream;

/**
 * How long messages took from their arrival to Kafka's confirmation: how many of them fell into each range. Only as exact
 * as the time of arrival, which is in milliseconds of the wall clock. Not safe for use by several threads.
 */
public final class Latencies {

    /** Where the ranges end, inclusive, in milliseconds; one more has all that took longer. */
    private static final long[] BOUNDS_MS = {
        1,
        2,
        3,
        5,
        7,
        10,
        15,
        20,
        30,
        50,
        70,
        100,
        150,
        200,
        300,
        500,
        700,
        1_000,
        2_000,
        3_000,
        5_000,
        10_000,
        30_000,
        60_000,
        300_000,
        600_000,
        3_600_000,
        21_600_000,
        86_400_000,
    };

    private final long[] counts;
    private long sumMs;

    /** Of no message yet. */
    public Latencies() {
        this(new long[BOUNDS_MS.length + 1], 0);
    }

    private Latencies(long[] counts, long sumMs) {
        this.counts = counts;
        this.sumMs = sumMs;
    }

    /** Adds a message; a clock that was set back counts as no time. */
    void add(long tookMs) {
        int range = 0;
        while (range < BOUNDS_MS.length && tookMs > BOUNDS_MS[range]) {
            range++;
        }
        counts[range]++;
        sumMs += Math.max(0, tookMs);
    }

    Latencies copy() {
        return new Latencies(counts.clone(), sumMs);
    }

    /** Where the ranges end, inclusive, in milliseconds, ascending. One more has all that took longer. */
    public static List<Long> boundsMs() {
        return LongStream.of(BOUNDS_MS).boxed().toList();
    }

    /** How many messages fell into each range, and how many took longer than all. */
    public List<Long> counts() {
        return LongStream.of(counts).boxed().toList();
    }

    /** What all messages took together, in milliseconds. */
    public long sumMs() {
        return sumMs;
    }

    /**
     * What the fraction {@code quantile} of the messages took at most that were added since {@code before}, in milliseconds,
     * as if those of one range lay evenly in it; NaN if there were none.
     */
    public double quantileMs(Latencies before, double quantile) {
        long total = LongStream.of(counts).sum() - LongStream.of(before.counts).sum();
        double rank = quantile * total;
        long below = 0;
        for (int range = 0; range < BOUNDS_MS.length; range++) {
            long within = counts[range] - before.counts[range];
            if (within > 0 && below + within >= rank) {
                long from = range == 0 ? 0 : BOUNDS_MS[range - 1];
                return from + (BOUNDS_MS[range] - from) * (rank - below) / within;
            }
            below += within;
        }
        return total == 0 ? Double.NaN : BOUNDS_MS[BOUNDS_MS.length - 1];
    }
}
