package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.brokers.TcpProxy;
import uns.bridge.edge.DataType;
import uns.bridge.edge.Metric;
import uns.bridge.edge.SparkplugWriter;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;

/** The bridge asks edge nodes to be born again, as the plant sees it. */
class RebirthIT {

    private static final Metric TEMPERATURE = Metric.of("Temp", 7, DataType.INT32, -12);

    private static MqttBroker mqtt;
    private static KafkaBroker kafka;

    private final List<Mqtt5Publish> commands = new CopyOnWriteArrayList<>();

    /** Each test has an edge node of its own. */
    private final String edge = "E-" + UUID.randomUUID();

    private Mqtt5BlockingClient plant;

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
    void listenForCommands() {
        plant = MqttClient.builder()
                .useMqttVersion5()
                .identifier("plant-" + UUID.randomUUID())
                .serverHost(mqtt.host())
                .serverPort(mqtt.port())
                .buildBlocking();
        plant.connect();
        plant.toAsync()
                .subscribeWith()
                .topicFilter("spBv1.0/+/NCMD/#")
                .qos(MqttQos.EXACTLY_ONCE)
                .retainAsPublished(true)
                .callback(commands::add)
                .send()
                .join();
    }

    @AfterEach
    void disconnect() {
        plant.disconnect();
    }

