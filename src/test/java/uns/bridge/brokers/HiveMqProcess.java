package uns.bridge.brokers;

import com.hivemq.embedded.EmbeddedHiveMQ;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** HiveMQ CE in a process of its own, which can be killed, with its sessions on disk. */
public final class HiveMqProcess implements MqttBroker {

    private final DataDirectory home = new DataDirectory("hivemq-process-");
    private final int port = Ports.free();
    private final int webSocketPort = Ports.free();
    private final ServerProcess server;

    public HiveMqProcess() {
        home.subdirectory("data");
        home.subdirectory("extensions");
        try {
            Files.writeString(
                    home.subdirectory("conf").resolve("config.xml"),
                    HiveMqConfig.xml(host(), port, webSocketPort, List.of()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server = new ServerProcess(
                home.path().resolve("output"),
                "-Xmx384m",
                HiveMqProcess.class.getName(),
                home.path().toString());
        start();
    }

    /** The process: embedded, HiveMQ CE lets everybody in. Its argument is the folder with all that it has. */
    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        EmbeddedHiveMQ server = EmbeddedHiveMQ.builder()
                .withConfigurationFolder(home.resolve("conf"))
                .withDataFolder(home.resolve("data"))
                .withExtensionsFolder(home.resolve("extensions"))
                .withoutLoggingBootstrap()
                .build();
        server.start().get();
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

    /** SIGKILL. */
    public void kill() {
        server.kill();
    }

    @Override
    public void stop() {
        server.stop();
    }

    @Override
    public void start() {
        server.start();
        Readiness.awaitMqtt(host(), port);
    }

    @Override
    public void close() {
        kill();
        home.delete();
    }
}
