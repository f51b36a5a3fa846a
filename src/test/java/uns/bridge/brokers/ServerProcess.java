package uns.bridge.brokers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A broker in a JVM of its own, on the class path of the tests, so that it can be killed as the kernel kills. */
final class ServerProcess {

    private static final long TIMEOUT_SECONDS = 60;

    private final List<String> command = new ArrayList<>();
    private final Path log;

    private @Nullable Process process;

    /** @param arguments options of the JVM, the main class, and its arguments */
    ServerProcess(Path log, String... arguments) {
        this.log = log;
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Less work for the compiler: brokers start often here, and live for seconds.
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
        command.addAll(List.of("-classpath", classPath()));
        command.addAll(List.of(arguments));
        Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
    }

    /** Surefire and Failsafe keep the real one beside a jar that lists it. */
    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** Returns at once; does nothing if it runs. */
    synchronized void start() {
        if (process != null) {
            return;
        }
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGTERM. */
    void stop() {
        end(false);
    }

    /** SIGKILL. */
    void kill() {
        end(true);
    }

    private synchronized void end(boolean forcibly) {
        if (process == null) {
            return;
        }
        if (forcibly) {
            process.destroyForcibly();
        } else {
            process.destroy();
        }
        try {
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The broker does not end; its output is in " + log);
            }
            process = null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
