package uns.bridge.kafka;

import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * While the producer asks Kafka for the topic of the record that comes next, lets it ask for those of the records behind it
 * as well. Otherwise thousands of new topics would be asked for one by one, each for a round trip, or for much longer where
 * Kafka creates them. For one thread.
 */
final class TopicQuestion {

    /** As many topics as are asked for together. */
    static final int MAX_TOPICS = 1_000;

    /** As many records as are looked at for that when the question is put. */
    private static final int MAX_LOOKED_AT = 10_000;

    private final CurrentProducer producer;
    private final Set<String> topics = new HashSet<>();
    private boolean open;

    TopicQuestion(CurrentProducer producer) {
        this.producer = producer;
    }

    /** Whether there is no answer yet. */
    boolean isOpen() {
        return open;
    }

    /** The producer asks for the topic of the first of {@code waiting}. */
    void put(Iterable<? extends Sending<?>> waiting) throws InterruptedException {
        if (open) {
            return;
        }
        open = true;
        topics.clear();
        int looked = 0;
        for (Sending<?> each : waiting) {
            if (++looked > MAX_LOOKED_AT) {
                return;
            }
            join(each.record.topic());
        }
    }

    /** If it is open, it is about {@code topic}, too. */
    void join(String topic) throws InterruptedException {
        if (!open || topics.size() >= MAX_TOPICS || !topics.add(topic)) {
            return;
        }
        try {
            producer.get().partitionsFor(topic);
        } catch (InterruptException e) {
            throw (InterruptedException) new InterruptedException("interrupted while asking for a topic").initCause(e);
        } catch (KafkaException | IllegalStateException e) {
            // There is no answer yet; or what is wrong shows when the first record of the topic is sent.
        }
    }

    /** It has its answer, or is of no interest any more. */
    void end() {
        open = false;
    }
}
