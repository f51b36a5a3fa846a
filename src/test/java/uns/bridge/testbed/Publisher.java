package uns.bridge.testbed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import uns.bridge.brokers.MqttBroker;

/**
 * Publishes numbered messages through an MQTT client that is none of the bridge's, and keeps a ledger of what the broker
 * has acknowledged, to be compared with Kafka one by one.
 */
public final class Publisher implements AutoCloseable {

    private static final int WINDOW = 200;

    private final Mqtt5BlockingClient client;
    private final Semaphore window = new Semaphore(WINDOW);

    /** The numbers published to each topic, in order. */
    private final Map<String, List<Integer>> ledger = new LinkedHashMap<>();

    private int published;

    public Publisher(MqttBroker broker) {
        client = MqttClient.builder()
                .useMqttVersion5()
                .identifier("publisher-" + UUID.randomUUID())
                .serverHost(broker.host())
                .serverPort(broker.port())
                .automaticReconnect()
                .initialDelay(200, TimeUnit.MILLISECONDS)
                .maxDelay(1, TimeUnit.SECONDS)
                .applyAutomaticReconnect()
                .buildBlocking();
        client.connectWith().cleanStart(true).sessionExpiryInterval(3_600).send();
    }

    public void publish(Mqtt5Publish message) {
        client.publish(message);
    }

    public void publish(String topic, String payload) {
        client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload.getBytes(UTF_8))
                .send();
    }

    /** Publishes {@code count} further numbered messages, over {@code topics} topics below {@code prefix}. */
    public void publishNumbered(String prefix, int topics, int count, MqttQos qos) {
        for (int i = 0; i < count; i++) {
            int number = published++;
            String topic = prefix + "/t" + number % topics;
            ledger.computeIfAbsent(topic, t -> new ArrayList<>()).add(number);
            publishAsync(Mqtt5Publish.builder()
                    .topic(topic)
                    .qos(qos)
                    .payload(("{\"n\":" + number + ",\"text\":\"" + "x".repeat(100) + "\"}").getBytes(UTF_8))
                    .build());
        }
    }

    /** Publishes without waiting, within the window. */
    public void publishAsync(Mqtt5Publish message) {
        window.acquireUninterruptibly();
        client.toAsync().publish(message).whenComplete((result, failure) -> {
            if (failure != null) {
                throw new AssertionError("the ledger is of no use", failure);
            }
            window.release();
        });
    }

    /** Publishes numbered messages for {@code duration}, {@code perSecond} of them a second. */
    public void publishNumbered(String prefix, int topics, int perSecond, Duration duration, MqttQos qos) {
        int batch = Math.max(1, perSecond / 20);
        long start = System.nanoTime();
        for (long sent = 0; System.nanoTime() - start < duration.toNanos(); sent += batch) {
            long dueNs = start + sent * 1_000_000_000L / perSecond;
            LockSupport.parkNanos(dueNs - System.nanoTime());
            publishNumbered(prefix, topics, batch, qos);
        }
    }

    /** Waits until the MQTT broker has acknowledged all that was published. */
    public void awaitAcknowledged() {
        await("acknowledged by the broker")
                .atMost(Duration.ofSeconds(90))
                .until(() -> window.availablePermits() == WINDOW);
    }

    public int published() {
        return published;
    }

    /**
     * Compares the ledger with what is in Kafka: nothing missing, and the first appearances of each topic's messages in
     * their order. Messages may repeat.
     *
     * @return what is wrong, empty if nothing
     */
    public List<String> differences(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<String, Set<Integer>> arrived = new LinkedHashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            arrived.computeIfAbsent(KafkaReader.key(record), key -> new LinkedHashSet<>())
                    .add(number(record));
        }
        List<String> differences = new ArrayList<>();
        ledger.forEach((topic, numbers) -> {
            Set<Integer> seen = arrived.getOrDefault(topic, Set.of());
            List<Integer> missing =
                    numbers.stream().filter(number -> !seen.contains(number)).toList();
            if (!missing.isEmpty()) {
                differences.add(topic + " lacks " + missing);
            } else if (!List.copyOf(seen).equals(numbers)) {
                differences.add(topic + " is out of order: " + seen);
            }
        });
        return differences;
    }

    /** Whether every message of the ledger is among {@code records}. */
    public boolean allIn(List<ConsumerRecord<byte[], byte[]>> records) {
        return records.stream().mapToInt(Publisher::number).distinct().count() >= published;
    }

    private static int number(ConsumerRecord<byte[], byte[]> record) {
        String value = new String(record.value(), UTF_8);
        return Integer.parseInt(value, 5, value.indexOf(','), 10);
    }

    @Override
    public void close() {
        client.disconnect();
    }
}
