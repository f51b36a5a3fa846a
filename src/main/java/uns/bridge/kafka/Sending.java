package uns.bridge.kafka;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.OutboundRecord;

/** One record, from the first attempt to send it to its end. */
final class Sending<T> implements Callback {

    /** What it takes beside its record's weight: objects here and in the producer; roughly. */
    private static final int OVERHEAD_BYTES = 256;

    final OutboundRecord record;
    private final T token;
    private final KafkaSink.Listener<T> listener;
    private final Consumer<Exception> failed;

    /** When it was taken, for the clock of the sink. */
    final long sinceNs;

    /** Who hands it to the producer. */
    private volatile Thread sender = Thread.currentThread();

    volatile boolean done;

    /** Whether the listener was told; it may be sent again all the same, behind what must come before it. */
    volatile boolean confirmed;

    /** What the producer answered at once, before it took the record. */
    @Nullable Exception immediate;

    /** @param failed told on Kafka's I/O thread what ends the producer */
    Sending(OutboundRecord record, T token, KafkaSink.Listener<T> listener, Consumer<Exception> failed, long sinceNs) {
        this.record = record;
        this.token = token;
        this.listener = listener;
        this.failed = failed;
        this.sinceNs = sinceNs;
    }

    /** From now on what is answered on this thread is answered at once. */
    void begin() {
        immediate = null;
        sender = Thread.currentThread();
    }

    synchronized void tellIfOpen(BiConsumer<OutboundRecord, T> action) {
        if (!done && !confirmed) {
            action.accept(record, token);
        }
    }

    /** What it holds of the memory, in bytes. */
    long weight() {
        return OVERHEAD_BYTES + record.weight();
    }

    /** Equal for records whose order counts. */
    Object orderedBy() {
        return List.of(record.topic(), ByteBuffer.wrap(record.key()));
    }

    /** Synchronized, since a producer that was given up may answer beside its successor, and the listener is told once. */
    @Override
    public synchronized void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception exception) {
        if (done) {
            return; // Sent again by a later producer, and confirmed twice.
        }
        if (exception == null) {
            boolean first = !confirmed;
            confirmed = true;
            done = true;
            if (first) {
                listener.confirmed(token);
            }
        } else if (Thread.currentThread() == sender) {
            immediate = exception;
        } else if (KafkaErrors.isRefusal(exception)) {
            refuse(exception);
        } else {
            failed.accept(exception);
        }
    }

    synchronized void refuse(Exception cause) {
        done = true;
        if (!confirmed) {
            listener.refused(token, cause);
        }
    }
}
