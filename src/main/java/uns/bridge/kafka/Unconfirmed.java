package uns.bridge.kafka;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.OutboundRecord;

/**
 * The records that Kafka has not confirmed, in the order they are sent, and those behind them that a new producer would have to
 * send again. For one thread.
 */
final class Unconfirmed<T> {

    private ArrayDeque<Sending<T>> sendings = new ArrayDeque<>();
    private long bytes;

    void add(Sending<T> sending) {
        sendings.add(sending);
        bytes += sending.weight();
    }

    void addAll(Collection<Sending<T>> more) {
        more.forEach(this::add);
    }

    int size() {
        return sendings.size();
    }

    boolean isEmpty() {
        return sendings.isEmpty();
    }

    /** What they hold of the memory, in bytes. */
    long bytes() {
        return bytes;
    }

    /** The first; null if there is none. */
    @Nullable Sending<T> oldest() {
        return sendings.peek();
    }

    /** Whether a record waits that is of another topic than {@code topic}. */
    boolean hasOpenBeside(String topic) {
        for (Sending<T> sending : sendings) {
            if (!sending.done && !sending.record.topic().equals(topic)) {
                return true;
            }
        }
        return false;
    }

    void forEachOpen(BiConsumer<OutboundRecord, T> action) {
        sendings.forEach(sending -> sending.tellIfOpen(action));
    }

    /** Forgets the first if it is done, and returns it; else null. */
    @Nullable Sending<T> pollDone() {
        Sending<T> head = sendings.peek();
        if (head == null || !head.done) {
            return null;
        }
        bytes -= head.weight();
        return sendings.poll();
    }

    /**
     * Forgets what is done behind the first that is not as well, so that a topic of which Kafka confirms nothing holds up no
     * other; tells {@code forgotten}.
     */
    void forgetAllDone(Consumer<Sending<T>> forgotten) {
        ArrayDeque<Sending<T>> kept = new ArrayDeque<>();
        Set<Object> keys = new HashSet<>();
        for (Sending<T> sending : sendings) {
            if (isNeeded(sending, keys)) {
                kept.add(sending);
            } else {
                bytes -= sending.weight();
                forgotten.accept(sending);
            }
        }
        sendings = kept;
    }

    /** Those that a new producer is to send. */
    List<Sending<T>> sendAgain() {
        List<Sending<T>> again = new ArrayList<>();
        Set<Object> keys = new HashSet<>();
        for (Sending<T> sending : sendings) {
            if (isNeeded(sending, keys)) {
                sending.done = false;
                again.add(sending);
            }
        }
        return again;
    }

    /**
     * Whether a new producer has to send it: also what was confirmed behind a record of the same key that was not, so that the
     * order ends as it began. What is not needed never will be, for all before it of its key is done.
     *
     * @param keys those of the needed ones before it
     */
    private static boolean isNeeded(Sending<?> sending, Set<Object> keys) {
        boolean needed = !sending.done || (sending.confirmed && keys.contains(sending.orderedBy()));
        if (needed) {
            keys.add(sending.orderedBy());
        }
        return needed;
    }
}
