package uns.bridge.sparkplug;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.health.LimitedLog;
import uns.bridge.sparkplug.EdgeNodeCensus.State;
import uns.bridge.sparkplug.RebirthRequest.Reason;
import uns.bridge.sparkplug.SparkplugDecoder.Arrival;
import uns.bridge.sparkplug.proto.Payload;

/**
 * What the edge nodes and devices have said of themselves since their births: the definitions of their metrics, and where
 * their sequence numbers are. It only observes: no message is held back, dropped or answered because of it. What it misses
 * it tells {@link RebirthRequests}, if there are to be any.
 *
 * <p>Used by the thread that decodes; only the counters and {@link #edgeNodes} are safe for use by several threads.
 */
public final class BirthState {

    /** How often the journal is told which edge nodes were heard of, so that the disk has little to do. */
    private static final long TELL_INTERVAL_MS = 60_000;

    private static final Logger LOG = LoggerFactory.getLogger(BirthState.class);

    private final GapCounters gapCounters;
    private final EdgeNodes nodes;
    private final @Nullable RebirthRequests rebirths;
    private final SharedValues shared = new SharedValues();

    private final LongAdder unresolved = new LongAdder();
    private final LongAdder staleDeaths = new LongAdder();
    private final LimitedLog gapLog = new LimitedLog();
    private final LimitedLog certificateLog = new LimitedLog();
    private volatile EdgeNodeCensus edgeNodes = EdgeNodeCensus.NONE;
    private BirthJournal journal = BirthJournal.NONE;

    /** When the journal was told last of who is alive, milliseconds since the epoch. */
    private long toldMs;

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
     * @param rebirths how often edge nodes were asked to be born again, by the reason; empty if they never are
     */
    public record Counters(
            int edgeNodes,
            long weight,
            long unresolved,
            long staleDeaths,
            long evictions,
            long gaps,
            long openGaps,
            long lostGaps,
            Map<Reason, Long> rebirths) {

        /** The counters that an operator looks at, in one line. */
        public String describe() {
            String asked = rebirths.entrySet().stream()
                    .map(entry -> entry.getValue() + " for " + entry.getKey())
                    .collect(Collectors.joining(", "));
            return "edge nodes " + edgeNodes + ", unresolved metrics " + unresolved + ", gaps " + gaps + " (lost "
                    + lostGaps + ", open " + openGaps + "), stale deaths " + staleDeaths
                    + (asked.isEmpty() ? "" : ", rebirths asked " + asked);
        }
    }

    /**
     * A state that knows nobody yet, and waits for late messages for {@code reorderTimeout}.
     *
     * @param rebirths what edge nodes are to be asked for, or null if they are not
     */
    public BirthState(Duration reorderTimeout, @Nullable RebirthRequests rebirths) {
        this(reorderTimeout, rebirths, EdgeNodes.greatestWeight());
    }

    BirthState(Duration reorderTimeout, @Nullable RebirthRequests rebirths, int maxWeight) {
        this.rebirths = rebirths;
        this.gapCounters = new GapCounters(reorderTimeout, this::lost);
        this.nodes = new EdgeNodes(maxWeight, gapCounters);
    }

    /** What edge nodes are to be asked for, or null if they are not. */
    public @Nullable RebirthRequests rebirths() {
        return rebirths;
    }

    /** Notices, as of {@code nowMs}, gaps that were not filled in time, though their edge nodes be silent. */
    public void expireGaps(long nowMs) {
        gapCounters.expire(nowMs);
    }

    /** The counters, as of {@code nowMs}. */
    public Counters counters(long nowMs) {
        GapCounters.Counts gaps = gapCounters.counts(nowMs);
        return new Counters(
                nodes.count(),
                nodes.weight(),
                unresolved.sum(),
                staleDeaths.sum(),
                nodes.evictions(),
                gaps.found(),
                gaps.open(),
                gaps.lost(),
                rebirths == null ? Map.of() : rebirths.counts());
    }

    /** The edge nodes as of the last {@link #observe}. Safe for use by several threads. */
    public EdgeNodeCensus edgeNodes() {
        return edgeNodes;
    }

