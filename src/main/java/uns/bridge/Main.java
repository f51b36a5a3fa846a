package uns.bridge;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import uns.bridge.config.ConfigurationException;
import uns.bridge.config.LogVariable;
import uns.bridge.http.HealthCheck;
import uns.bridge.status.Status;

/** The command: {@code java -jar uns-kafka-bridge.jar}. Exit code 0: done, or stopped; 1: failed; 2: usage or configuration. */
public final class Main {

    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    /**
     * How large a buffer Java may keep for the next time it reads or writes, of which it keeps up to 1,024 for each thread; a TLS
     * record fits. Kafka's client writes that many at once where it has many topics, and what it reads of them grows with their
     * number: with 10,000 that came to 40 MB.
     */
    private static final String KEPT_BUFFER_BYTES = String.valueOf(17 << 10);

    private Main() {}

    /** Runs the bridge until SIGTERM or SIGINT. */
    public static void main(String[] args) throws InterruptedException {
        System.getProperties()
                .putIfAbsent("jdk.nio.maxCachedBufferSize", KEPT_BUFFER_BYTES); // Read once, with the first file.
        System.exit(run(args, System.getenv()));
    }

    @SuppressWarnings("SystemOut") // What was asked for, and what keeps the bridge from logging at all.
    static int run(String[] args, Map<String, String> environment) throws InterruptedException {
        Command command;
        try {
            command = Command.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n\n" + Command.HELP);
            return USAGE;
        }
        switch (command.action()) {
            case HELP -> System.out.print(Command.HELP);
            case VERSION -> System.out.println(version());
            case HEALTHCHECK -> {
                return healthCheck(command.conf(), environment, Status.READY);
            }
            case HEALTHCHECK_LIVE -> {
                return healthCheck(command.conf(), environment, Status.LIVE);
            }
            default -> {
                return run(command, environment);
            }
        }
        return OK;
    }

    @SuppressWarnings("SystemOut")
    private static int run(Command command, Map<String, String> environment) throws InterruptedException {
        configureLogging(command.conf(), environment);
        Settings settings;
        try {
            settings = Settings.load(command.conf(), environment);
        } catch (ConfigurationException e) {
            e.problems().forEach(System.err::println);
            return USAGE;
        }
        return switch (command.action()) {
            case CHECK -> check(settings);
            case EXPLAIN -> explain(settings, command);
            case DOCTOR -> Doctor.examine(settings, System.out::println) ? OK : FAILED;
            case REDRIVE -> redrive(settings);
            default -> serve(settings);
        };
    }

    @SuppressWarnings("SystemOut")
    private static int check(Settings settings) {
        settings.description().forEach(System.out::println);
        settings.warnings().forEach(warning -> System.out.println("warning: " + warning));
        return OK;
    }

    @SuppressWarnings("SystemOut")
    private static int explain(Settings settings, Command command) {
        Path payload = command.payload();
        try {
            byte[] bytes = payload == null ? null : Files.readAllBytes(payload);
            String topic = Objects.requireNonNull(command.topic());
            Explanation.of(settings, topic, bytes, System.currentTimeMillis()).forEach(System.out::println);
            return OK;
        } catch (IOException e) {
            System.err.println("--payload: cannot be read: " + e);
        } catch (IllegalArgumentException e) {
            System.err.println("--explain: " + e.getMessage());
        }
        return USAGE;
    }

    private static int redrive(Settings settings) throws InterruptedException {
        Logger log = LoggerFactory.getLogger(Redrive.class);
        try {
            Redrive.Summary summary = Redrive.run(settings);
            log.info("Redriven: {}", summary.describe());
            return summary.isComplete() ? OK : FAILED;
        } catch (IOException e) {
            log.error("Redriving ended early, what is not confirmed stays for the next time: {}", e.getMessage());
            return FAILED;
        }
    }

    /** Does without logging, which takes longer to load than all the rest; 2 would mean something else to Docker. */
    @SuppressWarnings("SystemOut")
    private static int healthCheck(Path conf, Map<String, String> environment, String path) {
        try {
            HealthCheck.Result result = HealthCheck.ask(Settings.loadHttp(conf, environment), path);
            System.out.println(result.text());
            return result.well() ? OK : FAILED;
        } catch (ConfigurationException e) {
            e.problems().forEach(System.err::println);
            return FAILED;
        }
    }

    private static int serve(Settings settings) throws InterruptedException {
        Logger log = LoggerFactory.getLogger(Main.class);
        log.info("uns-kafka-bridge {} on Java {}", version(), Runtime.version());
        settings.description().forEach(line -> log.info("  {}", line));
        settings.warnings().forEach(log::warn);
        Bridge bridge = new Bridge(settings);
        Signals.onTermination(
                () -> {
                    log.info("Stopping, within {} s", settings.drainTimeout().toSeconds());
                    bridge.stop();
                },
                () -> {
                    log.warn("Asked to stop again: ending at once");
                    Runtime.getRuntime().halt(FAILED);
                });
        bridge.start();
        boolean stopped = bridge.awaitEnd();
        bridge.close();
        return stopped ? OK : FAILED;
    }

    /** A logback.xml in the folder of the configuration takes the place of the one inside. To be called before any logger. */
    private static void configureLogging(Path conf, Map<String, String> environment) {
        for (LogVariable each : LogVariable.values()) {
            System.setProperty(each.name(), each.in(environment)); // Logback looks here first.
        }
        Path logback = conf.resolve("logback.xml");
        if (System.getProperty("logback.configurationFile") == null && Files.isRegularFile(logback)) {
            System.setProperty(
                    "logback.configurationFile", logback.toAbsolutePath().toString());
        }
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    static String version() {
        try (InputStream in = Main.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
