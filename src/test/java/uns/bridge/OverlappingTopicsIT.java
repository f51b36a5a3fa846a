package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;

/** A message of two topic filters that overlap in part is in Kafka once, and never lost where the filters change. */
class OverlappingTopicsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static KafkaBroker kafka;
    private static MqttBroker hiveMq;
    private static Optional<MqttBroker> mosquitto;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        kafka = Brokers.kafka();
        hiveMq = Brokers.mqtt();
        mosquitto = Brokers.mosquitto();
    }

    @AfterAll
    static void close() {
        kafka.close();
        hiveMq.close();
        mosquitto.ifPresent(MqttBroker::close);
    }

    @ParameterizedTest
    @CsvSource({
        "hivemq, 0, websockets",
        "hivemq, 1, tcp",
        "hivemq, 2, tcp",
        "mosquitto, 0, tcp",
        "mosquitto, 1, websockets",
        "mosquitto, 2, tcp"
    })
    void shouldDeliverEachMessageOnceWhenFiltersOverlap(String name, int qos, String transport) throws Exception {
        MqttBroker mqtt = broker(name);
        String root = "o-" + name + qos;
        String both = root + "/b/c";
        List<String> filters = List.of(root + "/+/c", root + "/b/#", "+/b/c/d");
        try (Publisher publisher = new Publisher(mqtt);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), root + ".*")) {
            publish(publisher, both, qos, true, "retained");
            Bridge first = start(mqtt, root, qos, transport, filters);
            for (int i = 0; i < 20; i++) {
                publish(publisher, both, i % 3, false, "live" + i);
            }
            publish(publisher, root + "/b/c/d", qos, false, "second and third");
            publish(publisher, root + "/x/c", qos, false, "only the first");
            publish(publisher, root + "/b", qos, false, "only the second");
            await().atMost(PATIENCE).until(() -> first.books().delivered() >= 24);
            first.close();
            int queued = qos == 0 ? 0 : 20;
            for (int i = 0; i < queued; i++) {
                publish(publisher, both, 1 + i % 2, false, "queued" + i);
            }

            mqtt.stop();
            mqtt.start();
            Bridge second = start(mqtt, root, qos, transport, filters);
            publish(publisher, both, qos, false, "last");
            awaitText(reader, "last");
            second.close();
            assertThat(texts(reader, first, second)).doesNotHaveDuplicates().hasSize(24 + queued + 1);
        }
    }

    /** All that was queued under the old filters comes once, and all that is published under the new ones, too. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hivemq    | 1 | a/b/#",
                "hivemq    | 2 | +/b/c, a/b/#",
                "mosquitto | 1 | a/b/#",
                "mosquitto | 1 | a/+/c",
                "mosquitto | 2 | +/b/c, a/b/#",
                "mosquitto | 2 | a/b/#, a/+/c",
            })
    void shouldLoseNothingWhenTheFiltersChangeWhileMessagesAreQueued(String name, int qos, String changed)
            throws Exception {
        MqttBroker mqtt = broker(name);
        String clientId = name + qos + changed.replaceAll("\\W", "");
        String root = "q-" + clientId;
        String both = root + "/b/c";
        try (Publisher publisher = new Publisher(mqtt);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), root + ".*")) {
            start(mqtt, clientId, qos, "tcp", List.of(root + "/+/c", root + "/b/#"))
                    .close();
            List<String> published = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                published.add("queued" + i);
                publish(publisher, both, 1 + i % 2, false, "queued" + i);
            }

            List<String> filters = List.of(changed.replace("a/", root + "/").split(", "));
            Bridge second = start(mqtt, clientId, qos, "tcp", filters);
            for (int i = 0; i < 20; i++) {
                published.add("live" + i);
                publish(publisher, both, i % 3, false, "live" + i);
            }
            publish(publisher, both, qos, false, "last");
            published.add("last");
            awaitText(reader, "last");
            second.close();
            assertThat(texts(reader, second)).containsExactlyInAnyOrderElementsOf(published);
        }
    }

    private static void publish(Publisher publisher, String topic, int qos, boolean retain, String text) {
        publisher.publish(Mqtt5Publish.builder()
                .topic(topic)
                .qos(MqttQos.fromCode(qos))
                .retain(retain)
                .payload(('"' + text + '"').getBytes(UTF_8))
                .build());
    }

    private static void awaitText(KafkaReader reader, String text) {
        reader.readUntil(
                PATIENCE,
                all -> all.stream().anyMatch(record -> new String(record.value(), UTF_8).equals('"' + text + '"')));
    }

    /** Of all that is in Kafka once {@code bridges} have ended. */
    private static List<String> texts(KafkaReader reader, Bridge... bridges) {
        assertThat(bridges)
                .allMatch(bridge -> bridge.books().balance() && bridge.books().inFlight() == 0);
        long delivered = Stream.of(bridges)
                .mapToLong(bridge -> bridge.books().delivered())
                .sum();
        return reader.readUntil(PATIENCE, all -> all.size() >= delivered).stream()
                .map(record -> new String(record.value(), UTF_8))
                .map(text -> text.substring(1, text.length() - 1))
                .toList();
    }

    private static MqttBroker broker(String name) {
        assumeTrue(name.equals("hivemq") || mosquitto.isPresent(), "Mosquitto is not installed");
        return name.equals("hivemq") ? hiveMq : mosquitto.orElseThrow();
    }

    private Bridge start(MqttBroker mqtt, String clientId, int qos, String transport, List<String> topics)
            throws Exception {
        Path conf = Files.createTempDirectory(folder, "conf");
        Files.writeString(
                conf.resolve("settings.yaml"),
                BridgeProcess.settings(
                        mqtt,
                        kafka,
                        "client_id: " + clientId,
                        "qos: " + qos,
                        "topics: ['" + String.join("', '", topics) + "']"));
        Bridge bridge = new Bridge(Settings.load(
                conf,
                Map.of(
                        "UNS_SPARKPLUG__STATE_DIR",
                        folder.resolve("data").toString(),
                        "UNS_MQTT__TRANSPORT",
                        transport,
                        "UNS_MQTT__PORT",
                        String.valueOf(transport.equals("tcp") ? mqtt.port() : mqtt.webSocketPort()))));
        bridge.start();
        await().atMost(PATIENCE).until(bridge::isReady);
        return bridge;
    }
}
