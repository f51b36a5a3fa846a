package uns.bridge.brokers;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;

/**
 * Starts the brokers of a test. The system property {@code brokers} says where they run: {@code embedded} (the default)
 * in this JVM, {@code containers} in Docker through Testcontainers. Nothing else depends on that choice.
 */
public final class Brokers {
    private Brokers() {}

    public static MqttBroker mqtt() {
        return mqtt(Ports.free());
    }

    public static MqttBroker mqtt(int port) {
        return containers() ? new ContainerMqttBroker(port) : new EmbeddedMqttBroker(port, List.of(), null);
    }

    /** One that also speaks TLS; always embedded, since it needs files of this machine. */
    public static MqttBroker mqttWithTls(TlsListener... listeners) {
        return new EmbeddedMqttBroker(Ports.free(), List.of(listeners), null);
    }

    /** One that takes this password only, if any, and closes {@link Access#CLOSED}; always embedded. */
    public static MqttBroker mqttWithAccess(String password, TlsListener... listeners) {
        return new EmbeddedMqttBroker(Ports.free(), List.of(listeners), HiveMqAccess.extension(password));
    }

    /** Eclipse Mosquitto, or empty where it is not installed. */
    public static Optional<MqttBroker> mosquitto() {
        return MosquittoBroker.executable().map(executable -> new MosquittoBroker(executable, null));
    }

    /** Eclipse Mosquitto that knows the user of {@link Access}, or empty where it or its plugin is not installed. */
    public static Optional<MqttBroker> mosquittoWithAccess() {
        return MosquittoBroker.executable()
                .flatMap(executable ->
                        MosquittoBroker.dynamicSecurity().map(plugin -> new MosquittoBroker(executable, plugin)));
    }

    public static KafkaBroker kafka() {
        return kafka(Map.of());
    }

    /** @param overrides broker properties, such as {@code message.max.bytes} or {@code auto.create.topics.enable} */
    public static KafkaBroker kafka(Map<String, String> overrides) {
        return kafka(Ports.free(), overrides);
    }

    public static KafkaBroker kafka(int port, Map<String, String> overrides) {
        return containers() ? new ContainerKafkaBroker(port, overrides) : new EmbeddedKafkaBroker(port, overrides);
    }

    private static boolean containers() {
        String choice = System.getProperty("brokers", "embedded");
        return switch (choice) {
            case "embedded" -> false;
            case "containers" -> {
                if (!DockerClientFactory.instance().isDockerAvailable()) {
                    throw new IllegalStateException("-Dbrokers=containers needs a Docker engine, and none answers here:"
                            + " start Docker (or set DOCKER_HOST), or use -Dbrokers=embedded");
                }
                yield true;
            }
            default ->
                throw new IllegalArgumentException(
                        "The system property brokers is '" + choice + "', it must be embedded or containers");
        };
    }
}
