package uns.bridge.sparkplug;

import java.util.List;
import java.util.Map;

/**
 * The edge nodes that are known, as of one instant.
 *
 * @param counts how many there are in each state
 * @param first those that were silent for longest, of each state no more than {@link #MAX_LISTED}
 */
public record EdgeNodeCensus(Map<State, Integer> counts, List<Node> first) {

    /** How many are listed of each state: more than anybody reads, and few enough to be sent every few seconds. */
    public static final int MAX_LISTED = 100;

    /** Of nobody. */
    public static final EdgeNodeCensus NONE = new EdgeNodeCensus(Map.of(), List.of());

    /** Whether an edge node lives. */
    public enum State {
        /** It was born, and did not die since. */
        ALIVE,
        /** It has died. */
        DEAD,
        /** It was heard of, but neither a birth nor a death. */
        UNBORN
    }

    /**
     * An edge node.
     *
     * @param id its group and name
     * @param devices how many of its devices are alive
     * @param gaps the gaps in its sequence since it is known
     * @param heardMs when a message came from it last, milliseconds since the epoch
     */
    public record Node(String id, State state, int devices, long gaps, long heardMs) {}

    public EdgeNodeCensus {
        counts = Map.copyOf(counts);
        first = List.copyOf(first);
    }

    /** How many are in {@code state}. */
    public int count(State state) {
        return counts.getOrDefault(state, 0);
    }
}
