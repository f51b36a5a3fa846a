package uns.bridge;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param action what is to be done
 * @param conf the folder of the configuration
 * @param topic the MQTT topic to be explained, null with any other action
 * @param payload the file with the payload that is to be explained too, or null
 */
record Command(
        Action action,
        Path conf,
        @Nullable String topic,
        @Nullable Path payload) {

    static final String HELP = """
            Usage: java -jar uns-kafka-bridge.jar [--conf DIR] [ACTION]

            Carries every message of an MQTT Unified Namespace into Kafka.

              --conf DIR   where settings.yaml, .secrets.yaml and logback.xml are (default: conf)

            Instead of that, it can
              --check      only check the configuration, and print the settings in effect and where each is from
              --doctor     also connect to both sides, and tell what is wrong, why and what to do; changes nothing there
              --explain TOPIC [--payload FILE]
                           tell, without a connection, what becomes of a message to that MQTT topic, and with the
                           payload in FILE print the records that would be written
              --redrive    send what is in the dead-letter topic through the bridge once more, and end
              --healthcheck [live]
                           ask the bridge that runs here whether it is ready, or only whether it can make progress,
                           whatever the brokers do; exit code 0 or 1
              --version    print the version
              --help       print this
            """;

    /** One at a time. */
    enum Action {
        SERVE,
        CHECK,
        DOCTOR,
        EXPLAIN,
        REDRIVE,
        HEALTHCHECK,
        HEALTHCHECK_LIVE,
        VERSION,
        HELP
    }

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException if it is not as {@link #HELP} says; the message tells how
     */
    static Command parse(String... args) {
        Command command = new Command(Action.SERVE, Path.of("conf"), null, null);
        for (int i = 0; i < args.length; i++) {
            command = switch (args[i]) {
                case "--conf" -> new Command(command.action, Path.of(value(args, ++i)), command.topic, command.payload);
                case "--payload" -> new Command(command.action, command.conf, command.topic, Path.of(value(args, ++i)));
                case "--explain" ->
                    new Command(command.only(Action.EXPLAIN), command.conf, value(args, ++i), command.payload);
                case "--check" -> command.with(Action.CHECK);
                case "--doctor" -> command.with(Action.DOCTOR);
                case "--redrive" -> command.with(Action.REDRIVE);
                case "--healthcheck" -> {
                    boolean live = i + 1 < args.length && args[i + 1].equals("live");
                    i += live ? 1 : 0;
                    yield command.with(live ? Action.HEALTHCHECK_LIVE : Action.HEALTHCHECK);
                }
                case "--version" -> command.with(Action.VERSION);
                case "--help" -> command.with(Action.HELP);
                default -> throw new IllegalArgumentException("unknown argument " + args[i]);
            };
        }
        if (command.payload != null && command.topic == null) {
            throw new IllegalArgumentException("--payload goes with --explain");
        }
        return command;
    }

    private Command with(Action other) {
        return new Command(only(other), conf, topic, payload);
    }

    private Action only(Action other) {
        if (action != Action.SERVE && action != other) {
            throw new IllegalArgumentException("only one of --" + name(action) + " and --" + name(other));
        }
        return other;
    }

    private static String name(Action action) {
        return action.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String value(String[] args, int at) {
        if (at == args.length) {
            throw new IllegalArgumentException(args[at - 1] + " needs a value");
        }
        return args[at];
    }
}
