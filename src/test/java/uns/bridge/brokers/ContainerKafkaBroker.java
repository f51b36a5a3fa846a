package uns.bridge.brokers;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.utils.internals.AppInfoParser;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * Apache Kafka in a container, on fixed ports of the host so that it comes back where it was.
 *
 * <p>Written without a Docker engine at hand: what it does is compiled, but has not been run.
 */
final class ContainerKafkaBroker implements KafkaBroker {
    private static final int CLIENT_PORT = 9092;
    private static final int PROXIED_PORT = 19_092;

    /** The broker is as new as the clients, as it is when embedded. */
    private final KafkaContainer container =
            new KafkaContainer(DockerImageName.parse("apache/kafka:" + AppInfoParser.getVersion()));

    private final int port;
    private final TcpProxy proxy;

    ContainerKafkaBroker(int port, Map<String, String> overrides) {
        this.port = port;
        int proxiedPort = Ports.free();
        proxy = new TcpProxy(container.getHost(), proxiedPort);
        Map<String, String> properties = new HashMap<>(EmbeddedKafkaBroker.SINGLE_NODE);
        properties.putAll(overrides);
        properties.forEach((name, value) ->
                container.withEnv("KAFKA_" + name.toUpperCase(Locale.ROOT).replace('.', '_'), value));
        container.withListener("0.0.0.0:" + PROXIED_PORT, proxy::address);
        container.addExposedPort(PROXIED_PORT);
        container.setPortBindings(List.of(port + ":" + CLIENT_PORT, proxiedPort + ":" + PROXIED_PORT));
        container.start();
    }

    @Override
    public String host() {
        return container.getHost();
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
    public void stop() {
        Containers.stop(container);
    }

    @Override
    public void start() {
        Containers.startAgain(container);
        Readiness.awaitKafka(bootstrapServers());
    }

    @Override
    public void close() {
        container.close();
        proxy.close();
    }
}
