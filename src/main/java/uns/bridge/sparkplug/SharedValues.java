package uns.bridge.sparkplug;

import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Gives one object for equal values, as far as they were seen lately and are still in use.
 *
 * <p>The devices of an edge node, and the edge nodes of a plant, mostly have the same few sets of names and types. A table
 * of fixed size finds nearly all of these.
 */
final class SharedValues {

    private static final int SLOTS = 1 << 13;

    private final @Nullable WeakReference<byte[]>[] bytes = slots();
    private final @Nullable WeakReference<int[]>[] ints = slots();
    private final @Nullable WeakReference<String>[] texts = slots();
    private final @Nullable WeakReference<PropertyTypes>[] types = slots();

    /** Bytes equal to {@code value}. */
    byte[] bytes(byte[] value) {
        return shared(bytes, value, Arrays.hashCode(value), Arrays::equals);
    }

    /** Numbers equal to {@code value}. */
    int[] ints(int[] value) {
        return shared(ints, value, Arrays.hashCode(value), Arrays::equals);
    }

    /** A text equal to {@code value}. */
    String text(String value) {
        return shared(texts, value, value.hashCode(), String::equals);
    }

    /** Types equal to {@code value}. */
    PropertyTypes types(PropertyTypes value) {
        return shared(types, value, value.hashCode(), PropertyTypes::equals);
    }

    private static <T> T shared(@Nullable WeakReference<T>[] slots, T value, int hash, BiPredicate<T, T> equal) {
        int slot = (hash ^ hash >>> 16) & (SLOTS - 1);
        WeakReference<T> reference = slots[slot];
        T held = reference == null ? null : reference.get();
        if (held != null && equal.test(held, value)) {
            return held;
        }
        slots[slot] = new WeakReference<>(value);
        return value;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // There are no arrays of generic types.
    private static <T> @Nullable WeakReference<T>[] slots() {
        return new WeakReference[SLOTS];
    }
}
