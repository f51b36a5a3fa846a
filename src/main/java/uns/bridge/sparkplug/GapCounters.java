package uns.bridge.sparkplug;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Counts the gaps of all edge nodes. Safe for use by several threads; its lock guards the gaps of every node too, and is
 * held while a loss is told.
 */
final class GapCounters {

    private final long timeoutMs;
    private final Consumer<EdgeNode.Id> losses;

    /** Those that may have open gaps. */
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

    /** Tells {@code losses} of each edge node whose messages did not arrive within {@code reorderTimeout}. */
    GapCounters(Duration reorderTimeout, Consumer<EdgeNode.Id> losses) {
        this.timeoutMs = reorderTimeout.toMillis();
        this.losses = losses;
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

    synchronized void expired(EdgeNode.Id node) {
        losses.accept(node);
    }

    /** Takes no more interest in a node, whose gaps are final. */
    synchronized void forget(NodeGaps node) {
        node.abandon();
        nodes.remove(node);
    }

    /** Makes final what is open for longer than the timeout. */
    synchronized void expire(long nowMs) {
        nodes.removeIf(node -> !node.expire(nowMs));
    }

    synchronized Counts counts(long nowMs) {
        expire(nowMs);
        return new Counts(found, found - closed - lost, lost);
    }
}
