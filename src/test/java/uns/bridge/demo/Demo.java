package uns.bridge.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import uns.bridge.Bridge;
import uns.bridge.Settings;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.config.ConfigurationException;

/**
 * Shows the bridge at work on one machine with nothing installed: starts both brokers, a simulated plant and the bridge
 * with the configuration in {@code conf}, and prints each record as it arrives in Kafka. It ends on Ctrl-C, or after as
 * many seconds as the system property {@code demo.seconds} says.
 */
public final class Demo {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration TOPIC_SEARCH_INTERVAL = Duration.ofMillis(250);

    private final RecordPrinter printer = new RecordPrinter(System.out, colour());
    private final Deque<Runnable> closers = new ArrayDeque<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private final long seconds;

    private volatile int exitCode = 1;
    private long printed;

    private Demo(long seconds) {
        this.seconds = seconds;
    }

    public static void main(String[] args) {
        Demo demo = new Demo(Long.getLong("demo.seconds", 0));
        Runtime.getRuntime().addShutdownHook(new Thread(demo::interrupted, "demo-stop"));
        // Not left to the last thread: the brokers may leave some behind.
        System.exit(demo.run());
    }

    /** On Ctrl-C: a demo that was interrupted has done what it should, so the exit code is not the 130 of a signal. */
    private void interrupted() {
        stopping.countDown();
        try {
            finished.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(exitCode);
    }

    private int run() {
        try {
            showRecords();
            exitCode = 0;
        } catch (RuntimeException | InterruptedException e) {
            e.printStackTrace();
        } finally {
            say("Stopping ...");
            closers.forEach(Demo::close);
            say(printed + " records were printed.");
            finished.countDown();
        }
        return exitCode;
    }

    /** What does not end well must not keep the rest from ending. */
    private static void close(Runnable closer) {
        try {
            closer.run();
        } catch (RuntimeException e) {
            e.printStackTrace();
        }
    }

    private void showRecords() throws InterruptedException {
        say("Starting HiveMQ CE and Kafka ...");
        // Side by side: either takes seconds, mostly to load its classes.
        CompletableFuture<MqttBroker> startingMqtt = CompletableFuture.supplyAsync(Brokers::mqtt);
        KafkaBroker kafka = Brokers.kafka();
        closers.push(kafka::close);
        MqttBroker mqtt = startingMqtt.join();
        closers.push(mqtt::close);
        say("MQTT broker at " + mqtt.host() + ":" + mqtt.port() + ", Kafka at " + kafka.bootstrapServers());

        Plant plant = new Plant(mqtt.host(), mqtt.port());
        plant.announce();
        say("Starting the bridge ...");
        closers.push(startBridge(environment(mqtt, kafka)));
        closers.push(plant::close);
        printRecords(kafka.bootstrapServers(), plant);
    }

    /**
     * Starts the bridge in this JVM, configured as its users do: with the files in {@code conf} and the environment.
     *
     * @return what stops it
     */
    private static Runnable startBridge(Map<String, String> environment) {
        try {
            Bridge bridge = new Bridge(Settings.load(Path.of("conf"), environment));
            bridge.start();
            return () -> stop(bridge);
        } catch (ConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void stop(Bridge bridge) {
        try {
            bridge.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Map<String, String> environment(MqttBroker mqtt, KafkaBroker kafka) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("UNS_MQTT__HOST", mqtt.host());
        environment.put("UNS_MQTT__PORT", Integer.toString(mqtt.port()));
        environment.put("UNS_MQTT__TOPICS", "[\"spBv1.0/#\",\"acme/#\"]");
        environment.put("UNS_SPARKPLUG__STATE_DIR", "none");
        environment.put("UNS_KAFKA__CONFIG", "{bootstrap.servers: '" + kafka.bootstrapServers() + "'}");
        return environment;
    }

    private void printRecords(String bootstrapServers, Plant plant) throws InterruptedException {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrapServers, "auto.offset.reset", "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            long start = System.nanoTime();
            long searched = start - TOPIC_SEARCH_INTERVAL.toNanos();
            while (stopping.getCount() > 0 && !isOver(start)) {
                if (System.nanoTime() - searched >= TOPIC_SEARCH_INTERVAL.toNanos()) {
                    searched = System.nanoTime();
                    assignAll(consumer);
                }
                if (consumer.assignment().isEmpty()) {
                    // A consumer refuses to poll nothing.
                    stopping.await(POLL.toMillis(), TimeUnit.MILLISECONDS);
                    continue;
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    printer.print(record);
                    if (printed++ == 0) {
                        plant.run();
                    }
                }
            }
        }
    }

    /** Not by subscribing to a pattern: a group would rebalance, and pause, for each topic that appears. */
    private static void assignAll(KafkaConsumer<byte[], byte[]> consumer) {
        List<TopicPartition> all = consumer.listTopics().values().stream()
                .flatMap(List::stream)
                .filter(partition -> !partition.topic().startsWith("__"))
                .map(Demo::topicPartition)
                .toList();
        consumer.assign(all);
    }

    private static TopicPartition topicPartition(PartitionInfo partition) {
        return new TopicPartition(partition.topic(), partition.partition());
    }

    private boolean isOver(long start) {
        return seconds > 0 && System.nanoTime() - start >= TimeUnit.SECONDS.toNanos(seconds);
    }

    private static boolean colour() {
        if (!System.getenv().getOrDefault("NO_COLOR", "").isEmpty()) {
            return false;
        }
        if (!System.getenv().getOrDefault("FORCE_COLOR", "").isEmpty()) {
            return true;
        }
        // JDK 22 to 24 would otherwise invent a console where the output goes into a file.
        System.setProperty("jdk.console", "java.base");
        return System.console() != null && !"dumb".equals(System.getenv("TERM"));
    }

    private static void say(String text) {
        System.out.println(text);
    }
}
