package uns.bridge.kafka;

import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The producer of the moment: made when it is needed, closed where it fails, and then replaced, each time after a longer
 * pause. For one thread, but for {@link #fail} and {@link #metric}.
 */
final class CurrentProducer {

    private static final Logger LOG = LoggerFactory.getLogger(CurrentProducer.class);
    private static final long MIN_BACKOFF_MS = 500;
    private static final long MAX_BACKOFF_MS = 30_000;

    private final Supplier<Producer<byte[], byte[]>> producers;
    private final ConnectionWatch watch = new ConnectionWatch();
    private volatile @Nullable Producer<byte[], byte[]> producer;
    private volatile ProducerMetrics metrics = ProducerMetrics.NONE;

    /** What ends the current producer; it takes no more. */
    private volatile @Nullable Exception failure;

    private long backoffMs = MIN_BACKOFF_MS;

    CurrentProducer(Supplier<Producer<byte[], byte[]>> producers) {
        this.producers = producers;
    }

    /**
     * The producer, a new one if there is none.
     *
     * @throws KafkaException if none can be made
     */
    Producer<byte[], byte[]> get() {
        Producer<byte[], byte[]> current = producer;
        if (current == null) {
            current = producers.get();
            producer = current;
            metrics = ProducerMetrics.of(current);
            watch.reset();
        }
        return current;
    }

    boolean exists() {
        return producer != null;
    }

    /** What has ended it; null if it works as far as is known. */
    @Nullable Exception failure() {
        return failure;
    }

    /**
     * Ends the producer for {@code cause}, if nothing has before. Where Kafka's I/O thread finds the cause it must be told on
     * that thread: the producer would go on with the next batch, and Kafka would have later records of a topic before the
     * earlier ones that have failed. Such a close does not wait.
     */
    void fail(Exception cause) {
        if (failure == null) {
            failure = cause;
            close(producer);
        }
    }

    /** Lets another one be made, and returns for how long Kafka is to be left alone before, in milliseconds. */
    long replace() {
        failure = null;
        long pauseMs = backoffMs;
        backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS);
        return pauseMs;
    }

    /** It works: the next pause is a short one. */
    void worksWell() {
        backoffMs = MIN_BACKOFF_MS;
    }

    /** How Kafka looks from here. */
    ConnectionWatch.Sight look(long nowNs) {
        return watch.look(metrics, nowNs);
    }

    /** See {@link KafkaSink#metric}. */
    double metric(String name) {
        return metrics.value(name);
    }

    /** Ends it, waiting for no answer of Kafka; there is none that comes after this. */
    void discard() {
        close(producer);
        producer = null;
        metrics = ProducerMetrics.NONE;
    }

    private static void close(@Nullable Producer<byte[], byte[]> producer) {
        if (producer != null) {
            try {
                // Nothing to wait for: what it still holds is sent again by the next one.
                producer.close(Duration.ZERO);
            } catch (KafkaException e) {
                // It is of no use any more in any case. An interrupt stays set, and ends what waits next.
                LOG.debug("Kafka producer not closed cleanly", e);
            }
        }
    }
}
