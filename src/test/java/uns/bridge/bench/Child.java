package uns.bridge.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A process that plays one role of the benchmark. Those of ours answer in lines that begin with {@link #ANSWER}, take
 * commands on standard input and end with it; whatever else a process prints is kept for the case that it fails.
 */
final class Child implements AutoCloseable {

    static final String ANSWER = "> ";

    /** Log lines of the ceilings and of Kafka: warnings only, the same for all. */
    static final String LOGGING = "-Dlogback.configurationFile=uns/bridge/bench/logback.xml";

    /** Of this process. */
    static final String CLASS_PATH = System.getProperty("java.class.path");

    private static final int KEPT_LINES = 60;

    private final String name;
    private final Process process;
    private final PrintStream commands;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Deque<String> printed = new ArrayDeque<>();
    private Optional<Allocation> allocation = Optional.empty();

    private Child(String name, Process process) {
        this.name = name;
        this.process = process;
        commands = new PrintStream(process.getOutputStream(), true, UTF_8);
        Thread reader = new Thread(this::read, "output-of-" + name);
        reader.setDaemon(true);
        reader.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    }

    static Child start(String name, List<String> command, Map<String, String> environment, Path directory)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().putAll(environment);
        return new Child(name, builder.redirectErrorStream(true).start());
    }

    /** What a role does with its standard input: {@code command} for each line, and the end of the process with it. */
    static void serve(Consumer<String> command) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                command.accept(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.exit(0);
    }

    static void answer(String line) {
        System.out.println(ANSWER + line);
        System.out.flush();
    }

    void send(String command) {
        commands.println(command);
    }

    /** The next answer. */
    String await(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (System.nanoTime() < deadline) {
            String answer = answers.poll(200, TimeUnit.MILLISECONDS);
            if (answer != null) {
                return answer;
            }
            ensureAlive();
        }
        throw failure("has not answered within " + timeout.toSeconds() + " s");
    }

    void ensureAlive() {
        if (!process.isAlive()) {
            throw failure("has ended with exit code " + process.exitValue());
        }
    }

    /** The CPU time of the process so far, all its threads included. */
    Duration cpu() {
        ensureAlive();
        return process.info().totalCpuDuration().orElseThrow(() -> failure("tells no CPU time"));
    }

    /**
     * What its threads have allocated so far, in bytes. The first call attaches to the process, which must not have started
     * just now.
     */
    long allocatedBytes() {
        try {
            if (allocation.isEmpty()) {
                allocation = Optional.of(new Allocation(process.pid()));
            }
            return allocation.get().bytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it holds of the machine's memory, in MiB. */
    double residentMib() {
        return status("VmRSS:");
    }

    /** The most that it has held. */
    double peakResidentMib() {
        return status("VmHWM:");
    }

    /** A line of proc(5), in KiB there; NaN where there is none. */
    private double status(String line) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            return lines.filter(text -> text.startsWith(line))
                    .mapToDouble(text -> Double.parseDouble(text.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    IllegalStateException failure(String what) {
        synchronized (printed) {
            return new IllegalStateException(name + " " + what + "; it printed:\n" + String.join("\n", printed));
        }
    }

    /** Ends the process and waits for what it does at its end; false if that takes longer than {@code patience}. */
    boolean end(Duration patience) throws InterruptedException {
        // Through the handle: the process itself would close its output with it, into which Java still writes.
        process.toHandle().destroy();
        return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        try {
            if (allocation.isPresent()) {
                allocation.get().close();
            }
        } catch (IOException e) {
            // It has ended by itself.
        }
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith(ANSWER)) {
                    answers.add(line.substring(ANSWER.length()));
                } else {
                    synchronized (printed) {
                        printed.add(line);
                        if (printed.size() > KEPT_LINES) {
                            printed.remove();
                        }
                    }
                }
            }
        } catch (IOException e) {
            // The process has been destroyed.
        }
    }
}
