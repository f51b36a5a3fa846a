package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.edge.SparkplugWriter;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;

/** Where messages go, as a consumer sees it. */
class TopicMappingIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final byte[] JSON = "{\"v\": 2.50}".getBytes(UTF_8);

    private static MqttBroker mqtt;
    private static KafkaBroker kafka;

    @TempDir
    private Path conf;

    @BeforeAll
    static void start() {
        mqtt = Brokers.mqtt();
        kafka = Brokers.kafka();
    }

    @AfterAll
    static void close() {
        mqtt.close();
        kafka.close();
    }

    @Test
    void shouldGoByTheFirstRuleThatMatches() throws Exception {
        byte[] anyBytes = new byte[256];
        for (int i = 0; i < anyBytes.length; i++) {
            anyBytes[i] = (byte) i;
        }
        byte[] sparkplug = SparkplugWriter.payload(1_700_000_000_000L, 0L, List.of());
        Bridge bridge = bridge("m/#', 'spBv1.0/M/#", """
                  topic_mapping:
                    - {filter: 'm/dropped/#', drop: true}
                    - {filter: 'm/+/level', topic: 'mapped.{2}', key: '{1}-{topic}'}
                    - {filter: 'spBv1.0/+/DDATA/#', topic: 'mapped.{edge}.{type}', key: '{group}/{device}'}
                    - {filter: 'm/camera/+', topic: 'mapped.pictures', format: raw}
                    - {filter: 'm/keyed', key: 'one'}
                    - {filter: 'm/camera/#', drop: true}
                """);
        try (Publisher publisher = new Publisher(mqtt);
                KafkaReader reader =
                        new KafkaReader(kafka.bootstrapServers(), "mapped\\..*|m_.*|uns_bridge_dead_letter")) {
            publish(publisher, "m/dropped/a", JSON);
            publish(publisher, "m/x/level", JSON);
            publish(publisher, "spBv1.0/M/DDATA/E1/D1", sparkplug);
            publish(publisher, "m/camera/7", anyBytes);
            publish(publisher, "m/keyed", JSON);
            publish(publisher, "m/default/a", JSON);

            List<ConsumerRecord<byte[], byte[]>> records = reader.read(5);

            await().atMost(PATIENCE).until(() -> bridge.books().received() == 6);
            bridge.close();
            assertThat(bridge.imbalances()).isZero();
            assertThat(records)
                    .extracting(record -> record.topic() + " " + KafkaReader.key(record))
                    .containsExactlyInAnyOrder(
                            "mapped.x m-m/x/level",
                            "mapped.E1.DDATA M/D1",
                            "mapped.pictures m/camera/7",
                            "m_keyed one",
                            "m_default_a m/default/a");
            assertThat(value(records, "mapped.pictures")).isEqualTo(anyBytes);
            assertThat(value(records, "mapped.x")).isEqualTo(JSON);
            assertThat(new String(value(records, "mapped.E1.DDATA"), UTF_8))
                    .isEqualTo("{\"timestamp\":1700000000000,\"seq\":0}");
            assertThat(bridge.books().skipped()).isEqualTo(1);
            assertThat(bridge.books().delivered()).isEqualTo(5);
        }
    }

    @Test
    void shouldGoToTheOverflowTopicWhenThereAreTooManyTopics() throws Exception {
        Bridge bridge = bridge("o/#", """
                  max_topics: 2
                  overflow_topic: o.overflow
                """);
        try (Publisher publisher = new Publisher(mqtt);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), "o[._].*")) {
            for (String topic : List.of("o/a", "o/b", "o/c", "o/a", "o/d")) {
                publish(publisher, topic, JSON);
            }
            List<ConsumerRecord<byte[], byte[]>> records = reader.read(5);
            bridge.close();
            assertThat(bridge.imbalances()).isZero();
            assertThat(records)
                    .extracting(record -> record.topic() + " " + KafkaReader.key(record))
                    .containsExactlyInAnyOrder("o_a o/a", "o_b o/b", "o.overflow o/c", "o_a o/a", "o.overflow o/d");
        }
    }

    /** The shape of its settings.yaml and .secrets_template.yaml. */
    @Test
    void shouldGoToTheirNamesWhenTheSettingsAreOfThePythonBridge() throws Exception {
        Files.writeString(conf.resolve("settings.yaml"), """
                mqtt:
                  host: "localhost" # must be specified
                  port: 1883
                  topics: ["test/uns/#"]
                  qos: 1
                  keep_alive: 60
                  reconnect_on_failure: True
                  version: 5
                  #clean_session: false
                  transport: "tcp"
                  ignored_attributes:
                    {'test/uns/+': ["attr1", "attr2", "attr2.subAttr1"]}
                  timestamp_attribute: "timestamp"

                kafka:
                  config: {
                      client.id: "uns_kafka_client", # mandatory
                      bootstrap.servers: "localhost:9092",
                      enable.idempotence: True,
                      retries: 10,
                      compression.type: "gzip",
                    }
                dynaconf_merge: true
                """);
        Files.writeString(conf.resolve(".secrets.yaml"), """
                mqtt:
                  username: "#<enter the username for the mqtt broker>"
                  password: "#<enter the password for the mqtt broker>"
                  tls:
                    #ca_certs:  # YOUR/ROOT/CA/PATH
                kafka:
                  config: {
                      sasl.mechanisms: "SCRAM-SHA-256",
                      sasl.username: "",
                      sasl.password: "",
                      ssl.cipher.suites: "",
                      ssl.curves.list: "",
                      ssl.sigalgs.list: "",
                      ssl.key.location: "",
                      ssl.key.password: "",
                      ssl.key.pem: "",
                    }
                dynaconf_merge: true
                """);
        Bridge bridge = bridge(Map.of(
                "UNS_MQTT__HOST", mqtt.host(),
                "UNS_MQTT__PORT", String.valueOf(mqtt.port()),
                "UNS_KAFKA__CONFIG__BOOTSTRAP__SERVERS", kafka.bootstrapServers()));
        try (Publisher publisher = new Publisher(mqtt);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), "test_uns_.*")) {
            publish(publisher, "test/uns/a", "{\"timestamp\":1600000000000,\"attr1\":1,\"b\":2}".getBytes(UTF_8));
            ConsumerRecord<byte[], byte[]> record = reader.read(1).get(0);
            bridge.close();
            assertThat(bridge.imbalances()).isZero();
            assertThat(record.topic()).isEqualTo("test_uns_a");
            assertThat(record.timestamp()).isEqualTo(1_600_000_000_000L);
            assertThat(new String(record.value(), UTF_8)).isEqualTo("{\"timestamp\":1600000000000,\"b\":2}");
        }
    }

    private static void publish(Publisher publisher, String topic, byte[] payload) {
        publisher.publish(Mqtt5Publish.builder()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload)
                .build());
    }

    private static byte[] value(List<ConsumerRecord<byte[], byte[]>> records, String topic) {
        return records.stream()
                .filter(record -> record.topic().equals(topic))
                .findFirst()
                .orElseThrow()
                .value();
    }

    private Bridge bridge(String topics, String kafkaLines) throws Exception {
        Files.writeString(
                conf.resolve("settings.yaml"),
                BridgeProcess.settings(
                                mqtt, kafka, "topics: ['" + topics + "']", "client_id: mapping-" + topics.charAt(0))
                        + kafkaLines);
        return bridge(Map.of());
    }

    private Bridge bridge(Map<String, String> environment) throws Exception {
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("UNS_SPARKPLUG__STATE_DIR", "none");
        Bridge bridge = new Bridge(Settings.load(conf, variables));
        bridge.start();
        await().atMost(PATIENCE).until(bridge::isReady);
        return bridge;
    }
}
