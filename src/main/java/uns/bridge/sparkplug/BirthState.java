package uns.bridge.sparkplug;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.health.LimitedLog;
import uns.bridge.sparkplug.SparkplugDecoder.Arrival;
import uns.bridge.sparkplug.proto.Payload;

/**
 * What the edge nodes and devices have said of themselves since their births: the definitions of their metrics, and where
 * their sequence numbers are. It only observes: no message is held back, dropped or answered because of it.
 *
 * <p>Memory is bounded: beyond a total weight of definitions the edge node that was silent for longest is forgotten, as if
 * never born. Measured, 1,000 edge nodes with 100 metrics each take 12 MB, 119 bytes a metric with a name of 28 characters,
 * and 5 MB where they name their metrics alike; all that is kept at most takes about 240 MB.
 *
 * <p>Used by the thread that decodes; only the counters are safe for use by several threads.
 */
public final class BirthState {

    /** The greatest weight of all edge nodes: so many definitions of usual size, nodes and devices included. */
    static final int MAX_WEIGHT = 2_000_000;

    /** What a unit of weight takes of the heap, as measured with names of usual length. */
    private static final int BYTES_PER_WEIGHT = 120;

    /** The state gets at most this part of the heap. */
    private static final int HEAP_SHARE = 8;

    /** The share of one birth in it: a single message must not displace everything else. */
    private static final int BIRTH_SHARE = 4;

    private static final Logger LOG = LoggerFactory.getLogger(BirthState.class);

    private final int maxWeight;
    private final GapCounters gapCounters;
    private final SharedValues shared = new SharedValues();

    /** The one that was silent for longest is first. */
    private final Map<EdgeNode.Id, EdgeNode> nodes = new LinkedHashMap<>(16, 0.75f, true);

    private final LongAdder unresolved = new LongAdder();
    private final LongAdder staleDeaths = new LongAdder();
    private final LongAdder evictions = new LongAdder();
    private final LimitedLog gapLog = new LimitedLog();
    private final LimitedLog evictionLog = new LimitedLog();
    private final AtomicLong weight = new AtomicLong();
    private volatile int nodeCount;

    /**
     * What has happened so far, and what is.
     *
     * @param edgeNodes the edge nodes that are known, alive or not
     * @param weight how many definitions are kept, with what takes as much memory
     * @param unresolved the metrics that were delivered without a name or a datatype, for want of a birth
     * @param staleDeaths the NDEATH messages that belonged to no known life
     * @param evictions the births that were forgotten, or not kept, to bound the memory
     * @param gaps the gaps in sequences
     * @param openGaps those of them whose messages may still arrive late
     * @param lostGaps those of them whose messages did not arrive in time
     */
    public record Counters(
            int edgeNodes,
            long weight,
            long unresolved,
            long staleDeaths,
            long evictions,
            long gaps,
            long openGaps,
            long lostGaps) {}

    /** A state that knows nobody yet, and waits for late messages for {@code reorderTimeout}. */
    public BirthState(Duration reorderTimeout) {
        this(reorderTimeout, (int)
                Math.min(MAX_WEIGHT, Runtime.getRuntime().maxMemory() / HEAP_SHARE / BYTES_PER_WEIGHT));
    }

    BirthState(Duration reorderTimeout, int maxWeight) {
        this.gapCounters = new GapCounters(reorderTimeout);
        this.maxWeight = maxWeight;
    }

    /** The counters, as of {@code nowMs}. */
    public Counters counters(long nowMs) {
        GapCounters.Counts gaps = gapCounters.counts(nowMs);
        return new Counters(
                nodeCount,
                weight.get(),
                unresolved.sum(),
                staleDeaths.sum(),
                evictions.sum(),
                gaps.found(),
                gaps.open(),
                gaps.lost());
    }

    /** The edge node of a message, or null if nothing was heard from it. */
    @Nullable EdgeNode find(SparkplugTopic topic) {
        return nodes.get(id(topic));
    }

    /** What is to collect the metrics of a message of {@code node}, or null if nothing of them is kept. */
    @Nullable Certificate certificate(SparkplugTopic topic, @Nullable EdgeNode node) {
        return switch (topic.type()) {
            case NBIRTH, DBIRTH -> new Certificate(new DefinitionsBuilder(shared, maxWeight / BIRTH_SHARE));
            case NDEATH -> new Certificate(node == null ? null : node.definitions());
            case NDATA, DDATA, DDEATH, NCMD, DCMD -> null;
        };
    }

