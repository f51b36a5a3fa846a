package uns.bridge.sparkplug;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.health.LimitedLog;

/**
 * The edge nodes that are known, as many as there is memory for.
 *
 * <p>Beyond a total weight of definitions the edge node that was silent for longest is forgotten, as if never born.
 * Measured, 1,000 edge nodes with 100 metrics each take 5.0 MB, 49 bytes a metric with a name of 28 characters, and 1.5 MB
 * where they name their metrics alike; all that is kept at most takes about 220 MB.
 *
 * <p>Used by the thread that decodes; only the counts are safe for use by several threads.
 */
final class EdgeNodes {

    /** The greatest weight of all edge nodes: so many definitions of usual size, nodes and devices included. */
    static final int MAX_WEIGHT = 2_000_000;

    /** What a unit of weight takes of the heap at most, about: a type of a property takes twice as much as a metric. */
    private static final int BYTES_PER_WEIGHT = 110;

    /** They get at most this part of the heap. */
    private static final int HEAP_SHARE = 8;

    /** How exactly it is known which edge node was silent for longest. To note it at each message would take time. */
    static final long RANK_INTERVAL_MS = 10_000;

    /** The share of one birth in it: a single message must not displace everything else. */
    private static final int BIRTH_SHARE = 4;

    private static final Logger LOG = LoggerFactory.getLogger(EdgeNodes.class);

    private final int maxWeight;
    private final GapCounters gaps;

    /** The one that was silent for longest is first, but for {@link #RANK_INTERVAL_MS}. */
    private final Map<EdgeNode.Id, EdgeNode> nodes = new LinkedHashMap<>(16, 0.75f, true);

    private final AtomicLong weight = new AtomicLong();
    private final LongAdder evictions = new LongAdder();
    private final LimitedLog log = new LimitedLog();
    private volatile int count;

    EdgeNodes(int maxWeight, GapCounters gaps) {
        this.maxWeight = maxWeight;
        this.gaps = gaps;
    }

    /** The greatest weight for the heap that there is. */
    static int greatestWeight() {
        return (int) Math.min(MAX_WEIGHT, Runtime.getRuntime().maxMemory() / HEAP_SHARE / BYTES_PER_WEIGHT);
    }

    /** How many there are. */
    int count() {
        return count;
    }

    /** How many definitions are kept, with what takes as much memory. */
    long weight() {
        return weight.get();
    }

    /** How many births were forgotten, or not kept, to bound the memory. */
    long evictions() {
        return evictions.sum();
    }

    /** The greatest weight of one birth. */
    int greatestBirth() {
        return maxWeight / BIRTH_SHARE;
    }

    /** Whether there is room for a birth. Without it would displace another, which would be asked for in turn. */
    boolean hasRoom() {
        return weight.get() <= maxWeight - greatestBirth();
    }

    /** The edge node of a topic, or null if nothing was heard from it. */
    @Nullable EdgeNode find(SparkplugTopic topic) {
        return nodes.get(EdgeNode.Id.of(topic));
    }

    /** All of them. */
    Collection<EdgeNode> all() {
        return nodes.values();
    }

    /** Adds the edge node of {@code topic}, of which nothing was heard before. To be {@linkplain #weigh weighed} then. */
    EdgeNode add(SparkplugTopic topic, BirthJournal journal) {
        EdgeNode node = new EdgeNode(EdgeNode.Id.of(topic), gaps, journal);
        nodes.put(node.id(), node);
        weight.addAndGet(node.weight());
        return node;
    }

    /** Something has come from {@code node}. */
    void heard(EdgeNode node, long timeMs) {
        if (timeMs / RANK_INTERVAL_MS != node.heardMs() / RANK_INTERVAL_MS) {
            nodes.get(node.id()); // Moves it to the end.
        }
        node.heard(timeMs);
    }

    /** Makes room if {@code node} has become heavier; whom that costs its place is told to {@code journal}. */
    void weigh(EdgeNode node, int weightBefore, BirthJournal journal) {
        weight.addAndGet(node.weight() - weightBefore);
        Iterator<EdgeNode> eldest = nodes.values().iterator();
        while (weight.get() > maxWeight && eldest.hasNext()) {
            EdgeNode silent = eldest.next();
            eldest.remove();
            weight.addAndGet(-silent.weight());
            gaps.forget(silent.gaps());
            silent.forget(journal);
            evicted("Edge node " + silent.id() + " is forgotten until its next birth");
        }
        count = nodes.size();
    }

    /** A birth is too heavy to be kept. */
    void refuse(SparkplugTopic topic) {
        evicted("The birth of " + EdgeNode.Id.of(topic) + " is not kept");
    }

    private void evicted(String what) {
        evictions.increment();
        log.log(suppressed ->
                LOG.warn("{}: more metrics than can be kept ({}){}", what, maxWeight, BirthState.others(suppressed)));
    }
}
