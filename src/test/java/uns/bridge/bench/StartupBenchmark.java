package uns.bridge.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.brokers.Ports;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;

/**
 * Prints how long the bridge takes from the start of its process until {@code /health/ready} says so, the CPU time
 * until then, and how long until Kafka has a message that waited at the MQTT broker: as it is, and with what Java offers for
 * a quick start. Run it with {@code mvn -q -Pbench -Dbench.main=StartupBenchmark}. Its arguments are the homes of further JDKs.
 */
final class StartupBenchmark implements AutoCloseable {

    private static final int STARTS = 5;
    private static final int FIRST_WITH_AOT_CACHE = 25;
    private static final long POLL_MS = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path JAR = Path.of("target", "uns-kafka-bridge.jar").toAbsolutePath();

    private final MqttBroker mqtt = Brokers.mqtt();
    private final KafkaBroker kafka = Brokers.kafka();
    private final Publisher publisher = new Publisher(mqtt);
    private final KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), "startup_.*");
    private final Path directory = Files.createTempDirectory("bench-startup-");
    private boolean started;
    private int records;

    StartupBenchmark() throws IOException {
        Files.writeString(Files.createDirectory(directory.resolve("conf")).resolve("settings.yaml"), """
                mqtt:
                  host: %s
                  port: %d
                  topics: ['startup/#']
                  client_id: startup
                kafka:
                  config:
                    bootstrap.servers: %s
                """.formatted(
                        mqtt.host(), mqtt.port(), kafka.bootstrapServers()));
    }

    /**
     * A way to start.
     *
     * @param training options of a run before, which leaves something for the others; none if there is no such run
     */
    private record Way(String name, Path java, Path jar, List<String> training, List<String> options) {}

    /** Milliseconds. */
    private record Start(long ready, long cpu, long record) {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (StartupBenchmark benchmark = new StartupBenchmark()) {
            List<Way> ways = new ArrayList<>(benchmark.ways(Path.of(System.getProperty("java.home"))));
            for (String home : arguments) {
                ways.addAll(benchmark.ways(Path.of(home)));
            }
            benchmark.measure(ways);
        }
        System.exit(0);
    }

    private List<Way> ways(Path home) throws IOException, InterruptedException {
        Path java = home.resolve(Path.of("bin", "java"));
        String name = home.getFileName().toString();
        Path jar =
                Files.copy(JAR, Files.createDirectory(directory.resolve(name)).resolve("uns-kafka-bridge.jar"));
        archive(home, jar);
        String serial = "-XX:+UseSerialGC";
        String archive = "-XX:SharedArchiveFile=" + jar.resolveSibling("bridge.jsa");
        List<Way> ways = new ArrayList<>(List.of(
                new Way(name, java, jar, List.of(), List.of()),
                new Way(name + ", SerialGC", java, jar, List.of(), List.of(serial)),
                new Way(name + ", SerialGC, class-data.sh", java, jar, List.of(), List.of(serial, archive)),
                new Way(
                        name + ", SerialGC, class-data.sh, C1 only",
                        java,
                        jar,
                        List.of(),
                        List.of(serial, archive, "-XX:TieredStopAtLevel=1"))));
        if (version(home) >= FIRST_WITH_AOT_CACHE) {
            String cache = directory.resolve(name + ".aot").toString();
            ways.add(new Way(
                    name + ", SerialGC, AOT cache",
                    java,
                    jar,
                    List.of(serial, "-XX:AOTCacheOutput=" + cache),
                    List.of(serial, "-XX:AOTCache=" + cache)));
        }
        return ways;
    }

    private static void archive(Path home, Path jar) throws IOException, InterruptedException {
        ProcessBuilder script = new ProcessBuilder("sh", "conf/class-data.sh", jar.toString()).inheritIO();
        script.environment().merge("PATH", home.resolve("bin").toString(), (path, bin) -> bin + ":" + path);
        if (script.start().waitFor() != 0) {
            throw new IllegalStateException("class-data.sh has failed with " + home);
        }
    }

    private static int version(Path home) {
        try (Stream<String> lines = Files.lines(home.resolve("release"))) {
            return lines.filter(line -> line.startsWith("JAVA_VERSION=\""))
                    .mapToInt(line -> Integer.parseInt(line.split("[\".]")[1]))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The ways take turns. */
    private void measure(List<Way> ways) throws IOException, InterruptedException {
        start(ways.get(0), List.of()); // So that the MQTT broker has the session.
        Map<Way, List<Start>> starts = new LinkedHashMap<>();
        for (Way way : ways) {
            if (!way.training().isEmpty()) {
                start(way, way.training());
            }
            starts.put(way, new ArrayList<>());
        }
        for (int turn = 1; turn <= STARTS; turn++) {
            for (Way way : ways) {
                Start start = start(way, way.options());
                starts.get(way).add(start);
                System.err.printf("%d/%d: %s: ready after %d ms%n", turn, STARTS, way.name(), start.ready());
            }
        }
        System.out.printf("medians of %d starts, ms %39s %8s %14s%n", STARTS, "ready", "CPU", "first record");
        starts.forEach((way, taken) -> System.out.printf(
                "%-60s %5d %8d %14d%n",
                way.name(),
                median(taken.stream().mapToLong(Start::ready)),
                median(taken.stream().mapToLong(Start::cpu)),
                median(taken.stream().mapToLong(Start::record))));
    }

    private Start start(Way way, List<String> options) throws IOException, InterruptedException {
        if (started) {
            publisher.publish("startup/line", "{}");
            records++;
        }
        int port = Ports.free();
        List<String> command = new ArrayList<>(List.of(way.java().toString(), "-Xmx256m"));
        command.addAll(options);
        command.addAll(List.of("-jar", way.jar().toString()));
        long startNs = System.nanoTime();
        try (Child bridge =
                Child.start("bridge", command, Map.of("UNS_HTTP__PORT", Integer.toString(port)), directory)) {
            awaitReady(bridge, port);
            long readyMs = millisSince(startNs);
            long cpuMs = bridge.cpu().toMillis();
            reader.read(records);
            started = true;
            long recordMs = millisSince(startNs);
            // What is to be used by later starts is written at the end.
            if (!bridge.end(PATIENCE)) {
                throw bridge.failure("does not end");
            }
            return new Start(readyMs, cpuMs, recordMs);
        }
    }

    private static void awaitReady(Child bridge, int port) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port + "/health/ready");
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            bridge.ensureAlive();
            try {
                HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
                if (connection.getResponseCode() == HttpURLConnection.HTTP_OK) {
                    return;
                }
            } catch (SocketException e) {
                // Not so far yet.
            }
            Thread.sleep(POLL_MS);
        }
        throw bridge.failure("is not ready after " + PATIENCE.toSeconds() + " s");
    }

    private static long millisSince(long startNs) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    }

    private static long median(LongStream values) {
        long[] sorted = values.sorted().toArray();
        return sorted[sorted.length / 2];
    }

    @Override
    public void close() {
        reader.close();
        publisher.close();
        kafka.close();
        mqtt.close();
    }
}
