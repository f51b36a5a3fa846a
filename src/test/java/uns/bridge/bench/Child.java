package uns.bridge.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A process that plays one role of the benchmark. Those of ours answer in lines that begin with {@link #ANSWER}, take
 * commands on standard input and end with it; whatever else a process prints is kept for the case that it fails.
 */
final class Child implements AutoCloseable {

    static final String ANSWER = "> ";

    /** Log lines of the ceilings and of Kafka: warnings only, the same for all. */
    private static final String LOGGING = "-Dlogback.configurationFile=uns/bridge/bench/logback.xml";

    private static final int KEPT_LINES = 60;

    private final String name;
    private final Process process;
    private final PrintStream commands;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Deque<String> printed = new ArrayDeque<>();

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

    /** Starts {@code main} on the class path of this process. */
    static Child java(Class<?> main, List<String> jvmOptions, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(javaExecutable()));
        command.addAll(jvmOptions);
        command.addAll(List.of(LOGGING, "-classpath", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return start(main.getSimpleName(), command, Map.of(), Path.of("."));
    }

    static String javaExecutable() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
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

    IllegalStateException failure(String what) {
        synchronized (printed) {
            return new IllegalStateException(name + " " + what + "; it printed:\n" + String.join("\n", printed));
        }
    }

    @Override
    public void close() {
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
