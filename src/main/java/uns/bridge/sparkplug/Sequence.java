package uns.bridge.sparkplug;

/**
 * The sequence numbers of one edge node: one counter for NBIRTH, DBIRTH, NDATA, DDATA and DDEATH, from 0 to 255 and around
 * (Sparkplug 3.0, 6.4.5, tck-id-payloads-sequence-num-incrementing).
 *
 * <p>It only observes. Devices are met that repeat numbers or count on beyond 255, so a number counts by its low 8 bits,
 * and one that was there lately is a repeat rather than the end of a gap of nearly 256.
 */
final class Sequence {

    private static final long NUMBERS = 256;

    /** How far back a number counts as a repeat. A gap that ends there is so much less likely. */
    private static final int REPEATS = 32;

    private static final long UNKNOWN = -1;

    private final NodeGaps gaps;

    /** The number expected next, counted on without going around. */
    private long next = UNKNOWN;

    private long advancedMs;

    /** Whether there are gaps. Here, so that they are not fetched into the cache for it. */
    private boolean gapped;

    Sequence(NodeGaps gaps) {
        this.gaps = gaps;
    }

    /** Starts anew after an NBIRTH that has {@code seq}, whatever it is; 0 is no more required than met. */
    void restart(long seq) {
        abandon();
        // Whatever is behind it is still not negative.
        next = NUMBERS + position(seq) + 1;
    }

    /** Ends it, so that the next number may be any. */
    void end() {
        abandon();
        next = UNKNOWN;
    }

    /**
     * Takes the {@code seq} of another message.
     *
     * @param duplicate whether the MQTT broker sends the message again; it may be seen for the first time all the same
     * @return how many numbers are missing before it
     */
    int arrived(long seq, boolean duplicate, long nowMs) {
        if (gapped) {
            gaps.expire(nowMs);
        }
        if (next == UNKNOWN) {
            next = NUMBERS + position(seq);
        }
        int missing = position(seq - next);
        if (missing > 0) {
            long behind = NUMBERS - missing;
            if (gaps.filled(next - behind, behind <= REPEATS) || duplicate || isRepeat(behind, nowMs)) {
                return 0;
            }
            gapped = true;
            gaps.open(next, missing, nowMs);
        }
        next += missing + 1;
        advancedMs = nowMs;
        return missing;
    }

    private void abandon() {
        gaps.abandon();
        gapped = false;
    }

    private boolean isRepeat(long behind, long nowMs) {
        return behind == 1 || (behind <= REPEATS && gaps.inTime(advancedMs, nowMs));
    }

    private static int position(long seq) {
        return (int) (seq & (NUMBERS - 1));
    }
}
