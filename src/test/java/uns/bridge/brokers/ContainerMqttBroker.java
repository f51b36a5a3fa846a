package uns.bridge.brokers;

import java.util.List;
import org.testcontainers.hivemq.HiveMQContainer;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/**
 * HiveMQ CE in a container, on a fixed port of the host so that it comes back where it was.
 *
 * <p>Written without a Docker engine at hand: what it does is compiled, but has not been run.
 */
final class ContainerMqttBroker implements MqttBroker {
    private static final DockerImageName IMAGE = DockerImageName.parse("hivemq/hivemq-ce:2025.5");
    private static final int MQTT_PORT = 1883;
    private static final int WEB_SOCKET_PORT = 8000;

    private final HiveMQContainer container = new HiveMQContainer(IMAGE);
    private final int port;
    private final int webSocketPort = Ports.free();

    ContainerMqttBroker(int port) {
        this.port = port;
        container.setPortBindings(List.of(port + ":" + MQTT_PORT, webSocketPort + ":" + WEB_SOCKET_PORT));
        container.withCopyToContainer(
                Transferable.of(HiveMqConfig.xml("0.0.0.0", MQTT_PORT, WEB_SOCKET_PORT, List.of())),
                "/opt/hivemq/conf/config.xml");
        container.start();
        Readiness.awaitMqtt(host(), port);
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
    public int webSocketPort() {
        return webSocketPort;
    }

    @Override
    public void stop() {
        Containers.stop(container);
    }

    @Override
    public void start() {
        Containers.startAgain(container);
        Readiness.awaitMqtt(host(), port);
    }

    @Override
    public void close() {
        container.close();
    }
}
