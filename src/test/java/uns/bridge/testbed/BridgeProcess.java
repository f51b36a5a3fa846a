package uns.bridge.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;

/** The bridge as its users start it: {@code java -jar}, in a process of its own, with a folder of configuration. */
public final class BridgeProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Longer than it waits for Kafka at its end. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private static final Pattern BOOKS = Pattern.compile(
            "received (\\d+), delivered (\\d+), dead-lettered (\\d+), skipped \\d+, dropped (\\d+), in flight (\\d+)");

    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final Thread reader;

    private BridgeProcess(Process process) {
        this.process = process;
        this.reader = new Thread(this::read, "bridge-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts it with {@code settings} as settings.yaml. */
    public static BridgeProcess start(String settings) {
        return start(settings, Map.of());
    }

    public static BridgeProcess start(String settings, Map<String, String> environment) {
        try {
            Path conf = Files.createTempDirectory("bridge-conf");
            Files.writeString(conf.resolve("settings.yaml"), settings);
            return start(conf, environment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param arguments besides {@code --conf} */
    public static BridgeProcess start(Path conf, Map<String, String> environment, String... arguments) {
        String jar = System.getProperty("bridge.jar", "target/uns-kafka-bridge.jar");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m"));
        command.addAll(List.of("-jar", jar, "--conf", conf.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // Not where the tests run, nor at a port that they share.
        builder.environment()
                .put("UNS_SPARKPLUG__STATE_DIR", conf.resolve("data").toString());
        builder.environment().put("UNS_HTTP__ENABLED", "false");
        builder.environment().putAll(environment);
        try {
            return new BridgeProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A settings.yaml for these brokers; {@code mqttLines} stand below {@code mqtt:}, two blanks deep. */
    public static String settings(MqttBroker mqtt, KafkaBroker kafka, String... mqttLines) {
        return settings(mqtt.host(), mqtt.port(), kafka.bootstrapServers(), mqttLines);
    }

    public static String settings(String host, int port, String bootstrapServers, String... mqttLines) {
        StringBuilder yaml = new StringBuilder("dynaconf_merge: true\nmqtt:\n");
        yaml.append("  host: ").append(host).append("\n  port: ").append(port).append('\n');
        for (String line : mqttLines) {
            yaml.append("  ").append(line).append('\n');
        }
        return yaml.append("kafka:\n  config:\n    bootstrap.servers: ")
                .append(bootstrapServers)
                .append('\n')
                .toString();
    }

    /** Waits until a line of its output contains {@code text}. */
    public BridgeProcess awaitLog(String text) {
        await("output with: " + text).atMost(PATIENCE).until(() -> logged(text) > 0 || !process.isAlive());
        if (logged(text) == 0) {
            throw new AssertionError("The bridge ended without '" + text + "':\n" + String.join("\n", output));
        }
        return this;
    }

    public BridgeProcess awaitSubscribed() {
        return awaitLog("Subscribed to");
    }

    /** How many lines of its output contain {@code text}. */
    public long logged(String text) {
        return output.stream().filter(line -> line.contains(text)).count();
    }

    public List<String> output() {
        return output;
    }

    /** SIGKILL. */
    public void kill() {
        process.toHandle().destroyForcibly();
        awaitExit();
    }

    /** SIGTERM. Through the handle: the process itself would close its output with it. */
    public void signal() {
        process.toHandle().destroy();
    }

    /** SIGTERM, and waits; returns the exit code. */
    public int terminate() {
        signal();
        return awaitExit();
    }

    public int awaitExit() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("The bridge does not end:\n" + String.join("\n", output));
            }
            reader.join(PATIENCE.toMillis());
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** The account it gave last: received, delivered, dead-lettered, dropped, in flight. */
    public long[] books() {
        for (int i = output.size() - 1; i >= 0; i--) {
            Matcher books = BOOKS.matcher(output.get(i));
            if (books.find()) {
                long[] numbers = new long[5];
                for (int n = 0; n < numbers.length; n++) {
                    numbers[n] = Long.parseLong(books.group(n + 1));
                }
                return numbers;
            }
        }
        throw new AssertionError("no books in:\n" + String.join("\n", output));
    }

    /** Ends it if it has not ended, if need be by force. Whatever the test was about, its books must have balanced. */
    @Override
    public void close() {
        signal();
        try {
            if (!process.waitFor(GRACE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            reader.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        assertThat(output).noneMatch(line -> line.contains("The books do not balance"));
    }

    /** Where its output stays, for whoever looks for the cause of a failed test. */
    private Path kept() throws IOException {
        return Files.createDirectories(Path.of("target", "bridge-output")).resolve(process.pid() + ".log");
    }

    private void read() {
        try (BufferedReader lines = process.inputReader();
                BufferedWriter kept = Files.newBufferedWriter(kept())) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
                kept.append(line).append('\n').flush();
            }
        } catch (IOException e) {
            output.add("(output ended: " + e.getMessage() + ")");
        }
    }
}
