package uns.bridge.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.time.Duration;
import java.util.Base64;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import uns.bridge.brokers.MqttBroker;

/**
 * Publishes numbered messages without end, to topics of each quality of service, through an MQTT client that is none of the
 * bridge's and goes directly to the MQTT broker. Its client resumes its session, so that the broker gets all in order.
 */
final class Driver implements AutoCloseable {

    private static final int PER_SECOND = 200;
    private static final int TOPICS_PER_QOS = 4;
    private static final int MAX_TEXT = 600;

    /** How many may be on their way to the MQTT broker. */
    private static final int WINDOW = 500;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String prefix;
    private final Ledger ledger;
    private final Random random;
    private final Mqtt5BlockingClient client;
    private final Semaphore window = new Semaphore(WINDOW);
    private final Thread thread = new Thread(this::run, "driver");
    private volatile int doomed;
    private volatile boolean ended;

    Driver(MqttBroker broker, String prefix, Ledger ledger, Random random) {
        this.prefix = prefix;
        this.ledger = ledger;
        this.random = random;
        client = MqttClient.builder()
                .useMqttVersion5()
                .identifier("driver-" + broker.port())
                .serverHost(broker.host())
                .serverPort(broker.port())
                .automaticReconnect()
                .initialDelay(100, TimeUnit.MILLISECONDS)
                .maxDelay(500, TimeUnit.MILLISECONDS)
                .applyAutomaticReconnect()
                .buildBlocking();
        client.connectWith().cleanStart(true).sessionExpiryInterval(3_600).send();
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** An MQTT topic that always has messages, of QoS 1. */
    String topic() {
        return prefix + "/q1/t0";
    }

    /** The MQTT topic, also with messages of QoS 1, whose Kafka topic may be deleted. */
    String doomedTopic() {
        return prefix + "/doomed/" + doomed;
    }

    /** From now on there is another {@link #doomedTopic}. */
    void leaveDoomedTopic() {
        doomed++;
    }

    /** Publishes {@code count} messages with {@code bytes} more each, of QoS 1, as fast as the MQTT broker takes them. */
    void burst(int count, int bytes) {
        for (int i = 0; i < count; i++) {
            publish(prefix + "/burst/t" + i % TOPICS_PER_QOS, 1, bytes);
        }
    }

    /** Publishes no more, and waits until the MQTT broker has answered to all. */
    void finish() {
        ended = true;
        await("the driver's end").atMost(PATIENCE).until(() -> !thread.isAlive());
        await("all answers of the MQTT broker").atMost(PATIENCE).until(() -> window.availablePermits() == WINDOW);
    }

    private void run() {
        long dueNs = System.nanoTime();
        while (!ended) {
            int qos = random.nextInt(3);
            int topic = random.nextInt(TOPICS_PER_QOS + 1);
            int length = random.nextInt(MAX_TEXT);
            publish(
                    topic == TOPICS_PER_QOS ? doomedTopic() : prefix + "/q" + qos + "/t" + topic,
                    topic == TOPICS_PER_QOS ? 1 : qos,
                    length);
            dueNs += 1_000_000_000L / PER_SECOND;
            LockSupport.parkNanos(dueNs - System.nanoTime());
            if (dueNs < System.nanoTime() - 1_000_000_000L) {
                dueNs = System.nanoTime(); // The MQTT broker was away; there is no need to make up for it.
            }
        }
    }

    /** One at a time, so that the order of the ledger is that of the messages. */
    private synchronized void publish(String topic, int qos, int length) {
        window.acquireUninterruptibly();
        Ledger.Entry entry = ledger.add(topic, qos);
        String payload = "{\"n\":" + entry.number + ",\"text\":\"" + text(length) + "\"}";
        Mqtt5Publish message = Mqtt5Publish.builder()
                .topic(topic)
                .qos(MqttQos.fromCode(qos))
                .payload(payload.getBytes(UTF_8))
                .build();
        client.toAsync().publish(message).whenComplete((result, failure) -> {
            entry.accepted = failure == null && result.getError().isEmpty();
            window.release();
        });
    }

    /** Text that no compression makes much smaller, or no limit of a size would ever be reached. */
    private String text(int length) {
        byte[] bytes = new byte[length * 3 / 4];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** The number of the message with this payload, or with one that begins like it. */
    static int number(byte[] payload) {
        int number = 0;
        for (int i = 5; payload[i] != ','; i++) {
            number = number * 10 + payload[i] - '0';
        }
        return number;
    }

    @Override
    public void close() {
        ended = true;
        client.disconnect();
    }
}
