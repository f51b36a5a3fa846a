package uns.bridge.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The load source seen by a client that is not the bridge's. */
class MqttLoadSourceTest {

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);

    @ParameterizedTest
    @ValueSource(strings = {Workload.JSON, "sparkplug-10", "qos-2"})
    void shouldDeliverTheWorkloadInOrderWhenSubscribed(String name) throws Exception {
        Workload workload = Workload.named(name);
        List<Mqtt5Publish> received = new CopyOnWriteArrayList<>();
        try (MqttLoadSource source = new MqttLoadSource(workload)) {
            Mqtt5AsyncClient client = connect(source, 7, received::add);
            source.publish(2_000);

            assertThat(source.awaitAcknowledged(LONG_ENOUGH)).isTrue();
            client.disconnect().join();
            assertThat(source.complaints()).isZero();
        }
        await().atMost(LONG_ENOUGH).until(() -> received.size() == 2_000);
        for (int i = 0; i < received.size(); i++) {
            Workload.Message sent = i < workload.births().size()
                    ? workload.births().get(i)
                    : workload.cycle()
                            .get((i - workload.births().size())
                                    % workload.cycle().size());
            assertThat(received.get(i).getTopic()).hasToString(sent.topic());
            assertThat(received.get(i).getPayloadAsBytes()).isEqualTo(sent.payload());
        }
    }

    @Test
    void shouldSendAgainWhatWasNotAcknowledgedWhenTheConnectionWasCut() throws Exception {
        List<Mqtt5Publish> unacknowledged = new CopyOnWriteArrayList<>();
        List<Mqtt5Publish> received = new CopyOnWriteArrayList<>();
        try (MqttLoadSource source = new MqttLoadSource(Workload.named(Workload.JSON))) {
            source.publish(100);
            connectManually(source, 10, unacknowledged::add);
            assertThat(source.awaitAcknowledged(Duration.ofMillis(500))).isFalse();
            assertThat(unacknowledged).hasSize(10);

            source.cut();
            connect(source, 10, received::add);

            assertThat(source.awaitAcknowledged(LONG_ENOUGH)).isTrue();
            await().atMost(LONG_ENOUGH).until(() -> received.size() == 100);
            assertThat(source.connections()).isEqualTo(2);
            assertThat(source.complaints()).isZero();
        }
    }

    @Test
    void shouldKnowThatAllHaveArrivedWhenQosIsZero() throws Exception {
        List<Mqtt5Publish> received = new CopyOnWriteArrayList<>();
        try (MqttLoadSource source = new MqttLoadSource(Workload.named("qos-0"))) {
            // HiveMQ's client drops messages of QoS 0 when it has more than its Receive Maximum to hand on.
            connect(source, 1_000, received::add);
            source.publish(500);

            assertThat(source.awaitAcknowledged(LONG_ENOUGH)).isTrue();
            await().atMost(LONG_ENOUGH).until(() -> received.size() == 500);
            // In any order: HiveMQ's client hands on messages of different QoS apart from each other.
            assertThat(received)
                    .filteredOn(message -> message.getQos() == MqttQos.AT_LEAST_ONCE)
                    .hasSize(6);
        }
    }

    @Test
    void shouldTimeMessagesFromWhenTheyWereDue() throws Exception {
        try (MqttLoadSource source = new MqttLoadSource(Workload.named(Workload.JSON))) {
            connect(source, 1_000, message -> {});
            long startNs = System.nanoTime();
            Pace pace = source.publish(500, 1_000);

            assertThat(source.awaitAcknowledged(LONG_ENOUGH)).isTrue();
            assertThat(System.nanoTime() - startNs).isGreaterThan(499_000_000);
            assertThat(pace.percentileMs(0.5)).isPositive().isLessThan(pace.percentileMs(1));
        }
    }

    private static Mqtt5AsyncClient connect(
            MqttLoadSource source, int receiveMaximum, Consumer<Mqtt5Publish> receiver) {
        return connect(source, receiveMaximum, receiver, false);
    }

    private static void connectManually(MqttLoadSource source, int receiveMaximum, Consumer<Mqtt5Publish> receiver) {
        connect(source, receiveMaximum, receiver, true);
    }

    private static Mqtt5AsyncClient connect(
            MqttLoadSource source, int receiveMaximum, Consumer<Mqtt5Publish> receiver, boolean manualAcknowledgement) {
        Mqtt5AsyncClient client = Mqtt5Client.builder()
                .identifier("test")
                .serverHost("127.0.0.1")
                .serverPort(source.port())
                .buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, receiver, manualAcknowledgement);
        client.connectWith()
                .restrictions()
                .receiveMaximum(receiveMaximum)
                .applyRestrictions()
                .send()
                .join();
        client.subscribeWith()
                .topicFilter("#")
                .qos(MqttQos.AT_LEAST_ONCE)
                .send()
                .join();
        return client;
    }
}
