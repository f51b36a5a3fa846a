package uns.bridge.sparkplug;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one edge node: its birth, those of its devices, and its sequence. The dead have no birth.
 *
 * <p>A birth that the MQTT broker sends again does not replace the same or a later one, whose device births it would take
 * away; nor does a repeated death end a life that began later.
 */
final class EdgeNode {

    /** What a node and a device take besides their definitions, in definitions. */
    private static final int NODE_WEIGHT = 8;

    private static final int DEVICE_WEIGHT = 3;

    private final NodeGaps gaps;
    private final Sequence sequence;
    private final Map<String, Birth> devices = new HashMap<>(4);
    private boolean alive;
    private @Nullable Birth birth;
    private @Nullable Long bdSeq;
    private int weight = NODE_WEIGHT;

    /** The name of an edge node, unique with its group (Sparkplug 3.0, 4.1). */
    record Id(String group, String edge) {

        @Override
        public String toString() {
            return group + "/" + edge;
        }
    }

    private record Birth(Definitions definitions, long timestamp) {}

    EdgeNode(GapCounters counters) {
        this.gaps = new NodeGaps(counters);
        this.sequence = new Sequence(gaps);
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

    /**
     * Where the metrics of a DATA message find their definitions. An alias is unique in the whole edge node (6.4.6,
     * tck-id-payloads-alias-uniqueness), so that a device may use those of its node; but a device that was not born has
     * none, and where encoders number each device by itself the node's would be wrong.
     */
    Scope scope(@Nullable String device) {
        Birth own = device == null ? birth : devices.get(device);
        if (own == null) {
            return Scope.NO_BIRTH;
        }
        return new Scope(own.definitions, device == null || birth == null ? null : birth.definitions);
    }

    /** The definitions of the NBIRTH, or null. */
    @Nullable Definitions definitions() {
        return birth == null ? null : birth.definitions;
    }

    /**
     * An NBIRTH: everything before it is over, device births too.
     *
     * @param definitions what it says of metrics, or null if that is too much to keep
     * @return whether it is new
     */
    boolean born(@Nullable Definitions definitions, @Nullable Long birthSequence, long timestamp, boolean duplicate) {
        if (duplicate && birth != null && timestamp <= birth.timestamp) {
            return false;
        }
        clear();
        alive = true;
        bdSeq = birthSequence;
        birth = definitions == null ? null : new Birth(definitions, timestamp);
        weight += weight(birth);
        return true;
    }

    /** A DBIRTH. */
    void deviceBorn(String device, @Nullable Definitions definitions, long timestamp, boolean duplicate) {
        Birth known = devices.get(device);
        if (duplicate && known != null && timestamp <= known.timestamp) {
            return;
        }
        removeDevice(device);
        if (definitions != null) {
            Birth deviceBirth = new Birth(definitions, timestamp);
            devices.put(device, deviceBirth);
            weight += DEVICE_WEIGHT + weight(deviceBirth);
        }
    }

    /** A DDEATH. */
    void deviceDied(String device, long timestamp, boolean duplicate) {
        Birth known = devices.get(device);
        if (known != null && !(duplicate && timestamp < known.timestamp)) {
            removeDevice(device);
        }
    }

    /**
     * An NDEATH. It is of the life that began with the NBIRTH of the same bdSeq (6.4.25, tck-id-payloads-ndeath-bdseq): the
     * MQTT broker may publish the will of an earlier connection when the node is back already.
     *
     * @return whether it ended the life of the node and its devices
     */
    boolean died(@Nullable Long deathSequence) {
        if (!alive || !Objects.equals(bdSeq, deathSequence)) {
            return false;
        }
        clear();
        sequence.end();
        return true;
    }

    private void removeDevice(String device) {
        Birth known = devices.remove(device);
        if (known != null) {
            weight -= DEVICE_WEIGHT + weight(known);
        }
    }

    private void clear() {
        alive = false;
        birth = null;
        devices.clear();
        weight = NODE_WEIGHT;
    }

    private static int weight(@Nullable Birth birth) {
        return birth == null ? 0 : birth.definitions.weight();
    }
}
