package uns.bridge.sparkplug;

import org.jspecify.annotations.Nullable;

/**
 * Gives one object for equal values, as far as they were seen lately.
 *
 * <p>The devices of an edge node, and the edge nodes of a plant, mostly have the same few names and property types. A
 * table of fixed size finds nearly all of these, and holds on to little.
 */
final class SharedValues {

    private static final int SLOTS = 1 << 13;

    /** What is longer is unlikely to come again, and would be held on to for long. */
    private static final int MAX_CHARS = 256;

    private static final int MAX_TYPES = 32;

    private final @Nullable String[] texts = new @Nullable String[SLOTS];
    private final @Nullable PropertyTypes[] types = new @Nullable PropertyTypes[SLOTS];

    /** A text equal to {@code text}. */
    String text(String text) {
        return text.length() <= MAX_CHARS ? shared(texts, text) : text;
    }

    /** Types equal to {@code types}. */
    PropertyTypes types(PropertyTypes value) {
        return value.count() <= MAX_TYPES ? shared(types, value) : value;
    }

    private static <T> T shared(@Nullable T[] slots, T value) {
        int hash = value.hashCode();
        int slot = (hash ^ hash >>> 16) & (SLOTS - 1);
        T held = slots[slot];
        if (held != null && held.equals(value)) {
            return held;
        }
        slots[slot] = value;
        return value;
    }
}
