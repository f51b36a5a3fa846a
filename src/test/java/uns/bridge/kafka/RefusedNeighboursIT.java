package uns.bridge.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.config.SettingsFixture;
import uns.bridge.health.Health;
import uns.bridge.message.OutboundRecord;
import uns.bridge.testbed.KafkaReader;

/** A real Kafka that refuses one record in the midst of a batch, while later ones of the same key wait in the next. */
@Timeout(120)
class RefusedNeighboursIT {

    private static final int COUNT = 200;
    private static final int REFUSED = 7;

    private final List<String> confirmed = new CopyOnWriteArrayList<>();
    private final List<String> refused = new CopyOnWriteArrayList<>();

    @Test
    void shouldRefuseThatRecordAloneAndKeepTheOrderOfItsNeighbours() throws Exception {
        try (KafkaBroker kafka = Brokers.kafka();
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            NewTopic topic =
                    new NewTopic("t", 1, (short) 1).configs(Map.of("message.timestamp.before.max.ms", "3600000"));
            admin.createTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
            long now = System.currentTimeMillis();
            List<String> sent = new ArrayList<>();
            try (KafkaSink<String> sink = sink(kafka)) {
                for (int i = 0; i < COUNT; i++) {
                    String value = "v" + i;
                    sink.send(record(value, i == REFUSED ? 0 : now), value);
                    if (i != REFUSED) {
                        sent.add(value);
                    }
                }
                await().pollInSameThread().atMost(Duration.ofSeconds(60)).until(() -> {
                    sink.tend();
                    return confirmed.size() + refused.size() == COUNT;
                });
            }
            assertThat(refused).containsExactly("v" + REFUSED);
            try (KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), "t")) {
                LinkedHashSet<String> arrived = new LinkedHashSet<>();
                reader.readUntil(Duration.ofSeconds(60), all -> {
                    all.forEach(record -> arrived.add(new String(record.value(), UTF_8)));
                    return arrived.size() >= COUNT - 1;
                });
                assertThat(arrived).containsExactlyElementsOf(sent);
            }
        }
    }

    private KafkaSink<String> sink(KafkaBroker kafka) {
        // Batches of about ten records, all of them waiting when the first leaves.
        SettingsFixture fixture = SettingsFixture.settings("kafka: {config: {bootstrap.servers: '"
                + kafka.bootstrapServers() + "', batch.size: 300, linger.ms: 500, compression.type: none}}");
        KafkaSettings settings = KafkaSettings.read(fixture.section("kafka"));
        assertThat(fixture.problems()).isEmpty();
        KafkaSink.Listener<String> listener = new KafkaSink.Listener<>() {
            @Override
            public void confirmed(String token) {
                confirmed.add(token);
            }

            @Override
            public void refused(String token, Exception cause) {
                refused.add(token);
            }
        };
        return new KafkaSink<>(settings, listener, new Health());
    }

    private static OutboundRecord record(String value, long timestampMs) {
        return new OutboundRecord("t", "k".getBytes(UTF_8), value.getBytes(UTF_8), timestampMs, List.of());
    }
}
