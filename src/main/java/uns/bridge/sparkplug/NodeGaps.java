package uns.bridge.sparkplug;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/**
 * The gaps in the sequence of one edge node. A gap is open until all its numbers have arrived late, which closes it, or the
 * reorder timeout is over, which makes it final (Sparkplug 3.0, tck-id-operational-behavior-host-reordering-start).
 *
 * <p>Counters are read by other threads, so that every gap is told to the {@link GapCounters}, under their lock.
 */
final class NodeGaps {

    /** Beyond so many the oldest are final at once: they only matter for a few seconds. */
    private static final int MAX_GAPS = 16;

    private final EdgeNode.Id node;
    private final GapCounters counters;
    private final Deque<Gap> gaps = new ArrayDeque<>(2);
    private long found;

    private static final class Gap {
        final long from;
        final BitSet missing = new BitSet();
        final long openedMs;
        boolean open = true;

        Gap(long from, int length, long openedMs) {
            this.from = from;
            this.openedMs = openedMs;
            missing.set(0, length);
        }

        boolean fill(long number) {
            if (number < from || number - from >= missing.length() || !missing.get((int) (number - from))) {
                return false;
            }
            missing.clear((int) (number - from));
            return true;
        }
    }

    NodeGaps(EdgeNode.Id node, GapCounters counters) {
        this.node = node;
        this.counters = counters;
    }

    /** Numbers are missing: {@code length} of them from {@code from} on. */
    void open(long from, int length, long nowMs) {
        synchronized (counters) {
            if (gaps.size() == MAX_GAPS) {
                finish(gaps.removeFirst());
            }
            gaps.addLast(new Gap(from, length, nowMs));
            found++;
            counters.opened(this);
        }
    }

    /**
     * Whether {@code number} was missing; it no longer is.
     *
     * @param recent whether it is so little behind that it is more likely later than the timeout than anything else
     */
    boolean filled(long number, boolean recent) {
        synchronized (counters) {
            for (Gap gap : gaps) {
                if ((gap.open || recent) && gap.fill(number)) {
                    if (gap.open && gap.missing.isEmpty()) {
                        gap.open = false;
                        counters.closed();
                    }
                    return true;
                }
            }
            return false;
        }
    }

    /** Makes final what is open for longer than the timeout; returns whether any is still open. */
    boolean expire(long nowMs) {
        synchronized (counters) {
            boolean open = false;
            for (Gap gap : gaps) {
                if (gap.open && !inTime(gap.openedMs, nowMs)) {
                    finish(gap);
                    counters.expired(node);
                }
                open |= gap.open;
            }
            return open;
        }
    }

    /** Makes all gaps final: a new sequence begins, and no number belongs to them any more. */
    void abandon() {
        synchronized (counters) {
            gaps.forEach(this::finish);
            gaps.clear();
        }
    }

    /** Whether it is not longer than the timeout since {@code sinceMs}. */
    boolean inTime(long sinceMs, long nowMs) {
        return nowMs - sinceMs <= counters.timeoutMs();
    }

    /** How many gaps there were. */
    long found() {
        synchronized (counters) {
            return found;
        }
    }

    private void finish(Gap gap) {
        if (gap.open) {
            gap.open = false;
            counters.finished();
        }
    }
}
