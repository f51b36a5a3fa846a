package uns.bridge.sparkplug;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Is told of all that changes about births, to keep it over a restart. It is called by the thread that carries messages, and
 * must neither block nor fail; what it is given never changes.
 */
interface BirthJournal {

    /** Keeps nothing. */
    BirthJournal NONE = (node, device, life) -> {};

    /**
     * Takes note of the life of an edge node or a device.
     *
     * @param device null for the edge node itself
     * @param life null if nothing is to be known of it any more
     */
    void changed(EdgeNode.Id node, @Nullable String device, @Nullable Life life);

    /** Takes note that an edge node was alive at {@code timeMs}, milliseconds since the epoch. */
    default void heard(EdgeNode.Id node, long timeMs) {}

    /** Whether it does not know how things are, and wants to be told of everything by {@link #retell}. */
    default boolean isAtLoss() {
        return false;
    }

    /** What was kept before, but could not be read until now; given only once. */
    default List<StoredBirths.Entry> late() {
        return List.of();
    }

    /** Forgets everything, then takes note of what {@code told} tells it. */
    default void retell(Runnable told) {}
}
