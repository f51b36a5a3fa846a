package uns.bridge.brokers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** Kafka's own server in a process of its own, which can be killed. What it has acknowledged is in the page cache. */
public final class KafkaProcess implements KafkaBroker {

    private final DataDirectory files = new DataDirectory("kafka-process-");
    private final DataDirectory log = new DataDirectory("kafka-log-");
    private final int port = Ports.free();
    private final int controllerPort = Ports.free();
    private final TcpProxy proxy;
    private final ServerProcess server;

    /** @param overrides broker properties */
    public KafkaProcess(Map<String, String> overrides) {
        int proxiedPort = Ports.free();
        proxy = new TcpProxy(host(), proxiedPort);
        Properties properties = new Properties();
        properties.putAll(EmbeddedKafkaBroker.SINGLE_NODE);
        properties.putAll(EmbeddedKafkaBroker.node(log, port, proxiedPort, controllerPort, proxy));
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
        try (Admin admin = admin()) {
            AbsentBroker.register(admin, host(), controllerPort);
        }
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrapServers()));
    }

    /**
     * Has a second replica of {@code topic}, which exists, on a broker that never comes: while {@code min.insync.replicas} is 2
     * the topic takes nothing.
     */
    public void addAbsentReplica(String topic) {
        try (Admin admin = admin()) {
            Map<TopicPartition, Optional<NewPartitionReassignment>> replicas = new HashMap<>();
            TopicDescription found =
                    admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
            found.partitions()
                    .forEach(each -> replicas.put(
                            new TopicPartition(topic, each.partition()),
                            Optional.of(new NewPartitionReassignment(
                                    List.of(EmbeddedKafkaBroker.NODE_ID, AbsentBroker.ID)))));
            admin.alterPartitionReassignments(replicas).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Sets a configuration of {@code topic}, or with an empty value back to the default. */
    public void configure(String topic, String config, String value) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        AlterConfigOp.OpType type = value.isEmpty() ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET;
        Collection<AlterConfigOp> change = List.of(new AlterConfigOp(new ConfigEntry(config, value), type));
        try (Admin admin = admin()) {
            admin.incrementalAlterConfigs(Map.of(resource, change)).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
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
