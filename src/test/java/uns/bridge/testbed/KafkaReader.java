package uns.bridge.testbed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads all topics whose names match, from their beginning. */
public final class KafkaReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);

    private static final Duration SEARCH_INTERVAL = Duration.ofMillis(250);

    private final Pattern topics;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private long searchedNs = System.nanoTime() - SEARCH_INTERVAL.toNanos();
    private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();

    public KafkaReader(String bootstrapServers, String topics) {
        this.topics = Pattern.compile(topics);
        consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "auto.offset.reset", "earliest",
                        "max.partition.fetch.bytes", "33554432",
                        "fetch.max.bytes", "67108864"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /** New topics appear while the test runs. A group would read from the beginning again at each of them. */
    private void assignNewTopics() {
        if (System.nanoTime() - searchedNs < SEARCH_INTERVAL.toNanos()) {
            return;
        }
        searchedNs = System.nanoTime();
        consumer.assign(consumer.listTopics().values().stream()
                .flatMap(List::stream)
                .filter(partition -> !partition.topic().startsWith("__")
                        && topics.matcher(partition.topic()).matches())
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList());
    }

    /** Reads on until {@code enough} says so of all records read since the beginning. */
    public List<ConsumerRecord<byte[], byte[]>> readUntil(
            Duration patience, Predicate<List<ConsumerRecord<byte[], byte[]>>> enough) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!enough.test(records)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("only " + records.size() + " records after " + patience + ": "
                        + records.stream()
                                .map(record -> record.topic() + "@" + record.offset())
                                .toList());
            }
            assignNewTopics();
            if (!consumer.assignment().isEmpty()) {
                consumer.poll(POLL).forEach(records::add);
            }
        }
        return records;
    }

    /** Reads on until there are {@code count} records. */
    public List<ConsumerRecord<byte[], byte[]>> read(int count) {
        return readUntil(Duration.ofSeconds(60), all -> all.size() >= count);
    }

    public static String key(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.key(), UTF_8);
    }

    /** Headers by name; of repeated ones the values are joined by a comma. */
    public static Map<String, String> headers(ConsumerRecord<byte[], byte[]> record) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Header header : record.headers()) {
            headers.merge(header.key(), new String(header.value(), UTF_8), (a, b) -> a + "," + b);
        }
        return headers;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
