package uns.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import uns.bridge.config.Secret;
import uns.bridge.delivery.Books;
import uns.bridge.delivery.Delivery;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.health.Health.Part;
import uns.bridge.health.Heartbeat;
import uns.bridge.message.TopicFilter;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MqttSourceTest {

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);
    private static final int PINGREQ = 0xC0;
    private static final byte[] SESSION_TAKEN_OVER = Packets.packet(0xE0, new byte[] {(byte) 0x8E, 0});

    /** Held here, for the level goes with the logger. Paho tells of every connection that is cut, at length. */
    private static final java.util.logging.Logger PAHO = java.util.logging.Logger.getLogger("org.eclipse.paho");

    static {
        PAHO.setLevel(Level.OFF);
    }

    private final DeliveryTracker tracker = new DeliveryTracker(100, 1 << 20);
    private final Health health = new Health();
    private @Nullable MqttSource source;
    private @Nullable FutureTask<Boolean> run;

    @BeforeEach
    void kafkaIsThere() {
        health.up(Health.Part.KAFKA);
    }

    @AfterEach
    void nothingIsLeftOver() throws Exception {
        if (source != null && run != null) {
            source.stop();
            assertThat(run.get(10, TimeUnit.SECONDS)).isNotNull();
        }
        await().untilAsserted(() -> assertThat(pahoThreads()).isEmpty());
        Books books = tracker.books();
        assertThat(books.balance()).isTrue();
        assertThat(books.inFlight()).isZero();
    }

    @Test
    void shouldTakeInAndAcknowledgeWhenConnected() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.granting(1, 1)) {
            start(settings(broker.port(), true));
            await().until(health::isReady);
            assertThat(broker.next().first()).isEqualTo(ScriptedBroker.CONNECT);
            ScriptedBroker.Received subscribe = broker.next();
            assertThat(subscribe.first()).isEqualTo(ScriptedBroker.SUBSCRIBE);
            int qos1RetainIfNew = 0b01_0001;
            assertThat(subscribe.body())
                    .endsWith(Packets.concat(
                            Packets.text("spBv1.0/#"),
                            new byte[] {(byte) qos1RetainIfNew},
                            Packets.text("plant/+"),
                            new byte[] {(byte) qos1RetainIfNew}));

            broker.send(Packets.publish("plant/a", 1, 77, new byte[] {1}));
            Delivery delivery = tracker.next(Duration.ofSeconds(10));
            assertThat(delivery.message().topic()).isEqualTo("plant/a");
            tracker.complete(delivery);
            tracker.release();

            ScriptedBroker.Received puback = broker.next();
            assertThat(puback.first()).isEqualTo(0x40);
            assertThat(puback.body()).containsExactly(0, 77);

            source.stop();
            assertThat(run.get(10, TimeUnit.SECONDS)).isTrue();
            assertThat(broker.next().first()).isEqualTo(ScriptedBroker.DISCONNECT);
            source.stop(); // Once more does no harm.
        }
    }

    @Test
    void shouldShowThatItComesRoundWhenNothingHappens() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.granting(1, 1)) {
            start(settings(broker.port(), true));
            await().until(health::isReady);
            awaitBeat();
        }
    }

    /** Else its age would only grow. */
    private void awaitBeat() {
        AtomicLong ageMs = new AtomicLong();
        await().until(() -> {
            long now = source.heartbeat().ageMs();
            return now < ageMs.getAndSet(now);
        });
    }

    /** The broker would end the connection after one and a half times its own Keep Alive (MQTT 5, 3.1.2.10). */
    @Test
    void shouldKeepItsConnectionWhenTheBrokerSetsAShorterKeepAlive() throws Exception {
        byte[] serverKeepAlive2 = {0, 0, 3, 0x13, 0, 2};
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            switch (packet.first()) {
                case ScriptedBroker.CONNECT -> connection.send(Packets.packet(0x20, serverKeepAlive2));
                case PINGREQ -> connection.send(Packets.PINGRESP);
                default -> ScriptedBroker.welcome(connection, packet, 1, 1);
            }
        })) {
            start(settings(broker.port(), true, Duration.ofSeconds(6), MqttVersion.MQTT_5, null));
            assertThat(broker.next().first()).isEqualTo(ScriptedBroker.CONNECT);
            assertThat(broker.next().first()).isEqualTo(ScriptedBroker.SUBSCRIBE);
            // Beyond the Keep Alive of CONNECT, when Paho looks for the first time if left alone.
            for (int ping = 1; ping <= 4; ping++) {
                long beginNs = System.nanoTime();
                assertThat(broker.next().first()).isEqualTo(PINGREQ);
                assertThat(Duration.ofNanos(System.nanoTime() - beginNs)).isLessThan(Duration.ofSeconds(3));
            }
            assertThat(broker.connections()).isEqualTo(1);
        }
    }

    /** MQTT 5, 3.2.2.3.14: then nobody asks for a sign of life. */
    @Test
    void shouldWarnWhenTheBrokerSwitchesTheKeepAliveOff() throws Exception {
        byte[] serverKeepAlive0 = {0, 0, 3, 0x13, 0, 0};
        Logger logger = (Logger) LoggerFactory.getLogger(MqttSource.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        logger.addAppender(log);
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            if (packet.first() == ScriptedBroker.CONNECT) {
                connection.send(Packets.packet(0x20, serverKeepAlive0));
            } else {
                ScriptedBroker.welcome(connection, packet, 1, 1);
            }
        })) {
            start(settings(broker.port(), true));
            await().until(health::isReady);
            assertThat(log.list)
                    .extracting(event -> event.getLevel() + " " + event.getFormattedMessage())
                    .anyMatch(line -> line.startsWith("WARN The MQTT broker switches the keep alive off"));
        } finally {
            logger.detachAppender(log);
        }
    }

    /** It is sent at once where the session is resumed, and SUBACK after it: a new connection would be sent the same again. */
    @Test
    void shouldWaitForTheAnswerWhenASlowNetworkBringsAMessageFirst() throws Exception {
        byte[] message = Packets.publish("plant/a", 1, 7, new byte[20]);
        int start = message.length - 20;
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            if (packet.first() == ScriptedBroker.SUBSCRIBE) {
                connection.send(Arrays.copyOf(message, start));
                for (int i = start; i < message.length; i++) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100)); // The network at its slowest.
                    connection.send(new byte[] {message[i]});
                }
            }
            ScriptedBroker.welcome(connection, packet, 1, 1);
        })) {
            source = new MqttSource(
                    settings(broker.port(), true), List.of(), null, tracker, health, Duration.ofSeconds(1));
            run(source);
            await().until(health::isReady);
            assertThat(broker.connections()).isEqualTo(1);
            tracker.complete(tracker.next(Duration.ofSeconds(10)));
            tracker.release();
        }
    }

    @Test
    void shouldConnectAgainWhenMessagesComeAndNeverTheAnswer() throws Exception {
        byte[] message = Packets.publish("plant/a", 1, 7, new byte[100_000]);
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            for (int i = 0; connection.number() == 1 && packet.first() == ScriptedBroker.SUBSCRIBE; i++) {
                connection.send(Arrays.copyOfRange(message, 20 * i, 20 * i + 20)); // Until the bridge has enough of it.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
            ScriptedBroker.welcome(connection, packet, 1, 1);
        })) {
            source = new MqttSource(
                    settings(broker.port(), true), List.of(), null, tracker, health, Duration.ofMillis(500));
            run(source);
            await().atMost(Duration.ofSeconds(40)).until(() -> broker.connections() == 2 && health.isReady());
        }
    }

    /** MQTT 5, 3.9.3: all of them are answers to a SUBSCRIBE. */
    @ParameterizedTest
    @CsvSource({
        "0x80, unspecified error",
        "0x83, implementation specific error",
        "0x87, not authorized",
        "0x8F, topic filter invalid",
        "0x97, quota exceeded",
        "0x9E, shared subscriptions not supported",
        "0xA1, subscription identifiers not supported",
        "0xA2, wildcard subscriptions not supported",
    })
    void shouldTakeInTheOthersWhenOneIsRefused(String code, String reason) throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.granting(1, Integer.decode(code))) {
            start(settings(broker.port(), true));
            await().until(() -> problem(Part.SUBSCRIPTIONS).contains("plant/+ was refused: " + reason));
            assertThat(problem(Part.MQTT)).isEqualTo(Health.OK);
            assertThat(source.subscriptions()).containsEntry("spBv1.0/#", true);

            broker.send(Packets.publish("spBv1.0/G/NDATA/E", 1, 7, new byte[] {1}));
            tracker.complete(tracker.next(Duration.ofSeconds(10)));
            tracker.release();
            assertThat(broker.connections()).isEqualTo(1);
        }
    }

    /** A text should have no control characters (MQTT 5, 1.5.4), yet Paho's receiver must not die of one. */
    @Test
    void shouldSubscribeWhenTheBrokersTextsHaveControlCharacters() throws Exception {
        byte[] properties = Packets.concat(
                Packets.textProperty(0x1F, "welcome\n"),
                Packets.userProperty("node\t1", "a\u0085b\uFFFE"),
                Packets.userProperty("städt", "Köln"));
        byte[] length = Packets.variableByteInteger(properties.length);
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            switch (packet.first()) {
                case ScriptedBroker.CONNECT ->
                    connection.send(Packets.packet(0x20, Packets.concat(new byte[] {0, 0}, length, properties)));
                case ScriptedBroker.SUBSCRIBE ->
                    connection.send(Packets.packet(
                            0x90,
                            Packets.concat(
                                    new byte[] {packet.body()[0], packet.body()[1]}, length, properties, new byte[] {
                                        1, 1
                                    })));
                default -> {}
            }
        })) {
            start(settings(broker.port(), true));
            await().until(health::isReady);
            assertThat(broker.connections()).isEqualTo(1);
        }
    }

    @Test
    void shouldConnectAgainWhenPahoDiesOfAPacket() throws Exception {
        byte[] reason = Packets.textProperty(0x1F, "\n");
        byte[] unasked = Packets.packet(
                0x40, Packets.concat(new byte[] {0, 1, 0}, Packets.variableByteInteger(reason.length), reason));
        try (ScriptedBroker broker = ScriptedBroker.granting(1, 1)) {
            start(settings(broker.port(), true));
            await().until(health::isReady);
            broker.send(unasked);
            await().until(() -> broker.connections() == 2 && health.isReady());
        }
    }

    @Test
    void shouldTellTheReasonWhenItHasControlCharacters() throws Exception {
        byte[] reason = Packets.textProperty(0x1F, "kicked\nby an operator");
        byte[] goodbye = Packets.packet(
                0xE0, Packets.concat(new byte[] {(byte) 0x98}, Packets.variableByteInteger(reason.length), reason));
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            if (connection.number() == 1) {
                ScriptedBroker.welcome(connection, packet, 1, 1);
            }
        })) {
            start(settings(broker.port(), true));
            await().until(health::isReady);
            broker.send(goodbye);
            await().until(() -> problem(Part.MQTT).contains("administrative action (0x98), \"kicked?by an operator\""));
        }
    }

    @Test
    void shouldPublishWithQos0WhenSubscribed() throws Exception {
        byte[] topicAliasMaximum10 = {0, 0, 3, 0x22, 0, 10};
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            if (packet.first() == ScriptedBroker.CONNECT) {
                connection.send(Packets.packet(0x20, topicAliasMaximum10));
            } else {
                ScriptedBroker.welcome(connection, packet, 1, 1);
            }
        })) {
            start(settings(broker.port(), true));
            await().until(health::isReady);
            broker.next();
            broker.next();
            for (int i = 0; i < 3; i++) {
                byte[] payload = {(byte) i, 2, 3};

                await().until(() -> source.publish("plant/command", payload));

                ScriptedBroker.Received publish = broker.next();
                assertThat(publish.first()).as("QoS 0, not retained").isEqualTo(0x30);
                // Paho gives the topic the alias 1 with the first and leaves it out of the others (MQTT 5, 3.3.2.3.4).
                assertThat(publish.body())
                        .startsWith(Packets.concat(
                                Packets.text(i == 0 ? "plant/command" : ""), new byte[] {3, 0x23, 0, 1}));
                assertThat(publish.body()).endsWith(payload);
            }
            source.pause();
            assertThat(source.publish("plant/command", new byte[0])).isFalse();
        }
    }

    @Test
    void shouldPublishNothingWhenNotSubscribed() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            if (connection.number() > 1) {
                ScriptedBroker.welcome(connection, packet, 1, 1);
            } else if (packet.first() == ScriptedBroker.CONNECT) {
                connection.send(ScriptedBroker.CONNACK);
            }
        })) {
            source = new MqttSource(
                    settings(broker.port(), true), List.of(), null, tracker, health, Duration.ofSeconds(2));
            assertThat(source.publish("plant/command", new byte[0])).isFalse();
            run(source);
            assertThat(broker.next().first()).isEqualTo(ScriptedBroker.CONNECT);
            assertThat(broker.next().first()).isEqualTo(ScriptedBroker.SUBSCRIBE);
            assertThat(source.publish("plant/command", new byte[0])).isFalse();

            // As soon as the next connection is subscribed, it can be.
            await().until(() -> source.publish("plant/command", new byte[0]));
            assertThat(broker.connections()).isEqualTo(2);
        }
    }

    @Test
    void shouldPublishNothingWhenTheConnectionIsCut() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            if (packet.first() == 0x30) {
                connection.cut();
            } else if (connection.number() == 1) {
                ScriptedBroker.welcome(connection, packet, 1, 1);
            }
        })) {
            start(settings(broker.port(), true));
            await().until(health::isReady);
            assertThat(source.publish("plant/command", new byte[0])).isTrue();

            await().until(() -> !problem(Part.MQTT).equals(Health.OK));
            assertThat(source.publish("plant/command", new byte[0])).isFalse();
        }
    }

    @Test
    void shouldAlwaysAskForTheRetainedWhenTheyAreKept() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.granting(1, 1, 1)) {
            List<TopicFilter> kept = List.of(TopicFilter.of("$kept/#"), TopicFilter.of("plant/+"));
            source = new MqttSource(settings(broker.port(), true), kept, null, tracker, health, ANSWER_TIMEOUT);
            run(source);
            await().until(health::isReady);
            assertThat(broker.next().first()).isEqualTo(ScriptedBroker.CONNECT);
            assertThat(broker.next().body())
                    .endsWith(Packets.concat(
                            Packets.text("spBv1.0/#"),
                            new byte[] {0b01_0001},
                            Packets.text("$kept/#"),
                            new byte[] {0b00_0001},
                            Packets.text("plant/+"),
                            new byte[] {0b00_0001}));
        }
    }

    @Test
    void shouldTakeNothingInWhenPausedBeforeItIsConnected() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            ScriptedBroker.welcome(connection, packet, 1, 1);
            if (packet.first() == ScriptedBroker.SUBSCRIBE) {
                connection.send(Packets.publish("plant/a", 1, 1, new byte[0]));
            }
        })) {
            source = new MqttSource(settings(broker.port(), true), List.of(), null, tracker, health, ANSWER_TIMEOUT);
            source.pause();
            run(source);
            await().until(health::isReady);

            source.stop();

            assertThat(run.get(10, TimeUnit.SECONDS)).isTrue();
            assertThat(tracker.books().received()).isZero();
        }
    }

    /** The session is resumed with more messages than there is room for, and the answer to SUBSCRIBE behind them. */
    @Test
    void shouldKeepItsConnectionWhenTheAnswerWaitsBehindMessagesWithoutRoom() throws Exception {
        int messages = 150;
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            if (packet.first() == ScriptedBroker.CONNECT) {
                connection.send(ScriptedBroker.CONNACK);
                for (int id = 1; id <= messages; id++) {
                    connection.send(Packets.publish("plant/a", 1, id, new byte[] {1}));
                }
            } else if (packet.first() == ScriptedBroker.SUBSCRIBE) {
                connection.send(packet.suback(1, 1));
            }
        })) {
            Duration answerTimeout = Duration.ofSeconds(2);
            source = new MqttSource(settings(broker.port(), true), List.of(), null, tracker, health, answerTimeout);
            run(source);
            await().until(() -> tracker.books().inFlight() == 100);

            await().during(answerTimeout.multipliedBy(2)).until(() -> broker.connections() == 1);
            awaitBeat();
            assertThat(health.isReady()).isFalse();

            for (int id = 1; id <= messages; id++) {
                tracker.complete(tracker.next(Duration.ofSeconds(10)));
                tracker.release();
            }
            await().until(health::isReady);
            assertThat(broker.connections()).isEqualTo(1);
        }
    }

    @Test
    void shouldNameTheFilterWhenItIsRefused() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.granting(1, 0x87)) {
            start(settings(broker.port(), true));
            await().until(() -> problem(Part.SUBSCRIPTIONS).equals("plant/+ was refused: not authorized (0x87)"));
            assertThat(problem(Part.MQTT)).isEqualTo(Health.OK);
            assertThat(health.isReady()).isFalse();
        }
    }

    @Test
    void shouldNameTheFilterWhenItsQosIsLower() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.granting(0, 1)) {
            start(settings(broker.port(), true));
            await().until(() -> problem(Part.SUBSCRIPTIONS).equals("spBv1.0/# was granted QoS 0 instead of 1"));
        }
    }

    @Test
    void shouldNameAllFiltersWhenSeveralAreNotGranted() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.granting(0x8F, 0x80)) {
            start(settings(broker.port(), true));
            await().until(() -> problem(Part.SUBSCRIPTIONS)
                    .equals("spBv1.0/# was refused: topic filter invalid (0x8f); "
                            + "plant/+ was refused: unspecified error (0x80)"));
        }
    }

    @Test
    void shouldSayWhyAndTryAgainWhenTheBrokerRefusesTheConnection() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            if (connection.number() == 1) {
                connection.send(Packets.packet(0x20, new byte[] {0, (byte) 0x86, 0}));
            } else {
                ScriptedBroker.welcome(connection, packet, 1, 1);
            }
        })) {
            start(settings(broker.port(), true));
            await().until(() -> problem(Part.MQTT).equals("refused by the broker: bad user name or password (0x86)"));
            await().until(health::isReady);
            assertThat(broker.connections()).isEqualTo(2);
        }
    }

    @Test
    void shouldSayWhatTheBrokerSaysWhenItGivesAReason() throws Exception {
        byte[] refusal = Packets.concat(
                new byte[] {0x11, 0, 0, 0, 9}, // Session Expiry Interval
                Packets.userProperty("code", "17"),
                Packets.textProperty(0x1F, "not from this address"));
        byte[] end = Packets.textProperty(0x1F, "kicked");
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            if (connection.number() == 1) {
                connection.send(Packets.packet(
                        0x20, Packets.concat(new byte[] {0, (byte) 0x8A, (byte) refusal.length}, refusal)));
            } else {
                ScriptedBroker.welcome(connection, packet, 1, 1);
            }
        })) {
            start(settings(broker.port(), true));
            await().until(() ->
                    problem(Part.MQTT).equals("refused by the broker: banned (0x8a), \"not from this address\""));
            await().until(health::isReady);
            broker.send(Packets.packet(0xE0, Packets.concat(new byte[] {(byte) 0x98, (byte) end.length}, end)));
            await().until(() ->
                    problem(Part.MQTT).equals("disconnected by the broker: administrative action (0x98), \"kicked\""));
        }
    }

    @Test
    void shouldTryAgainWhenTheBrokerDoesNotAnswerAConnect() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            if (connection.number() > 1) {
                ScriptedBroker.welcome(connection, packet, 1, 1);
            }
        })) {
            source = new MqttSource(
                    settings(broker.port(), true), List.of(), null, tracker, health, Duration.ofSeconds(2));
            run(source);
            await().until(health::isReady);
            assertThat(broker.connections()).isEqualTo(2);
        }
    }

    @Test
    void shouldTryAgainWhenTheBrokerDoesNotAnswerASubscribe() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            if (connection.number() > 1 || packet.first() == ScriptedBroker.CONNECT) {
                ScriptedBroker.welcome(connection, packet, 1, 1);
            }
        })) {
            source = new MqttSource(
                    settings(broker.port(), true), List.of(), null, tracker, health, Duration.ofSeconds(2));
            run(source);
            await().until(health::isReady);
            assertThat(broker.connections()).isEqualTo(2);
        }
    }

    @Test
    void shouldConnectAgainWhenTheConnectionIsCut() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            ScriptedBroker.welcome(connection, packet, 1, 1);
            if (connection.number() == 1 && packet.first() == ScriptedBroker.SUBSCRIBE) {
                connection.cut();
            }
        })) {
            start(settings(broker.port(), true));
            await().until(() -> broker.connections() == 2 && health.isReady());
        }
    }

    @Test
    void shouldConnectAgainAndCountTheSessionWhenRenewed() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.granting(1, 1)) {
            start(settings(broker.port(), true));
            await().until(health::isReady);
            assertThat(source.lostSessions()).isZero();

            source.renew("stalled");

            await().until(() -> broker.connections() == 2 && health.isReady());
            assertThat(source.lostSessions()).isEqualTo(1);
        }
    }

    @Test
    void shouldBackOffLongAndAskForAnotherBridgeWhenTheSessionIsTakenOver() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(MqttSource.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        logger.addAppender(log);
        try (ScriptedBroker broker = ScriptedBroker.granting(1, 1)) {
            start(settings(broker.port(), true));
            await().until(health::isReady);

            broker.send(SESSION_TAKEN_OVER);

            await().until(() -> problem(Part.MQTT).equals("disconnected by the broker: session taken over (0x8e)"));
            Pattern warning =
                    Pattern.compile(".*is there another bridge with mqtt.client_id test\\?; trying again in (\\d+) ms");
            await().until(() -> log.list.stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .map(warning::matcher)
                    .filter(Matcher::matches)
                    .anyMatch(match -> Long.parseLong(match.group(1)) >= 30_000));
            assertThat(broker.connections()).isEqualTo(1);

            source.stop(); // Ends the long wait as well.
            assertThat(run.get(5, TimeUnit.SECONDS)).isTrue();
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void shouldEndWhenTheConnectionFailsAndItIsNotToReconnect() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.granting(1, 1)) {
            start(settings(broker.port(), false));
            await().until(health::isReady);

            broker.send(Packets.packet(0xE0, new byte[] {(byte) 0x8B, 0}));

            assertThat(run.get(10, TimeUnit.SECONDS)).isFalse();
            assertThat(problem(Part.MQTT)).isEqualTo("disconnected by the broker: server shutting down (0x8b)");
        }
    }

    @Test
    void shouldEndWhenThereIsNoBrokerAndItIsNotToReconnect() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        start(settings(port, false));

        assertThat(run.get(10, TimeUnit.SECONDS)).isFalse();
        assertThat(problem(Part.MQTT)).contains("refused");
    }

    @Test
    void shouldEndWhenStoppedBeforeItIsRun() throws Exception {
        source = new MqttSource(settings(1, true), List.of(), null, tracker, health, ANSWER_TIMEOUT);
        source.stop();
        assertThat(source.run()).isTrue();
    }

    /** Left alone, Paho would leave a spinning thread behind when it is hit between the starts of its threads, over 300 ms. */
    @ParameterizedTest
    @EnumSource(
            value = MqttVersion.class,
            names = {"MQTT_3_1_1", "MQTT_5"})
    void shouldLeaveNoThreadWhenTheConnectionIsCutRightAfterAccept(MqttVersion version) throws Exception {
        int cuts = 20;
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            FutureTask<Void> cutter = new FutureTask<>(() -> {
                for (int i = 0; i < cuts; i++) {
                    try (Socket socket = server.accept()) {
                        socket.setSoLinger(i % 2 == 0, 0);
                        Thread.sleep(i * 20L); // Each cut meets another moment.
                    }
                }
                return null;
            });
            new Thread(cutter, "cutter").start();
            for (int i = 0; i < cuts; i++) {
                assertThatExceptionOfType(ConnectionFailure.class)
                        .isThrownBy(() -> MqttConnection.open(
                                settings(server.getLocalPort(), true, version, null),
                                tracker,
                                new SubscriptionIdentifiers(List.of()),
                                ANSWER_TIMEOUT,
                                new Heartbeat("test", System::nanoTime)));
            }
            cutter.get();
        }
    }

    private void start(MqttSettings settings) {
        source = new MqttSource(settings, List.of(), null, tracker, health, ANSWER_TIMEOUT);
        run(source);
    }

    private void run(MqttSource newSource) {
        run = new FutureTask<>(newSource::run);
        Thread thread = new Thread(run, "source");
        thread.setDaemon(true);
        thread.start();
    }

    private String problem(Part part) {
        return health.problems().getOrDefault(part, "");
    }

    private static List<String> pahoThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("MQTT"))
                .toList();
    }

    private static MqttSettings settings(int port, boolean reconnectOnFailure) {
        return settings(port, reconnectOnFailure, MqttVersion.MQTT_5, null);
    }

    static MqttSettings settings(
            int port, boolean reconnectOnFailure, MqttVersion version, @Nullable String webSocketPath) {
        return settings(port, reconnectOnFailure, Duration.ofSeconds(60), version, webSocketPath);
    }

    private static MqttSettings settings(
            int port,
            boolean reconnectOnFailure,
            Duration keepAlive,
            MqttVersion version,
            @Nullable String webSocketPath) {
        return new MqttSettings(
                InetAddress.getLoopbackAddress().getHostAddress(),
                port,
                "user",
                new Secret("password"),
                null,
                List.of(TopicFilter.of("spBv1.0/#"), TopicFilter.of("plant/+")),
                1,
                keepAlive,
                reconnectOnFailure,
                "test",
                Duration.ofHours(1),
                100,
                1 << 20,
                version,
                false,
                webSocketPath);
    }
}
