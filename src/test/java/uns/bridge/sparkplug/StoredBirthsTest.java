package uns.bridge.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static uns.bridge.sparkplug.Plant.alias;
import static uns.bridge.sparkplug.Plant.bdSeq;
import static uns.bridge.sparkplug.Plant.born;
import static uns.bridge.sparkplug.Plant.payload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import uns.bridge.sparkplug.proto.Payload;
import uns.bridge.sparkplug.proto.Payload.Metric;
import uns.bridge.store.StateStore;

/** Births over a restart, with a disk that does what it likes. */
@Timeout(60)
class StoredBirthsTest {

    private static final Duration RETRY = Duration.ofMillis(20);

    @TempDir
    private Path folder;

    private Plant plant = new Plant();
    private @Nullable StoredBirths stored;
    private @Nullable Thread writer;
    private volatile @Nullable StateStore store;

    /** Whether the disk takes no new file. */
    private volatile boolean full;

    private volatile int refusals;

    @BeforeEach
    void begin() throws Exception {
        start(new Plant());
    }

    @AfterEach
    void end() throws Exception {
        stop();
        assertThat(Files.exists(folder.resolve("births.db"))).isTrue();
    }

    @Test
    void shouldResolveWhenRestarted() throws Exception {
        births();

        restart();

        assertThat(plant.json("G/NDATA/E", alias(0))).isEqualTo("{\"name\":\"n\",\"alias\":0,\"datatype\":1}");
        assertThat(plant.json("G/DDATA/E/D", alias(2))).isEqualTo("{\"name\":\"d\",\"alias\":2,\"datatype\":3}");
        assertThat(plant.gap("G/NDATA/E", 99)).isZero();
        assertThat(plant.gap("G/NDATA/E", 101)).isOne();
        plant.send("G/NDEATH/E", death(7), false);
        assertThat(plant.counters().staleDeaths()).isZero();
        assertThat(plant.unresolved("G/NDATA/E", 0)).isOne();
    }

    @Test
    void shouldForgetWhatWasForgottenWhenRestarted() throws Exception {
        births();
        plant.send("G/DDEATH/E/D", 2);
        plant.send("G/NBIRTH/F", 0, bdSeq(1), born("n", 0, DataType.INT8));
        plant.send("G/DBIRTH/F/D", 1, born("d", 2, DataType.INT32));
        plant.send("G/NBIRTH/F", 0, bdSeq(2), born("n", 0, DataType.INT8));

        restart();

        assertThat(plant.unresolved("G/DDATA/E/D", 2)).isOne();
        assertThat(plant.unresolved("G/NDATA/E", 0)).isZero();
        assertThat(plant.unresolved("G/DDATA/F/D", 2)).isOne();
        assertThat(plant.unresolved("G/NDATA/F", 0)).isZero();
    }

    @Test
    void shouldStayDeadWhenRestartedAndABrokerHasKeptTheBirths() throws Exception {
        births();
        plant.send("G/DDEATH/E/D", 2);
        restart();
        plant.learn("G/DBIRTH/E/D", payload(0, born("d", 2, DataType.INT32)));
        assertThat(plant.unresolved("G/DDATA/E/D", 2)).isOne();

        plant.send("G/NDEATH/E", death(7), false);
        restart();
        plant.learn("G/NBIRTH/E", payload(0, bdSeq(7), born("n", 0, DataType.INT8)));
        assertThat(plant.unresolved("G/NDATA/E", 0)).isOne();

        plant.learn("G/NBIRTH/E", birthAt(1_001));
        assertThat(plant.unresolved("G/NDATA/E", 0)).isZero();
    }

    @Test
    void shouldKeepWhatABrokerHasKeptWhenRestarted() throws Exception {
        plant.learn("G/NBIRTH/E", birthAt(1_000));

        restart();

        assertThat(plant.unresolved("G/NDATA/E", 0)).isZero();
    }

    @Test
    void shouldForgetAndRemoveWhenSilentForTooLong() throws Exception {
        births();
        plant.send("G/NBIRTH/Old", 0, born("n", 0, DataType.INT8));
        plant.send("G/DBIRTH/Old/D", 1, born("d", 0, DataType.INT8));
        plant.nowMs += Duration.ofHours(20).toMillis();
        plant.send("G/NDATA/E", 2);

        plant.nowMs += Duration.ofHours(5).toMillis();
        restart();

        assertThat(plant.counters().edgeNodes()).isOne();
        assertThat(plant.unresolved("G/NDATA/E", 0)).isZero();
        assertThat(plant.unresolved("G/NDATA/Old", 0)).isOne();
        stop();
        assertThat(names()).containsExactly("heard/G/E", "heard/G/Old", "spBv1.0/G/DBIRTH/E/D", "spBv1.0/G/NBIRTH/E");
    }