    @Test
    void shouldAskForABirthWhenDataComesBeforeIt() throws Exception {
        try (BridgeProcess bridge = start("rebirth: true", "rebirth_interval: 2");
                Publisher publisher = new Publisher(mqtt);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), "spBv1.0_G_.*" + edge + ".*")) {
            long before = System.currentTimeMillis();
            publish(publisher, "DDATA", "/D", 5, TEMPERATURE.byAlias());
            await().until(() -> commands.size() == 1);
            long after = System.currentTimeMillis();

            Mqtt5Publish command = commands.get(0);
            assertThat(command.getTopic()).hasToString("spBv1.0/G/NCMD/" + edge);
            assertThat(command.getQos()).isEqualTo(MqttQos.AT_MOST_ONCE);
            assertThat(command.isRetain()).isFalse();
            byte[] payload = command.getPayloadAsBytes();
            long atMs = timestamp(payload);
            assertThat(atMs).isBetween(before, after);
            Metric rebirth = Metric.of("Node Control/Rebirth", DataType.BOOLEAN, true);
            assertThat(payload).isEqualTo(SparkplugWriter.payload(atMs, null, List.of(rebirth.at(atMs))));

            publish(publisher, "NBIRTH", "", 0);
            publish(publisher, "DBIRTH", "/D", 1, TEMPERATURE);
            publish(publisher, "DDATA", "/D", 2, TEMPERATURE.byAlias());
            // The request itself is a message like any other.
            List<ConsumerRecord<byte[], byte[]>> records = reader.read(5);
            assertThat(record(records, "DDATA", 0)).doesNotContain("\"Temp\"");
            assertThat(record(records, "DDATA", 1)).contains("\"name\":\"Temp\"", "\"value\":-12");
            assertThat(record(records, "NCMD", 0)).contains("\"name\":\"Node Control/Rebirth\"", "\"value\":true");
            await().during(Duration.ofSeconds(4)).until(() -> commands.size() == 1);
            assertThat(bridge.logged("Asked edge node G/" + edge + " to be born again: data before birth"))
                    .isOne();
        }
    }

    @Test
    void shouldAskAgainAfterTheIntervalWhenThereIsNoAnswer() throws Exception {
        try (BridgeProcess bridge = start("rebirth: true", "rebirth_interval: 2");
                Publisher publisher = new Publisher(mqtt)) {
            long[] firstNs = {0};
            await().pollInterval(Duration.ofMillis(50)).until(() -> {
                publish(publisher, "NDATA", "", 5, TEMPERATURE.byAlias());
                if (firstNs[0] == 0 && commands.size() == 1) {
                    firstNs[0] = System.nanoTime();
                }
                return commands.size() == 2;
            });
            // What the broker delivers may come closer together than it was sent, but not by this much.
            assertThat(System.nanoTime() - firstNs[0])
                    .isGreaterThan(Duration.ofMillis(1_500).toNanos());
            assertThat(commands)
                    .extracting(command -> command.getTopic().toString())
                    .containsOnly("spBv1.0/G/NCMD/" + edge);
            assertThat(bridge.isAlive()).isTrue();
        }
    }

    @Test
    void shouldAskWhenAGapStaysOpenThoughTheNodeIsSilent() throws Exception {
        try (BridgeProcess bridge = start("rebirth: true", "rebirth_interval: 2", "reorder_timeout: 1");
                Publisher publisher = new Publisher(mqtt)) {
            publish(publisher, "NBIRTH", "", 0, TEMPERATURE);
            publish(publisher, "NDATA", "", 3, TEMPERATURE.byAlias());

            await().until(() -> commands.size() == 1);
            bridge.awaitLog("Asked edge node G/" + edge + " to be born again: gap");
        }
    }

    @Test
    void shouldAskWhenItIsConnectedAgain() throws Exception {
        try (TcpProxy proxy = new TcpProxy(mqtt.host(), mqtt.port());
                BridgeProcess bridge = start(
                        proxy.host(), proxy.port(), "rebirth: true", "rebirth_interval: 2", "reorder_timeout: 3");
                Publisher publisher = new Publisher(mqtt)) {
            publish(publisher, "NBIRTH", "", 0, TEMPERATURE);
            publish(publisher, "NDATA", "", 3, TEMPERATURE.byAlias());
            bridge.awaitLog("messages are missing before seq 3");
            proxy.refuse();
            proxy.cut();
            await().during(Duration.ofSeconds(5)).until(() -> commands.isEmpty());
            assertThat(bridge.logged("born again")).isZero();

            proxy.accept();

            await().atMost(Duration.ofSeconds(60)).until(() -> commands.size() == 1);
            await().during(Duration.ofSeconds(3)).until(() -> commands.size() == 1);
        }
    }

    @Test
    void shouldPublishNothingWhenItMustNot() throws Exception {
        try (BridgeProcess bridge = start("reorder_timeout: 1", "rebirth_interval: 1");
                Publisher publisher = new Publisher(mqtt);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), "spBv1.0_G_.*" + edge + ".*")) {
            publish(publisher, "DDATA", "/D", 5, TEMPERATURE.byAlias());
            publish(publisher, "NBIRTH", "", 0, TEMPERATURE);
            publish(
                    publisher,
                    "NDATA",
                    "",
                    3,
                    Metric.of("Other", 9, DataType.INT32, 1).byAlias());
            reader.read(3);

            await().during(Duration.ofSeconds(4)).until(commands::isEmpty);
            assertThat(bridge.terminate()).isZero();
            assertThat(bridge.logged("born again")).isZero();
        }
    }

    private static BridgeProcess start(String... sparkplugLines) {
        return start(mqtt.host(), mqtt.port(), sparkplugLines);
    }

    private static BridgeProcess start(String host, int port, String... sparkplugLines) {
        StringBuilder settings = new StringBuilder(BridgeProcess.settings(
                host,
                port,
                kafka.bootstrapServers(),
                "topics: ['spBv1.0/#']",
                "client_id: bridge-" + UUID.randomUUID(),
                "session_expiry: 0"));
        settings.append("sparkplug:\n  state_dir: none\n");
        for (String line : sparkplugLines) {
            settings.append("  ").append(line).append('\n');
        }
        return BridgeProcess.start(settings.toString()).awaitSubscribed();
    }

    private void publish(Publisher publisher, String type, String device, long seq, Metric... metrics) {
        publisher.publish(Mqtt5Publish.builder()
                .topic("spBv1.0/G/" + type + "/" + edge + device)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(SparkplugWriter.payload(System.currentTimeMillis(), seq, List.of(metrics)))
                .build());
    }

    /** The {@code index}th record of a message type. */
    private static @Nullable String record(List<ConsumerRecord<byte[], byte[]>> records, String type, int index) {
        return records.stream()
                .filter(record ->
                        KafkaReader.headers(record).get("sparkplug.type").equals(type))
                .skip(index)
                .map(record -> new String(record.value(), UTF_8))
                .findFirst()
                .orElse(null);
    }

    /** The field 1 that a payload begins with, a varint. */
    private static long timestamp(byte[] payload) {
        assertThat(payload[0]).isEqualTo((byte) 0x08);
        long value = 0;
        int at = 1;
        do {
            value |= (payload[at] & 0x7FL) << (7 * (at - 1));
        } while (payload[at++] < 0);
        return value;
    }
}
