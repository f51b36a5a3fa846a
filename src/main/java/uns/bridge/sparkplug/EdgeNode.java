package uns.bridge.sparkplug;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one edge node: its birth, those of its devices, and its sequence. The dead have no birth.
 *
 * <p>A birth that the MQTT broker sends again does not replace the same or a later one, whose device births it would take
 * away; nor does a repeated death end a life that began later. A certificate that a broker has kept may be of any age and
 * come in any order, so that it only fills what nothing younger is known of.
 */
final class EdgeNode {

    /** What a node and a device take besides their definitions, in definitions. */
    private static final int NODE_WEIGHT = 8;

    private static final int DEVICE_WEIGHT = 3;

    /** More deaths of devices are not remembered: their names may be made up. */
    private static final int MAX_ASIDE = 1_000;

    /** Names so long weigh as much as another definition. */
    private static final int CHARS_PER_WEIGHT = 64;

    private final Id id;
    private final NodeGaps gaps;
    private final Sequence sequence;
    private final Map<String, Life> devices = new HashMap<>(4);

    /** The devices that have died since the birth of the node, and certificates that came before that of their node. */
    private final Map<String, Life> aside = new HashMap<>(0);

    private BirthJournal journal;
    private @Nullable Life life;
    private int weight;
    private long heardMs;
    private boolean forgotten;

    /** Whether an earlier life of the same bdSeq ended before this one. */
    private boolean bornAgain;

    /** The name of an edge node, unique with its group (Sparkplug 3.0, 4.1). */
    record Id(String group, String edge) {

        static Id of(SparkplugTopic topic) {
            return new Id(topic.group(), topic.edge());
        }

        @Override
        public String toString() {
            return group + "/" + edge;
        }
    }

    EdgeNode(Id id, GapCounters counters, BirthJournal journal) {
        this.id = id;
        this.gaps = new NodeGaps(id, counters);
        this.sequence = new Sequence(gaps);
        this.journal = journal;
        this.weight = nodeWeight();
    }

    Id id() {
        return id;
    }

    NodeGaps gaps() {
        return gaps;
    }

    Sequence sequence() {
        return sequence;
    }

    /** About how many definitions it takes the memory of. */
    int weight() {
        return weight;
    }

    /** When a message came from it last, milliseconds since the epoch. */
    long heardMs() {
        return heardMs;
    }

    void heard(long timeMs) {
        heardMs = timeMs;
    }

    /**
     * Where the metrics of a DATA message find their definitions. An alias is unique in the whole edge node (6.4.6,
     * tck-id-payloads-alias-uniqueness), so that a device may use those of its node; but a device that was not born has
     * none, and where encoders number each device by itself the node's would be wrong.
     *
     * <p>Nor has a message of an earlier life that the MQTT broker sends again, or that a certificate has overtaken: the
     * aliases may be others now. Otherwise its time says nothing, as clocks are set.
     *
     * @param timestamp the time of the payload, or {@link Long#MAX_VALUE} if it has none
     */
    Scope scope(@Nullable String device, long timestamp, boolean duplicate) {
        Life its = device == null ? life : devices.get(device);
        Definitions own = definitions(its);
        if (its == null
                || own == null
                || (timestamp < its.timestamp() && (duplicate || its.source() == Life.Source.LEARNED))) {
            return Scope.NO_BIRTH;
        }
        return new Scope(own, device == null ? null : definitions());
    }

    EdgeNodeCensus.State state() {
        return life == null
                ? EdgeNodeCensus.State.UNBORN
                : life.isOver() ? EdgeNodeCensus.State.DEAD : EdgeNodeCensus.State.ALIVE;
    }

    EdgeNodeCensus.Node describe() {
        return new EdgeNodeCensus.Node(id.toString(), state(), isAlive() ? devices.size() : 0, gaps.found(), heardMs);
    }

    /** Whether it was born and did not die since. */
    boolean isAlive() {
        return life != null && !life.isOver();
    }

    /** Whether any birth or death of it, or of its devices, is known. */
    boolean hasLife() {
        return life != null || !devices.isEmpty() || !aside.isEmpty();
    }

    /** The devices that were born and did not die since, nor their edge node; sorted. */
    List<String> liveDevices() {
        return isAlive() ? devices.keySet().stream().sorted().toList() : List.of();
    }

    /** Whether the birth of a device, or of the edge node itself where that is null, is known. */
    boolean isBorn(@Nullable String device) {
        return device == null ? isAlive() : devices.containsKey(device);
    }

    /** The definitions of the NBIRTH, or null. */
    @Nullable Definitions definitions() {
        return definitions(life);
    }

    /**
     * An NBIRTH: everything before it is over, device births too.
     *
     * @param definitions what it says of metrics
     * @return whether it is new
     */
    boolean born(Definitions definitions, @Nullable Long bdSeq, long timestamp, boolean duplicate) {
        if (duplicate && life != null && !life.isOver() && timestamp <= life.timestamp() && !isOther(life, bdSeq)) {
            return false;
        }
        bornAgain = life != null && life.isOver() && Objects.equals(life.bdSeq(), bdSeq);
        forgetDevices();
        live(new Life(definitions, bdSeq, timestamp));
        return true;
    }

    /** Whether a birth is not that of {@code known} though it is not younger: the clock was set back since it was kept. */
    private static boolean isOther(Life known, @Nullable Long bdSeq) {
        return known.source() == Life.Source.RESTORED && !Objects.equals(known.bdSeq(), bdSeq);
    }

