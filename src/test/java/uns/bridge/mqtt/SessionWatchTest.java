package uns.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import uns.bridge.mqtt.MqttConnection.Session;

class SessionWatchTest {

    private static final long NOW = Instant.parse("2026-01-02T03:04:05Z").toEpochMilli();
    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(SessionWatch.class);

    @TempDir
    Path folder;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        LOGGER.addAppender(log);
    }

    @AfterEach
    void leave() {
        LOGGER.detachAppender(log);
    }

    @Test
    void shouldExpectNoSessionWhenThereWasNone() {
        SessionWatch watch = watch(folder.resolve("new"), MqttVersion.MQTT_5);

        watch.connected(Session.NEW, NOW).join();

        assertThat(watch.lost()).isZero();
        assertThat(lines()).isEmpty();
    }

    @Test
    void shouldTellTheTimeWhenTheSessionIsGoneAfterAReconnect() {
        SessionWatch watch = watch(null, MqttVersion.MQTT_5);
        watch.connected(Session.NEW, NOW).join();
        watch.seen(NOW + 10_000);

        watch.connected(Session.RESUMED, NOW + 20_000).join();
        assertThat(watch.lost()).isZero();
        watch.seen(NOW + 30_000);
        watch.connected(Session.NEW, NOW + 75_000).join();

        assertThat(watch.lost()).isEqualTo(1);
        assertThat(lines())
                .singleElement()
                .asString()
                .contains("from 2026-01-02T03:04:35Z to 2026-01-02T03:05:20Z (45 s)");
    }

    @Test
    void shouldTellTheTimeWhenTheSessionIsGoneAfterARestart() {
        SessionWatch before = watch(folder.resolve("new"), MqttVersion.MQTT_5);
        before.connected(Session.NEW, NOW).join();
        before.seen(NOW + 61_000);
        before.seen(NOW + 80_000); // Within a minute it is not written again.
        before.ended().join();
        SessionWatch resumed = watch(folder.resolve("new"), MqttVersion.MQTT_5);
        resumed.connected(Session.RESUMED, NOW + 90_000).join();
        assertThat(resumed.lost()).isZero();

        SessionWatch after = watch(folder.resolve("new"), MqttVersion.MQTT_5);
        after.connected(Session.NEW, NOW + Duration.ofHours(2).toMillis()).join();

        assertThat(after.lost()).isEqualTo(1);
        assertThat(lines())
                .singleElement()
                .asString()
                .contains(
                        "from 2026-01-02T03:05:35Z to 2026-01-02T05:04:05Z (7110 s)",
                        "longer than mqtt.session_expiry");
    }

    @Test
    void shouldExpectNoSessionWhenItWasOfAnotherClientOrBroker() throws Exception {
        SessionWatch before = watch(folder, MqttVersion.MQTT_5);
        before.connected(Session.NEW, NOW).join();
        assertThat(Files.readString(folder.resolve("session"))).isEqualTo(NOW + "\ntest\n127.0.0.1:1883");

        SessionWatch other = SessionWatch.of(MqttSourceTest.settings(1884, true, MqttVersion.MQTT_5, null), folder);
        other.connected(Session.NEW, NOW).join();

        assertThat(other.lost()).isZero();
        assertThat(watch(folder, MqttVersion.MQTT_5).lost()).isZero();
        assertThat(lines()).isEmpty();
    }

    @Test
    void shouldWarnOnceAndGoOnWhenTheFileIsOfNoUse() throws Exception {
        Path noFolder = Files.writeString(folder.resolve("file"), "");
        SessionWatch watch = watch(noFolder, MqttVersion.MQTT_3_1_1);
        watch.connected(Session.NEW, NOW).join();
        watch.connected(Session.NEW, NOW).join();

        assertThat(watch.lost()).isEqualTo(1);
        assertThat(lines()).hasSize(2).first().asString().contains("will not be noticed after a restart");
        Files.writeString(folder.resolve("session"), "what\ntest\n127.0.0.1:1883");
        SessionWatch damaged = watch(folder, MqttVersion.MQTT_5);
        damaged.connected(Session.NEW, NOW).join();
        assertThat(damaged.lost()).isZero();
    }

    /** MQTT 3.1 does not tell. */
    @Test
    void shouldCountNothingWhenItIsNotKnown() {
        SessionWatch watch = watch(folder, MqttVersion.MQTT_3_1);
        watch.connected(Session.UNKNOWN, NOW).join();
        watch.connected(Session.UNKNOWN, NOW + 1_000).join();

        assertThat(watch.lost()).isZero();
    }

    private List<String> lines() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private static SessionWatch watch(@Nullable Path folder, MqttVersion version) {
        return SessionWatch.of(MqttSourceTest.settings(1883, true, version, null), folder);
    }
}
