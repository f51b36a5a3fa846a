package uns.bridge.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.message.OutboundRecord.Header;

/**
 * Reads the dead-letter topic from the position that was committed last up to its end at the start: what is written there
 * meanwhile is for another time. The position is that of the consumer group {@code <dead-letter topic>-redrive}: one for all
 * bridges that share the topic, whatever their client identifiers. For one thread.
 */
public final class DeadLetterReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterReader.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * A record of the dead-letter topic.
     *
     * @param key the MQTT topic, if the bridge wrote it
     * @param timestampMs milliseconds since the epoch
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by identity only.
    public record Letter(byte @Nullable [] key, byte @Nullable [] value, long timestampMs, List<Header> headers) {}

    private final Consumer<byte[], byte[]> consumer;

    /** Where each partition ends for this reader. */
    private final Map<TopicPartition, Long> ends = new HashMap<>();

    /** @throws IOException if Kafka does not let it read */
    public DeadLetterReader(KafkaSettings settings) throws IOException {
        String topic = settings.deadLetterTopic();
        Map<String, Object> config = AdminLookup.adminConfig(settings);
        // Some of TLS are known to TlsEngines alone.
        config.keySet().removeIf(key -> !ConsumerConfig.configNames().contains(key) && !key.startsWith("ssl."));
        config.put(ConsumerConfig.GROUP_ID_CONFIG, topic + "-redrive");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        try {
            consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        } catch (KafkaException e) {
            throw failure(e);
        }
        try {
            Set<TopicPartition> partitions = partitions(topic);
            consumer.assign(partitions);
            ends.putAll(consumer.endOffsets(partitions));
            long open = 0;
            for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
                open += Math.max(0, end.getValue() - consumer.position(end.getKey()));
            }
            LOG.info("The dead-letter topic {} has {} records that were not read yet", topic, open);
        } catch (KafkaException e) {
            consumer.close();
            throw failure(e);
        }
    }

    private Set<TopicPartition> partitions(String topic) {
        return consumer.listTopics().getOrDefault(topic, List.of()).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .collect(Collectors.toSet());
    }

    /**
     * The next letters, those of one key in their order; empty at the end.
     *
     * @throws IOException if Kafka gives none for a minute
     */
    public List<Letter> next() throws IOException {
        long sinceNs = System.nanoTime();
        try {
            while (!reachedEnd()) {
                List<Letter> letters = new ArrayList<>();
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                    if (record.offset() < ends.getOrDefault(partition, 0L)) {
                        letters.add(letter(record));
                    }
                }
                if (!letters.isEmpty()) {
                    return letters;
                }
                if (System.nanoTime() - sinceNs > PATIENCE.toNanos()) {
                    throw new IOException("Kafka gives no record for over " + PATIENCE.toSeconds() + " s");
                }
            }
            return List.of();
        } catch (KafkaException e) {
            throw failure(e);
        }
    }

    private boolean reachedEnd() {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    /** What was read need not be read again, not even by another run. */
    public void commit() throws IOException {
        try {
            Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
            // What lies beyond the end may have been polled, but was not given out.
            ends.forEach((partition, end) ->
                    positions.put(partition, new OffsetAndMetadata(Math.min(end, consumer.position(partition)))));
            consumer.commitSync(positions);
        } catch (KafkaException e) {
            throw failure(e);
        }
    }

    private static Letter letter(ConsumerRecord<byte[], byte[]> record) {
        List<Header> headers = new ArrayList<>();
        record.headers().forEach(header -> {
            byte[] value = header.value();
            headers.add(new Header(header.key(), value == null ? new byte[0] : value));
        });
        return new Letter(record.key(), record.value(), record.timestamp(), headers);
    }

    private static IOException failure(KafkaException e) {
        return new IOException(KafkaErrors.describe(e), e);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
