package uns.bridge.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Runs the rows and prints the tables. This process is also the MQTT side of all but the Mosquitto rows.
 *
 * <p>All processes of a workload are started and warmed up first and then take turns, so that a disturbance of the
 * machine hits every row alike; a figure is the median of a row's turns. Nothing here passes or fails by time.
 */
public final class Bench {

    /** For the JIT compilers, which lag behind the messages that gave them reason to compile. */
    private static final Duration SETTLING = Duration.ofMillis(500);

    private static final int FIRST_STRETCH = 5_000;

    /** Fewer do not warm a process up where others keep it from its work, unless that takes very long. */
    private static final int WARM = 100_000;

    /** Of the run that is about times: messages per second, for how long. */
    private static final int PACE = 5_000;

    private static final Duration PACED = Duration.ofSeconds(10);

    /** What Mosquitto has queued. */
    private static final int QUEUED = 200_000;

    private final Options options;
    private final List<String> leftOut = new ArrayList<>();
    private Optional<Sample> sendingJson = Optional.empty();

    private Bench(Options options) {
        this.options = options;
    }

    /** The exit code is 0 if every row could be measured, 1 if not, 2 for wrong arguments. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + Options.USAGE);
            System.exit(2);
            return;
        }
        System.exit(new Bench(options).run() ? 0 : 1);
    }

    private boolean run() throws IOException, InterruptedException {
        System.out.printf(
                "%d cores, %s %s, %s %s %s%nmeasured JVMs: %s%nmedians of %d stretches of %d s, after %d s of warm-up; Kafka's log in %s%n%n",
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.vm.name"),
                System.getProperty("java.vm.version"),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch"),
                String.join(" ", options.jvm()),
                options.repeat(),
                options.stretch().toSeconds(),
                options.warmup().toSeconds(),
                options.kafkaFolder());
        for (String name : options.workloads()) {
            // A Kafka for each: that of many topics is another one ever after.
            try (Child kafka = KafkaProcess.start(options.kafkaFolder())) {
                String bootstrapServers = kafka.await(Duration.ofSeconds(60));
                if (name.equals(Options.MOSQUITTO)) {
                    mosquitto(kafka, bootstrapServers);
                } else {
                    workload(Workload.named(name), kafka, bootstrapServers);
                }
            }
        }
        leftOut.forEach(System.out::println);
        return leftOut.isEmpty();
    }

    private void workload(Workload workload, Child kafka, String bootstrapServers)
            throws IOException, InterruptedException {
        Table table = new Table(workload.description(), "source", Optional.empty());
        List<Row> rows = new ArrayList<>(Row.receiving(options, workload));
        rows.addAll(Row.sending(options, workload));
        Map<Row, Contender> contenders = new LinkedHashMap<>();
        Map<Row, Integer> stretches = new LinkedHashMap<>();
        try {
            for (Row row : rows) {
                try {
                    Contender contender = Contender.start(row, workload, kafka, bootstrapServers);
                    contenders.put(row, contender);
                    if (row.kind() == Row.Kind.BRIDGE && contender instanceof Contender.Fed bridge) {
                        table.idle(row, bridge.idleMib());
                    }
                    stretches.put(row, warmUp(contender, workload));
                } catch (IllegalStateException e) {
                    leftOut.add("Left out: %s, %s: %s".formatted(workload.name(), row.label(), e.getMessage()));
                }
            }
            Map<Row, List<Sample>> samples = new LinkedHashMap<>();
            for (int turn = 1; turn <= options.repeat(); turn++) {
                for (Map.Entry<Row, Integer> stretch : stretches.entrySet()) {
                    Row row = stretch.getKey();
                    Sample sample = contenders.get(row).run(stretch.getValue());
                    progress(workload.name(), turn, options.repeat(), row, sample);
                    samples.computeIfAbsent(row, first -> new ArrayList<>()).add(sample);
                }
            }
            for (Map.Entry<Row, List<Sample>> taken : samples.entrySet()) {
                Row row = taken.getKey();
                Contender contender = contenders.get(row);
                table.add(
                        row,
                        Sample.median(taken.getValue()),
                        contender.process().peakResidentMib());
                // At QoS 0 there is no confirmation to wait for.
                if (row.kind() == Row.Kind.BRIDGE && workload.qos() > 0 && contender instanceof Contender.Fed bridge) {
                    bridge.run(
                            (int) (PACE * PACED.toSeconds()),
                            PACE); // What was compiled for full speed is compiled anew.
                    table.paced(row, PACE, bridge.run((int) (PACE * PACED.toSeconds()), PACE));
                }
            }
            if (workload.name().equals(Workload.JSON)) {
                sendingJson = table.sending();
            }
            System.out.println(table);
        } finally {
            for (Contender contender : contenders.values()) {
                contender.close();
            }
        }
    }

    /** Returns how many messages make a stretch. */
    private int warmUp(Contender contender, Workload workload) throws InterruptedException {
        // So that Kafka has all topics.
        contender.run(workload.births().size() + workload.cycle().size());
        int messages = FIRST_STRETCH;
        long startNs = System.nanoTime();
        long warmupNs = options.warmup().toNanos();
        for (int done = 0; elapsed(startNs) < warmupNs || done < WARM && elapsed(startNs) < 4 * warmupNs; ) {
            done += messages;
            messages = Math.max(FIRST_STRETCH, (int) contender.run(messages).messagesPerSecond());
        }
        Thread.sleep(SETTLING.toMillis());
        return (int) (messages * options.stretch().toSeconds());
    }

    private static long elapsed(long startNs) {
        return System.nanoTime() - startNs;
    }

    /**
     * Unlike the others, these rows start a process for each turn, as only an absent client's messages are queued. That
     * takes its time: they have half as many turns.
     */
    private void mosquitto(Child kafka, String bootstrapServers) throws IOException, InterruptedException {
        Optional<Path> executable = Mosquitto.executable();
        if (executable.isEmpty()) {
            System.out.println("Mosquitto is not installed: its rows are left out.\n");
            return;
        }
        Workload workload = Workload.named(Workload.JSON);
        int turns = Math.max(1, options.repeat() / 2);
        Map<Row, List<Sample>> samples = new LinkedHashMap<>();
        List<Row> rows = new ArrayList<>(Row.receiving(options, workload));
        for (int turn = 1; turn <= turns; turn++) {
            for (Row row : List.copyOf(rows)) {
                try (Mosquitto mosquitto = Mosquitto.start(executable.get())) {
                    Sample sample = mosquitto.drain(row, workload, QUEUED / 2, QUEUED / 2, kafka, bootstrapServers);
                    progress(Options.MOSQUITTO, turn, turns, row, sample);
                    samples.computeIfAbsent(row, first -> new ArrayList<>()).add(sample);
                } catch (IllegalStateException e) {
                    leftOut.add("Left out: mosquitto, %s: %s".formatted(row.label(), e.getMessage()));
                    rows.remove(row);
                }
            }
        }
        Table table = new Table(
                "The same JSON, queued by Mosquitto in a persistent session and drained, median of " + turns,
                "Mosquitto",
                sendingJson);
        samples.forEach((row, taken) -> table.add(row, Sample.median(taken), Double.NaN));
        System.out.println(table);
    }

    private static void progress(String part, int turn, int turns, Row row, Sample sample) {
        System.err.printf(
                Locale.ROOT,
                "%s %d/%d: %s: %,.0f msg/s, %.2f us/msg%n",
                part,
                turn,
                turns,
                row.label(),
                sample.messagesPerSecond(),
                sample.cpuMicros());
    }
}
