package uns.bridge.sparkplug;

import java.util.Arrays;
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
    private static final int MAX_LENGTH = 256;

    private static final int MAX_TYPES = 32;

    private final byte[] @Nullable [] names = new byte[SLOTS][];
    private final @Nullable String[] texts = new @Nullable String[SLOTS];
    private final @Nullable PropertyTypes[] types = new @Nullable PropertyTypes[SLOTS];

    /** Bytes equal to {@code value}. */
    byte[] bytes(byte[] value) {
        if (value.length > MAX_LENGTH) {
            return value;
        }
        int slot = slot(Arrays.hashCode(value));
        byte[] held = names[slot];
        if (held != null && Arrays.equals(held, value)) {
            return held;
        }
        names[slot] = value;
        return value;
    }

    /** A text equal to {@code text}. */
    String text(String text) {
        return text.length() <= MAX_LENGTH ? shared(texts, text) : text;
    }

    /** Types equal to {@code types}. */
    PropertyTypes types(PropertyTypes value) {
        return value.count() <= MAX_TYPES ? shared(types, value) : value;
    }

    private static <T> T shared(@Nullable T[] slots, T value) {
        int slot = slot(value.hashCode());
        T held = slots[slot];
        if (held != null && held.equals(value)) {
            return held;
        }
        slots[slot] = value;
        return value;
    }

    private static int slot(int hash) {
        return (hash ^ hash >>> 16) & (SLOTS - 1);
    }
}
