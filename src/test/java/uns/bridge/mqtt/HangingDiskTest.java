package uns.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.health.Health.Part;

/** A disk whose calls do not return, as of an NFS server that is away: nobody reads from a FIFO in the file's place. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HangingDiskTest {

    private final Health health = new Health();
    private final List<Path> fifos = new ArrayList<>();

    @TempDir
    private Path folder;

    @AfterEach
    void end() throws IOException {
        letGo();
        await().until(() -> !isWriting()); // The folder is deleted next.
    }

    private void letGo() throws IOException {
        for (Path fifo : fifos) {
            RandomAccessFile ends = new RandomAccessFile(fifo.toFile(), "rw"); // Whoever waits for one goes on.
            Files.deleteIfExists(fifo);
            ends.close();
        }
        fifos.clear();
    }

    @Test
    void shouldTellAndConnectAgainWhenTheDiskHangs() throws Exception {
        health.up(Part.KAFKA);
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            if (connection.number() != 2) {
                ScriptedBroker.welcome(connection, packet, 1, 1);
            }
        })) {
            MqttSource source = source(broker);
            FutureTask<Boolean> run = UnsubscribeTest.start(source);
            await().until(health::isReady);
            hang("session.new");
            broker.cut();

            await().until(() -> health.conditions().get(Part.MQTT).state() == Health.State.DOWN);
            assertThat(source.subscriptions()).doesNotContainValue(true);
            await().until(() -> broker.connections() == 2);
            broker.cut();
            await().atMost(Duration.ofSeconds(20)).until(health::isReady);

            source.stop();
            assertThat(run.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void shouldStartWhenTheDiskHangs() throws Exception {
        health.up(Part.KAFKA);
        hang("session");
        try (ScriptedBroker broker = ScriptedBroker.granting(1, 1)) {
            MqttSource source = source(broker);
            FutureTask<Boolean> run = UnsubscribeTest.start(source);
            await().atMost(Duration.ofSeconds(20)).until(health::isReady);

            source.stop();
            assertThat(run.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** As a slow disk: after a kill the next start must know of all that the session may have. */
    @ParameterizedTest
    @ValueSource(strings = {"session", "subscriptions"})
    void shouldSubscribeOnlyWhenTheFilesAreWritten(String file) throws Exception {
        CountDownLatch subscribed = new CountDownLatch(1);
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            ScriptedBroker.welcome(connection, packet, 1, 1);
            if (packet.first() == ScriptedBroker.SUBSCRIBE) {
                subscribed.countDown();
            }
        })) {
            MqttSettings settings = settings(broker);
            String name = SessionFile.of(settings, folder, "subscriptions").toString();
            hang(file.equals("session") ? "session.new" : Path.of(name).getFileName() + ".new");
            MqttSource source = source(broker);
            FutureTask<Boolean> run = UnsubscribeTest.start(source);
            await().until(() -> health.conditions().get(Part.MQTT).state() == Health.State.UP);
            await().during(Duration.ofMillis(500)).until(() -> subscribed.getCount() == 1);

            letGo();
            assertThat(subscribed.await(3, TimeUnit.SECONDS)).isTrue();

            source.stop();
            assertThat(run.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void shouldEndAtOnceWhenItIsInterruptedAndTheDiskHangs() throws Exception {
        health.up(Part.KAFKA);
        try (ScriptedBroker broker = ScriptedBroker.granting(1, 1)) {
            MqttSource source = source(broker);
            FutureTask<Boolean> run = UnsubscribeTest.start(source);
            await().until(health::isReady);
            hang("session.new");

            source.stop();
            run.cancel(true);

            await().atMost(Duration.ofSeconds(3)).until(() -> !isRunning());
        }
    }

    private static boolean isRunning() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("source"));
    }

    /** Whoever reads a file that another one has taken the place of meanwhile hangs for ever. */
    private static boolean isWriting() {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Arrays::stream)
                .anyMatch(frame -> frame.getMethodName().equals("writeNext"));
    }

    private void hang(String name) throws Exception {
        Path fifo = folder.resolve(name);
        boolean made;
        try {
            made = new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor() == 0;
        } catch (IOException e) {
            made = false;
        }
        assumeTrue(made, "needs mkfifo");
        assertThat(Files.exists(fifo)).isTrue();
        fifos.add(fifo);
    }

    private MqttSource source(ScriptedBroker broker) {
        return new MqttSource(
                settings(broker), List.of(), folder, new DeliveryTracker(100, 1 << 20), health, Duration.ofSeconds(5));
    }

    private static MqttSettings settings(ScriptedBroker broker) {
        return MqttSourceTest.settings(broker.port(), true, MqttVersion.MQTT_5, null);
    }
}
