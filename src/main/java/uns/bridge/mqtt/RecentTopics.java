package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The topics of the latest messages. A plant has thousands of them, and each comes again and again: so its text is made once,
 * and later maps of topics know its hash already. For one thread.
 */
final class RecentTopics {

    /** As powers of 2; each place has the last topic that belongs there. */
    private static final int PLACES_LOG2 = 13;

    /** Longer ones are not kept: all places together stay below 8 MiB. */
    private static final int MAX_BYTES = 256;

    /** Spreads what {@code 31 * h + b} leaves close together (Fibonacci hashing). */
    private static final int SPREAD = 0x9E3779B9;

    private final @Nullable Topic[] places = new @Nullable Topic[1 << PLACES_LOG2];

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Topic(byte[] utf8, String text) {}

    /** The topic whose UTF-8 form is {@code length} bytes of {@code buffer}. */
    String get(byte[] buffer, int from, int length) {
        if (length > MAX_BYTES) {
            return new String(buffer, from, length, UTF_8);
        }
        int hash = 0;
        for (int i = from; i < from + length; i++) {
            hash = 31 * hash + buffer[i];
        }
        int place = (hash * SPREAD) >>> (Integer.SIZE - PLACES_LOG2);
        Topic known = places[place];
        if (known == null || !Arrays.equals(known.utf8, 0, known.utf8.length, buffer, from, from + length)) {
            known = new Topic(Arrays.copyOfRange(buffer, from, from + length), new String(buffer, from, length, UTF_8));
            places[place] = known;
        }
        return known.text;
    }
}
