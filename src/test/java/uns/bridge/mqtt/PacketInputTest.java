package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static uns.bridge.mqtt.Packets.NO_PROPERTIES;
import static uns.bridge.mqtt.Packets.PINGREQ;
import static uns.bridge.mqtt.Packets.PINGRESP;
import static uns.bridge.mqtt.Packets.SUBACK;
import static uns.bridge.mqtt.Packets.concat;
import static uns.bridge.mqtt.Packets.packet;
import static uns.bridge.mqtt.Packets.publish;
import static uns.bridge.mqtt.Packets.textProperty;
import static uns.bridge.mqtt.Packets.userProperty;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.delivery.Books;
import uns.bridge.delivery.Delivery;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.MqttProperties;
import uns.bridge.message.MqttProperties.UserProperty;
import uns.bridge.message.TopicFilter;

/** The packets are those of a script: the stream decides how many bytes a read gives, which a network leaves to chance. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PacketInputTest {

    private static final int MAX_PAYLOAD = 64 * 1_024;
    private static final int LONGEST_PACKET = 268_435_455;

    private final DeliveryTracker tracker = new DeliveryTracker(1_000, 1 << 30);
    private final SubscriptionIdentifiers identifiers =
            new SubscriptionIdentifiers(List.of(TopicFilter.of("a/+/c"), TopicFilter.of("a/b/#")));
    private WireFixture fixture;

    @BeforeEach
    void connect() throws IOException {
        fixture = new WireFixture(tracker, MAX_PAYLOAD);
        fixture.open();
    }

    @AfterEach
    void nothingIsLeftOver() throws IOException {
        fixture.close();
    }

    @ParameterizedTest
    @CsvSource({
        "0b0000, 0, false, false",
        "0b0001, 0, true,  false",
        "0b0010, 1, false, false",
        "0b0011, 1, true,  false",
        "0b1010, 1, false, true",
        "0b1011, 1, true,  true",
        "0b0100, 2, false, false",
        "0b1101, 2, true,  true",
    })
    void shouldTellTheFlagsWhenPublished(String flags, int qos, boolean retained, boolean duplicate)
            throws IOException {
        int bits = Integer.parseInt(flags.substring(2), 2);
        long before = System.currentTimeMillis();

        Delivery delivery = single(publish(bits, "Werk/Köln/😀", 0xABCD, NO_PROPERTIES, bytes("payload")));

        InboundMessage message = delivery.message();
        assertThat(message.topic()).isEqualTo("Werk/Köln/😀");
        assertThat(message.payload()).isEqualTo(bytes("payload"));
        assertThat(message.payloadSize()).isEqualTo(7);
        assertThat(message.truncated()).isFalse();
        assertThat(message.qos()).isEqualTo(qos);
        assertThat(message.retained()).isEqualTo(retained);
        assertThat(message.duplicate()).isEqualTo(duplicate);
        assertThat(message.arrivalMs()).isBetween(before, System.currentTimeMillis());
        assertThat(message.properties()).isSameAs(MqttProperties.NONE);
        assertThat(delivery.packetId()).isEqualTo(qos == 0 ? 0 : 0xABCD);
    }

    /** What would be the length of the properties is the first byte of the payload. */
    @ParameterizedTest
    @EnumSource(
            value = MqttVersion.class,
            names = {"MQTT_3_1", "MQTT_3_1_1"})
    void shouldReadNoPropertiesBeforeMqtt5(MqttVersion version) throws IOException {
        byte[] atQos0 = Packets.packet(0x31, concat(Packets.text("a/b"), bytes("{}")));
        byte[] atQos2 = Packets.packet(0x3C, concat(Packets.text("a/b"), Packets.uint16(7), new byte[] {0, 1}));
        byte[] cleared = Packets.packet(0x32, concat(Packets.text("a/b"), Packets.uint16(8)));
        PacketInput input = new PacketInput(
                new ByteArrayInputStream(concat(atQos0, atQos2, cleared, PINGRESP)),
                fixture.wire,
                tracker,
                MAX_PAYLOAD,
                version,
                identifiers);

        assertThat(input.readNBytes(2)).isEqualTo(PINGRESP);

        List<Delivery> taken = fixture.taken();
        assertThat(taken)
                .extracting(delivery -> delivery.message().payload())
                .containsExactly(bytes("{}"), new byte[] {0, 1}, new byte[0]);
        assertThat(taken).extracting(Delivery::packetId).containsExactly(0, 7, 8);
        assertThat(taken)
                .extracting(delivery -> delivery.message().properties())
                .containsOnly(MqttProperties.NONE);
        fixture.confirm(taken);
    }

    @Test
    void shouldKeepThePropertiesInOrderWhenTheyAreForTheReader() throws IOException {
        byte[] properties = concat(
                userProperty("b", "1"),
                new byte[] {0x01, 1}, // Payload Format Indicator
                textProperty(0x03, "application/json"),
                new byte[] {0x02, 0, 0, 1, 0}, // Message Expiry Interval
                userProperty("a", "zwölf"),
                new byte[] {0x0B, (byte) 0xFF, 0x7F}, // Subscription Identifier
                textProperty(0x08, "answers/here"),
                new byte[] {0x09, 0, 3, 0, (byte) 0xFF, 7},
                userProperty("b", ""),
                new byte[] {0x0B, 1});

        InboundMessage message =
                single(publish(2, "t", 1, properties, bytes("p"))).message();

        assertThat(message.properties().contentType()).isEqualTo("application/json");
        assertThat(message.properties().responseTopic()).isEqualTo("answers/here");
        assertThat(message.properties().correlationData()).containsExactly(0, 0xFF, 7);
        assertThat(message.properties().userProperties())
                .containsExactly(new UserProperty("b", "1"), new UserProperty("a", "zwölf"), new UserProperty("b", ""));
        assertThat(message.payload()).isEqualTo(bytes("p"));
    }

    @Test
    void shouldHaveNoPropertiesWhenAllAreForTheClientAlone() throws IOException {
        byte[] properties = {0x01, 1, 0x02, 0, 0, 1, 0, 0x0B, 5};
        assertThat(single(publish(0, "t", 0, properties, bytes("p"))).message().properties())
                .isSameAs(MqttProperties.NONE);
    }

    @Test
    void shouldCarryOnlyOneWhenTheBrokerSendsAMessageForEachOfItsSubscriptions() throws IOException {
        byte[] first = identified(identifiers.of(TopicFilter.of("a/+/c")));
        byte[] second = identified(identifiers.of(TopicFilter.of("a/b/#")));
        byte[] unknown = identified(1);
        byte[] large = payload(2 * MAX_PAYLOAD);
        input(concat(
                        publish(2, "a/b/c", 1, first, bytes("1")),
                        publish(2, "a/b/c", 2, second, bytes("1")),
                        publish(4, "a/b/c", 3, second, bytes("2")),
                        publish(2, "a/b/c", 4, concat(first, second), bytes("3")),
                        publish(4, "a/b/c", 5, concat(first, second), bytes("3")),
                        publish(2, "a/b/c", 6, unknown, bytes("1")),
                        publish(2, "a/b/c", 7, NO_PROPERTIES, bytes("1")),
                        publish(0, "a/b/c", 0, first, bytes("2")),
                        publish(0, "a/b/c", 0, second, bytes("2")),
                        publish(0, "a/b/d", 0, second, bytes("4")),
                        publish(4, "a/b/c", 8, first, large),
                        publish(4, "a/b/c", 9, second, large),
                        SUBACK))
                .readNBytes(SUBACK.length);

        List<Delivery> taken = fixture.taken();
        assertThat(taken.subList(0, 8))
                .extracting(delivery -> new String(delivery.message().payload(), UTF_8))
                .containsExactly("1", "2", "3", "3", "1", "1", "2", "4");
        assertThat(taken.subList(8, taken.size()))
                .as("too large to be compared")
                .extracting(Delivery::packetId)
                .containsExactly(8, 9);
        assertThat(tracker.books().received()).isEqualTo(12);
        assertThat(tracker.books().balance()).isTrue();

        tracker.complete(taken.get(1)); // What arrived before it is not complete.
        tracker.release();
        fixture.confirm(taken);
        assertThat(fixture.receive(9 * 4))
                .as("in the order of arrival")
                .containsExactly(concat(
                        new byte[] {0x40, 2, 0, 1, 0x40, 2, 0, 2, 0x50, 2, 0, 3, 0x40, 2, 0, 4, 0x50, 2, 0, 5},
                        new byte[] {0x40, 2, 0, 6, 0x40, 2, 0, 7, 0x50, 2, 0, 8, 0x50, 2, 0, 9}));
        assertThat(tracker.books().delivered()).isEqualTo(10);
        assertThat(tracker.books().skipped()).isEqualTo(2);
    }

    @Test
    void shouldReadTheLongestFields() throws IOException {
        String longest = "x".repeat(65_535);
        byte[] properties =
                concat(textProperty(0x03, longest), textProperty(0x08, longest), userProperty(longest, longest));

        InboundMessage message =
                single(publish(2, longest, 1, properties, bytes("p"))).message();

        assertThat(message.topic()).isEqualTo(longest);
        assertThat(message.properties().contentType()).isEqualTo(longest);
        assertThat(message.properties().responseTopic()).isEqualTo(longest);
        assertThat(message.properties().userProperties()).containsExactly(new UserProperty(longest, longest));
        assertThat(message.payload()).isEqualTo(bytes("p"));
    }

    /** Remaining lengths of one to four bytes, and payloads of which none, a part or all is in the buffer. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 120, 124, 125, 16_379, 16_380, 65_535, 204_800, 2_097_147, 2_097_148, 3_000_000})
    void shouldReadTheNextPacketRightWhateverThePayloadsSize(int size) throws IOException {
        PacketInput input = input(
                1 << 22,
                new ByteArrayInputStream(
                        concat(publish("a", 0, 0, payload(size)), publish("b", 1, 7, payload(size)), SUBACK)));

        assertThat(input.readNBytes(SUBACK.length)).isEqualTo(SUBACK);

        List<Delivery> taken = fixture.taken();
        assertThat(taken).extracting(delivery -> delivery.message().topic()).containsExactly("a", "b");
        assertThat(taken).allSatisfy(delivery -> {
            assertThat(delivery.message().payload()).isEqualTo(payload(size));
            assertThat(delivery.message().payloadSize()).isEqualTo(size);
        });
        fixture.confirm(taken);
    }

    @ParameterizedTest
    @ValueSource(ints = {MAX_PAYLOAD + 1, 100_000, 1_000_000})
    void shouldKeepOnlyTheBeginningWhenThePayloadIsLargerThanTheBound(int size) throws IOException {
        PacketInput input = input(concat(publish("a", 1, 7, payload(size)), publish("b", 1, 8, bytes("b")), SUBACK));

        assertThat(input.readNBytes(SUBACK.length)).isEqualTo(SUBACK);

        List<Delivery> taken = fixture.taken();
        InboundMessage large = taken.get(0).message();
        assertThat(large.truncated()).isTrue();
        assertThat(large.payloadSize()).isEqualTo(size);
        assertThat(large.payload()).isEqualTo(Arrays.copyOf(payload(size), 64 * 1_024));
        assertThat(taken.get(0).packetId()).isEqualTo(7);
        assertThat(taken.get(1).message().payload()).isEqualTo(bytes("b"));
        fixture.confirm(taken);
    }

    @Test
    void shouldKeepAllWhenThePayloadIsAsLargeAsTheBound() throws IOException {
        InboundMessage message =
                single(publish("a", 1, 7, payload(MAX_PAYLOAD))).message();
        assertThat(message.truncated()).isFalse();
        assertThat(message.payload()).isEqualTo(payload(MAX_PAYLOAD));
    }

    @Test
    void shouldReadAllWhenPacketsAreCutAtAnyByte() throws IOException {
        byte[] stream = concat(
                publish("a/ä", 0, 0, payload(130)),
                SUBACK,
                publish(0b1011, "b", 258, concat(userProperty("n", "v"), new byte[] {0x09, 0, 1, 5}), bytes("payload")),
                packet(0xE0, new byte[] {(byte) 0x8E, 0}));
        byte[] forPaho = concat(SUBACK, new byte[] {(byte) 0xE0, 2, (byte) 0x8E, 0});

        for (int cut = 0; cut <= stream.length; cut++) {
            InputStream first = new ByteArrayInputStream(stream, 0, cut);
            InputStream second = new ByteArrayInputStream(stream, cut, stream.length - cut);
            assertRead(new SequenceInputStream(first, second), forPaho);
        }
        assertRead(new OneByteAtATime(new ByteArrayInputStream(stream)), forPaho);
    }

    private void assertRead(InputStream stream, byte[] forPaho) throws IOException {
        assertThat(input(MAX_PAYLOAD, stream).readNBytes(forPaho.length)).isEqualTo(forPaho);
        List<Delivery> taken = fixture.taken();
        assertThat(taken).extracting(delivery -> delivery.message().topic()).containsExactly("a/ä", "b");
        assertThat(taken.get(0).message().payload()).isEqualTo(payload(130));
        assertThat(taken.get(1).packetId()).isEqualTo(258);
        assertThat(taken.get(1).message().payload()).isEqualTo(bytes("payload"));
        assertThat(taken.get(1).message().properties().correlationData()).containsExactly(5);
        fixture.confirm(taken);
    }

    @Test
    void shouldReadAllWhenManyPacketsAreInOneSegment() throws IOException {
        byte[][] packets = new byte[1_000][];
        for (int i = 0; i < packets.length; i++) {
            packets[i] = i % 10 == 9 ? PINGRESP : publish("t" + i, 1, i + 1, payload(i));
        }

        PacketInput input = input(concat(packets));
        for (int i = 0; i < 100; i++) {
            assertThat(input.readNBytes(2)).isEqualTo(PINGRESP);
        }

        List<Delivery> taken = fixture.taken();
        assertThat(taken)
                .hasSize(900)
                .allSatisfy(delivery ->
                        assertThat(delivery.message().payload()).isEqualTo(payload(delivery.packetId() - 1)));
        assertThat(taken).extracting(Delivery::packetId).isSorted();
        fixture.confirm(taken);
        assertThatExceptionOfType(EOFException.class).isThrownBy(input::read);
    }

    @ParameterizedTest
    @CsvSource({"0x20, 3", "0x90, 4", "0x90, 127", "0x90, 128", "0x90, 20000", "0xE0, 0", "0xE0, 2", "0xF0, 0"})
    void shouldHandOnByteForByteWhenThePacketIsNoPublish(String first, int size) throws IOException {
        byte[] packet = packet(Integer.decode(first), payload(size));
        byte[] stream = concat(packet, publish("t", 1, 1, bytes("x")), packet);

        PacketInput bytewise = input(stream);
        for (byte expected : concat(packet, packet)) {
            assertThat(bytewise.read()).isEqualTo(expected & 0xFF);
        }
        assertThat(bytewise.available()).isZero();

        PacketInput inPieces = input(stream);
        assertThat(inPieces.read(new byte[0])).isZero();
        assertThat(inPieces.read()).isEqualTo(packet[0] & 0xFF);
        assertThat(inPieces.available()).isEqualTo(packet.length - 1);
        assertThat(concat(inPieces.readNBytes(packet.length - 1), inPieces.readNBytes(packet.length)))
                .isEqualTo(concat(Arrays.copyOfRange(packet, 1, packet.length), packet));
        assertThat(fixture.taken()).hasSize(2).allSatisfy(delivery -> fixture.confirm(List.of(delivery)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "length of five bytes                  | 30 FF FF FF FF 01",
                "length of five bytes, no PUBLISH      | 90 80 80 80 80 01",
                "no PUBLISH, of 256 MB                 | 90 FF FF FF 7F",
                "PINGRESP with a body                  | D0 01 00",
                "no topic                              | 30 00",
                "half a topic length                   | 30 01 00",
                "topic beyond the end                  | 30 03 00 05 61",
                "no packet identifier                  | 32 03 00 01 61",
                "half a packet identifier              | 32 04 00 01 61 00",
                "no property length                    | 30 03 00 01 61",
                "properties beyond the end             | 30 04 00 01 61 05",
                "property length of five bytes         | 30 09 00 01 61 FF FF FF FF 01 00",
                "unknown property                      | 30 06 00 01 61 02 7F 00",
                "Topic Alias                           | 30 07 00 01 61 03 23 00 01",
                "byte beyond the properties            | 30 06 00 01 61 01 01 00",
                "integer beyond the properties         | 30 0A 00 01 61 03 02 00 00 00 01 70",
                "integer beyond the end                | 30 07 00 01 61 03 02 00 00",
                "text beyond the properties            | 30 09 00 01 61 03 03 00 02 61 62",
                "text beyond the end                   | 30 07 00 01 61 03 03 00 09",
                "binary beyond the end                 | 30 07 00 01 61 03 09 FF FF",
                "user property without a value         | 30 08 00 01 61 04 26 00 01 61",
                "subscription identifier of five bytes | 30 0A 00 01 61 06 0B FF FF FF FF 01",
                "QoS 3                                 | 36 06 00 01 61 00 01 00",
                "end within the length                 | 30 80",
                "end within the topic                  | 30 10 00 05 61",
                "end within the payload                | 30 10 00 01 61 00 70",
                "end within a large payload            | 30 FF FF 0F 00 01 61 00 70",
                "end within a packet that is passed on | 90 05 00",
                "end                                   | ''",
            })
    void shouldFailAsTheNetworkDoesWhenMalformed(String name, String hex) {
        byte[] stream = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThatIOException().as(name).isThrownBy(() -> input(stream).read());
        assertThat(tracker.books()).isEqualTo(new Books(0, 0, 0, 0, 0, 0));
    }

    @Test
    void shouldFailAsTheNetworkDoesWhenTheBytesAreRandom() throws IOException {
        Random random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            byte[] stream = new byte[random.nextInt(200)];
            random.nextBytes(stream);
            if (stream.length > 1) {
                stream[0] = (byte) (0x30 | stream[0] & 0x0F);
                stream[1] &= 0x7F;
            }
            assertThatIOException().isThrownBy(() -> input(stream).readAllBytes());
            fixture.confirm(fixture.taken());
        }
    }

    @Test
    void shouldTakeNoMemoryWhenAPacketOnlyClaimsToBeLarge() {
        byte[] start = concat(new byte[] {0x30}, Packets.variableByteInteger(LONGEST_PACKET), Packets.text("t"));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (byte[] claim : List.of(new byte[] {0}, Packets.variableByteInteger(200_000_000))) {
            PacketInput input = input(concat(start, claim));
            long before = threads.getCurrentThreadAllocatedBytes();
            assertThatIOException().isThrownBy(input::read);
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
        }
    }

    @Test
    void shouldKeepOnlyTheBeginningWhenThePayloadIsTheLargestOfAll() throws IOException {
        byte[] start = concat(
                new byte[] {0x32}, Packets.variableByteInteger(LONGEST_PACKET), Packets.text("t"), new byte[] {0, 9, 0
                });
        int size = LONGEST_PACKET - 6;
        InputStream stream = new SequenceInputStream(
                new ByteArrayInputStream(start),
                new SequenceInputStream(new Zeros(size), new ByteArrayInputStream(SUBACK)));

        assertThat(input(MAX_PAYLOAD, stream).readNBytes(SUBACK.length)).isEqualTo(SUBACK);

        List<Delivery> taken = fixture.taken();
        assertThat(taken).singleElement().satisfies(delivery -> {
            assertThat(delivery.message().payloadSize()).isEqualTo(size);
            assertThat(delivery.message().payload()).hasSize(64 * 1_024);
            assertThat(delivery.packetId()).isEqualTo(9);
        });
        fixture.confirm(taken);
    }

    /** What the broker answers is stuck behind the message, and Paho would take the connection for dead. */
    @ParameterizedTest
    @ValueSource(ints = {1_000, MAX_PAYLOAD + 100_000})
    void shouldAnswerPahosPingWhileAMessageIsRead(int size) throws IOException {
        byte[] message = publish("t", 1, 7, payload(size));
        int half = size / 2;
        AtomicBoolean answered = new AtomicBoolean();
        InputStream rest = new SequenceInputStream(
                new ByteArrayInputStream(message, half, message.length - half),
                new ByteArrayInputStream(concat(PINGRESP, SUBACK)));
        InputStream slow = new FilterInputStream(rest) {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                assertThat(answered).as("the answer does not wait for the rest").isTrue();
                return super.read(bytes, offset, length);
            }
        };
        InputStream network = new SequenceInputStream(new ByteArrayInputStream(message, 0, half), slow);
        PacketInput input = input(MAX_PAYLOAD, network);
        fixture.write(PINGREQ);

        assertThat(input.readNBytes(2)).isEqualTo(PINGRESP);
        answered.set(true);

        assertThat(input.readNBytes(SUBACK.length))
                .as("the broker's answer is one too many")
                .isEqualTo(SUBACK);
        List<Delivery> taken = fixture.taken();
        assertThat(taken).singleElement().satisfies(delivery -> {
            assertThat(delivery.message().payloadSize()).isEqualTo(size);
            assertThat(delivery.message().payload())
                    .isEqualTo(Arrays.copyOf(payload(size), Math.min(size, MAX_PAYLOAD)));
        });
        fixture.confirm(taken);
    }

    private Delivery single(byte[] publish) throws IOException {
        assertThat(input(concat(publish, SUBACK)).readNBytes(SUBACK.length)).isEqualTo(SUBACK);
        List<Delivery> taken = fixture.taken();
        fixture.confirm(taken);
        assertThat(taken).hasSize(1);
        return taken.get(0);
    }

    private PacketInput input(byte[] stream) {
        return input(MAX_PAYLOAD, new ByteArrayInputStream(stream));
    }

    private PacketInput input(long maxPayloadBytes, InputStream stream) {
        return new PacketInput(stream, fixture.wire, tracker, maxPayloadBytes, MqttVersion.MQTT_5, identifiers);
    }

    private static byte[] identified(int identifier) {
        byte[] value = Packets.variableByteInteger(identifier);
        return concat(new byte[] {0x0B}, value);
    }

    private static byte[] payload(int size) {
        byte[] payload = new byte[size];
        for (int i = 0; i < size; i++) {
            payload[i] = (byte) (i * 31 + i / 256);
        }
        return payload;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** A network at its slowest. */
    private static final class OneByteAtATime extends InputStream {

        private final InputStream in;

        OneByteAtATime(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return in.read(bytes, offset, Math.min(length, 1));
        }
    }

    /** As many zeros as asked for, without holding them. */
    private static final class Zeros extends InputStream {

        private long left;

        Zeros(long count) {
            this.left = count;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            int count = (int) Math.min(length, left);
            Arrays.fill(bytes, offset, offset + count, (byte) 0);
            left -= count;
            return count;
        }
    }
}