    @Test
    void shouldTellTheTimesOncePerMinute() throws Exception {
        births();
        Recording journal = new Recording();
        stop();
        Plant watched = new Plant();
        watched.births.watch(journal);
        watched.send("G/NDATA/E", 0);
        journal.heard.clear();
        for (int i = 0; i < 59; i++) {
            watched.nowMs += 1_000;
            watched.send("G/NDATA/E", i + 1);
        }
        assertThat(journal.heard).isEmpty();

        watched.nowMs += 1_000;
        watched.send("G/NDATA/F", 0);

        assertThat(journal.heard).containsExactly(Map.entry("G/E", watched.nowMs - 1_000));
    }

    @Test
    void shouldRemoveWhatMemoryHasNoRoomFor() throws Exception {
        stop();
        start(new Plant(200));
        for (int i = 0; i < 40; i++) {
            plant.send("G/NBIRTH/E" + i, 0, born("n", 0, DataType.INT8));
            plant.send("G/DBIRTH/E" + i + "/D", 1, born("d", 1, DataType.INT8));
        }
        int left = plant.counters().edgeNodes();
        stop();

        assertThat(left).isBetween(10, 30);
        assertThat(names()).hasSize(3 * left);
    }

    @Test
    void shouldBeginAnewWhenDamaged() throws Exception {
        births();
        stop();
        Files.write(folder.resolve("births.db"), new byte[] {1, 2, 3});

        start(new Plant());

        assertThat(plant.unresolved("G/NDATA/E", 0)).isOne();
        births();
        restart();
        assertThat(plant.unresolved("G/NDATA/E", 0)).isZero();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.filter(f -> f.toString().contains("damaged"))).hasSize(1);
        }
    }

    @Test
    void shouldTellEverythingAnewWhenTheDiskWasInTrouble() throws Exception {
        births();
        await().until(() -> committed().contains("spBv1.0/G/NBIRTH/E"));
        store.close(); // As good as a failing disk: nothing can be written any more.
        plant.send("G/NBIRTH/F", 0, bdSeq(1), born("f", 5, DataType.INT8));
        await().until(() -> {
            plant.send("G/NDATA/E", payload(3).toByteArray(), true);
            return committed().contains("spBv1.0/G/NBIRTH/F");
        });

        restart();

        assertThat(plant.unresolved("G/NDATA/E", 0)).isZero();
        assertThat(plant.unresolved("G/DDATA/E/D", 2)).isZero();
        assertThat(plant.unresolved("G/NDATA/F", 5)).isZero();
    }

    @Test
    void shouldKeepNoBirthsOfEarlierLivesWhenLaterOnesCannotBeWritten() throws Exception {
        births();
        await().until(() -> committed().contains("spBv1.0/G/NBIRTH/E"));
        full = true;
        store.close(); // As good as a disk that has become full.
        plant.send("G/NBIRTH/E", 0, bdSeq(8), born("other", 0, DataType.INT8));
        await().until(() -> refusals > 1);
        assertThat(plant.json("G/NDATA/E", alias(0))).contains("\"name\":\"other\"");
        stop();

        full = false;
        start(new Plant());

        assertThat(plant.unresolved("G/NDATA/E", 0)).isOne();
    }

    @Test
    void shouldGoOnAndTryAgainWhenItCannotOpen() throws Exception {
        births();
        stop();
        StateStore other = StateStore.open(folder.resolve("births.db")).store();
        start(new Plant());
        assertThat(plant.unresolved("G/NDATA/E", 0)).isOne();
        plant.send("G/NBIRTH/F", 0, bdSeq(1), born("f", 5, DataType.INT8));

        other.close();

        await().until(() -> {
            plant.send("G/NDATA/F", payload(3).toByteArray(), true);
            return committed().contains("spBv1.0/G/NBIRTH/F");
        });
        restart();
        assertThat(plant.unresolved("G/NDATA/F", 5)).isZero();
        // What was kept before is known again, too.
        assertThat(plant.unresolved("G/NDATA/E", 0)).isZero();
        assertThat(plant.unresolved("G/DDATA/E/D", 2)).isZero();
    }

    @Test
    void shouldTakeABirthThatComesAgainForAnotherWhenTheClockWasSetBack() throws Exception {
        births();
        restart();
        Payload other = payload(0, bdSeq(8), born("o", 0, DataType.INT16)).toBuilder()
                .setTimestamp(1)
                .build();

        plant.send("G/NBIRTH/E", other.toByteArray(), true);

        assertThat(plant.json("G/NDATA/E", alias(0))).isEqualTo("{\"name\":\"o\",\"alias\":0,\"datatype\":2}");
    }

    @Test
    void shouldBeBackSoonWhenThePlantIsLarge() throws Exception {
        for (int node = 0; node < 1_000; node++) {
            Metric.Builder[] metrics = new Metric.Builder[100];
            for (int i = 0; i < metrics.length; i++) {
                metrics[i] = born("Area %d/Line %d/Machine/Tag %d".formatted(node % 7, node, i), i, DataType.INT32);
            }
            plant.send("G/NBIRTH/E" + node, 0, metrics);
        }
        stop();
        long size = Files.size(folder.resolve("births.db"));
        long startNs = System.nanoTime();

        start(new Plant());

        Duration took = Duration.ofNanos(System.nanoTime() - startNs);
        assertThat(plant.counters().edgeNodes()).isEqualTo(1_000);
        assertThat(plant.unresolved("G/NDATA/E999", 99)).isZero();
        assertThat(took).isLessThan(Duration.ofSeconds(5));
        assertThat(size).isLessThan(10 << 20);
    }

    @Test
    void shouldGoOnWhenTheFolderCannotBe() throws Exception {
        stop();
        Path taken = Files.writeString(folder.resolve("taken"), "");
        StoredBirths nowhere = new StoredBirths(taken, Duration.ofDays(1), this::open, () -> plant.nowMs, RETRY);
        Thread thread = new Thread(nowhere::run);
        thread.start();
        Plant other = new Plant();
        other.births.restore(nowhere);
        other.send("G/NBIRTH/E", 0, born("n", 0, DataType.INT8));

        assertThat(other.unresolved("G/NDATA/E", 0)).isZero();
        nowhere.close();
        thread.join(10_000);
        assertThat(thread.isAlive()).isFalse();
    }

    private void births() throws Exception {
        plant.send("G/NBIRTH/E", 0, bdSeq(7), born("n", 0, DataType.INT8));
        plant.send("G/DBIRTH/E/D", 1, born("d", 2, DataType.INT32));
    }

    private static Payload birthAt(long timestamp) {
        return payload(0, bdSeq(7), born("n", 0, DataType.INT8)).toBuilder()
                .setTimestamp(timestamp)
                .build();
    }

    private static byte[] death(long bdSeq) {
        Metric.Builder number = bdSeq(bdSeq);
        return Payload.newBuilder().addMetrics(number).build().toByteArray();
    }

    private void restart() throws Exception {
        stop();
        start(new Plant());
    }

    private void start(Plant fresh) throws Exception {
        fresh.nowMs = plant.nowMs;
        plant = fresh;
        StoredBirths next = new StoredBirths(folder, Duration.ofHours(24), this::open, () -> fresh.nowMs, RETRY);
        stored = next;
        writer = new Thread(next::run, "births");
        writer.start();
        plant.births.restore(next);
    }

    private StateStore.Opened open(Path file) throws IOException {
        if (full) {
            refusals++; // One thread opens.
            throw new IOException("No space left on device");
        }
        StateStore.Opened opened = StateStore.open(file);
        store = opened.store();
        return opened;
    }

    private void stop() throws Exception {
        plant.births.tellJournal(plant.nowMs);
        stored.close();
        writer.join(10_000);
        assertThat(writer.isAlive()).isFalse();
    }

    /** The names that are on the disk, of a store that is in use: as they would be after the process is killed. */
    private Set<String> committed() throws Exception {
        Path copy = Files.createTempDirectory(folder, "copy").resolve("births.db");
        try {
            Files.copy(folder.resolve("births.db"), copy, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException e) {
            return Set.of(); // Deleted, and not begun anew yet.
        }
        StateStore.Opened opened = StateStore.open(copy);
        opened.store().close();
        return opened.values().keySet();
    }

    private Set<String> names() throws Exception {
        StateStore.Opened opened = StateStore.open(folder.resolve("births.db"));
        opened.store().close();
        return new TreeMap<>(opened.values()).keySet();
    }

    private static final class Recording implements BirthJournal {
        final Map<String, Long> heard = new TreeMap<>();

        @Override
        public void changed(EdgeNode.Id node, @Nullable String device, @Nullable Life life) {}

        @Override
        public void heard(EdgeNode.Id node, long timeMs) {
            heard.put(node.toString(), timeMs);
        }
    }
}
