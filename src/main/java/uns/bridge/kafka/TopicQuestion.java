package uns.bridge.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;

/**
 * While the producer asks Kafka for the topic of the record that comes next, lets it ask for those of the records behind it
 * as well. Otherwise thousands of new topics would be asked for one by one, each for a round trip, or for much longer where
 * Kafka creates them. For one thread.
 */
final class TopicQuestion {

    /**
     * As many topics as are asked for together at most. Where Kafka creates them by itself it creates all or none of them:
     * none if that makes more than 10,000 partitions and topics.
     */
    static final int MAX_TOPICS = 100;

    /** As many records as are looked at for that when the question is put. */
    private static final int MAX_LOOKED_AT = 10_000;

    private final CurrentProducer producer;
    private final Predicate<String> hopeless;
    private final Time time;

    /** By what must be unique among names. */
    private final Map<String, String> topics = new HashMap<>();

    private int unknown;
    private boolean open;

    /**
     * Since when Kafka is asked for each that the producer does not know. Those that were asked for together count until
     * it is known whether it was their number.
     */
    private final Map<String, Long> askedNs = new HashMap<>();

    /** As many unknown topics as are asked for together now. */
    private int most = MAX_TOPICS;

    /** Whether it is known if asking for one at a time helps: then {@link #most} stays as it is. */
    private boolean settled;

    /** @param hopeless whether Kafka is not to be asked for a topic now, for it has said no */
    TopicQuestion(CurrentProducer producer, Predicate<String> hopeless, Time time) {
        this.producer = producer;
        this.hopeless = hopeless;
        this.time = time;
    }

    /**
     * What the names of two topics may not have in common. Kafka refuses a name that equals another but for dots and
     * underscores, which its metrics do not tell apart; of two in one request it creates both, and consumers of both fail.
     */
    static String unified(String topic) {
        return topic.replace('.', '_');
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
        if (settled || most > 1) {
            askedNs.clear();
        }
        topics.clear();
        unknown = 0;
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
        if (producer.failure() != null) {
            return; // A closed producer asks for nothing.
        }
        if (!open || unknown >= most || topics.size() >= MAX_LOOKED_AT || hopeless.test(topic)) {
            return;
        }
        if (topics.putIfAbsent(unified(topic), topic) != null) {
            return;
        }
        try {
            producer.get().partitionsFor(topic);
        } catch (InterruptException e) {
            throw (InterruptedException) new InterruptedException("interrupted while asking for a topic").initCause(e);
        } catch (TimeoutException e) {
            unknown++; // The producer will ask.
            askedNs.putIfAbsent(topic, time.nanoTime());
        } catch (InvalidTopicException | TopicAuthorizationException e) {
            // That shows again when the first record of the topic is sent.
        } catch (KafkaException | IllegalStateException e) {
            producer.fail(e); // It is told only once, to whoever calls first.
        }
    }

    /**
     * Kafka has no topic for the first record yet. Returns whether there were others that it has not created either: then
     * the producer, which would go on to ask for all of them, is given up, and they are asked for one at a time.
     */
    boolean split() throws InterruptedException {
        if (!open || settled) {
            return false;
        }
        if (most == 1) {
            most = MAX_TOPICS; // It was not their number.
            settled = true;
            return false;
        }
        List<String> asked = List.copyOf(topics.values());
        topics.clear();
        unknown = 0;
        for (String topic : asked) {
            join(topic);
        }
        if (unknown < 2) {
            return false;
        }
        most = 1;
        open = false;
        producer.fail(new TimeoutException(
                "Kafka has created none of " + unknown + " topics, which are asked for one at a time now"));
        return true;
    }

    /** The topics that the producer did not know, and since when Kafka is asked for them; none if there is an answer. */
    Map<String, Long> askedNs() {
        return open ? askedNs : Map.of();
    }

    /** The producer knows the topic of the first record now. */
    void answered() {
        settled |= open && most == 1;
        open = false;
    }

    /** It is of no interest any more. */
    void end() {
        open = false;
    }
}
