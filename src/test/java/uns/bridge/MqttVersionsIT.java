package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.brokers.TcpProxy;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;

/** Every version of MQTT, by every QoS and transport, keeps the same promise. The bridges run in this JVM, side by side. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MqttVersionsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final List<Integer> VERSIONS = List.of(5, 4, 3);

    /** Each is to arrive byte for byte, and once: twice it would take the place of the next. */
    private static final List<String> PAYLOADS =
            List.of("{\"a\": 2.50}", "[" + "1234567,".repeat(20_000) + "0]", "\"läuft 😀\"");

    private final String run = UUID.randomUUID().toString().substring(0, 8);
    private final List<Bridge> bridges = new ArrayList<>();
    private MqttBroker mqtt;
    private KafkaBroker kafka;

    @TempDir
    private Path folder;

    MqttBroker broker() {
        return Brokers.mqtt();
    }

    @BeforeAll
    void startBrokers() {
        mqtt = broker();
        kafka = Brokers.kafka();
    }

    @AfterAll
    void closeBrokers() {
        if (kafka != null) { // Else the broker is not installed.
            mqtt.close();
            kafka.close();
        }
    }

    @AfterEach
    void closeBridges() throws InterruptedException {
        List<Bridge> closed = List.copyOf(bridges);
        bridges.clear(); // Also where the books are not in order, so that the next test is on its own.
        for (Bridge bridge : closed) {
            bridge.close();
        }
        for (Bridge bridge : closed) {
            assertThat(bridge.books().balance()).isTrue();
            assertThat(bridge.books().inFlight()).isZero();
        }
    }

    private record Case(int version, int qos, String transport) {

        String name() {
            return "v" + version + "q" + qos + transport.charAt(0);
        }
    }

    @TestFactory
    Stream<DynamicTest> shouldDeliverEveryByteOnceByEveryVersionQosAndTransport() throws Exception {
        List<Case> cases = new ArrayList<>();
        for (int version : VERSIONS) {
            for (int qos = 0; qos <= 2; qos++) {
                cases.add(new Case(version, qos, "tcp"));
                cases.add(new Case(version, qos, "websockets"));
            }
        }
        String prefix = run + "/table/";
        for (Case each : cases) {
            String own = prefix + each.name();
            int port = each.transport().equals("tcp") ? mqtt.port() : mqtt.webSocketPort();
            start(
                    port,
                    each.name(),
                    "version: " + each.version(),
                    "qos: " + each.qos(),
                    "transport: " + each.transport(),
                    // Subscribed to all of them, Mosquitto would send a message three times.
                    "topics: ['" + own + "/x', '" + own + "/#', '" + own + "/+']");
        }
        awaitReady();
        List<ConsumerRecord<byte[], byte[]>> records;
        try (Publisher publisher = new Publisher(mqtt);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), prefix.replace('/', '_') + ".*")) {
            for (Case each : cases) {
                for (String payload : PAYLOADS) {
                    publisher.publish(Mqtt5Publish.builder()
                            .topic(prefix + each.name() + "/x")
                            .qos(MqttQos.EXACTLY_ONCE)
                            .payload(payload.getBytes(UTF_8))
                            .build());
                }
            }
            records = reader.read(cases.size() * PAYLOADS.size());
        }
        return cases.stream()
                .map(each -> DynamicTest.dynamicTest(each.toString(), () -> {
                    List<ConsumerRecord<byte[], byte[]>> own = records.stream()
                            .filter(record -> KafkaReader.key(record).equals(prefix + each.name() + "/x"))
                            .toList();
                    assertThat(own)
                            .extracting(record -> new String(record.value(), UTF_8))
                            .isEqualTo(PAYLOADS);
                    assertThat(own)
                            .extracting(record -> KafkaReader.headers(record).get("mqtt.qos"))
                            .containsOnly(String.valueOf(each.qos()));
                }));
    }

    @Test
    void shouldLoseNothingWhenConnectionsAreCut() throws Exception {
        String prefix = run + "/cuts/";
        List<Case> cases = VERSIONS.stream()
                .flatMap(version -> Stream.of(new Case(version, 1, "tcp"), new Case(version, 2, "tcp")))
                .toList();
        try (TcpProxy proxy = new TcpProxy(mqtt.host(), mqtt.port());
                Publisher publisher = new Publisher(mqtt);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), prefix.replace('/', '_') + ".*")) {
            for (Case each : cases) {
                start(
                        proxy.port(),
                        "c" + each.name(),
                        "version: " + each.version(),
                        "qos: " + each.qos(),
                        "topics: ['" + prefix + each.name() + "/#']");
            }
            awaitReady();
            for (int cut = 0; cut < 3; cut++) {
                for (Case each : cases) {
                    publisher.publishNumbered(prefix + each.name(), 2, 100, MqttQos.EXACTLY_ONCE);
                }
                proxy.cut();
                for (Case each : cases) {
                    publisher.publishNumbered(prefix + each.name(), 2, 50, MqttQos.EXACTLY_ONCE);
                }
            }
            publisher.awaitAcknowledged();
            List<ConsumerRecord<byte[], byte[]>> records = reader.readUntil(PATIENCE, publisher::allIn);
            assertThat(publisher.differences(records)).isEmpty();
        }
    }

    @Test
    void shouldShareTheMessagesBetweenBridgesWhenTheSubscriptionIsShared() throws Exception {
        String prefix = run + "/shared";
        for (int version : VERSIONS) {
            start(mqtt.port(), "s" + version, "version: " + version, "topics: ['$share/g/" + prefix + "/#']");
        }
        awaitReady();
        try (Publisher publisher = new Publisher(mqtt);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), prefix.replace('/', '_') + ".*")) {
            publisher.publishNumbered(prefix, 2, 200, MqttQos.AT_LEAST_ONCE);
            List<ConsumerRecord<byte[], byte[]>> records = reader.readUntil(PATIENCE, publisher::allIn);
            // The producer may write one twice; the broker must not have given it to two bridges, see below.
            assertThat(records.stream()
                            .map(record -> new String(record.value(), UTF_8))
                            .distinct())
                    .hasSize(200);
            assertThat(records).extracting(KafkaReader::key).containsOnly(prefix + "/t0", prefix + "/t1");
            await().until(() ->
                    bridges.stream().allMatch(bridge -> bridge.books().inFlight() == 0));
            // How evenly is the broker's affair: HiveMQ may leave one with nothing.
            assertThat(bridges.stream()
                            .mapToLong(bridge -> bridge.books().received())
                            .sum())
                    .isEqualTo(200);
        }
    }

    private void start(int port, String name, String... mqttLines) throws Exception {
        List<String> lines = new ArrayList<>(List.of(mqttLines));
        lines.add("client_id: " + name + "-" + run);
        Path conf = Files.createDirectory(folder.resolve(name + "-" + bridges.size()));
        Files.writeString(
                conf.resolve("settings.yaml"),
                BridgeProcess.settings(mqtt.host(), port, kafka.bootstrapServers(), lines.toArray(String[]::new)));
        Bridge bridge = new Bridge(
                Settings.load(conf, Map.of("UNS_SPARKPLUG__STATE_DIR", "none", "UNS_HTTP__ENABLED", "false")));
        bridges.add(bridge);
        bridge.start();
    }

    private void awaitReady() {
        await().atMost(PATIENCE).until(() -> bridges.stream().allMatch(Bridge::isReady));
    }
}
