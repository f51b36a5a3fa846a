package uns.bridge.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What is in Kafka: a thread follows all topics of the run, the dead-letter topic included, past all outages of Kafka. A
 * topic that is about to be deleted is left, and read again from the beginning at the end.
 */
final class Arrivals implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration SEARCH_INTERVAL = Duration.ofMillis(250);

    /**
     * A record.
     *
     * @param number that of its message
     * @param seenNs when it was seen here, in terms of {@link System#nanoTime}
     */
    record Arrival(int number, boolean deadLetter, long seenNs) {}

    private final String prefix;
    private final String deadLetterTopic;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<Arrival> arrivals = new ArrayList<>();
    private final Set<Integer> seen = new HashSet<>();
    private final Set<String> left = ConcurrentHashMap.newKeySet();
    private final Thread thread = new Thread(this::run, "arrivals");
    private volatile boolean ended;
    private long searchedNs;

    /** @param prefix of the Kafka topics of the run */
    Arrivals(String bootstrapServers, String prefix, String deadLetterTopic) {
        this.prefix = prefix;
        this.deadLetterTopic = deadLetterTopic;
        consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "auto.offset.reset", "earliest",
                        "allow.auto.create.topics", "false",
                        "reconnect.backoff.max.ms", "200",
                        "request.timeout.ms", "5000",
                        "default.api.timeout.ms", "5000"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        thread.setDaemon(true);
        thread.start();
    }

    /** Reads {@code topic} no more; it may be deleted after that. Returns when that is so. */
    void leave(String topic) throws InterruptedException {
        left.add(topic);
        synchronized (this) {
            searchedNs = 0;
            while (consumerHas(topic)) {
                wait(100);
            }
        }
    }

    /** Reads again, from their beginning, the topics that were left. */
    void returnToLeft() {
        left.clear();
    }

    synchronized boolean hasSeen(int number) {
        return seen.contains(number);
    }

    /** In the order of their partitions. */
    synchronized List<Arrival> all() {
        return List.copyOf(arrivals);
    }

    private boolean consumerHas(String topic) {
        return assigned.contains(topic);
    }

    private final Set<String> assigned = ConcurrentHashMap.newKeySet();

    private void run() {
        while (!ended) {
            try {
                assign();
                if (assigned.isEmpty()) {
                    Thread.sleep(POLL.toMillis());
                } else {
                    add(consumer.poll(POLL));
                }
            } catch (KafkaException | InterruptedException e) {
                // Kafka is away, which is what this run is about.
                continue;
            }
        }
        consumer.close();
    }

    private void assign() {
        synchronized (this) {
            if (System.nanoTime() - searchedNs < SEARCH_INTERVAL.toNanos()) {
                return;
            }
        }
        List<TopicPartition> partitions = consumer.listTopics().values().stream()
                .flatMap(List::stream)
                .filter(partition -> isOfRun(partition.topic()))
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
        consumer.assign(partitions);
        synchronized (this) {
            assigned.clear();
            partitions.forEach(partition -> assigned.add(partition.topic()));
            searchedNs = System.nanoTime();
            notifyAll();
        }
    }

    private boolean isOfRun(String topic) {
        return (topic.startsWith(prefix) && !left.contains(topic)) || topic.equals(deadLetterTopic);
    }

    private synchronized void add(Iterable<ConsumerRecord<byte[], byte[]>> records) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            int number = Driver.number(record.value());
            arrivals.add(new Arrival(number, record.topic().equals(deadLetterTopic), System.nanoTime()));
            seen.add(number);
        }
    }

    @Override
    public void close() {
        ended = true;
    }
}
