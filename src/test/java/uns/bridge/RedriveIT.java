package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.config.SettingsFixture;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;

/** Dead letters of the bridge, sent through it once more under another configuration. */
class RedriveIT {

    private static final String DEAD_LETTERS = "uns_bridge_dead_letter";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final byte[] PICTURE = {(byte) 0xFF, 0, 1};

    private static MqttBroker mqtt;
    private static KafkaBroker kafka;

    @TempDir
    Path conf;

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
    void shouldDeliverWhatTodayCanBeAndKeepTheRest() throws Exception {
        assertThat(redrive("")).as("no dead-letter topic").isZero();
        bury(50);
        long before = System.currentTimeMillis();

        assertThat(redrive("{filter: 'acme/camera/#', format: raw}"))
                .as("others fail again")
                .isEqualTo(1);

        List<ConsumerRecord<byte[], byte[]>> records = read(50 + 1 + 1);
        List<ConsumerRecord<byte[], byte[]>> pictures = of(records, "acme_camera");
        assertThat(pictures).hasSize(50);
        for (int i = 0; i < pictures.size(); i++) {
            ConsumerRecord<byte[], byte[]> picture = pictures.get(i);
            assertThat(KafkaReader.key(picture)).isEqualTo("acme/camera");
            assertThat(picture.value()).startsWith(PICTURE);
            assertThat(picture.timestamp()).as("arrival").isLessThan(before);
            assertThat(KafkaReader.headers(picture))
                    .containsEntry("mqtt.qos", "1")
                    .containsEntry("mqtt.content-type", "image/png")
                    .containsEntry("mqtt.user.n", Integer.toString(i))
                    .noneSatisfy((name, value) -> assertThat(name).startsWith("dead_letter."));
        }
        List<ConsumerRecord<byte[], byte[]>> others = lettersOf(records, "acme/other");
        assertThat(others)
                .hasSize(2)
                .allSatisfy(letter -> assertThat(letter.value()).isEqualTo("no JSON".getBytes(UTF_8)));
        assertThat(KafkaReader.headers(others.get(0))).doesNotContainKey("dead_letter.count");
        assertThat(KafkaReader.headers(others.get(1)))
                .containsEntry("dead_letter.count", "2")
                .containsEntry(
                        "dead_letter.arrival",
                        KafkaReader.headers(others.get(0)).get("dead_letter.arrival"));

        // Nothing is sent twice, and what failed is tried once a run.
        assertThat(redrive("{filter: 'acme/camera/#', format: raw}")).isEqualTo(1);
        assertThat(redrive("{filter: '#', format: raw}")).as("nothing fails").isZero();
        assertThat(redrive("{filter: '#', format: raw}"))
                .as("nothing is left to do")
                .isZero();

        records = read(50 + 1 + 1 + 1 + 1);
        assertThat(of(records, "acme_camera")).hasSize(50);
        assertThat(of(records, "acme_other")).hasSize(1);
        assertThat(KafkaReader.headers(lettersOf(records, "acme/other").get(2)))
                .containsEntry("dead_letter.count", "3");

        // What is no whole message stays where it is.
        excerpt();
        assertThat(redrive("{filter: '#', format: raw}")).isEqualTo(1);
        assertThat(redrive("{filter: '#', format: raw}")).isZero();
        records = read(50 + 1 + 1 + 1 + 1 + 1);
        assertThat(of(records, "acme_excerpt")).isEmpty();
        assertThat(lettersOf(records, "acme/excerpt")).hasSize(1);
    }

    /** What the bridge makes of {@code count} pictures, which are no JSON, and of one other message. */
    private void bury(int count) throws Exception {
        configure("");
        Bridge bridge = new Bridge(Settings.load(conf, Map.of()));
        bridge.start();
        try (Publisher publisher = new Publisher(mqtt)) {
            await().atMost(PATIENCE).until(bridge::isReady);
            for (int i = 0; i < count; i++) {
                publisher.publish(Mqtt5Publish.builder()
                        .topic("acme/camera")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(PICTURE)
                        .contentType("image/png")
                        .userProperties()
                        .add("n", Integer.toString(i))
                        .applyUserProperties()
                        .build());
            }
            publisher.publish("acme/other", "no JSON");
            await().atMost(PATIENCE).until(() -> bridge.books().deadLettered() == count + 1);
        } finally {
            bridge.close();
            assertThat(bridge.imbalances()).isZero();
        }
    }

    private static void excerpt() throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            ProducerRecord<byte[], byte[]> letter =
                    new ProducerRecord<>(DEAD_LETTERS, "acme/excerpt".getBytes(UTF_8), new byte[10]);
            letter.headers().add("dead_letter.reason", "too large".getBytes(UTF_8));
            letter.headers().add("dead_letter.original-size", "100".getBytes(UTF_8));
            producer.send(letter).get();
        }
    }

    private int redrive(String rule) throws Exception {
        configure(rule);
        return Main.run(new String[] {"--redrive", "--conf", conf.toString()}, Map.of());
    }

    private void configure(String rule) throws Exception {
        SettingsFixture.write(
                conf,
                "mqtt: {host: " + mqtt.host() + ", port: " + mqtt.port() + ", client_id: redrive, topics: ['acme/#']}\n"
                        + "sparkplug: {state_dir: none}\nkafka: {config: {bootstrap.servers: '"
                        + kafka.bootstrapServers() + "'}, topic_mapping: [" + rule + "]}",
                "");
    }

    /** All records there are, once there are dead letters of the first run and {@code more} others. */
    private static List<ConsumerRecord<byte[], byte[]>> read(int more) {
        try (KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), DEAD_LETTERS + "|acme_.*")) {
            return List.copyOf(reader.read(50 + more));
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> of(List<ConsumerRecord<byte[], byte[]>> records, String topic) {
        return records.stream().filter(record -> record.topic().equals(topic)).toList();
    }

    private static List<ConsumerRecord<byte[], byte[]>> lettersOf(
            List<ConsumerRecord<byte[], byte[]>> records, String mqttTopic) {
        Stream<ConsumerRecord<byte[], byte[]>> letters = of(records, DEAD_LETTERS).stream();
        return letters.filter(letter -> KafkaReader.key(letter).equals(mqttTopic))
                .toList();
    }
}
