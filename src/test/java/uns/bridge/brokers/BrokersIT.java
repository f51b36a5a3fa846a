package uns.bridge.brokers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What every other integration test relies on: brokers that work, and that come back as they were. */
class BrokersIT {
    /** More than HiveMQ keeps for a session by default. */
    private static final int QUEUED = 1_500;

    private static MqttBroker mqtt;
    private static KafkaBroker kafka;

    @BeforeAll
    static void start() {
        mqtt = Brokers.mqtt();
        kafka = Brokers.kafka(Map.of("num.partitions", "2"));
    }

    @AfterAll
    static void close() {
        mqtt.close();
        kafka.close();
    }

    @Test
    void shouldKeepQueuedMessagesOfPersistentSessionWhenMqttBrokerIsRestarted() throws InterruptedException {
        int port = mqtt.port();
        Mqtt5BlockingClient subscriber = mqttClient("subscriber");
        connectToSession(subscriber);
        subscriber
                .subscribeWith()
                .topicFilter("acme/#")
                .qos(MqttQos.AT_LEAST_ONCE)
                .send();
        subscriber.disconnect();
        List<String> published =
                IntStream.range(0, QUEUED).mapToObj(Integer::toString).toList();
        Mqtt5BlockingClient publisher = mqttClient("publisher");
        publisher.connect();
        for (String payload : published) {
            publisher
                    .publishWith()
                    .topic("acme/paris/packaging/line1")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(payload.getBytes(UTF_8))
                    .send();
        }
        publisher.disconnect();

        mqtt.stop();
        assertThatThrownBy(() -> publisher.connect()).isInstanceOf(Exception.class);
        mqtt.start();

        assertThat(mqtt.port()).isEqualTo(port);
        List<String> received = new ArrayList<>();
        try (Mqtt5BlockingClient.Mqtt5Publishes publishes = subscriber.publishes(MqttGlobalPublishFilter.ALL)) {
            assertThat(connectToSession(subscriber)).as("session present").isTrue();
            while (received.size() < QUEUED) {
                Mqtt5Publish publish = publishes.receive(10, TimeUnit.SECONDS).orElseThrow();
                received.add(new String(publish.getPayloadAsBytes(), UTF_8));
            }
        }
        subscriber.disconnect();
        assertThat(received).isEqualTo(published);
    }

    @Test
    void shouldKeepTopicsWhenKafkaIsRestarted() throws Exception {
        int port = kafka.port();
        try (KafkaProducer<String, String> producer = producer(kafka.bootstrapServers())) {
            for (int i = 0; i < 100; i++) {
                producer.send(new ProducerRecord<>("restarted", "key" + i, "before"));
            }
            producer.flush();
            assertThat(producer.partitionsFor("restarted")).hasSize(2);

            kafka.stop();
            kafka.start();

            assertThat(kafka.port()).isEqualTo(port);
            producer.send(new ProducerRecord<>("restarted", "key", "after")).get();
        }
        List<ConsumerRecord<String, String>> records = consume("restarted", 101);
        assertThat(records.stream().filter(r -> r.value().equals("before")).count())
                .isEqualTo(100);
        assertThat(records.stream().filter(r -> r.value().equals("after")).count())
                .isEqualTo(1);
    }

    @Test
    void shouldReachKafkaOnlyThroughItsProxy() throws Exception {
        try (KafkaProducer<String, String> producer = producer(kafka.proxy().address())) {
            producer.send(new ProducerRecord<>("proxied", "first")).get();

            kafka.proxy().refuse();
            kafka.proxy().cut();
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("proxied", "lost"))
                            .get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TimeoutException.class);

            kafka.proxy().accept();
            producer.send(new ProducerRecord<>("proxied", "second")).get();
        }
        assertThat(consume("proxied", 2))
                .extracting(ConsumerRecord::value)
                .containsExactlyInAnyOrder("first", "second");
    }

    private static Mqtt5BlockingClient mqttClient(String id) {
        return Mqtt5Client.builder()
                .serverHost(mqtt.host())
                .serverPort(mqtt.port())
                .identifier(id)
                .buildBlocking();
    }

    private static boolean connectToSession(Mqtt5BlockingClient client) {
        return client.connectWith()
                .cleanStart(false)
                .sessionExpiryInterval(3_600)
                .send()
                .isSessionPresent();
    }

    private static KafkaProducer<String, String> producer(String bootstrapServers) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "delivery.timeout.ms",
                "10000",
                "request.timeout.ms",
                "3000",
                "max.block.ms",
                "10000");
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private static List<ConsumerRecord<String, String>> consume(String topic, int count) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "group.id",
                "consumer-of-" + topic,
                "auto.offset.reset",
                "earliest");
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
                return records.size() >= count;
            });
        }
        return records;
    }
}
