package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.edge.DataType;
import uns.bridge.edge.Metric;
import uns.bridge.edge.SparkplugWriter;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.KeptBirths;
import uns.bridge.testbed.Publisher;

/** What the bridge knows of births when it is back, without any edge node being born again. */
class SparkplugRestartIT {

    private static final String UNRESOLVED = "sparkplug.unresolved";
    private static final String RESOLVED = "{\"metrics\":[{\"name\":\"Temp\",\"alias\":1,\"datatype\":3,\"value\":-1}]";

    private static MqttBroker mqtt;
    private static KafkaBroker kafka;

    @TempDir
    private Path folder;

    private Publisher publisher;
    private KafkaReader reader;
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
        publisher = new Publisher(mqtt);
        // Each test has a group of its own.
        reader = new KafkaReader(kafka.bootstrapServers(), "spBv1\\.0_" + group() + "_.*");
        startBridge();
    }

    @AfterEach
    void close() {
        bridge.close();
        reader.close();
        publisher.close();
    }

    @Test
    void shouldResolveWhenKilledAndWhenStopped() throws Exception {
        nodeBirth("E");
        publish("DBIRTH", "E/D", birth(1, temp()));
        nodeBirth("Dead");
        publish("NDEATH", "Dead", birth(null, bdSeq()));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> KeptBirths.in(folder)
                        .containsAll(Set.of(topic("NBIRTH", "E"), topic("DBIRTH", "E/D"), topic("NDEATH", "Dead"))));

        bridge.kill();
        startBridge();
        assertResolved("NDATA", "E", 200);
        assertResolved("DDATA", "E/D", 201);
        assertThat(headers("NDATA", "Dead", 7)).containsEntry(UNRESOLVED, "1");

        nodeBirth("Late");
        sent("NBIRTH", "Late", 0);
        assertThat(bridge.terminate()).isZero();
        startBridge();
        assertResolved("NDATA", "Late", 9);
        assertResolved("NDATA", "E", 202);
        assertThat(headers("NDATA", "Dead", 8)).containsEntry(UNRESOLVED, "1");
    }

    @Test
    void shouldSetADamagedStoreAsideAndBeginAnew() throws Exception {
        nodeBirth("E");
        sent("NBIRTH", "E", 0);
        assertThat(bridge.terminate()).isZero();
        byte[] garbage = "not a store".repeat(1_000).getBytes(UTF_8);
        Files.write(folder.resolve("births.db"), garbage);

        startBridge();
        bridge.awaitLog("births.db is damaged");
        assertThat(headers("NDATA", "E", 2)).containsEntry(UNRESOLVED, "1");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.filter(file -> file.toString().contains("births.db.damaged-")))
                    .singleElement()
                    .satisfies(file -> assertThat(file).hasBinaryContent(garbage));
        }

        nodeBirth("E");
        assertResolved("NDATA", "E", 3);
        assertThat(bridge.terminate()).isZero();
        startBridge();
        assertResolved("NDATA", "E", 4);
    }

    private void startBridge() {
        String settings =
                BridgeProcess.settings(mqtt, kafka, "client_id: " + group(), "topics: ['spBv1.0/" + group() + "/#']");
        bridge = BridgeProcess.start(
                        settings,
                        Map.of("UNS_SPARKPLUG__STATE_DIR", folder.toString(), "UNS_SPARKPLUG__CERTIFICATES", "true"))
                .awaitSubscribed();
    }

    private String group() {
        return folder.getFileName().toString();
    }

    private void nodeBirth(String edge) {
        publish("NBIRTH", edge, birth(0, bdSeq(), temp()));
    }

    private void assertResolved(String type, String node, int seq) {
        ConsumerRecord<byte[], byte[]> record = data(type, node, seq);
        assertThat(new String(record.value(), UTF_8)).startsWith(RESOLVED);
        assertThat(KafkaReader.headers(record)).doesNotContainKey(UNRESOLVED);
    }

    private Map<String, String> headers(String type, String node, int seq) {
        return KafkaReader.headers(data(type, node, seq));
    }

    /** Sends alias 1 with the value -1, as data messages do, and gives its record. */
    private ConsumerRecord<byte[], byte[]> data(String type, String node, int seq) {
        byte[] payload = {0x12, 8, 0x10, 1, 0x50, -1, -1, -1, -1, 0xF, 0x18, (byte) (seq | 0x80), (byte) (seq >> 7)};
        publish(type, node, payload);
        return sent(type, node, seq);
    }

    /** The record of what was sent to that topic with that seq. What was sent before a kill may be there twice. */
    private ConsumerRecord<byte[], byte[]> sent(String type, String node, int seq) {
        Predicate<ConsumerRecord<byte[], byte[]>> wanted =
                record -> KafkaReader.key(record).equals(topic(type, node))
                        && new String(record.value(), UTF_8).endsWith("\"seq\":" + seq + "}");
        return reader.readUntil(Duration.ofSeconds(60), all -> all.stream().anyMatch(wanted)).stream()
                .filter(wanted)
                .findFirst()
                .orElseThrow();
    }

    private void publish(String type, String node, byte[] payload) {
        publisher.publish(Mqtt5Publish.builder()
                .topic(topic(type, node))
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload)
                .build());
    }

    private String topic(String type, String node) {
        return "spBv1.0/" + group() + "/" + type + "/" + node;
    }

    private static byte[] birth(@Nullable Integer seq, Metric... metrics) {
        return SparkplugWriter.payload(
                System.currentTimeMillis(), seq == null ? null : seq.longValue(), List.of(metrics));
    }

    private static Metric bdSeq() {
        return Metric.of("bdSeq", DataType.INT64, 3L);
    }

    private static Metric temp() {
        return Metric.of("Temp", 1, DataType.INT32, 20);
    }
}