    /** Looks how the edge nodes are. For the thread that decodes, from time to time. */
    public void observe() {
        Map<State, Integer> counts = new EnumMap<>(State.class);
        List<EdgeNodeCensus.Node> first = new ArrayList<>();
        nodes.all().forEach(node -> {
            if (counts.merge(node.state(), 1, Integer::sum) <= EdgeNodeCensus.MAX_LISTED) {
                first.add(node.describe());
            }
        });
        edgeNodes = new EdgeNodeCensus(counts, first);
    }

    /** The edge node of a message, or null if nothing was heard from it. */
    @Nullable EdgeNode find(Sender sender) {
        EdgeNode node = sender.node();
        if (node == null) {
            node = find(sender.topic());
            sender.remember(node);
        }
        return node;
    }

    /** The edge node of a topic, or null if nothing was heard from it. */
    @Nullable EdgeNode find(SparkplugTopic topic) {
        return nodes.find(topic);
    }

    /** What is to collect the metrics of a message of {@code node}, or null if nothing of them is kept. */
    @Nullable Certificate certificate(SparkplugTopic topic, @Nullable EdgeNode node) {
        return switch (topic.type()) {
            case NBIRTH, DBIRTH -> new Certificate(new DefinitionsBuilder(shared, nodes.greatestBirth()));
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
        if (rebirths != null && topic.type().isData()) {
            rebirth(rebirths, topic, known, unresolvedMetrics);
        }
        if (arrival.arrivalMs() - toldMs >= TELL_INTERVAL_MS || journal.isAtLoss()) {
            tellJournal(arrival.arrivalMs());
        }
        EdgeNode node = known == null ? nodes.add(topic, journal) : known;
        nodes.heard(node, arrival.arrivalMs());
        int weightBefore = node.weight();
        int gap = apply(arrival, node, head, certificate);
        if (known == null || node.weight() != weightBefore) {
            nodes.weigh(node, weightBefore, journal);
        }
        if (gap > 0) {
            log(node.id(), gap, head.getSeq(), node.gaps().found());
        }
        return gap;
    }

    /**
     * Takes note of a birth that an MQTT broker has kept.
     *
     * @param known its edge node, or null if nothing was heard from it before
     */
    void learn(SparkplugTopic topic, @Nullable EdgeNode known, Payload head, Certificate certificate, long nowMs) {
        Definitions definitions = certificate.definitions();
        if (definitions == null) {
            nodes.refuse(topic);
            return;
        }
        EdgeNode node = known;
        if (node == null) {
            node = nodes.add(topic, journal);
            node.heard(nowMs);
        }
        int weightBefore = node.weight();
        boolean counts = topic.device() == null
                ? node.learned(definitions, certificate.bdSeq(), head.getTimestamp())
                : node.deviceLearned(topic.device(), definitions, head.getTimestamp());
        if (counts && rebirths != null) {
            rebirths.learned(node.id());
        }
        nodes.weigh(node, weightBefore, journal);
    }

    /** A certificate that an MQTT broker has kept can't be read. */
    void unreadable(String what, String reason) {
        certificateLog.log(
                suppressed -> LOG.warn("A kept birth is skipped: {}: {}{}", what, reason, others(suppressed)));
    }

    /**
     * Takes up what {@code kept} has kept, and has it keep all that changes from now on. To be called once, before the first
     * message.
     */
    public void restore(StoredBirths kept) throws InterruptedException {
        journal = kept;
        for (StoredBirths.Entry entry : kept.awaitEntries()) {
            restoreIfReadable(entry);
        }
        watch(kept);
    }

    /** Tells {@code listener} of all that changes from now on. */
    void watch(BirthJournal listener) {
        journal = listener;
        nodes.all().forEach(node -> node.tell(listener));
    }

    private void restore(StoredBirths.Entry entry) throws MalformedPayloadException {
        SparkplugTopic topic = entry.topic();
        PayloadReader reader = new PayloadReader(entry.payload());
        Certificate certificate = certificate(topic, null);
        Definitions definitions = null;
        Long bdSeq = null;
        if (certificate != null) {
            for (Metric metric = reader.nextMetric(); metric != null; metric = reader.nextMetric()) {
                certificate.add(metric);
            }
            definitions = certificate.definitions();
            bdSeq = certificate.bdSeq();
        }
        if (topic.type().isBirth() && definitions == null) {
            return; // Too heavy for a heap that has become smaller.
        }
        EdgeNode known = find(topic);
        EdgeNode node = known == null ? nodes.add(topic, BirthJournal.NONE) : known;
        node.heard(entry.heardMs());
        int weightBefore = node.weight();
        long timestamp = reader.head().getTimestamp();
        node.restored(topic.device(), new Life(definitions, bdSeq, timestamp));
        nodes.weigh(node, weightBefore, journal);
    }

    /** Tells the journal which edge nodes were heard of, or everything if it wants to know. */
    public void tellJournal(long nowMs) {
        long sinceMs = toldMs;
        toldMs = nowMs;
        if (journal.isAtLoss()) {
            restoreLate(journal.late());
            journal.retell(() -> nodes.all().forEach(node -> node.tellAll(journal)));
            return;
        }
        for (EdgeNode node : nodes.all()) {
            if (node.heardMs() >= sinceMs) {
                journal.heard(node.id(), node.heardMs());
            }
        }
    }

    /** Takes up what was kept of edge nodes of which no birth or death was heard before the store could be opened. */
    private void restoreLate(List<StoredBirths.Entry> entries) {
        Set<EdgeNode.Id> known = new HashSet<>();
        for (EdgeNode node : nodes.all()) {
            if (node.hasLife()) {
                known.add(node.id());
            }
        }
        for (StoredBirths.Entry entry : entries) {
            if (!known.contains(EdgeNode.Id.of(entry.topic()))) {
                restoreIfReadable(entry);
            }
        }
        watch(journal);
    }

    private void restoreIfReadable(StoredBirths.Entry entry) {
        try {
            restore(entry);
        } catch (MalformedPayloadException e) {
            LOG.warn("What was kept of {} can't be read: {}", entry.topic(), e.getMessage());
        }
    }

    private int apply(Arrival arrival, EdgeNode node, Payload head, @Nullable Certificate certificate) {
        SparkplugTopic topic = arrival.topic();
        Definitions definitions = certificate == null ? null : certificate.definitions();
        Long bdSeq = certificate == null ? null : certificate.bdSeq();
        if (topic.type().isBirth() && definitions == null) {
            nodes.refuse(topic);
        }
        if (topic.type() == SparkplugTopic.Type.NBIRTH) {
            if (node.born(
                    definitions == null ? Definitions.EMPTY : definitions,
                    bdSeq,
                    head.getTimestamp(),
                    arrival.duplicate())) {
                restart(node.sequence(), head);
                if (rebirths != null) {
                    rebirths.born(EdgeNode.Id.of(topic));
                }
            }
            return 0;
        }
        if (topic.type() == SparkplugTopic.Type.NDEATH) {
            if (!node.died(bdSeq, arrival.duplicate())) {
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

    private void rebirth(
            RebirthRequests requests, SparkplugTopic topic, @Nullable EdgeNode node, int unresolvedMetrics) {
        if (node != null && node.isBorn(topic.device())) {
            if (unresolvedMetrics > 0) {
                requests.want(EdgeNode.Id.of(topic), Reason.UNKNOWN_METRIC);
            }
        } else if (nodes.hasRoom()) {
            requests.want(EdgeNode.Id.of(topic), Reason.DATA_BEFORE_BIRTH);
        }
    }

    private void lost(EdgeNode.Id id) {
        if (rebirths != null && nodes.hasRoom()) {
            rebirths.want(id, Reason.GAP);
        }
    }

    private static void restart(Sequence sequence, Payload birth) {
        if (birth.hasSeq()) {
            sequence.restart(birth.getSeq());
        } else {
            sequence.end();
        }
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

    static String others(long suppressed) {
        return suppressed == 0 ? "" : ", and " + suppressed + " such before it";
    }
}
