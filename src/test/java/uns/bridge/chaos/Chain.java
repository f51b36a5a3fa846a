package uns.bridge.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import uns.bridge.brokers.HiveMqProcess;
import uns.bridge.brokers.KafkaProcess;
import uns.bridge.brokers.TcpProxy;
import uns.bridge.testbed.BridgeProcess;

/**
 * MQTT broker, bridge and Kafka, each in a process of its own, the bridge connected through a proxy on both sides; and the
 * driver and the reader at its ends, which go past the proxies.
 */
final class Chain implements AutoCloseable {

    static final String DEAD_LETTERS = "uns_bridge_dead_letter";

    private static final Path OUTPUTS = Path.of("target", "chaos");

    final HiveMqProcess mqtt = new HiveMqProcess();
    final KafkaProcess kafka = new KafkaProcess(Map.of());
    final Witness witness = new Witness();
    final TcpProxy mqttLink = new TcpProxy(mqtt.host(), mqtt.port(), witness::tap);
    final SpoolDisk spoolDisk = new SpoolDisk();
    final Ledger ledger = new Ledger();
    final Driver driver;
    final Arrivals arrivals;

    /** Such as "in flight 7". */
    private static final Pattern BOOK = Pattern.compile("([a-z][a-z -]*) (\\d+)");

    private final String name = "chaos/" + UUID.randomUUID();
    private final Random random;
    private BridgeProcess bridge;
    private int ended;

    Chain(Random random) {
        this.random = random;
        driver = new Driver(mqtt, name, ledger, new Random(random.nextLong()));
        arrivals = new Arrivals(kafka.bootstrapServers(), kafkaTopic(name), DEAD_LETTERS);
        bridge = start(Map.of());
        driver.start();
    }

    TcpProxy kafkaLink() {
        return kafka.proxy();
    }

    BridgeProcess bridge() {
        return bridge;
    }

    /** Starts the bridge, which has ended, with time-outs short enough for faults of seconds. */
    void startBridge(Map<String, String> environment) {
        keepOutput();
        bridge = start(environment);
    }

    /**
     * SIGTERM, after which the books of the bridge must balance.
     *
     * @throws AssertionError if they do not, or if it does not end well
     */
    void terminateBridge() {
        int code = bridge.terminate();
        Map<String, Long> books = new HashMap<>();
        String last = bridge.output().get(bridge.output().size() - 1);
        BOOK.matcher(last).results().forEach(book -> books.put(book.group(1), Long.parseLong(book.group(2))));
        long in = books.getOrDefault("received", -1L) + books.getOrDefault("restored from the spool", 0L);
        long out = Stream.of("delivered", "dead-lettered", "skipped", "dropped", "in flight", "spooled")
                .mapToLong(name -> books.getOrDefault(name, 0L))
                .sum();
        if (code != 0 || in != out) {
            throw new AssertionError("ended with " + code + ": " + last);
        }
    }

    /** Where one finds it when something was lost. */
    private void keepOutput() {
        try {
            Files.write(Files.createDirectories(OUTPUTS).resolve("bridge-" + ended++ + ".log"), bridge.output());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private BridgeProcess start(Map<String, String> environment) {
        String settings = BridgeProcess.settings(
                mqttLink.host(),
                mqttLink.port(),
                kafkaLink().address(),
                "topics: ['" + name + "/#']",
                "client_id: " + name,
                "qos: 2",
                "keep_alive: 2",
                "max_in_flight_bytes: 4MiB");
        settings += "    buffer.memory: 8388608\n    request.timeout.ms: 2000\n    max.block.ms: 2000\n";
        if (random.nextBoolean()) {
            settings += "    delivery.timeout.ms: 4000\n";
        }
        if (SpoolDisk.isUsed()) {
            settings += "spool:\n  dir: " + spoolDisk.spool() + "\n  after: 1s\n";
        }
        return BridgeProcess.start(settings, environment).awaitSubscribed();
    }

    static String kafkaTopic(String mqttTopic) {
        return mqttTopic.replace('/', '_');
    }

    void delete(String kafkaTopic) throws InterruptedException {
        try (Admin admin = admin()) {
            admin.deleteTopics(List.of(kafkaTopic)).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    @Override
    public void close() {
        arrivals.close();
        bridge.kill();
        keepOutput();
        spoolDisk.close();
        mqttLink.close();
        try {
            driver.close();
        } finally {
            mqtt.close();
            kafka.close();
        }
    }
}
