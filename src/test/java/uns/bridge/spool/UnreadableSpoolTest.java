package uns.bridge.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static uns.bridge.spool.SpoolFixture.entries;
import static uns.bridge.spool.SpoolFixture.files;
import static uns.bridge.spool.SpoolFixture.read;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk that takes data, and does not give back all of it. */
@Timeout(60)
class UnreadableSpoolTest {

    private static final int BATCHES = 50;
    private static final String FIRST = "%020d.log".formatted(0);

    /** More often than a place of the disk is tried. */
    private static final int MANY = 2_000;

    @TempDir
    private Path folder;

    private final FailingDisk disk = new FailingDisk();
    private long lost;
    private Spool spool;

    private final Spool.Losses accountant = new Spool.Losses() {
        @Override
        public void expired(long messages) {
            throw new AssertionError();
        }

        @Override
        public void displaced(long messages) {
            throw new AssertionError();
        }

        @Override
        public void abandoned(long messages) {
            throw new AssertionError();
        }

        @Override
        public void damaged(long messages, String why) {
            assertThat(why).contains("disk");
            lost += messages;
        }
    };

    @BeforeEach
    void fill() throws IOException {
        open();
        for (int i = 0; i < BATCHES; i++) {
            spool.append(entries(i * 10, (i + 1) * 10), false);
        }
        assertThat(files(folder, ".log")).hasSize(1);
        assertThat(spool.bytes()).isGreaterThan(24_000);
    }

    private void open() throws IOException {
        SpoolSettings settings = new SpoolSettings(folder, 1L << 30, null, Duration.ofSeconds(5), false);
        spool = Spool.open(disk.path(folder), settings, accountant, () -> 0);
    }

    @AfterEach
    void close() {
        spool.close();
    }

    @Test
    void shouldGoOnBehindPlacesThatStayUnreadableAndKeepTheFile() throws IOException {
        disk.spoil(FIRST, 9_000, 9_512);
        disk.spoil(FIRST, 20_000, 20_001);
        List<Integer> all = new ArrayList<>();

        assertThat(readWithPatience(all)).isBetween(300, MANY);
        assertThat(lost).as("what is in two blocks of 4 KiB").isBetween(20L, 200L);
        assertThat(all).isSorted().doesNotHaveDuplicates().hasSize((int) (10 * BATCHES - lost));
        assertThat(all).contains(0, 10 * BATCHES - 1);

        spool.append(entries(1_000, 1_010), false);
        assertThat(read(spool)).isEqualTo(IntStream.range(1_000, 1_010).boxed().toList());
        spool.commit(spool.readOffset());
        assertThat(spool.size()).isZero();
        assertThat(files(folder, FIRST + ".damaged-")).hasSize(1);
    }

    @Test
    void shouldLoseNothingWhenTheDiskGivesItInTheEnd() throws IOException {
        disk.spoil(FIRST, 9_000, 9_512);
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            failToRead(all);
        }
        disk.heal();
        all.addAll(read(spool));

        assertThat(all).isEqualTo(IntStream.range(0, 10 * BATCHES).boxed().toList());
        assertThat(lost).isZero();
        spool.commit(spool.readOffset());
        assertThat(files(folder, ".damaged-")).isEmpty();
    }

    /** A batch whose length has changed looks like a write that did not end; no room for a copy is no reason to cut it off. */
    @Test
    void shouldOpenAndKeepTheFileWhenTheDiskHasNoRoomForItsTail() throws IOException {
        spool.close();
        Path file = folder.resolve(FIRST);
        byte[] torn = Arrays.copyOf(Files.readAllBytes(file), (int) Files.size(file) - 20);
        Files.write(file, torn);
        disk.setFull(true);

        open();
        disk.setFull(false);

        assertThat(read(spool))
                .isEqualTo(IntStream.range(0, 10 * (BATCHES - 1)).boxed().toList());
        spool.commit(spool.readOffset());
        spool.append(entries(1_000, 1_010), false);
        assertThat(read(spool)).isEqualTo(IntStream.range(1_000, 1_010).boxed().toList());
        spool.commit(spool.readOffset());
        assertThat(files(folder, FIRST + ".damaged-"))
                .singleElement()
                .satisfies(kept -> assertThat(kept).hasBinaryContent(torn));
    }

    @Test
    void shouldWaitForADiskThatIsAwayAsLongAsItTakes() throws IOException {
        disk.setAway(true);
        for (int i = 0; i < MANY; i++) {
            assertThatThrownBy(spool::read).isInstanceOf(IOException.class);
        }
        disk.setAway(false);

        assertThat(read(spool))
                .isEqualTo(IntStream.range(0, 10 * BATCHES).boxed().toList());
        assertThat(lost).isZero();
    }

    @Test
    void shouldLoseNothingWhenTheFileIsReadableOnceItIsOpenedAgain() throws IOException {
        disk.restart();
        List<Integer> all = new ArrayList<>();

        assertThat(readWithPatience(all)).isBetween(300, MANY);
        assertThat(all).isEqualTo(IntStream.range(0, 10 * BATCHES).boxed().toList());
        assertThat(lost).isZero();
        spool.commit(spool.readOffset());
        assertThat(files(folder, ".damaged-")).isEmpty();
    }

    @Test
    void shouldCountOnlyFailuresOneAfterTheOther() throws IOException {
        List<Integer> all = new ArrayList<>();
        for (int from : new int[] {5_000, 10_000, 15_000, 20_000}) {
            disk.spoil(FIRST, from, from + 1);
            for (int i = 0; i < 300; i++) {
                failToRead(all);
            }
            disk.heal();
        }
        all.addAll(read(spool));

        assertThat(all).isEqualTo(IntStream.range(0, 10 * BATCHES).boxed().toList());
    }

    private void failToRead(List<Integer> before) {
        assertThatThrownBy(() -> readInto(before)).isInstanceOf(IOException.class);
    }

    /** Returns how often it failed. */
    private int readWithPatience(List<Integer> all) {
        for (int failures = 0; failures < MANY; failures++) {
            try {
                readInto(all);
                return failures;
            } catch (IOException e) {
                assertThat(e).hasMessageMatching("Input/output error|Stale file handle");
            }
        }
        return MANY;
    }

    private void readInto(List<Integer> all) throws IOException {
        for (List<Spool.Stored> next = spool.read(); next != null; next = spool.read()) {
            next.forEach(stored -> all.add(SpoolFixture.number(stored)));
        }
    }
}
