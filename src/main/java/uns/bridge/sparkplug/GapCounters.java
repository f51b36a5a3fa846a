package uns.bridge.sparkplug;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/** Counts the gaps of all edge nodes. Safe for use by several threads; its lock guards the gaps of every node too. */
final class GapCounters {

    private final long timeoutMs;
    private final Set<NodeGaps> nodes = new HashSet<>();
    private long found;
    private long closed;
    private long lost;

    /**
     * The gaps so far.
     *
     * @param found all of them
     * @param open those whose numbers may still arrive
     * @param lost those whose numbers have not arrived in time
     */
    record Counts(long found, long open, long lost) {}

    GapCounters(Duration reorderTimeout) {
        this.timeoutMs = reorderTimeout.toMillis();
    }

    long timeoutMs() {
        return timeoutMs;
    }

    synchronized void opened(NodeGaps node) {
        nodes.add(node);
        found++;
    }

    synchronized void closed() {
        closed++;
    }

    synchronized void finished() {
        lost++;
    }

    /** Takes no more interest in a node, whose gaps are final. */
    synchronized void forget(NodeGaps node) {
        node.abandon();
        nodes.remove(node);
    }

    synchronized Counts counts(long nowMs) {
        nodes.forEach(node -> node.expire(nowMs));
        return new Counts(found, found - closed - lost, lost);
    }
}
