package uns.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.message.TopicFilter;
import uns.bridge.mqtt.ScriptedBroker.Received;

/** With which identifiers topic filters are subscribed to, and when. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OverlappingFiltersTest {

    private static final byte[] NO_IDENTIFIERS = {0x29, 0};

    /** Each SUBSCRIBE: its identifier, 0 if there is none, and its filters. */
    private record Subscribe(int identifier, List<String> filters) {}

    private final List<Subscribe> subscribes = new CopyOnWriteArrayList<>();

    /** How many SUBSCRIBEs are only answered after the next one. */
    private volatile int withheld;

    private final List<byte[]> late = new ArrayList<>();
    private volatile byte[] properties = {};
    private volatile MqttVersion version = MqttVersion.MQTT_5;
    private ScriptedBroker broker;

    @TempDir
    private Path folder;

    @BeforeEach
    void open() throws IOException {
        broker = broker();
    }

    @AfterEach
    void close() throws IOException {
        broker.close();
    }

    @Test
    void shouldPayNothingWhenNoFiltersOverlap() throws Exception {
        run("a/#", "b/+", "$share/g/+/x");

        assertThat(subscribes).containsExactly(new Subscribe(0, List.of("a/#", "b/+", "$share/g/+/x")));
    }

    @Test
    void shouldGiveFiltersThatOverlapDifferentIdentifiers() throws Exception {
        run("a/+/c", "a/b/#", "x", "y/+/d", "$share/g/a/+");

        assertThat(subscribes)
                .extracting(Subscribe::filters)
                .containsExactly(List.of("a/+/c", "x", "y/+/d", "$share/g/a/+"), List.of("a/b/#"));
        assertThat(subscribes.get(0).identifier).isPositive().isNotEqualTo(subscribes.get(1).identifier);
        assertThat(subscribes.get(1).identifier).isPositive();
    }

    /** Else what is queued would come twice after a restart; and what was queued under other filters would be mistaken. */
    @Test
    void shouldUseTheSameIdentifiersWhenNothingHasChangedAndOthersWhenSomethingHas() throws Exception {
        run("a/+/c", "a/b/#");
        List<Subscribe> before = List.copyOf(subscribes);
        subscribes.clear();

        run("a/+/c", "a/b/#");
        assertThat(subscribes).isEqualTo(before);
        subscribes.clear();

        run("a/+/c", "a/b/+");
        assertThat(subscribes)
                .extracting(Subscribe::identifier)
                .doesNotContainAnyElementsOf(
                        before.stream().map(Subscribe::identifier).toList());
    }

    /** While messages wait for Kafka, what stands behind them in the stream is not read. */
    @Test
    void shouldSubscribeToAllWithoutWaitingForAnAnswer() throws Exception {
        withheld = 2;

        run("a/+/c", "a/b/#", "+/b/c");

        assertThat(subscribes).hasSize(3);
    }

    @Test
    void shouldSubscribeWithoutIdentifiersWhenTheBrokerTakesNone() throws Exception {
        run("a/+/c", "a/b/#");
        subscribes.clear();
        properties = NO_IDENTIFIERS;

        run("a/+/c", "a/b/#");

        assertThat(subscribes).containsExactly(new Subscribe(0, List.of("a/+/c", "a/b/#")));
    }

    @ParameterizedTest
    @EnumSource(
            value = MqttVersion.class,
            names = {"MQTT_3_1", "MQTT_3_1_1"})
    void shouldSubscribeAtOnceBeforeMqtt5(MqttVersion older) throws Exception {
        version = older;

        run("a/+/c", "a/b/#");

        assertThat(subscribes).containsExactly(new Subscribe(0, List.of("a/+/c", "a/b/#")));
    }

    private void run(String... filters) throws Exception {
        run(settings(filters), List.of());
    }

    /** Starts, waits until all is answered, and stops. */
    private void run(MqttSettings settings, List<TopicFilter> kept) throws Exception {
        Health health = new Health();
        DeliveryTracker tracker = new DeliveryTracker(100, 1 << 20);
        MqttSource source = new MqttSource(settings, kept, folder, tracker, health, Duration.ofSeconds(5));
        FutureTask<Boolean> run = new FutureTask<>(source::run);
        Thread thread = new Thread(run, "source");
        thread.setDaemon(true);
        thread.start();
        int filters = settings.topics().size() + kept.size();
        await().until(() -> subscribes.stream()
                        .mapToInt(subscribe -> subscribe.filters.size())
                        .sum()
                == filters);
        await().until(() -> !health.describe().contains("waiting"));
        source.stop();
        assertThat(run.get(10, TimeUnit.SECONDS)).isTrue();
    }

    private ScriptedBroker broker() throws IOException {
        return new ScriptedBroker((connection, packet) -> {
            boolean five = version == MqttVersion.MQTT_5;
            if (packet.first() == ScriptedBroker.CONNECT) {
                byte session = (byte) (version.tellsSessionPresent() ? 1 : 0);
                connection.send(
                        five
                                ? Packets.packet(
                                        0x20,
                                        Packets.concat(new byte[] {session, 0, (byte) properties.length}, properties))
                                : ScriptedBroker.connack3(session == 1, 0));
            } else if (packet.first() == ScriptedBroker.SUBSCRIBE) {
                Subscribe subscribe = parse(packet, five);
                int[] answer = subscribe.filters.stream().mapToInt(filter -> 1).toArray();
                subscribes.add(subscribe);
                byte[] suback = five ? packet.suback(answer) : packet.suback3(answer);
                if (subscribes.size() <= withheld) {
                    late.add(suback);
                } else {
                    for (byte[] earlier : late) {
                        connection.send(earlier);
                    }
                    late.clear();
                    connection.send(suback);
                }
            } else if (packet.first() == 0xA2) {
                connection.send(Packets.packet(0xB0, new byte[] {packet.body()[0], packet.body()[1], 0, 0}));
            }
        });
    }

    /** The body of a SUBSCRIBE (MQTT 5, 3.8). */
    private static Subscribe parse(Received packet, boolean five) {
        ByteBuffer body = ByteBuffer.wrap(packet.body());
        body.getShort();
        int identifier = 0;
        if (five && body.get() > 0) {
            assertThat(body.get()).isEqualTo((byte) 0x0B);
            byte b;
            int shift = 0;
            do {
                b = body.get();
                identifier |= (b & 0x7F) << shift;
                shift += 7;
            } while (b < 0);
        }
        List<String> filters = new ArrayList<>();
        while (body.hasRemaining()) {
            byte[] filter = new byte[body.getShort()];
            body.get(filter);
            body.get();
            filters.add(new String(filter, StandardCharsets.UTF_8));
        }
        return new Subscribe(identifier, filters);
    }

    private MqttSettings settings(String... filters) {
        MqttSettings of = MqttSourceTest.settings(broker.port(), true, version, null);
        return new MqttSettings(
                of.host(),
                of.port(),
                of.username(),
                of.password(),
                null,
                Stream.of(filters).map(TopicFilter::of).toList(),
                1,
                of.keepAlive(),
                true,
                "test",
                of.sessionExpiry(),
                of.receiveMaximum(),
                of.maxInFlightBytes(),
                version,
                false,
                null);
    }
}
