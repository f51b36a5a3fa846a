package uns.bridge.bench;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The command line of the benchmark.
 *
 * @param stretch how long a measured stretch is
 * @param warmup how long a process is at work before its first measured stretch
 * @param repeat measured stretches of each row; the rows take turns
 * @param workloads {@link Workload#NAMES} and {@link #MOSQUITTO}, as far as wanted
 * @param receiveMaximums a row of the bridge for each; the ceilings have the first
 * @param jvm the options of every measured JVM
 * @param kafkaFolder where Kafka has its log. In memory it tells more of the bridge: with 1,000 topics Kafka grows thousands of
 *     index files, for which a disk may let it wait a minute
 */
record Options(
        Duration stretch,
        Duration warmup,
        int repeat,
        List<String> workloads,
        List<Integer> receiveMaximums,
        List<String> jvm,
        Path kafkaFolder) {

    static final String MOSQUITTO = "mosquitto";

    /** The Java that runs this process. */
    static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    /** Of Linux, in memory. */
    private static final File SHARED_MEMORY = new File("/dev/shm");

    /** A row leaves up to 4 GB. */
    private static final long KAFKA_BYTES = 8L << 30;

    private static final String ALL = "all";
    private static final List<String> KNOWN =
            Stream.concat(Workload.NAMES.stream(), Stream.of(MOSQUITTO)).toList();

    /** A quarter of an hour. */
    private static final List<String> DEFAULT = List.of(
            "json",
            "json-1k",
            "json-10k",
            "sparkplug-10",
            "sparkplug-100",
            "alias-10",
            "topics-1000",
            "qos-0",
            "qos-2");

    static final String USAGE =
            """
            Arguments (mvn -q -Pbench -Dbench.args="..."):
              --rows NAME,...         what to measure: all, or some of
                                      %s
                                      default %s
              --repeat N              measured stretches of each row, default 3; the table has their medians
              --seconds N             how long a stretch is, default 2
              --warmup N              how many seconds each process is at work before, default 5
              --receive-maximum N,... a row of the bridge for each, default 5000
              --jvm OPTION,...        options of the measured JVMs, default -Xmx256m
              --kafka-folder FOLDER   where Kafka has its log, default %s""".formatted(String.join(",", KNOWN), String.join(",", DEFAULT), kafkaFolderByDefault());

    /** Throws IllegalArgumentException with a readable message. */
    static Options parse(String[] arguments) {
        Duration stretch = Duration.ofSeconds(2);
        Duration warmup = Duration.ofSeconds(5);
        int repeat = 3;
        List<String> workloads = DEFAULT;
        List<Integer> receiveMaximums = List.of(5_000);
        List<String> jvm = List.of("-Xmx256m");
        Path kafkaFolder = kafkaFolderByDefault();
        for (int i = 0; i < arguments.length; i += 2) {
            String name = arguments[i];
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(name + " is unknown or lacks its value");
            }
            String value = arguments[i + 1];
            switch (name) {
                case "--rows" -> workloads = value.equals(ALL) ? KNOWN : List.of(value.split(","));
                case "--repeat" -> repeat = number(name, value, 1_000);
                case "--seconds" -> stretch = Duration.ofSeconds(number(name, value, 3_600));
                case "--warmup" -> warmup = Duration.ofSeconds(number(name, value, 3_600));
                case "--receive-maximum" -> {
                    receiveMaximums = new ArrayList<>();
                    for (String maximum : value.split(",")) {
                        receiveMaximums.add(number(name, maximum, MqttPackets.MAX_ID));
                    }
                }
                case "--jvm" -> jvm = List.of(value.split(","));
                case "--kafka-folder" -> kafkaFolder = folder(name, value);
                default -> throw new IllegalArgumentException(name + " is unknown");
            }
        }
        for (String workload : workloads) {
            if (!KNOWN.contains(workload)) {
                throw new IllegalArgumentException(
                        "--rows " + workload + ": must be " + ALL + " or among " + String.join(", ", KNOWN));
            }
        }
        return new Options(stretch, warmup, repeat, workloads, List.copyOf(receiveMaximums), jvm, kafkaFolder);
    }

    /** The command that starts {@code main} on the class path of this process. */
    List<String> java(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Child.LOGGING, "-classpath", Child.CLASS_PATH, main.getName()));
        command.addAll(List.of(arguments));
        return java(command);
    }

    /** A measured JVM with further arguments. */
    List<String> java(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(JAVA));
        command.addAll(jvm);
        command.addAll(arguments);
        return command;
    }

    private static Path kafkaFolderByDefault() {
        return SHARED_MEMORY.getUsableSpace() >= KAFKA_BYTES
                ? SHARED_MEMORY.toPath()
                : Path.of(System.getProperty("java.io.tmpdir"));
    }

    private static Path folder(String name, String value) {
        Path folder = Path.of(value);
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(name + " " + value + ": must be a folder that exists");
        }
        return folder;
    }

    private static int number(String name, String value, int most) {
        try {
            int number = Integer.parseInt(value);
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Answered below like any other number that cannot be used.
        }
        throw new IllegalArgumentException(name + " " + value + ": must be a number from 1 to " + most);
    }
}