    /**
     * Takes note of a message that was decoded.
     *
     * @param known its edge node, or null if nothing was heard from it before
     * @param head its payload but for the metrics
     * @param certificate what has collected its metrics
     * @param unresolvedMetrics how many metrics could not be resolved
     * @return how many messages of the edge node are missing before it
     */
    int apply(
            Arrival arrival,
            @Nullable EdgeNode known,
            Payload head,
            @Nullable Certificate certificate,
            int unresolvedMetrics) {
        SparkplugTopic topic = arrival.topic();
        if (unresolvedMetrics > 0) {
            unresolved.add(unresolvedMetrics);
        }
        if (topic.type() == SparkplugTopic.Type.NCMD || topic.type() == SparkplugTopic.Type.DCMD) {
            return 0; // From a host, not from the edge node.
        }
        EdgeNode node = known == null ? added(topic) : known;
        int weightBefore = node.weight();
        int gap = apply(arrival, node, head, certificate);
        if (known == null || node.weight() != weightBefore) {
            weight.addAndGet(node.weight() - weightBefore);
            evict();
        }
        if (gap > 0) {
            log(id(topic), gap, head.getSeq(), node.gaps().found());
        }
        return gap;
    }

    private EdgeNode added(SparkplugTopic topic) {
        EdgeNode node = new EdgeNode(gapCounters);
        nodes.put(id(topic), node);
        weight.addAndGet(node.weight());
        return node;
    }

    private int apply(Arrival arrival, EdgeNode node, Payload head, @Nullable Certificate certificate) {
        SparkplugTopic topic = arrival.topic();
        Definitions definitions = certificate == null ? null : certificate.definitions();
        Long bdSeq = certificate == null ? null : certificate.bdSeq();
        if (topic.type().isBirth() && definitions == null) {
            evicted("The birth of " + id(topic) + " is not kept");
        }
        if (topic.type() == SparkplugTopic.Type.NBIRTH) {
            if (node.born(definitions, bdSeq, head.getTimestamp(), arrival.duplicate())) {
                restart(node.sequence(), head);
            }
            return 0;
        }
        if (topic.type() == SparkplugTopic.Type.NDEATH) {
            if (!node.died(bdSeq)) {
                staleDeaths.increment();
            }
            return 0; // Its seq, if it has one, was written before all others.
        }
        String device = topic.device();
        if (device != null && topic.type() == SparkplugTopic.Type.DBIRTH) {
            node.deviceBorn(device, definitions, head.getTimestamp(), arrival.duplicate());
        } else if (device != null && topic.type() == SparkplugTopic.Type.DDEATH) {
            node.deviceDied(device, head.getTimestamp(), arrival.duplicate());
        }
        return head.hasSeq() ? node.sequence().arrived(head.getSeq(), arrival.duplicate(), arrival.arrivalMs()) : 0;
    }

    private static void restart(Sequence sequence, Payload birth) {
        if (birth.hasSeq()) {
            sequence.restart(birth.getSeq());
        } else {
            sequence.end();
        }
    }

    private void evict() {
        Iterator<Map.Entry<EdgeNode.Id, EdgeNode>> eldest = nodes.entrySet().iterator();
        while (weight.get() > maxWeight && eldest.hasNext()) {
            Map.Entry<EdgeNode.Id, EdgeNode> node = eldest.next();
            eldest.remove();
            weight.addAndGet(-node.getValue().weight());
            gapCounters.forget(node.getValue().gaps());
            evicted("Edge node " + node.getKey() + " is forgotten until its next birth");
        }
        nodeCount = nodes.size();
    }

    private void evicted(String what) {
        evictions.increment();
        evictionLog.log(suppressed ->
                LOG.warn("{}: more metrics than can be kept ({}){}", what, maxWeight, others(suppressed)));
    }

    private void log(EdgeNode.Id id, int gap, long seq, long found) {
        gapLog.log(suppressed -> LOG.warn(
                "Edge node {}: messages are missing before seq {}: {} (gaps so far: {}){}",
                id,
                Long.toUnsignedString(seq),
                gap,
                found,
                others(suppressed)));
    }

    private static String others(long suppressed) {
        return suppressed == 0 ? "" : ", and " + suppressed + " such before it";
    }

    private static EdgeNode.Id id(SparkplugTopic topic) {
        return new EdgeNode.Id(topic.group(), topic.edge());
    }
}
