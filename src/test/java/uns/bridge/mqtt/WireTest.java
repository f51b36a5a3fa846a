package uns.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static uns.bridge.mqtt.Packets.PINGREQ;
import static uns.bridge.mqtt.Packets.PINGRESP;
import static uns.bridge.mqtt.Packets.SUBACK;
import static uns.bridge.mqtt.Packets.concat;
import static uns.bridge.mqtt.Packets.packet;
import static uns.bridge.mqtt.Packets.publish;

import java.io.DataInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import uns.bridge.delivery.Books;
import uns.bridge.delivery.Delivery;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.mqtt.WireFixture.Reading;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WireTest {

    private static final long MAX_PAYLOAD = 1 << 20;
    private static final byte[] EMPTY = {};

    @Test
    void shouldReadNothingBeforeTheFirstPacketIsWritten() throws Exception {
        try (WireFixture fixture = fixture(10)) {
            fixture.send(SUBACK);
            Reading reading = fixture.startReading(SUBACK.length);
            await().until(reading::isWaiting);

            fixture.wire.output().write(packet(0x10, new byte[3]));
            assertThat(reading.isWaiting()).as("until it is flushed").isTrue();
            fixture.wire.output().flush();

            assertThat(reading.result().get()).isEqualTo(SUBACK);
            assertThat(fixture.receive(5)).isEqualTo(packet(0x10, new byte[3]));
        }
    }

    @Test
    void shouldNotNoticeTheEndBeforeTheFirstPacketIsWritten() throws Exception {
        try (WireFixture fixture = fixture(10)) {
            fixture.broker.close();
            Reading reading = fixture.startReading(1);
            await().until(reading::isWaiting);

            fixture.wire.close();

            assertFails(reading);
        }
    }

    @Test
    void shouldReadFromTheNetwork() throws Exception {
        try (WireFixture fixture = fixture(10)) {
            fixture.open();
            fixture.send(publish("a", 0, 0, new byte[] {1}), SUBACK, publish("b", 1, 5, new byte[] {2}), PINGRESP);

            assertThat(fixture.read(SUBACK.length)).isEqualTo(SUBACK);
            assertThat(fixture.read(PINGRESP.length)).isEqualTo(PINGRESP);

            List<Delivery> taken = fixture.taken();
            assertThat(taken).extracting(delivery -> delivery.message().topic()).containsExactly("a", "b");
            fixture.confirm(taken);
            assertThat(fixture.receive(4)).containsExactly(0x40, 2, 0, 5);
        }
    }

    @Test
    void shouldAcknowledgeAsTheQosAsks() throws Exception {
        try (WireFixture fixture = fixture(10)) {
            fixture.open();
            fixture.send(
                    publish("t", 1, 1, EMPTY),
                    publish("t", 2, 0x1234, EMPTY),
                    publish("t", 0, 0, EMPTY),
                    publish("t", 1, 65_535, EMPTY),
                    SUBACK);
            fixture.read(SUBACK.length);

            fixture.confirm(fixture.taken());

            assertThat(fixture.receive(12)).containsExactly(0x40, 2, 0, 1, 0x50, 2, 0x12, 0x34, 0x40, 2, 0xFF, 0xFF);
        }
    }

    /** MQTT 5, 4.3.3: with or without a reason, whether the bridge knows of the message or not. */
    @Test
    void shouldAnswerEachPubrel() throws Exception {
        byte[] unknown = {0, 9, (byte) 0x92, 3, 0x1F, 0, 0};
        byte[][] packets = new byte[2_000][];
        for (int id = 1; id <= packets.length; id++) {
            packets[id - 1] = packet(0x62, id == 9 ? unknown : Packets.uint16(id));
        }
        try (WireFixture fixture = fixture(10)) {
            fixture.open();
            Reading reading = fixture.startReading(SUBACK.length);

            fixture.send(concat(packets));

            DataInputStream in = new DataInputStream(fixture.broker.getInputStream());
            for (int id = 1; id <= packets.length; id++) {
                assertThat(in.readInt()).isEqualTo(0x70020000 | id);
            }
            fixture.send(SUBACK);
            assertThat(reading.result().get(5, TimeUnit.SECONDS)).as("all else").isEqualTo(SUBACK);
        }
    }

    @Test
    void shouldAnswerPubrelBeforeItHoldsTheBrokerBack() throws Exception {
        try (WireFixture fixture = fixture(1)) {
            fixture.open();
            Reading reading = fixture.startReading(SUBACK.length);
            fixture.send(publish("t", 2, 1, EMPTY), packet(0x62, Packets.uint16(7)), publish("t", 2, 2, EMPTY), SUBACK);

            assertThat(fixture.receive(4)).containsExactly(0x70, 2, 0, 7);
            assertThat(reading.result().isDone()).isFalse();

            await().until(fixture.wire::isHoldingBack);
            fixture.confirm(fixture.taken());
            assertThat(reading.result().get(5, TimeUnit.SECONDS)).isEqualTo(SUBACK);
            fixture.confirm(fixture.taken());
        }
    }

    @Test
    void shouldHoldAcknowledgementsBackUntilFlushed() throws Exception {
        try (WireFixture fixture = fixture(2_000)) {
            List<Delivery> taken = takeIn(fixture, 501);

            taken.subList(0, 500).forEach(fixture.wire::acknowledge);
            fixture.write(PINGREQ);
            assertThat(fixture.receive(2)).as("nothing before it").isEqualTo(PINGREQ);

            fixture.wire.acknowledge(taken.get(500)); // More than are held.
            await().until(() -> fixture.broker.getInputStream().available() == 500 * 4);
            fixture.wire.flush();

            DataInputStream in = new DataInputStream(fixture.broker.getInputStream());
            for (int id = 1; id <= 501; id++) {
                assertThat(in.readInt()).isEqualTo(0x40020000 | id);
            }
            fixture.confirm(taken);
        }
    }

    @Test
    void shouldNeverWriteAcknowledgementsIntoAPacketWrittenInPieces() throws Exception {
        int packets = 2_000;
        byte[] body = new byte[40];
        Arrays.fill(body, (byte) 0x40);
        try (WireFixture fixture = fixture(10)) {
            Delivery delivery = takeIn(fixture, 1).get(0);
            FutureTask<Void> paho = new FutureTask<>(() -> {
                for (int i = 0; i < packets; i++) {
                    fixture.wire.output().write(0x82);
                    fixture.wire.output().write(body.length);
                    fixture.wire.output().write(body, 0, 20);
                    Thread.yield();
                    fixture.wire.output().write(body, 20, 20);
                    fixture.wire.output().flush();
                }
                return null;
            });
            FutureTask<Void> acknowledger = new FutureTask<>(() -> {
                for (int i = 0; i < packets; i++) {
                    fixture.wire.acknowledge(delivery);
                    fixture.wire.acknowledge(delivery);
                    fixture.wire.flush();
                }
                return null;
            });
            new Thread(paho, "paho").start();
            new Thread(acknowledger, "acknowledger").start();

            DataInputStream in = new DataInputStream(fixture.broker.getInputStream());
            int subscribes = 0;
            int pubacks = 0;
            while (subscribes < packets || pubacks < 2 * packets) {
                int first = in.readUnsignedByte();
                byte[] rest = in.readNBytes(in.readUnsignedByte());
                if (first == 0x82) {
                    assertThat(rest).isEqualTo(body);
                    subscribes++;
                } else {
                    assertThat(first).isEqualTo(0x40);
                    assertThat(rest).containsExactly(0, 1);
                    pubacks++;
                }
            }
            paho.get();
            acknowledger.get();
            fixture.confirm(List.of(delivery));
        }
    }

    @Test
    void shouldAcknowledgeNothingWhenClosed() throws Exception {
        try (WireFixture fixture = fixture(2_000)) {
            List<Delivery> taken = takeIn(fixture, 1_001);
            fixture.wire.acknowledge(taken.get(0));
            fixture.wire.close();

            fixture.confirm(taken);

            assertThat(fixture.broker.getInputStream().read()).isEqualTo(-1);
            assertThat(fixture.tracker.books()).isEqualTo(new Books(1_001, 1_001, 0, 0, 0, 0));
        }
    }

    @Test
    void shouldCloseWhenAnAcknowledgementCannotBeWritten() throws Exception {
        try (WireFixture fixture = fixture(10)) {
            Delivery delivery = takeIn(fixture, 1).get(0);
            fixture.broker.setSoLinger(true, 0); // So that the end is a reset, which a write notices.
            fixture.broker.close();

            await().until(() -> {
                fixture.wire.acknowledge(delivery);
                fixture.wire.flush();
                return fixture.wire.isClosed();
            });

            assertThatIOException().isThrownBy(() -> fixture.write(PINGREQ));
            fixture.confirm(List.of(delivery));
        }
    }

    @Test
    void shouldAnswerPingsItselfWhenMessagesWaitForRoom() throws Exception {
        try (WireFixture fixture = fixture(1)) {
            fixture.open();
            fixture.send(publish("t", 1, 1, EMPTY), publish("t", 1, 2, EMPTY), publish("t", 1, 3, EMPTY));
            Reading first = fixture.startReading(2);
            Delivery taken = fixture.tracker.next(Duration.ofSeconds(5));
            assertThat(first.result().isDone()).isFalse();

            // While the second message waits, the broker's answers are stuck behind the third.
            fixture.write(PINGREQ);
            assertThat(first.result().get()).isEqualTo(PINGRESP);
            fixture.write(PINGREQ);
            assertThat(fixture.read(2)).isEqualTo(PINGRESP);
            assertThat(fixture.receive(4)).isEqualTo(Packets.concat(PINGREQ, PINGREQ));
            fixture.send(PINGRESP, PINGRESP, SUBACK);
            assertThat(fixture.tracker.books()).isEqualTo(new Books(1, 0, 0, 0, 0, 1));

            // With room again both answers are late, and nothing of Paho's.
            Reading second = fixture.startReading(SUBACK.length);
            fixture.confirm(List.of(taken));
            for (int id = 2; id <= 3; id++) {
                fixture.confirm(List.of(fixture.tracker.next(Duration.ofSeconds(5))));
            }
            assertThat(second.result().get()).isEqualTo(SUBACK);

            fixture.write(PINGREQ);
            fixture.send(PINGRESP);
            assertThat(fixture.read(2)).isEqualTo(PINGRESP);
            assertThat(fixture.receive(14)).containsExactly(0x40, 2, 0, 1, 0x40, 2, 0, 2, 0x40, 2, 0, 3, 0xC0, 0);
        }
    }

    @Test
    void shouldAnswerAPingItselfWhenMessagesComeBeforeTheBrokersAnswer() throws Exception {
        try (WireFixture fixture = fixture(10)) {
            fixture.open();
            fixture.write(PINGREQ);
            fixture.send(publish("a", 0, 0, EMPTY));
            assertThat(fixture.startReading(2).result().get(5, TimeUnit.SECONDS))
                    .isEqualTo(PINGRESP);

            fixture.send(publish("b", 0, 0, EMPTY), PINGRESP, SUBACK);
            assertThat(fixture.read(SUBACK.length))
                    .as("the late answer is not Paho's")
                    .isEqualTo(SUBACK);
            List<Delivery> taken = fixture.taken();
            assertThat(taken).extracting(delivery -> delivery.message().topic()).containsExactly("a", "b");
            fixture.confirm(taken);
        }
    }

    @Test
    void shouldDropAndCountQos0WhenThereIsNoRoom() throws Exception {
        try (WireFixture fixture = new WireFixture(new DeliveryTracker(10, 2_000), MAX_PAYLOAD)) {
            fixture.open();
            fixture.send(
                    publish("kept", 0, 0, new byte[1_000]),
                    publish("dropped", 0, 0, new byte[1_000]),
                    publish("kept too", 1, 1, new byte[1_000]),
                    SUBACK);

            assertThat(fixture.read(SUBACK.length)).isEqualTo(SUBACK);

            assertThat(fixture.tracker.books()).isEqualTo(new Books(3, 0, 0, 0, 1, 2));
            List<Delivery> taken = fixture.taken();
            assertThat(taken).extracting(delivery -> delivery.message().topic()).containsExactly("kept", "kept too");
            fixture.confirm(taken);
            assertThat(fixture.tracker.books()).isEqualTo(new Books(3, 2, 0, 0, 1, 0));
        }
    }

    @Test
    void shouldTakeNothingInWhenPaused() throws Exception {
        for (int qos = 0; qos <= 2; qos++) {
            try (WireFixture fixture = fixture(10)) {
                fixture.open();
                fixture.wire.pause();
                fixture.send(publish("t", qos, 1, EMPTY), SUBACK);
                Reading answer = fixture.startReading(PINGRESP.length);
                await().until(answer::isWaiting);

                fixture.write(PINGREQ); // Answered all the same: the connection is kept until all is acknowledged.
                assertThat(answer.result().get()).isEqualTo(PINGRESP);

                Reading reading = fixture.startReading(1);
                await().until(reading::isWaiting);
                assertThat(fixture.tracker.books()).isEqualTo(new Books(0, 0, 0, 0, 0, 0));

                fixture.wire.close();
                assertFails(reading);
                assertThat(fixture.tracker.books()).isEqualTo(new Books(0, 0, 0, 0, 0, 0));
            }
        }
    }

    @Test
    void shouldEndABlockedReadWhenClosed() throws Exception {
        try (WireFixture fixture = fixture(10)) {
            fixture.open();
            Reading reading = fixture.startReading(1);
            await().until(reading::isReadingTheSocket);

            fixture.wire.close();

            assertFails(reading);
        }
    }

    @Test
    void shouldEndTheWaitForRoomWhenClosed() throws Exception {
        try (WireFixture fixture = fixture(1)) {
            fixture.open();
            fixture.send(publish("t", 1, 1, EMPTY), publish("t", 1, 2, EMPTY));
            Reading reading = fixture.startReading(1);
            await().until(() -> fixture.tracker.books().received() == 1 && reading.isWaiting());

            fixture.wire.close();

            assertFails(reading);
        }
    }

    @Test
    void shouldEndTheWaitForRoomWhenInterrupted() throws Exception {
        try (WireFixture fixture = fixture(1)) {
            fixture.open();
            fixture.send(publish("t", 1, 1, EMPTY), publish("t", 1, 2, EMPTY));
            Reading reading = fixture.startReading(1);
            await().until(() -> fixture.tracker.books().received() == 1 && reading.isWaiting());

            reading.thread().interrupt();

            assertFails(reading);
        }
    }

    private static void assertFails(Reading reading) {
        assertThatThrownBy(() -> reading.result().get(5, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
    }

    /** Messages of QoS 1 with the identifiers 1, 2, ... */
    private static List<Delivery> takeIn(WireFixture fixture, int count) throws IOException {
        fixture.open();
        for (int id = 1; id <= count; id++) {
            fixture.send(publish("t", 1, id, EMPTY));
        }
        fixture.send(SUBACK);
        fixture.read(SUBACK.length);
        List<Delivery> taken = fixture.taken();
        assertThat(taken).hasSize(count);
        return taken;
    }

    private static WireFixture fixture(int maxUnacknowledged) throws IOException {
        return new WireFixture(new DeliveryTracker(maxUnacknowledged, 1 << 20), MAX_PAYLOAD);
    }
}
