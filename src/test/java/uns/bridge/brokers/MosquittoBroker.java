package uns.bridge.brokers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Eclipse Mosquitto as installed on this machine. It keeps its default of 20 messages in flight (MQTT 3.1.1 and 3.1). */
public final class MosquittoBroker implements MqttBroker {

    private final DataDirectory directory = new DataDirectory("mosquitto-");
    private final int port = Ports.free();
    private final int webSocketPort = Ports.free();
    private final Path executable;
    private final Path configuration;

    private @Nullable Process process;

    /** @param dynamicSecurity the plugin that knows the user of {@link Access}; null: everybody may do everything */
    MosquittoBroker(Path executable, @Nullable Path dynamicSecurity) {
        this.executable = executable;
        Path data = directory.subdirectory("data");
        this.configuration = data.resolve("mosquitto.conf");
        Path users = data.resolve("users.json");
        String plugin =
                dynamicSecurity == null ? "" : "plugin " + dynamicSecurity + "\nplugin_opt_config_file " + users + "\n";
        try {
            Files.writeString(users, Access.mosquittoJson());
            Files.writeString(configuration, plugin + """
                    user root
                    allow_anonymous true
                    persistence true
                    persistence_location %s/
                    max_queued_messages 0
                    listener %d 127.0.0.1
                    listener %d 127.0.0.1
                    protocol websockets
                    """.formatted(data, port, webSocketPort));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start();
    }

    /** Where it is installed. Debian has it where only root looks. */
    public static Optional<Path> executable() {
        return Stream.concat(
                        Stream.of(System.getenv().getOrDefault("PATH", "").split(":")),
                        Stream.of("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"))
                .map(folder -> Path.of(folder, "mosquitto"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Optional<Path> dynamicSecurity() {
        return Stream.of(
                        "/usr/lib",
                        "/usr/lib/" + System.getProperty("os.arch").replace("amd64", "x86_64") + "-linux-gnu")
                .map(folder -> Path.of(folder, "mosquitto_dynamic_security.so"))
                .filter(Files::isReadable)
                .findFirst();
    }

    @Override
    public String host() {
        return "127.0.0.1";
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public int webSocketPort() {
        return webSocketPort;
    }

    @Override
    public void start() {
        if (process != null) {
            return;
        }
        try {
            process = new ProcessBuilder(executable.toString(), "-c", configuration.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(configuration.resolveSibling("log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Readiness.awaitMqtt(host(), port);
    }

    /** SIGKILL: it comes back with the sessions that it has saved last, by default every 30 minutes and when it is stopped. */
    public void kill() {
        end(Process::destroyForcibly);
    }

    @Override
    public void stop() {
        end(Process::destroy);
    }

    private void end(Consumer<Process> signal) {
        if (process == null) {
            return;
        }
        signal.accept(process);
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Mosquitto does not stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process = null;
        }
    }

    @Override
    public void close() {
        stop();
        directory.delete();
    }
}
