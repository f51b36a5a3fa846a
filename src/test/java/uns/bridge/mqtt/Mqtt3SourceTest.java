package uns.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import uns.bridge.delivery.Delivery;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.health.Health.Part;

/** What differs before MQTT 5. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class Mqtt3SourceTest {

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);

    private final DeliveryTracker tracker = new DeliveryTracker(100, 1 << 20);
    private final Health health = new Health();
    private MqttSource source;
    private FutureTask<Boolean> run;

    @BeforeEach
    void kafkaIsThere() {
        health.up(Health.Part.KAFKA);
    }

    @AfterEach
    void stop() throws Exception {
        source.stop();
        assertThat(run.get(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(tracker.books().inFlight()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"MQTT_3_1, MQIsdp, 3", "MQTT_3_1_1, MQTT, 4"})
    void shouldTakeInAndAcknowledgeWhenConnected(MqttVersion version, String protocolName, int level) throws Exception {
        try (ScriptedBroker broker = granting(false, 2, 2)) {
            start(broker, version);
            await().until(health::isReady);
            int userNameAndPassword = 0xC0;
            assertThat(broker.next().body())
                    .isEqualTo(Packets.concat(
                            Packets.text(protocolName),
                            new byte[] {(byte) level, (byte) userNameAndPassword, 0, 60},
                            Packets.text("test"),
                            Packets.text("user"),
                            Packets.text("password")));
            assertThat(broker.next().body())
                    .endsWith(Packets.concat(
                            Packets.text("spBv1.0/#"), new byte[] {1}, Packets.text("plant/+"), new byte[] {1}));

            broker.send(Packets.packet(0x32, Packets.concat(Packets.text("plant/a"), Packets.uint16(77))));
            broker.send(Packets.packet(0x34, Packets.concat(Packets.text("plant/b"), Packets.uint16(78))));
            for (int i = 0; i < 2; i++) {
                Delivery delivery = tracker.next(Duration.ofSeconds(10));
                tracker.complete(delivery);
                tracker.release();
            }

            assertPacket(broker.next(), 0x40, 77);
            assertPacket(broker.next(), 0x50, 78);
            broker.send(Packets.packet(0x62, Packets.uint16(78)));
            assertPacket(broker.next(), 0x70, 78);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, unacceptable protocol version (1)",
        "2, client identifier rejected (2)",
        "3, server unavailable (3)",
        "4, bad user name or password (4)",
        "5, not authorized (5)",
    })
    void shouldSayWhyAndTryAgainWhenTheBrokerRefusesTheConnection(int returnCode, String reason) throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            if (connection.number() == 1) {
                connection.send(ScriptedBroker.connack3(false, returnCode));
            } else {
                welcome(connection, packet, false, 1, 1);
            }
        })) {
            start(broker, MqttVersion.MQTT_3_1_1);
            await().until(() -> problem(Part.MQTT).equals("refused by the broker: " + reason));
            await().until(health::isReady);
            assertThat(broker.connections()).isEqualTo(2);
        }
    }

    @Test
    void shouldNameTheFilterWhenItIsRefused() throws Exception {
        try (ScriptedBroker broker = granting(false, 0, 0x80)) {
            start(broker, MqttVersion.MQTT_3_1_1);
            await().until(() -> problem(Part.SUBSCRIPTIONS)
                    .equals("spBv1.0/# was granted QoS 0 instead of 1; "
                            + "plant/+ was refused: unspecified error (0x80)"));
        }
    }

    /** A new session has no subscription, one that is resumed may lack some, and of MQTT 3.1 nobody knows. */
    @ParameterizedTest
    @CsvSource({"MQTT_3_1, false", "MQTT_3_1_1, false", "MQTT_3_1_1, true"})
    void shouldSubscribeToAllWhenItConnectsAgain(MqttVersion version, boolean sessionPresent) throws Exception {
        try (ScriptedBroker broker = granting(sessionPresent, 1, 1)) {
            start(broker, version);
            await().until(health::isReady);
            assertThat(broker.next().first()).isEqualTo(ScriptedBroker.CONNECT);
            byte[] asked = broker.next().body();
            broker.cut();

            await().until(() -> broker.connections() == 2 && health.isReady());
            assertThat(broker.next().first()).isEqualTo(ScriptedBroker.CONNECT);
            ScriptedBroker.Received again = broker.next();
            assertThat(again.first()).isEqualTo(ScriptedBroker.SUBSCRIBE);
            assertThat(Arrays.copyOfRange(again.body(), 2, again.body().length))
                    .as("all but the packet identifier")
                    .isEqualTo(Arrays.copyOfRange(asked, 2, asked.length));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = MqttVersion.class,
            names = {"MQTT_3_1", "MQTT_3_1_1"})
    void shouldPublishWithQos0WhenSubscribed(MqttVersion version) throws Exception {
        try (ScriptedBroker broker = granting(false, 1, 1)) {
            start(broker, version);
            await().until(health::isReady);
            broker.next();
            broker.next();
            for (int i = 0; i < 3; i++) {
                byte[] payload = {(byte) i, 2, 3};

                await().until(() -> source.publish("plant/command", payload));

                ScriptedBroker.Received publish = broker.next();
                assertThat(publish.first()).as("QoS 0, not retained").isEqualTo(0x30);
                assertThat(publish.body()).isEqualTo(Packets.concat(Packets.text("plant/command"), payload));
            }
            broker.cut();

            await().until(() -> problem(Part.MQTT).isEmpty() && broker.connections() == 2);
            await().until(() -> source.publish("plant/command", new byte[0]));
            source.pause();
            assertThat(source.publish("plant/command", new byte[0])).isFalse();
        }
    }

    private static ScriptedBroker granting(boolean sessionPresent, int... returnCodes) throws Exception {
        return new ScriptedBroker((connection, packet) -> welcome(connection, packet, sessionPresent, returnCodes));
    }

    private static void welcome(
            ScriptedBroker.Connection connection,
            ScriptedBroker.Received packet,
            boolean sessionPresent,
            int... returnCodes)
            throws IOException {
        switch (packet.first()) {
            case ScriptedBroker.CONNECT -> connection.send(ScriptedBroker.connack3(sessionPresent, 0));
            case ScriptedBroker.SUBSCRIBE -> connection.send(packet.suback3(returnCodes));
            default -> {}
        }
    }

    private static void assertPacket(ScriptedBroker.Received packet, int first, int packetId) {
        assertThat(packet.first()).isEqualTo(first);
        assertThat(packet.body()).isEqualTo(Packets.uint16(packetId));
    }

    private String problem(Part part) {
        return health.problems().getOrDefault(part, "");
    }

    private void start(ScriptedBroker broker, MqttVersion version) {
        source = new MqttSource(
                MqttSourceTest.settings(broker.port(), true, version, null),
                List.of(),
                null,
                tracker,
                health,
                ANSWER_TIMEOUT);
        run = new FutureTask<>(source::run);
        Thread thread = new Thread(run, "source");
        thread.setDaemon(true);
        thread.start();
    }
}
