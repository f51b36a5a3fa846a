package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static uns.bridge.edge.TahuNode.AT;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.tahu.message.model.Metric;
import org.eclipse.tahu.message.model.MetricDataType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.edge.TahuNode;
import uns.bridge.edge.TahuSamples;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.KeptBirths;
import uns.bridge.testbed.Publisher;

/** The life of an edge node whose payloads an independent implementation encodes, record by record in Kafka. */
class SparkplugSessionIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String DEVICE = "Motor";
    private static final String BD_SEQ =
            "{\"name\":\"bdSeq\",\"timestamp\":" + AT + ",\"datatype\":4,\"is_null\":false,\"value\":%d}";

    private static MqttBroker mqtt;
    private static KafkaBroker kafka;

    /** Of this test alone: its Sparkplug group, and its session at the MQTT broker. */
    private final String name = UUID.randomUUID().toString();

    private final TahuNode node = new TahuNode(name, "E1");

    /** What each MQTT topic must have become, in order. */
    private final Map<String, Set<String>> expected = new LinkedHashMap<>();

    @TempDir
    private Path stateDir;

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
        bridge = startBridge();
        publisher = new Publisher(mqtt);
        reader = new KafkaReader(kafka.bootstrapServers(), "spBv1.0_" + name + "_.*");
    }

    @AfterEach
    void close() {
        reader.close();
        publisher.close();
        bridge.close();
    }

    private BridgeProcess startBridge() {
        String settings = BridgeProcess.settings(
                mqtt, kafka, "topics: ['spBv1.0/" + name + "/#']", "client_id: " + name, "qos: 1");
        return BridgeProcess.start(settings, Map.of("UNS_SPARKPLUG__STATE_DIR", stateDir.toString()))
                .awaitSubscribed();
    }

    @Test
    void shouldNameEveryMetricThroughoutALife() {
        bear(0, false);
        sendData(null, false);
        sendData(DEVICE, false);

        bear(0, true);
        sendData(DEVICE, true);
        sendData(null, true);

        send(node.deviceDeath(DEVICE), json(List.of(), node.lastSeq()));
        sendData(null, true);
        assertInKafka();
    }

    @Test
    void shouldFlagDataWhenItsBirthIsMissingOrOver() {
        sendUnresolved(null);
        bear(7, false);
        send(node.deviceDeath(DEVICE), json(List.of(), node.lastSeq()));
        sendUnresolved(DEVICE);
        send(node.death(6), json(List.of(BD_SEQ.formatted(6)), null));
        sendData(null, false);
        send(node.death(7), json(List.of(BD_SEQ.formatted(7)), null));
        sendUnresolved(null);
        bear(8, true);
        sendData(DEVICE, true);
        assertInKafka();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldNameEveryMetricWithoutARebirthWhenTheBridgeIsRestarted(boolean killed) throws Exception {
        bear(0, false);
        sendData(null, false);
        assertInKafka();
        if (killed) {
            String birth = "spBv1.0/" + name + "/%s/E1";
            Set<String> births = Set.of(birth.formatted("NBIRTH"), birth.formatted("DBIRTH") + "/" + DEVICE);
            await().atMost(PATIENCE).until(() -> KeptBirths.in(stateDir).containsAll(births));
            bridge.kill();
        } else {
            assertThat(bridge.terminate()).isZero();
        }
        sendData(DEVICE, false);
        bridge = startBridge();
        sendData(null, false);
        sendData(DEVICE, false);
        assertInKafka();
    }

    /** A birth of the node and its device; {@code remapped} gives each alias to another metric. */
    private void bear(long bdSeq, boolean remapped) {
        List<Metric> metrics = new ArrayList<>(List.of(TahuNode.bdSeq(bdSeq), TahuSamples.DRIVE));
        List<String> jsons = new ArrayList<>(List.of(BD_SEQ.formatted(bdSeq), TahuSamples.DRIVE_JSON));
        TahuSamples.ALL.forEach(sample -> {
            metrics.add(sample.born(alias(sample, null, remapped)));
            jsons.add(sample.bornJson(alias(sample, null, remapped)));
        });
        send(node.birth(metrics), json(jsons, node.lastSeq()));
        send(
                node.deviceBirth(
                        DEVICE,
                        TahuSamples.ALL.stream()
                                .map(sample -> sample.born(alias(sample, DEVICE, remapped)))
                                .toList()),
                json(
                        TahuSamples.ALL.stream()
                                .map(sample -> sample.bornJson(alias(sample, DEVICE, remapped)))
                                .toList(),
                        node.lastSeq()));
    }

    /** All metrics of the node or its device, by alias, without names and datatypes: Kafka must have both. */
    private void sendData(@Nullable String device, boolean remapped) {
        send(
                node.data(
                        device,
                        TahuSamples.ALL.stream()
                                .map(sample -> sample.data(alias(sample, device, remapped)))
                                .toList()),
                json(
                        TahuSamples.ALL.stream()
                                .map(sample -> sample.dataJson(alias(sample, device, remapped)))
                                .toList(),
                        node.lastSeq()));
    }

    /** A metric whose birth is not known: Kafka must have it as it is. */
    private void sendUnresolved(@Nullable String device) {
        Metric metric = TahuNode.metric(null, 1L, MetricDataType.Int16, (short) -300);
        String json = "{\"alias\":1,\"timestamp\":" + AT + ",\"is_null\":false,\"value\":4294966996}";
        send(node.data(device, List.of(metric)), json(List.of(json), node.lastSeq()) + " unresolved 1");
    }

    private static long alias(TahuSamples.Sample sample, @Nullable String device, boolean remapped) {
        int index = TahuSamples.ALL.indexOf(sample);
        return (device == null ? 0 : 100) + (remapped ? TahuSamples.ALL.size() - 1 - index : index);
    }

    private void send(Mqtt5Publish message, String json) {
        publisher.publish(message);
        boolean isNew = expected.computeIfAbsent(message.getTopic().toString(), topic -> new LinkedHashSet<>())
                .add(json);
        assertThat(isNew).as("told apart from all before").isTrue();
    }

    private static String json(List<String> metrics, @Nullable Long seq) {
        return "{\"timestamp\":" + AT + (metrics.isEmpty() ? "" : ",\"metrics\":[" + String.join(",", metrics) + "]")
                + (seq == null ? "}" : ",\"seq\":" + seq + "}");
    }

    /** A message may be there twice, as the bridge was killed; those of one topic are in their order all the same. */
    private void assertInKafka() {
        int count = expected.values().stream().mapToInt(Set::size).sum();
        List<ConsumerRecord<byte[], byte[]>> records = reader.readUntil(
                PATIENCE,
                all -> distinct(all).values().stream().mapToInt(Set::size).sum() >= count);
        Map<String, Set<String>> actual = distinct(records);
        expected.forEach(
                (topic, jsons) -> assertThat(actual.get(topic)).as(topic).containsExactlyElementsOf(jsons));
        assertThat(actual).containsOnlyKeys(expected.keySet());
    }

    private static Map<String, Set<String>> distinct(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<String, Set<String>> distinct = new LinkedHashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            String unresolved = KafkaReader.headers(record).get("sparkplug.unresolved");
            distinct.computeIfAbsent(KafkaReader.key(record), key -> new LinkedHashSet<>())
                    .add(new String(record.value(), UTF_8) + (unresolved == null ? "" : " unresolved " + unresolved));
        }
        return distinct;
    }
}
