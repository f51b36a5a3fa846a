package uns.bridge;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import uns.bridge.config.ConfigurationException;
import uns.bridge.http.HealthCheck;

/** The command: {@code java -jar uns-kafka-bridge.jar [--conf DIR] [--check | --healthcheck]}. Exit code 0: stopped; 1: failed; 2: usage or configuration. */
public final class Main {

    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final String HELP = """
            Usage: java -jar uns-kafka-bridge.jar [--conf DIR] [--check | --healthcheck [live]]

            Carries every message of an MQTT Unified Namespace into Kafka.

              --conf DIR   where settings.yaml, .secrets.yaml and logback.xml are (default: conf)
              --check      only checks the configuration, and prints the settings in effect and where each is from
              --healthcheck      asks the bridge that runs here whether it is ready; exit code 0 or 1
              --healthcheck live asks only whether it can make progress, whatever the brokers do
              --version    prints the version
              --help       prints this
            """;

    private Main() {}

    /** Runs the bridge until SIGTERM or SIGINT. */
    public static void main(String[] args) throws InterruptedException {
        System.exit(run(args, System.getenv()));
    }

    @SuppressWarnings("SystemOut") // What was asked for, and what keeps the bridge from logging at all.
    static int run(String[] args, Map<String, String> environment) throws InterruptedException {
        Path conf = Path.of("conf");
        boolean check = false;
        String healthPath = null;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--conf" -> {
                    if (++i == args.length) {
                        System.err.println("--conf needs a folder\n\n" + HELP);
                        return USAGE;
                    }
                    conf = Path.of(args[i]);
                }
                case "--check" -> check = true;
                case "--healthcheck" -> {
                    boolean live = i + 1 < args.length && args[i + 1].equals("live");
                    healthPath = live ? Status.LIVE : Status.READY;
                    i += live ? 1 : 0;
                }
                case "--help" -> {
                    System.out.print(HELP);
                    return OK;
                }
                case "--version" -> {
                    System.out.println(version());
                    return OK;
                }
                default -> {
                    System.err.println("unknown argument " + args[i] + "\n\n" + HELP);
                    return USAGE;
                }
            }
        }
        if (healthPath != null) {
            return healthCheck(conf, environment, healthPath);
        }
        configureLogging(conf);
        Settings settings;
        try {
            settings = Settings.load(conf, environment);
        } catch (ConfigurationException e) {
            e.problems().forEach(System.err::println);
            return USAGE;
        }
        if (check) {
            settings.description().forEach(System.out::println);
            settings.warnings().forEach(warning -> System.out.println("warning: " + warning));
            return OK;
        }
        return serve(settings);
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
    private static void configureLogging(Path conf) {
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
