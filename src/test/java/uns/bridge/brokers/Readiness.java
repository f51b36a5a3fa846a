package uns.bridge.brokers;

import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/**
 * Waits until a broker serves clients. An open port is no proof: Docker accepts connections for a container in which
 * nobody listens yet.
 */
final class Readiness {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private Readiness() {}

    static void awaitMqtt(String host, int port) {
        await("an MQTT broker on port " + port)
                .atMost(TIMEOUT)
                .pollDelay(Duration.ZERO)
                .ignoreExceptions()
                .until(() -> {
                    Mqtt5BlockingClient client = Mqtt5Client.builder()
                            .serverHost(host)
                            .serverPort(port)
                            .identifier("readiness-" + port)
                            .buildBlocking();
                    client.connect();
                    client.disconnect();
                    return true;
                });
    }

    static void awaitKafka(String bootstrapServers) {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
            await("a Kafka broker at " + bootstrapServers)
                    .atMost(TIMEOUT)
                    .pollDelay(Duration.ZERO)
                    .ignoreExceptions()
                    .until(() -> !admin.describeCluster()
                            .nodes()
                            .get(10, TimeUnit.SECONDS)
                            .isEmpty());
        }
    }
}