    /** A DBIRTH; {@code definitions} is null if it says more than can be kept. */
    void deviceBorn(String device, @Nullable Definitions definitions, long timestamp, boolean duplicate) {
        Life known = devices.get(device);
        if (duplicate && known != null && timestamp <= known.timestamp()) {
            return;
        }
        if (duplicate && life != null && (life.isOver() || timestamp < life.timestamp())) {
            return; // Of an earlier life of its node.
        }
        if (definitions == null) {
            remove(device);
        } else {
            put(devices, device, new Life(definitions, null, timestamp));
        }
    }

    /** A DDEATH. */
    void deviceDied(String device, long timestamp, boolean duplicate) {
        Life known = devices.get(device);
        if (known == null || !(duplicate && timestamp < known.timestamp())) {
            long since = known == null ? timestamp : Math.max(timestamp, known.timestamp());
            put(aside, device, new Life(null, null, since));
        }
    }

    /**
     * An NDEATH. It is of the life that began with the NBIRTH of the same bdSeq (6.4.25, tck-id-payloads-ndeath-bdseq): the
     * MQTT broker may publish the will of an earlier connection when the node is back already.
     *
     * @return whether it ended the life of the node and its devices
     */
    boolean died(@Nullable Long deathSequence, boolean duplicate) {
        Life known = life;
        if (known == null || known.isOver() || !Objects.equals(known.bdSeq(), deathSequence)) {
            return false;
        }
        if (duplicate && known.source() == Life.Source.HEARD && bornAgain) {
            return false; // It has ended the earlier life of the same number already: some nodes do not count.
        }
        bornAgain = false;
        forgetDevices();
        live(known.over(known.timestamp()));
        sequence.end();
        return true;
    }

    /**
     * An NBIRTH that was kept elsewhere: it counts if it is younger than all that is known, and ends what is older.
     *
     * @return whether it counts
     */
    boolean learned(Definitions definitions, @Nullable Long bdSeq, long timestamp) {
        if (life != null && timestamp <= life.timestamp()) {
            return false;
        }
        Map.copyOf(devices).forEach((device, its) -> {
            if (its.timestamp() < timestamp) {
                remove(device);
            }
        });
        live(new Life(definitions, bdSeq, timestamp, Life.Source.LEARNED));
        sequence.end();
        Map.copyOf(aside).forEach((device, its) -> {
            if (its.timestamp() < timestamp) {
                remove(device);
            } else if (!its.isOver()) {
                put(devices, device, its);
            }
        });
        return true;
    }

    /**
     * A DBIRTH that was kept elsewhere. It may have come before the one of its node.
     *
     * @return whether the device is known by it
     */
    boolean deviceLearned(String device, Definitions definitions, long timestamp) {
        Life known = devices.getOrDefault(device, aside.get(device));
        boolean ofEarlierLife = life != null && timestamp < life.timestamp();
        if (ofEarlierLife || (known != null && timestamp <= known.timestamp())) {
            return false;
        }
        put(isDead() ? aside : devices, device, new Life(definitions, null, timestamp, Life.Source.LEARNED));
        return !isDead();
    }

    /** What the journal has kept, that of the node first. It was true when the bridge ended, and needs no check. */
    void restored(@Nullable String device, Life kept) {
        Life restored = kept.from(Life.Source.RESTORED);
        if (device == null) {
            live(restored);
        } else {
            put(kept.isOver() || isDead() ? aside : devices, device, restored);
        }
    }

    /** From now on tells {@code listener} of all that changes. */
    void tell(BirthJournal listener) {
        journal = listener;
    }

    /** Tells {@code listener} all there is. */
    void tellAll(BirthJournal listener) {
        listener.heard(id, heardMs);
        if (life != null) {
            listener.changed(id, null, life);
        }
        devices.forEach((device, its) -> listener.changed(id, device, its));
        aside.forEach((device, its) -> listener.changed(id, device, its));
    }

    /** Whether it is no longer of any use to those who remember it. */
    boolean isForgotten() {
        return forgotten;
    }

    /** Forgets everything, for good, and tells the journal so. */
    void forget(BirthJournal listener) {
        devices.keySet().forEach(device -> listener.changed(id, device, null));
        aside.keySet().forEach(device -> listener.changed(id, device, null));
        listener.changed(id, null, null);
        devices.clear();
        aside.clear();
        life = null;
        forgotten = true;
    }

    private boolean isDead() {
        return life != null && life.isOver();
    }

    private void live(Life next) {
        weight += weight(next) - weight(life);
        life = next;
        journal.changed(id, null, next);
        journal.heard(id, heardMs);
    }

    private void put(Map<String, Life> where, String device, Life its) {
        drop(device);
        if (where == aside && aside.size() >= MAX_ASIDE) {
            journal.changed(id, device, null);
            return;
        }
        where.put(device, its);
        weight += weight(device) + weight(its);
        journal.changed(id, device, its);
        journal.heard(id, heardMs);
    }

    private void remove(String device) {
        drop(device);
        journal.changed(id, device, null);
    }

    private void drop(String device) {
        Life known = devices.remove(device);
        if (known == null) {
            known = aside.remove(device);
        }
        if (known != null) {
            weight -= weight(device) + weight(known);
        }
    }

    private void forgetDevices() {
        devices.keySet().forEach(device -> journal.changed(id, device, null));
        aside.keySet().forEach(device -> journal.changed(id, device, null));
        devices.clear();
        aside.clear();
        weight = nodeWeight() + weight(life);
    }

    private static @Nullable Definitions definitions(@Nullable Life its) {
        return its == null ? null : its.definitions();
    }

    private int nodeWeight() {
        return NODE_WEIGHT + (id.group().length() + id.edge().length()) / CHARS_PER_WEIGHT;
    }

    private static int weight(String device) {
        return DEVICE_WEIGHT + device.length() / CHARS_PER_WEIGHT;
    }

    private static int weight(@Nullable Life its) {
        return its == null || its.definitions() == null ? 0 : its.definitions().weight();
    }
}
