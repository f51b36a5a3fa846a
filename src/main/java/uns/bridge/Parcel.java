package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import uns.bridge.delivery.Delivery;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.OutboundRecord;
import uns.bridge.pipeline.DeadLetters;
import uns.bridge.spool.SpoolEntry;

/**
 * One message on its way into Kafka, in one or more records: as it has arrived, or as it was read from the spool. It is done
 * when Kafka has all of them, or its dead letter in their place.
 *
 * <p>Kafka's I/O thread completes its parts, while another thread may move it into the spool.
 */
final class Parcel implements Outlet.Cargo {

    /** The message it is of; null: it was read from the spool. */
    private final @Nullable Delivery delivery;

    /** What its dead letter is made of; null: the message. */
    private volatile @Nullable OutboundRecord original;

    /** Counts what that holds of the memory until this is done, in bytes; null: somebody else counts it. */
    private final @Nullable AtomicLong originalBytes;

    /** Its place in the order of arrival, while it is not in the spool. */
    private final long serial;

    private int openParts;
    private boolean rejected;
    private boolean letterRefused;

    /** The offset behind it in the spool, negative while it is not there. */
    private long spoolEnd;

    /** When it came into the spool, milliseconds since the epoch. */
    private long spooledMs;

    /** Whether it came into the spool when Kafka had all of it already. */
    private boolean late;

    /** A message that has arrived, and becomes {@code parts} records. */
    Parcel(Delivery delivery, int parts, long serial) {
        this.delivery = delivery;
        this.originalBytes = null;
        this.serial = serial;
        this.openParts = parts;
        this.spoolEnd = -1;
    }

    /**
     * A message read from the spool.
     *
     * @param originalBytes counts what {@code original} holds of the memory until it is done; null: its records hold the same
     */
    Parcel(
            OutboundRecord original,
            @Nullable AtomicLong originalBytes,
            int parts,
            boolean rejected,
            long spoolEnd,
            long spooledMs) {
        this.delivery = null;
        this.serial = 0;
        this.original = original;
        this.originalBytes = originalBytes;
        if (originalBytes != null) {
            originalBytes.addAndGet(original.weight());
        }
        this.openParts = parts;
        this.rejected = rejected;
        this.spoolEnd = spoolEnd;
        this.spooledMs = spooledMs;
    }

    @Override
    public Parcel parcel() {
        return this;
    }

    /** What its dead letter is made of; to be called on the pipeline's thread while it is not in the spool. */
    OutboundRecord original(DeadLetters deadLetters) {
        OutboundRecord known = original;
        if (known != null) {
            return known;
        }
        OutboundRecord made = deadLetters.original(message());
        original = made;
        return made;
    }

    /** As {@link #original}, or null if that follows from {@code records}, which are all it becomes. */
    @Nullable OutboundRecord originalBeside(List<OutboundRecord> records, DeadLetters deadLetters) {
        InboundMessage message = message();
        if (isAll(records, message.topic().getBytes(UTF_8), message.payload())) {
            original = deadLetters.original(records.get(0));
            return null;
        }
        return original(deadLetters);
    }

    /** When it arrived, milliseconds since the epoch; of one read from the spool when it came in there, which is soon after. */
    long arrivalMs() {
        return delivery == null ? spooledMs() : delivery.message().arrivalMs();
    }

    private InboundMessage message() {
        if (delivery == null) {
            throw new IllegalStateException("of a message read from the spool there are only records");
        }
        return delivery.message();
    }

    /** From now on it is one to the dead-letter topic, whatever becomes of its other parts. */
    synchronized void reject() {
        rejected = true;
        if (delivery != null && spoolEnd < 0) {
            delivery.reject();
        }
    }

    synchronized boolean isRejected() {
        return rejected;
    }

    long serial() {
        return serial;
    }

    /** Kafka refuses its dead letter for now; returns whether it is the first to say so. */
    synchronized boolean refuseLetter() {
        boolean first = !letterRefused;
        letterRefused = true;
        return first;
    }

    /** Kafka has taken its dead letter; returns whether it was refused before. */
    synchronized boolean acceptLetter() {
        boolean before = letterRefused;
        letterRefused = false;
        return before;
    }

    /**
     * Kafka has one of its parts, or all of it in its {@code letter}; returns the message that is safe by that, if it is and
     * was not before.
     */
    synchronized @Nullable Delivery complete(boolean letter) {
        if (openParts <= 0) {
            return null; // Its dead letter has overtaken its other parts.
        }
        openParts = letter ? 0 : openParts - 1;
        if (openParts > 0) {
            return null;
        }
        OutboundRecord known = original;
        if (originalBytes != null && known != null) {
            originalBytes.addAndGet(-known.weight());
        }
        original = null; // It may have to wait in the spool for those before it.
        return spoolEnd < 0 ? delivery : null;
    }

    /** It is in the spool, up to {@code end}, since {@code nowMs}; returns the message that is safe by that, unless it was before. */
    synchronized @Nullable Delivery moveToSpool(long end, long nowMs) {
        spoolEnd = end;
        spooledMs = nowMs;
        late = openParts == 0;
        if (late || delivery == null) {
            return null;
        }
        delivery.spool();
        return delivery;
    }

    /** It is in the spool once more, up to {@code end}, and there it counts. */
    synchronized void moveWithinSpool(long end) {
        spoolEnd = end;
    }

    /** As an entry of the spool: what Kafka does not have of it, which is {@code records}, and what its dead letter is made of. */
    SpoolEntry asEntry(List<OutboundRecord> records) {
        if (isRejected()) {
            return new SpoolEntry(true, null, records);
        }
        OutboundRecord known = original;
        boolean follows = known != null && isAll(records, known.key(), known.value());
        return new SpoolEntry(false, follows ? null : known, records);
    }

    /** Whether {@code records} are one that has all of the message with this key and this very value. */
    private static boolean isAll(List<OutboundRecord> records, byte[] key, byte @Nullable [] value) {
        return records.size() == 1
                && records.get(0).value() == value
                && Arrays.equals(records.get(0).key(), key);
    }

    synchronized boolean isSpooled() {
        return spoolEnd >= 0;
    }

    /** Whether the books have it among what is spooled, until it is done. */
    synchronized boolean countsAsSpooled() {
        return spoolEnd >= 0 && !late;
    }

    /** The offset behind it in the spool. */
    synchronized long spoolEnd() {
        return spoolEnd;
    }

    /** When it came into the spool, milliseconds since the epoch. */
    synchronized long spooledMs() {
        return spooledMs;
    }

    synchronized boolean isDone() {
        return openParts <= 0;
    }
}
