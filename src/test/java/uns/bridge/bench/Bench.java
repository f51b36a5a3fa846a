package uns.bridge.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs the rows and prints the table. This process is also the MQTT side of all but the Mosquitto rows.
 *
 * <p>All processes of a workload are started and warmed up first and then take turns, so that a disturbance of the
 * machine hits every row alike; a figure is the median of a row's turns. Nothing here passes or fails by time.
 */
public final class Bench {

    /** At the least, as the fastest row would otherwise have the coldest code. */
    private static final Duration WARMUP = Duration.ofSeconds(4);

    /** For the JIT compilers, which lag behind the messages that gave them reason to compile. */
    private static final Duration SETTLING = Duration.ofMillis(500);

    private final Options options;
    private final Child kafka;
    private final String bootstrapServers;
    private final List<String> leftOut = new ArrayList<>();
    private Optional<Sample> sendingJson = Optional.empty();

    private Bench(Options options, Child kafka, String bootstrapServers) {
        this.options = options;
        this.kafka = kafka;
        this.bootstrapServers = bootstrapServers;
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
        boolean complete;
        try (Child kafka = Child.java(KafkaProcess.class, List.of("-Xmx1g"))) {
            complete = new Bench(options, kafka, kafka.await(Duration.ofSeconds(60))).run();
        }
        System.exit(complete ? 0 : 1);
    }

    private boolean run() throws IOException, InterruptedException {
        System.out.printf(
                "%d cores, %s %s, %s %s %s%n%d messages after %d of warm-up, median of %d%n%n",
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.vm.name"),
                System.getProperty("java.vm.version"),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch"),
                options.messages(),
                options.warmup(),
                options.repeat());
        for (String part : options.parts()) {
            if (part.equals(Options.MOSQUITTO)) {
                mosquitto();
            } else {
                workload(Workload.named(part));
            }
        }
        leftOut.forEach(System.out::println);
        return leftOut.isEmpty();
    }

    private void workload(Workload workload) throws IOException, InterruptedException {
        List<Row> rows = new ArrayList<>(Row.receiving(options.receiveMaximums(), bootstrapServers));
        rows.add(Row.sending(bootstrapServers, workload.name()));
        Map<Row, Contender> contenders = new LinkedHashMap<>();
        try {
            for (Row row : rows) {
                warmUp(row, workload).ifPresent(contender -> contenders.put(row, contender));
            }
            Map<Row, List<Sample>> samples = new LinkedHashMap<>();
            for (int turn = 1; turn <= options.repeat(); turn++) {
                for (Map.Entry<Row, Contender> entry : contenders.entrySet()) {
                    Sample sample = entry.getValue().run(options.messages());
                    progress(workload.name(), turn, options.repeat(), entry.getKey(), sample);
                    samples.computeIfAbsent(entry.getKey(), row -> new ArrayList<>())
                            .add(sample);
                }
            }
            Table table = new Table(workload.description(), "source", Optional.empty());
            samples.forEach((row, taken) -> table.add(row, Sample.median(taken)));
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

    private Optional<Contender> warmUp(Row row, Workload workload) throws IOException, InterruptedException {
        Contender contender = Contender.start(row, workload, kafka);
        try {
            long deadline = System.nanoTime() + WARMUP.toNanos();
            do {
                contender.run(options.warmup());
            } while (System.nanoTime() < deadline);
            Thread.sleep(SETTLING.toMillis());
            return Optional.of(contender);
        } catch (IllegalStateException e) {
            contender.close();
            leftOut.add("Left out: %s, %s: %s".formatted(workload.name(), row.label(), e.getMessage()));
            return Optional.empty();
        }
    }

    /**
     * Unlike the others, these rows start a process for each turn, as only an absent client's messages are queued. That
     * takes its time: they have half as many turns.
     */
    private void mosquitto() throws IOException, InterruptedException {
        Optional<Path> executable = Mosquitto.executable();
        if (executable.isEmpty()) {
            System.out.println("Mosquitto is not installed: its rows are left out.\n");
            return;
        }
        Workload workload = Workload.named(Workload.JSON);
        int turns = Math.max(1, options.repeat() / 2);
        Map<Row, List<Sample>> samples = new LinkedHashMap<>();
        List<Row> rows = new ArrayList<>(Row.receiving(options.receiveMaximums(), bootstrapServers));
        for (int turn = 1; turn <= turns; turn++) {
            for (Row row : List.copyOf(rows)) {
                try (Mosquitto mosquitto = Mosquitto.start(executable.get())) {
                    Sample sample = mosquitto.drain(row, workload, options.warmup(), options.messages(), kafka);
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
        samples.forEach((row, taken) -> table.add(row, Sample.median(taken)));
        System.out.println(table);
    }

    private void progress(String part, int turn, int turns, Row row, Sample sample) {
        System.err.printf(
                "%s %d/%d: %s: %,.0f msg/s, %.2f us/msg%n",
                part, turn, turns, row.label(), sample.messagesPerSecond(), sample.cpuMicros());
    }
}
