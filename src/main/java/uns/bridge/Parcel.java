package uns.bridge;

import java.util.List;
import org.jspecify.annotations.Nullable;
import uns.bridge.delivery.Delivery;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.OutboundRecord;
import uns.bridge.pipeline.DeadLetters;

/**
 * One message on its way into Kafka, in one or more records: as it has arrived, or as it was read from the spool. It is done
 * when Kafka has all of them, or its dead letter in their place.
 *
 * <p>Kafka's I/O thread completes its parts, while another thread may move it into the spool.
 */
final class Parcel {

    /** The message it is of; null: it was read from the spool. */
    private final @Nullable Delivery delivery;

    /** What its dead letter is made of; null: the message. */
    private volatile @Nullable OutboundRecord original;

    private int openParts;
    private boolean rejected;

    /** The offset behind it in the spool, negative while it is not there. */
    private long spoolEnd;

    /** Whether it came into the spool when Kafka had all of it already. */
    private boolean late;

    /** A message that has arrived, and becomes {@code parts} records. */
    Parcel(Delivery delivery, int parts) {
        this.delivery = delivery;
        this.openParts = parts;
        this.spoolEnd = -1;
    }

    /** A message read from the spool. */
    Parcel(OutboundRecord original, int parts, boolean rejected, long spoolEnd) {
        this.delivery = null;
        this.original = original;
        this.openParts = parts;
        this.rejected = rejected;
        this.spoolEnd = spoolEnd;
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
        if (records.size() == 1 && records.get(0).value() == message().payload()) {
            original = deadLetters.original(records.get(0));
            return null;
        }
        return original(deadLetters);
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

    /** Kafka has one of its parts; returns the message that is safe by that, if it is. */
    synchronized @Nullable Delivery completePart() {
        openParts--;
        if (openParts > 0) {
            return null;
        }
        original = null; // It may have to wait in the spool for those before it.
        return spoolEnd < 0 ? delivery : null;
    }

    /** It is in the spool, up to {@code end}; returns the message that is safe by that, unless it was before. */
    synchronized @Nullable Delivery moveToSpool(long end) {
        spoolEnd = end;
        late = openParts == 0;
        if (late || delivery == null) {
            return null;
        }
        delivery.spool();
        return delivery;
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

    synchronized boolean isDone() {
        return openParts <= 0;
    }
}
