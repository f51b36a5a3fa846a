package uns.bridge.bench;

import java.util.Arrays;

/**
 * Messages that fall due at a fixed rate, and how long after that each was confirmed. What is counted begins when a message
 * was due, not when it was sent: a receiver that holds up the source does not shorten what the others waited. Not
 * thread-safe.
 */
final class Pace {

    private static final double NANOS_PER_SECOND = 1e9;

    private final long first;
    private final double intervalNs;
    private final long startNs;
    private final long[] tookNs;

    /**
     * @param first the sequence number of its first message, which is due at once
     * @param count how many messages it has
     */
    Pace(long first, int count, int perSecond, long startNs) {
        this.first = first;
        this.intervalNs = NANOS_PER_SECOND / perSecond;
        this.startNs = startNs;
        this.tookNs = new long[count];
    }

    /** The sequence number of the first message that is not due yet, or of the one after the last. */
    long due(long nowNs) {
        return first + Math.min(tookNs.length, (long) ((nowNs - startNs) / intervalNs) + 1);
    }

    /** The message was confirmed; what is confirmed already, or not of this pace, does not count. */
    void confirmed(long sequence, long nowNs) {
        int i = (int) (sequence - first);
        if (i >= 0 && i < tookNs.length && tookNs[i] == 0) {
            tookNs[i] = Math.max(1, nowNs - startNs - (long) (i * intervalNs));
        }
    }

    /** What the given share of all messages did not exceed, in milliseconds; 1 is the maximum. */
    double percentileMs(double share) {
        long[] sorted = tookNs.clone();
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)] / 1e6;
    }
}
