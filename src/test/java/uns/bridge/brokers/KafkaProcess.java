package uns.bridge.brokers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** Kafka's own server in a process of its own, which can be killed. What it has acknowledged is in the page cache. */
public final class KafkaProcess implements KafkaBroker {

    private final DataDirectory files = new DataDirectory("kafka-process-");
    private final DataDirectory log = new DataDirectory("kafka-log-");
    private final int port = Ports.free();
    private final TcpProxy proxy;
    private final ServerProcess server;

    /** @param overrides broker properties */
    public KafkaProcess(Map<String, String> overrides) {
        int proxiedPort = Ports.free();
        proxy = new TcpProxy(host(), proxiedPort);
        Properties properties = new Properties();
        properties.putAll(EmbeddedKafkaBroker.SINGLE_NODE);
        properties.putAll(EmbeddedKafkaBroker.node(log, port, proxiedPort, proxy));
        // A killed broker may register again when its session has expired.
        properties.setProperty("broker.session.timeout.ms", "1500");
        properties.setProperty("broker.heartbeat.interval.ms", "500");
        properties.putAll(overrides);
        Path configuration = files.path().resolve("server.properties");
        try (Writer writer = Files.newBufferedWriter(configuration)) {
            properties.store(writer, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        EmbeddedKafkaBroker.format(log);
        server = new ServerProcess(files.path().resolve("output"), "-Xmx384m", "kafka.Kafka", configuration.toString());
        start();
    }

    @Override
    public String host() {
        return EmbeddedKafkaBroker.HOST;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public TcpProxy proxy() {
        return proxy;
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
        Readiness.awaitKafka(bootstrapServers());
    }

    @Override
    public void close() {
        kill();
        proxy.close();
        log.delete();
        files.delete();
    }
}
