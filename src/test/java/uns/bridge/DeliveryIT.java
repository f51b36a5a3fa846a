package uns.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.brokers.TcpProxy;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;

/** Nothing is lost and nothing changes places, whatever ends or vanishes: compared one by one with what was published. */
class DeliveryIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int TOPICS = 10;

    private static MqttBroker mqtt;
    private static KafkaBroker kafka;

    /** Of this test alone: its topics, and its session at the MQTT broker. */
    private final String name = UUID.randomUUID().toString();

    private final String prefix = "acme/" + name;
    private Publisher publisher;
    private BridgeProcess bridge;

    @BeforeAll
    static void startBrokers() {
        mqtt = Brokers.mqtt();
        kafka = Brokers.kafka();
    }

    @AfterAll
    static void closeBrokers() {
        mqtt.close();
        kafka.close();
    }

    @BeforeEach
    void start() {
        bridge = startBridge(1);
        publisher = new Publisher(mqtt);
    }

    @AfterEach
    void close() {
        publisher.close();
        bridge.close();
    }

    private BridgeProcess startBridge(int qos) {
        return BridgeProcess.start(BridgeProcess.settings(
                        mqtt, kafka, "topics: ['" + prefix + "/#']", "client_id: " + name, "qos: " + qos))
                .awaitSubscribed();
    }

    @ParameterizedTest
    @EnumSource(
            value = MqttQos.class,
            names = {"AT_LEAST_ONCE", "EXACTLY_ONCE"})
    void shouldDeliverEverythingInOrderWhenKilledUnderLoad(MqttQos qos) {
        bridge.terminate();
        bridge = startBridge(qos.getCode());
        for (int kill = 0; kill < 3; kill++) {
            publisher.publishNumbered(prefix, TOPICS, 2_000, qos);
            bridge.kill();
            publisher.publishNumbered(prefix, TOPICS, 500, qos);
            bridge = startBridge(qos.getCode());
        }
        publisher.publishNumbered(prefix, TOPICS, 1_000, qos);
        assertNothingLost();
    }

    @Test
    void shouldDeliverEverythingInOrderWhenTheMqttBrokerRestarts() {
        publisher.publishNumbered(prefix, TOPICS, 3_000, MqttQos.AT_LEAST_ONCE);
        mqtt.stop();
        bridge.awaitLog("No connection to the MQTT broker");
        mqtt.start();
        publisher.publishNumbered(prefix, TOPICS, 3_000, MqttQos.AT_LEAST_ONCE);
        bridge.awaitLog("Reconnected to the MQTT broker");
        assertNothingLost();
    }

    @Test
    void shouldDeliverEverythingInOrderWhenConnectionsAreCut() {
        bridge.terminate();
        try (TcpProxy proxy = new TcpProxy(mqtt.host(), mqtt.port())) {
            bridge = BridgeProcess.start(BridgeProcess.settings(
                            proxy.host(),
                            proxy.port(),
                            kafka.proxy().address(),
                            "topics: ['" + prefix + "/#']",
                            "client_id: " + name))
                    .awaitSubscribed();
            for (int cut = 0; cut < 10; cut++) {
                publisher.publishNumbered(prefix, TOPICS, 500, MqttQos.AT_LEAST_ONCE);
                if (cut % 3 == 2) {
                    kafka.proxy().cut();
                } else {
                    proxy.cut();
                }
            }
            assertNothingLost();
            bridge.terminate();
        }
    }

    @Test
    void shouldConnectAnewWhenTheNetworkSwallowsEverything() {
        bridge.terminate();
        try (TcpProxy proxy = new TcpProxy(mqtt.host(), mqtt.port())) {
            bridge = BridgeProcess.start(BridgeProcess.settings(
                            proxy.host(),
                            proxy.port(),
                            kafka.bootstrapServers(),
                            "topics: ['" + prefix + "/#']",
                            "client_id: " + name,
                            "keep_alive: 2"))
                    .awaitSubscribed();
            publisher.publishNumbered(prefix, TOPICS, 500, MqttQos.AT_LEAST_ONCE);
            proxy.blackhole();
            publisher.publishNumbered(prefix, TOPICS, 500, MqttQos.AT_LEAST_ONCE);
            bridge.awaitLog("No connection to the MQTT broker");
            proxy.accept();
            assertNothingLost();
            bridge.terminate();
        }
    }

    @Test
    void shouldDrainAndEndWithZeroOnSigterm() {
        publisher.publishNumbered(prefix, TOPICS, 3_000, MqttQos.AT_LEAST_ONCE);
        assertThat(bridge.terminate()).isZero();
        long[] books = bridge.books();
        assertThat(books[0]).as("received").isEqualTo(books[1]);
        assertThat(books[4]).as("in flight").isZero();
        long delivered = books[1];
        publisher.awaitAcknowledged();
        bridge = startBridge(1);
        assertNothingLost();
        bridge.terminate();
        // All that was delivered had been acknowledged, so that nothing came twice.
        assertThat(delivered + bridge.books()[1]).isEqualTo(publisher.published());
    }

    @Test
    void shouldAcknowledgeNothingThatKafkaHasNotWhenTheDrainTimesOut() throws Exception {
        bridge.terminate();
        Path conf = Files.createTempDirectory("bridge-conf");
        Files.writeString(
                conf.resolve("settings.yaml"),
                "drain_timeout: 1\n"
                        + BridgeProcess.settings(mqtt, kafka, "topics: ['" + prefix + "/#']", "client_id: " + name));
        bridge = BridgeProcess.start(conf, Map.of()).awaitSubscribed();
        kafka.stop();
        publisher.publishNumbered(prefix, TOPICS, 300, MqttQos.AT_LEAST_ONCE);
        publisher.awaitAcknowledged();
        assertThat(bridge.terminate()).isZero();
        kafka.start();
        bridge = startBridge(1);
        assertNothingLost();
    }

    private void assertNothingLost() {
        publisher.awaitAcknowledged();
        try (KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), prefix.replace('/', '_') + ".*")) {
            List<ConsumerRecord<byte[], byte[]>> records = reader.readUntil(PATIENCE, publisher::allIn);
            assertThat(publisher.differences(records)).isEmpty();
        }
    }
}
