package uns.bridge.brokers;

import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.embedded.EmbeddedHiveMQBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** HiveMQ CE in this JVM, with its sessions on disk. */
final class EmbeddedMqttBroker implements MqttBroker {
    private static final int TIMEOUT_SECONDS = 60;

    private final DataDirectory directory = new DataDirectory("hivemq-");
    private final Path configuration = directory.subdirectory("conf");
    private final Path data = directory.subdirectory("data");
    private final Path extensions = directory.subdirectory("extensions");
    private final int port;
    private final int webSocketPort = Ports.free();

    private final @Nullable EmbeddedExtension extension;

    private @Nullable EmbeddedHiveMQ server;

    EmbeddedMqttBroker(int port, List<TlsListener> tlsListeners, @Nullable EmbeddedExtension extension) {
        this.port = port;
        this.extension = extension;
        try {
            Files.writeString(
                    configuration.resolve("config.xml"),
                    HiveMqConfig.xml("127.0.0.1", port, webSocketPort, tlsListeners));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            start();
        } catch (RuntimeException e) {
            directory.delete();
            throw e;
        }
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
    public synchronized void start() {
        if (server != null) {
            return;
        }
        EmbeddedHiveMQBuilder builder = EmbeddedHiveMQ.builder()
                .withConfigurationFolder(configuration)
                .withDataFolder(data)
                .withExtensionsFolder(extensions)
                // It would put its own logback configuration in the place of ours.
                .withoutLoggingBootstrap();
        server = (extension == null ? builder : builder.withEmbeddedExtension(extension)).build();
        try {
            server.start().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            // A port in use is only an error in HiveMQ's log.
            Readiness.awaitMqtt(host(), port);
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            stop();
            throw new IllegalStateException("HiveMQ does not start on port " + port, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while HiveMQ was starting", e);
        }
    }

    @Override
    public synchronized long discarded() {
        return server == null
                ? 0
                : server.getMetricRegistry()
                        .counter("com.hivemq.messages.dropped.count")
                        .getCount();
    }

    @Override
    public synchronized void stop() {
        if (server == null) {
            return;
        }
        try {
            server.close();
        } catch (ExecutionException e) {
            throw new IllegalStateException("HiveMQ does not stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while HiveMQ was stopping", e);
        } finally {
            server = null;
        }
    }

    @Override
    public synchronized void close() {
        stop();
        directory.delete();
    }
}
