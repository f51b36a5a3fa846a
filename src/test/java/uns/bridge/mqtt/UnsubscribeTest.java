package uns.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.message.TopicFilter;
import uns.bridge.mqtt.ScriptedBroker.Received;

/** What a start has subscribed to and the next one does not want is unsubscribed from the session, and nothing else. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnsubscribeTest {

    private static final int UNSUBSCRIBE = 0xA2;
    private static final int NOT_AUTHORIZED = 0x87;
    private static final byte[] RESUMED = Packets.packet(0x20, new byte[] {1, 0, 0});

    private final BlockingQueue<Received> unsubscribes = new LinkedBlockingQueue<>();

    /** Whether the broker has kept the session, and what it says to UNSUBSCRIBE; nothing if empty. */
    private volatile boolean resumes = true;

    private volatile int[] unsubscribeCodes = {0};

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(MqttVersion.class)
    void shouldUnsubscribeWhenAFilterIsRemoved(MqttVersion version) throws Exception {
        try (ScriptedBroker broker = broker(version)) {
            start(broker, version, "a/#", "$share/g/b");
            assertThat(unsubscribes).isEmpty();
            start(broker, version, "a/#");
            assertThat(unsubscribes.take().body()).endsWith(Packets.text("$share/g/b"));
            start(broker, version, "a/#", "$share/g/b");
            assertThat(unsubscribes).as("wanted again").isEmpty();
        }
    }

    /** A broker that was killed may come back with a session from before the UNSUBSCRIBE that it had confirmed. */
    @ParameterizedTest
    @CsvSource({
        "MQTT_5, 0x00, 1",
        "MQTT_5, 0x11, 0", // No subscription existed (MQTT 5, 3.11.3).
        "MQTT_3_1_1, 0, 1",
        "MQTT_3_1, 0, 1",
    })
    void shouldUnsubscribeWithEachConnectionAndTellItOnce(MqttVersion version, String code, int told) throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(MqttSource.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        try (ScriptedBroker broker = broker(version)) {
            start(broker, version, "a", "b");
            start(broker, version, "a");
            unsubscribes.take();
            unsubscribeCodes = new int[] {Integer.decode(code)};
            logger.addAppender(log);

            Health health = new Health();
            health.up(Health.Part.KAFKA);
            MqttSource source = source(settings(broker, version, "test", "a"), folder, health);
            FutureTask<Boolean> run = start(source);
            assertThat(unsubscribes.take().body()).as("after a restart").endsWith(Packets.text("b"));
            await().until(health::isReady);
            broker.cut();
            assertThat(unsubscribes.take().body()).as("after a reconnect").endsWith(Packets.text("b"));
            await().until(health::isReady);
            source.stop();
            assertThat(run.get(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            logger.detachAppender(log);
        }
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .filteredOn(text -> text.startsWith("Unsubscribed from"))
                .hasSize(told);
    }

    @Test
    void shouldForgetWhatWasRemovedWhenTheSessionIsNew() throws Exception {
        try (ScriptedBroker broker = broker(MqttVersion.MQTT_5)) {
            start(broker, MqttVersion.MQTT_5, "a", "b");
            start(broker, MqttVersion.MQTT_5, "a");
            unsubscribes.take();
            resumes = false;
            start(broker, MqttVersion.MQTT_5, "a");
            resumes = true;
            start(broker, MqttVersion.MQTT_5, "a");
            assertThat(unsubscribes).isEmpty();
        }
    }

    @Test
    void shouldSubscribeFirstWhenOneFilterTakesTheOthersPlace() throws Exception {
        try (ScriptedBroker broker = broker(MqttVersion.MQTT_5)) {
            start(broker, MqttVersion.MQTT_5, "a/b");
            start(broker, MqttVersion.MQTT_5, "a/b", "a/#"); // Which covers a/b.
            assertThat(unsubscribes.take().body()).endsWith(Packets.text("a/b"));
            List<Integer> packets = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                packets.add(broker.next().first());
            }
            assertThat(packets)
                    .containsExactly(
                            ScriptedBroker.CONNECT,
                            ScriptedBroker.SUBSCRIBE,
                            ScriptedBroker.DISCONNECT,
                            ScriptedBroker.CONNECT,
                            ScriptedBroker.SUBSCRIBE,
                            UNSUBSCRIBE);
        }
    }

    @Test
    void shouldUnsubscribeAtTheNextStartWhenTheBrokerHasNotAnswered() throws Exception {
        try (ScriptedBroker broker = broker(MqttVersion.MQTT_5)) {
            start(broker, MqttVersion.MQTT_5, "a", "b");
            unsubscribeCodes = new int[0];
            start(broker, MqttVersion.MQTT_5, "a");
            unsubscribes.take();
            unsubscribeCodes = new int[] {0};

            start(broker, MqttVersion.MQTT_5, "a");

            assertThat(unsubscribes.take().body()).endsWith(Packets.text("b"));
        }
    }

    @Test
    void shouldUnsubscribeAtTheNextStartWhenTheBrokerRefuses() throws Exception {
        try (ScriptedBroker broker = broker(MqttVersion.MQTT_5)) {
            start(broker, MqttVersion.MQTT_5, "a", "b", "c");
            unsubscribeCodes = new int[] {0x11, NOT_AUTHORIZED};
            start(broker, MqttVersion.MQTT_5, "a");
            assertThat(unsubscribes.take().body()).endsWith(Packets.concat(Packets.text("b"), Packets.text("c")));
            unsubscribeCodes = new int[] {0x11, 0};

            start(broker, MqttVersion.MQTT_5, "a");

            assertThat(unsubscribes.take().body()).endsWith(Packets.concat(Packets.text("b"), Packets.text("c")));
        }
    }

    /** As where the bridge is killed in between. */
    @Test
    void shouldUnsubscribeAtTheNextStartWhenTheAnswerToSubscribeWasNotSeen() throws Exception {
        CountDownLatch subscribing = new CountDownLatch(1);
        try (ScriptedBroker silent = new ScriptedBroker((connection, packet) -> {
            if (packet.first() == ScriptedBroker.CONNECT) {
                connection.send(RESUMED);
            } else if (packet.first() == ScriptedBroker.SUBSCRIBE) {
                subscribing.countDown();
            }
        })) {
            MqttSettings settings = settings(silent, MqttVersion.MQTT_5, "test", "a", "b");
            MqttSource source = source(settings, folder, new Health());
            FutureTask<Boolean> run = start(source);
            assertThat(subscribing.await(10, TimeUnit.SECONDS)).isTrue();
            source.stop();
            assertThat(run.get(10, TimeUnit.SECONDS)).isTrue();

            assertThat(new SessionFilters(settings, folder).unwanted(List.of(TopicFilter.of("a"))))
                    .containsExactly(TopicFilter.of("b"));
        }
    }

    @ParameterizedTest
    @CsvSource({"false, test, 'a new session has no subscriptions'", "true, other, 'the list is of another session'"})
    void shouldNotUnsubscribeWhenTheSessionCannotHaveIt(boolean resumed, String clientId, String why) throws Exception {
        try (ScriptedBroker broker = broker(MqttVersion.MQTT_5)) {
            start(broker, MqttVersion.MQTT_5, "a", "b");
            resumes = resumed;
            run(settings(broker, MqttVersion.MQTT_5, clientId, "a"), folder);
            assertThat(unsubscribes).as(why).isEmpty();
        }
    }

    @Test
    void shouldGoOnWhenTheListIsDamagedOrCannotBeWritten() throws Exception {
        try (ScriptedBroker broker = broker(MqttVersion.MQTT_5)) {
            start(broker, MqttVersion.MQTT_5, "a", "b");
            try (Stream<Path> files = Files.list(folder)) {
                Path list = files.filter(file -> file.getFileName().toString().startsWith("subscriptions"))
                        .findFirst()
                        .orElseThrow();
                Files.writeString(list, "");
            }
            start(broker, MqttVersion.MQTT_5, "a");
            assertThat(unsubscribes).isEmpty();

            Path file = Files.createFile(folder.resolve("file"));
            run(settings(broker, MqttVersion.MQTT_5, "test", "a"), file);
        }
    }

    /** Starts, waits until it is ready, with all unsubscribed by then, and stops. */
    private void start(ScriptedBroker broker, MqttVersion version, String... filters) throws Exception {
        run(settings(broker, version, "test", filters), folder);
    }

    private void run(MqttSettings settings, Path stateDir) throws Exception {
        Health health = new Health();
        health.up(Health.Part.KAFKA);
        MqttSource source = source(settings, stateDir, health);
        FutureTask<Boolean> run = start(source);
        await().until(health::isReady);
        source.stop();
        assertThat(run.get(10, TimeUnit.SECONDS)).isTrue();
    }

    private static MqttSource source(MqttSettings settings, Path stateDir, Health health) {
        DeliveryTracker tracker = new DeliveryTracker(100, 1 << 20);
        return new MqttSource(settings, List.of(), stateDir, tracker, health, Duration.ofSeconds(1));
    }

    static FutureTask<Boolean> start(MqttSource source) {
        FutureTask<Boolean> run = new FutureTask<>(source::run);
        Thread thread = new Thread(run, "source");
        thread.setDaemon(true);
        thread.start();
        return run;
    }

    private ScriptedBroker broker(MqttVersion version) throws IOException {
        boolean five = version == MqttVersion.MQTT_5;
        return new ScriptedBroker((connection, packet) -> {
            switch (packet.first()) {
                case ScriptedBroker.CONNECT ->
                    connection.send(
                            five
                                    ? resumes ? RESUMED : ScriptedBroker.CONNACK
                                    : ScriptedBroker.connack3(resumes && version.tellsSessionPresent(), 0));
                case ScriptedBroker.SUBSCRIBE ->
                    connection.send(five ? packet.suback(1, 1, 1) : packet.suback3(1, 1, 1));
                case UNSUBSCRIBE -> {
                    unsubscribes.add(packet);
                    if (unsubscribeCodes.length > 0) {
                        connection.send(five ? unsuback(packet) : Packets.packet(0xB0, id(packet)));
                    }
                }
                default -> {}
            }
        });
    }

    private byte[] unsuback(Received packet) {
        byte[] codes = new byte[unsubscribeCodes.length];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) unsubscribeCodes[i];
        }
        return Packets.packet(0xB0, Packets.concat(id(packet), new byte[] {0}, codes));
    }

    private static byte[] id(Received packet) {
        return new byte[] {packet.body()[0], packet.body()[1]};
    }

    private static MqttSettings settings(
            ScriptedBroker broker, MqttVersion version, String clientId, String... filters) {
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
                clientId,
                of.sessionExpiry(),
                of.receiveMaximum(),
                of.maxInFlightBytes(),
                version,
                false,
                null);
    }
}
