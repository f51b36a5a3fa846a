package uns.bridge.brokers;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/** Kafka's own server in this JVM: broker and KRaft controller in one node, its log in a temporary directory. */
final class EmbeddedKafkaBroker implements KafkaBroker {
    /** What a lone broker needs, and what keeps it small enough to run beside the tests. */
    static final Map<String, String> SINGLE_NODE = Map.ofEntries(
            Map.entry("num.partitions", "3"),
            // Records with times of long ago would be deleted whenever Kafka looks for some.
            Map.entry("log.retention.ms", "-1"),
            Map.entry("auto.create.topics.enable", "true"),
            Map.entry("offsets.topic.replication.factor", "1"),
            Map.entry("offsets.topic.num.partitions", "3"),
            Map.entry("transaction.state.log.replication.factor", "1"),
            Map.entry("transaction.state.log.min.isr", "1"),
            Map.entry("transaction.state.log.num.partitions", "3"),
            Map.entry("share.coordinator.state.topic.replication.factor", "1"),
            Map.entry("share.coordinator.state.topic.min.isr", "1"),
            Map.entry("share.coordinator.state.topic.num.partitions", "3"),
            // Otherwise every new consumer group of a test waits 3 s for members which never come.
            Map.entry("group.initial.rebalance.delay.ms", "0"),
            // The cleaner would take 128 MB of the heap it shares with the tests.
            Map.entry("log.cleaner.dedupe.buffer.size", "4194304"));

    static final String HOST = "127.0.0.1";
    static final int NODE_ID = 1;

    private final DataDirectory directory = new DataDirectory("kafka-");
    private final int port;
    private final TcpProxy proxy;
    private final Map<String, Object> properties = new HashMap<>();

    private @Nullable KafkaRaftServer server;

    EmbeddedKafkaBroker(int port, Map<String, String> overrides) {
        this.port = port;
        int proxiedPort = Ports.free();
        proxy = new TcpProxy(HOST, proxiedPort);

        properties.putAll(node(directory, port, proxiedPort, Ports.free(), proxy));
        properties.putAll(SINGLE_NODE);
        properties.putAll(overrides);

        try {
            format(directory);
            start();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** What tells a node who it is and where its ports and its log are. */
    static Map<String, String> node(
            DataDirectory directory, int port, int proxiedPort, int controllerPort, TcpProxy proxy) {
        return Map.of(
                "process.roles",
                "broker,controller",
                "node.id",
                Integer.toString(NODE_ID),
                "controller.quorum.voters",
                "%d@%s:%d".formatted(NODE_ID, HOST, controllerPort),
                "controller.listener.names",
                "CONTROLLER",
                "inter.broker.listener.name",
                "DIRECT",
                "listener.security.protocol.map",
                "DIRECT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "listeners",
                "DIRECT://%1$s:%2$d,PROXIED://%1$s:%3$d,CONTROLLER://%1$s:%4$d"
                        .formatted(HOST, port, proxiedPort, controllerPort),
                "advertised.listeners",
                "DIRECT://%s:%d,PROXIED://%s".formatted(HOST, port, proxy.address()),
                "log.dirs",
                directory.path().toString());
    }

    static void format(DataDirectory directory) {
        try {
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                    .setNodeId(NODE_ID)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setControllerListenerName("CONTROLLER")
                    .setDirectories(List.of(directory.path().toString()))
                    .setMetadataLogDirectory(directory.path().toString())
                    .run();
        } catch (Exception e) {
            throw new IllegalStateException("Cannot format Kafka's log directory " + directory.path(), e);
        }
    }

    @Override
    public String host() {
        return HOST;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public TcpProxy proxy() {
        return proxy;
    }

    @Override
    public synchronized void start() {
        if (server != null) {
            return;
        }
        server = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
        server.startup();
    }

    @Override
    public synchronized void stop() {
        if (server == null) {
            return;
        }
        server.shutdown();
        server.awaitShutdown();
        server = null;
    }

    @Override
    public synchronized void close() {
        stop();
        proxy.close();
        directory.delete();
    }
}
