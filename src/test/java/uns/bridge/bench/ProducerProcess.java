package uns.bridge.bench;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import uns.bridge.Settings;
import uns.bridge.message.OutboundRecord;

/**
 * The ceiling "sending alone": a KafkaProducer with the settings of the bridge sends the records that the bridge would,
 * built before, as many as it is told to, as fast as it takes them.
 */
final class ProducerProcess {

    private static final int ASKED_FOR_TOGETHER = 100;

    private final KafkaProducer<byte[], byte[]> producer;
    private final List<ProducerRecord<byte[], byte[]>> records;
    private final int mostInFlight;
    private final Semaphore room;
    private int sent;

    private ProducerProcess(Settings settings, Workload workload, int mostInFlight) {
        producer = new KafkaProducer<>(settings.kafka().config());
        records = workload.records(settings).stream()
                .map(ProducerProcess::producerRecord)
                .toList();
        learnTopics();
        this.mostInFlight = mostInFlight;
        room = new Semaphore(mostInFlight);
    }

    /** Asked for one after the other, thousands of topics would take minutes. */
    private void learnTopics() {
        ExecutorService asking = Executors.newFixedThreadPool(ASKED_FOR_TOGETHER);
        records.stream()
                .map(ProducerRecord::topic)
                .distinct()
                .forEach(topic -> asking.execute(() -> producer.partitionsFor(topic)));
        asking.shutdown();
        try {
            if (!asking.awaitTermination(2, TimeUnit.MINUTES)) {
                throw new IllegalStateException("Kafka has not told of all topics within 2 minutes");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Arguments: the workload, how many records may be in flight. Answers {@code ready}, then the command {@code run N} by
     * {@code ran FAILED} once Kafka has answered for all N records.
     */
    public static void main(String[] arguments) {
        ProducerProcess process =
                new ProducerProcess(Configuration.load(), Workload.named(arguments[0]), Integer.parseInt(arguments[1]));
        Child.answer("ready");
        Child.serve(command -> {
            try {
                Child.answer("ran " + process.run(Integer.parseInt(command.substring("run ".length()))));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private long run(int count) throws InterruptedException {
        AtomicLong failed = new AtomicLong();
        AtomicInteger answered = new AtomicInteger();
        Semaphore done = new Semaphore(0);
        boolean bounded = mostInFlight < Integer.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            if (bounded) {
                room.acquire();
            }
            producer.send(records.get(sent++ % records.size()), (metadata, exception) -> {
                if (exception != null) {
                    failed.incrementAndGet();
                }
                if (bounded) {
                    room.release();
                }
                if (answered.incrementAndGet() == count) {
                    done.release();
                }
            });
        }
        done.acquire();
        return failed.get();
    }

    /** As the bridge makes it. */
    private static ProducerRecord<byte[], byte[]> producerRecord(OutboundRecord record) {
        RecordHeaders headers = new RecordHeaders();
        record.headers().forEach(header -> headers.add(header.name(), header.value()));
        return new ProducerRecord<>(record.topic(), null, record.timestampMs(), record.key(), record.value(), headers);
    }
}
