package uns.bridge.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The ceiling "sending alone": a KafkaProducer with the settings of the bridge sends prebuilt records, as many as it is
 * told to, as fast as it takes them.
 */
final class ProducerProcess {

    private ProducerProcess() {}

    /**
     * Arguments: bootstrap servers, workload. The command {@code run N} is answered by {@code ran FAILED} once Kafka has
     * answered for all N records.
     */
    public static void main(String[] arguments) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (Workload.Message message : Workload.named(arguments[1]).cycle()) {
            records.add(recordOf(message));
        }
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                arguments[0],
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                true,
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                "lz4",
                ProducerConfig.LINGER_MS_CONFIG,
                5,
                ProducerConfig.BATCH_SIZE_CONFIG,
                65_536,
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                ByteArraySerializer.class,
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
                ByteArraySerializer.class))) {
            Child.serve(command -> run(producer, records, Integer.parseInt(command.substring("run ".length()))));
        }
    }

    private static void run(
            KafkaProducer<byte[], byte[]> producer, List<ProducerRecord<byte[], byte[]>> records, int count) {
        AtomicLong answered = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        CountDownLatch done = new CountDownLatch(1);
        for (int i = 0; i < count; i++) {
            producer.send(records.get(i % records.size()), (metadata, exception) -> {
                if (exception != null) {
                    failed.incrementAndGet();
                }
                if (answered.incrementAndGet() == count) {
                    done.countDown();
                }
            });
        }
        try {
            done.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        Child.answer("ran " + failed.get());
    }

    private static ProducerRecord<byte[], byte[]> recordOf(Workload.Message message) {
        List<Header> headers = new ArrayList<>();
        headers.add(header("mqtt.qos", "1"));
        headers.add(header("mqtt.retained", "false"));
        headers.add(header("mqtt.duplicate", "false"));
        String[] levels = message.topic().split("/", -1);
        if (levels[0].equals("spBv1.0")) {
            headers.add(header("sparkplug.group", levels[1]));
            headers.add(header("sparkplug.type", levels[2]));
            headers.add(header("sparkplug.edge", levels[3]));
            headers.add(header("sparkplug.device", levels[4]));
        }
        return new ProducerRecord<>(
                message.topic().replace('/', '_'),
                null,
                message.timestampMs(),
                message.topic().getBytes(UTF_8),
                message.value(),
                headers);
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(UTF_8));
    }
}
