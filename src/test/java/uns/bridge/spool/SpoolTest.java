package uns.bridge.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static uns.bridge.spool.SpoolFixture.entries;
import static uns.bridge.spool.SpoolFixture.entry;
import static uns.bridge.spool.SpoolFixture.files;
import static uns.bridge.spool.SpoolFixture.read;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.message.OutboundRecord;
import uns.bridge.message.OutboundRecord.Header;

@Timeout(60)
class SpoolTest {

    private static final long MIB = 1 << 20;

    @TempDir
    private Path folder;

    private final List<String> losses = new ArrayList<>();
    private long nowMs = 1_000_000;
    private @Nullable Spool open;

    private final Spool.Losses accountant = new Spool.Losses() {
        @Override
        public void expired(long messages) {
            losses.add("expired " + messages);
        }

        @Override
        public void displaced(long messages) {
            losses.add("displaced " + messages);
        }

        @Override
        public void abandoned(long messages) {
            losses.add("abandoned " + messages);
        }

        @Override
        public void damaged(long messages, String why) {
            losses.add("damaged " + messages);
        }
    };

    @AfterEach
    void close() {
        if (open != null) {
            open.close();
        }
    }

    @Test
    void shouldGiveBackEveryPartOfAMessage() throws IOException {
        OutboundRecord tombstone = new OutboundRecord("t", new byte[0], null, 0, List.of());
        OutboundRecord second = new OutboundRecord(
                "u",
                new byte[] {1},
                new byte[0],
                Long.MAX_VALUE,
                List.of(new Header("ä€😀", new byte[] {2}), new Header("", new byte[0])));
        OutboundRecord original = new OutboundRecord("dead", "m/t".getBytes(UTF_8), new byte[] {9}, 5, List.of());
        Spool spool = spool(MIB);
        spool.append(
                List.of(
                        new SpoolEntry(false, original, List.of(tombstone, second)),
                        new SpoolEntry(true, null, List.of(second))),
                false);

        List<Spool.Stored> stored = spool.read();

        assertThat(stored).hasSize(2);
        SpoolEntry first = stored.get(0).entry();
        assertThat(first)
                .usingRecursiveComparison()
                .isEqualTo(new SpoolEntry(false, original, List.of(tombstone, second)));
        assertThat(stored.get(1).entry().deadLetter()).isTrue();
        assertThat(stored.get(1).entry().original()).isNull();
        assertThat(stored).extracting(Spool.Stored::end).containsExactly(1L, 2L);
    }

    /** In one batch, larger than a segment: were only a part of them there, that would come last. */
    @Test
    void shouldHaveAllOfWhatIsAppendedAgainAsOldAsItWas() throws IOException {
        Random random = new Random(5);
        List<SpoolEntry> waiting = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            byte[] value = new byte[100_000];
            random.nextBytes(value);
            OutboundRecord record = new OutboundRecord("t", new byte[] {(byte) i}, value, 0, List.of());
            waiting.add(new SpoolEntry(false, null, List.of(record)));
        }
        Spool spool = spool(MIB);
        assertThat(spool.append(waiting, false)).isEqualTo(6);
        List<Spool.Stored> stored = new ArrayList<>();
        for (List<Spool.Stored> next = spool.read(); next != null; next = spool.read()) {
            stored.addAll(next);
        }
        nowMs += 60_000;
        spool.appendAgain(stored);
        assertThat(spool.hasUnread()).isFalse();
        spool.commit(6);
        spool.close();

        Spool again = spool(MIB);
        List<Spool.Stored> read = again.read();
        assertThat(read).hasSize(6).allMatch(each -> each.timeMs() == 1_000_000);
        assertThat(read)
                .extracting(each -> each.entry().records().get(0).key()[0])
                .containsExactly((byte) 0, (byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 5);
        assertThat(again.read()).isNull();
        assertThat(losses).isEmpty();
    }

    @Test
    void shouldReadInOrderWhatIsAppendedMeanwhile() throws IOException {
        Spool spool = spool(64 * MIB);
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            assertThat(spool.append(entries(i * 1_000, (i + 1) * 1_000), false)).isEqualTo(1_000);
            if (i % 3 == 0) {
                all.addAll(read(spool));
            }
        }
        all.addAll(read(spool));

        assertThat(all).isEqualTo(numbers(0, 20_000));
        assertThat(spool.hasUnread()).isFalse();
        assertThat(losses).isEmpty();
    }

    @Test
    void shouldNotReadWhatItsSenderHas() throws IOException {
        Spool spool = spool(MIB);
        spool.append(entries(0, 3), true);
        spool.append(entries(3, 5), false);

        assertThat(read(spool)).containsExactly(3, 4);
        assertThat(read(reopened(MIB))).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void shouldBeginWhereItWasCommittedWhenOpenedAgain() throws IOException {
        Spool spool = spool(MIB);
        spool.append(entries(0, 1_000), false);
        read(spool);
        spool.commit(700);

        Spool again = reopened(MIB);

        assertThat(again.size()).isEqualTo(300);
        assertThat(read(again)).isEqualTo(numbers(700, 1_000));
        again.append(entries(1_000, 1_010), false);
        assertThat(read(again)).isEqualTo(numbers(1_000, 1_010));
        assertThat(losses).isEmpty();
    }

    @Test
    void shouldGiveTheDiskSpaceBackWhenMessagesAreCommitted() throws IOException {
        Spool spool = spool(8 * MIB);
        for (int i = 0; i < 60; i++) {
            spool.append(entries(i * 1_000, (i + 1) * 1_000), false);
        }
        int full = files(folder, ".log").size();
        assertThat(full).isGreaterThan(2);
        assertThat(spool.bytes()).isEqualTo(bytes());
        read(spool);
        spool.commit(30_000);
        assertThat(files(folder, ".log")).hasSizeBetween(1, full - 1);
        assertThat(spool.bytes()).isEqualTo(bytes());

        spool.commit(spool.readOffset());

        assertThat(files(folder, ".log")).isEmpty();
        assertThat(spool.size()).isZero();
        assertThat(spool.bytes()).isZero();
        spool.append(entries(0, 5), false);
        assertThat(read(spool)).containsExactly(0, 1, 2, 3, 4);
        assertThat(reopened(8 * MIB).bytes()).isPositive().isEqualTo(bytes());
    }

    /** Else what nobody needs would fill it until the next start. */
    @Test
    void shouldGiveTheDiskSpaceBackWhenTheDiskIsBackFromAFault() throws IOException {
        FailingDisk disk = new FailingDisk();
        Spool spool = openOn(disk, 8 * MIB, false);
        for (int i = 0; i < 60; i++) {
            spool.append(entries(i * 1_000, (i + 1) * 1_000), false);
        }
        int full = files(folder, ".log").size();
        assertThat(full).isGreaterThan(2);
        read(spool);
        disk.setAway(true);
        assertThatThrownBy(() -> spool.commit(spool.readOffset())).hasMessage("Connection timed out");
        assertThat(files(folder, ".log")).hasSize(full);
        assertThat(spool.bytes()).isEqualTo(bytes());

        disk.setAway(false);
        spool.commit(spool.readOffset());

        assertThat(files(folder, ".log")).isEmpty();
        assertThat(spool.bytes()).isZero();
        spool.append(entries(0, 5), false);
        assertThat(read(spool)).containsExactly(0, 1, 2, 3, 4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldDoWithoutAFileThatCannotBeDeleted(boolean dropOldest) throws IOException {
        FailingDisk disk = new FailingDisk();
        Spool spool = openOn(disk, MIB, dropOldest);
        for (int i = 0; i < 14; i++) {
            assertThat(spool.append(entries(i * 1_000, (i + 1) * 1_000), false)).isEqualTo(1_000);
        }
        List<Path> files = files(folder, ".log");
        assertThat(files).hasSizeGreaterThan(3);
        read(spool);
        disk.setUndeletable(files.get(0).getFileName().toString());
        assertThatThrownBy(() -> spool.commit(spool.readOffset())).hasMessage("Device or resource busy");
        assertThat(files(folder, ".log")).containsExactly(files.get(0));
        assertThat(spool.bytes()).isEqualTo(bytes());

        int count = 0;
        for (int i = 0; i < 100; i++) {
            int appended = spool.append(entries(i * 1_000, (i + 1) * 1_000), false);
            count += appended;
            if (dropOldest) {
                assertThat(appended).isEqualTo(1_000);
            }
        }
        assertThat(bytes()).isBetween(MIB / 2, MIB);
        assertThat(read(spool)).hasSize((int) (count - lost("displaced ")));
        disk.setUndeletable("");
        spool.commit(spool.readOffset());
        assertThat(files(folder, ".log")).isEmpty();
    }

    @Test
    void shouldOpenThoughAFileThatNobodyNeedsCannotBeDeleted() throws IOException {
        FailingDisk disk = new FailingDisk();
        Spool spool = openOn(disk, MIB, false);
        spool.append(entries(0, 10), false);
        read(spool);
        disk.setUndeletable(".log");
        assertThatThrownBy(() -> spool.commit(10)).hasMessage("Device or resource busy");
        spool.close();

        Spool again = openOn(disk, MIB, false);

        assertThat(again.size()).isZero();
        assertThat(again.hasUnread()).isFalse();
        again.append(entries(10, 20), false);
        assertThat(read(again)).isEqualTo(numbers(10, 20));
        disk.setUndeletable("");
        again.commit(again.readOffset());
        assertThat(files(folder, ".log")).isEmpty();
    }

    @Test
    void shouldSaveHowFarItHasComeWhenTheDiskIsBack() throws IOException {
        FailingDisk disk = new FailingDisk();
        Spool spool = openOn(disk, MIB, false);
        spool.append(entries(0, 10), false);
        read(spool);
        disk.setAway(true);
        assertThatThrownBy(() -> spool.commit(6)).hasMessage("Connection timed out");
        disk.setAway(false);
        spool.commit(6);

        assertThat(read(reopened(MIB))).isEqualTo(numbers(6, 10));
    }

    /** As if the file were given up while the others were counted. */
    @Test
    void shouldNotTakeACountThatIsOfBefore() throws IOException {
        Spool spool = open(new SpoolSettings(folder, MIB, null, Duration.ofSeconds(5), true));
        spool.append(entries(0, 1_000), false);
        read(spool);
        long before = spool.unsafeEnd();
        for (int i = 1; i < 60; i++) {
            spool.append(entries(i * 1_000, (i + 1) * 1_000), false);
        }
        assertThat(lost("displaced ")).isPositive();

        spool.setUnsafe(0, before);

        reopened(MIB);
        assertThat(lost("abandoned ")).isEqualTo(1_000);
    }

    @Test
    void shouldTakeNoMoreThanItMayWhenItIsFull() throws IOException {
        Spool spool = spool(MIB);
        int appended = fill(spool);
        assertThat(bytes()).isLessThanOrEqualTo(MIB);

        assertThat(spool.append(entries(0, 10_000), false)).isLessThan(10_000);
        int total = (int) spool.size();
        assertThat(total).isGreaterThanOrEqualTo(appended);
        read(spool);
        spool.commit(spool.readOffset());
        assertThat(spool.append(entries(0, 100), false)).isEqualTo(100);
        assertThat(losses).isEmpty();
    }

    @Test
    void shouldGiveUpTheOldestWhenItIsFullAndMay() throws IOException {
        Spool spool = open(new SpoolSettings(folder, MIB, null, Duration.ofSeconds(5), true));
        int count = 60_000;
        for (int i = 0; i < count; i += 1_000) {
            assertThat(spool.append(entries(i, i + 1_000), false)).isEqualTo(1_000);
        }
        assertThat(bytes()).isLessThanOrEqualTo(MIB);

        List<Integer> left = read(spool);
        assertThat(left).isEqualTo(numbers(left.get(0), count));
        assertThat(lost("displaced ")).isEqualTo(count - left.size()).isPositive();
    }

    /** As if it were killed: nobody has told which of them were on their way to the end. */
    @Test
    void shouldCountOnceAtTheNextStartWhatWasReadAndGivenUp() throws IOException {
        Spool spool = open(new SpoolSettings(folder, MIB, null, Duration.ofSeconds(5), true));
        int count = 60_000;
        for (int i = 0; i < count; i += 1_000) {
            spool.append(entries(i, i + 1_000), false);
            if (i < count / 2) {
                read(spool);
            }
            if (i == 10_000) {
                spool.commit(5_000);
            }
        }
        long displaced = lost("displaced ");
        assertThat(displaced).isPositive();

        int left = read(reopened(MIB)).size();
        assertThat(lost("abandoned "))
                .isEqualTo(count - 5_000 - displaced - left)
                .isPositive();
        reopened(MIB);
        assertThat(losses).filteredOn(loss -> loss.startsWith("abandoned ")).hasSize(1);
    }

    @Test
    void shouldGiveUpWhatIsTooOld() throws IOException {
        Spool spool = open(new SpoolSettings(folder, MIB, Duration.ofMinutes(1), Duration.ofSeconds(5), false));
        spool.append(entries(0, 10), false);
        nowMs += 60_000;
        spool.append(entries(10, 20), false);
        nowMs += 1;

        assertThat(read(spool)).isEqualTo(numbers(10, 20));
        assertThat(losses).containsExactly("expired 10");
        assertThat(spool.readOffset()).isEqualTo(20);
    }

    @Test
    void shouldReadAllThatWasAppendedWhateverTheFileWasLeftLike() throws IOException {
        Spool spool = spool(MIB);
        for (int i = 0; i < 50; i++) {
            spool.append(entries(i * 10, (i + 1) * 10), false);
        }
        Path file = files(folder, ".log").get(0);
        byte[] whole = Files.readAllBytes(file);
        spool.close();
        Random random = new Random(42);
        int tails = 0;
        for (int attempt = 0; attempt < 50; attempt++) {
            byte[] torn = Arrays.copyOf(whole, random.nextInt(whole.length));
            Path other = Files.createTempDirectory(folder, "torn");
            Files.write(other.resolve(file.getFileName()), torn);
            try (Spool reopened = Spool.open(other, settings(other), accountant, () -> nowMs)) {
                List<Integer> left = read(reopened);
                assertThat(left).isEqualTo(numbers(0, left.size()));
                // Batches of 10 take about as much each.
                assertThat(left.size()).isGreaterThanOrEqualTo((int) (500L * torn.length / whole.length) - 20);
                assertThat(reopened.bytes()).isEqualTo(bytes(other));
                reopened.append(entries(1_000, 1_001), false);
                assertThat(read(reopened)).containsExactly(1_000);
                reopened.commit(reopened.readOffset());
            }
            List<Path> kept = files(other, ".log");
            assertThat(kept).as("no more than the tail").hasSizeLessThanOrEqualTo(1);
            for (Path tail : kept) {
                tails++;
                assertThat(tail.getFileName().toString()).endsWith("-tail");
                byte[] bytes = Files.readAllBytes(tail);
                assertThat(bytes)
                        .hasSizeLessThan(whole.length / 40)
                        .isEqualTo(Arrays.copyOfRange(torn, torn.length - bytes.length, torn.length));
            }
        }
        assertThat(tails).isGreaterThan(25);
        assertThat(losses).isEmpty();
    }

    @Test
    void shouldReadAllButWhatHasChangedAndKeepTheFile() throws IOException {
        Spool spool = spool(MIB);
        for (int i = 0; i < 50; i++) {
            spool.append(entries(i * 10, (i + 1) * 10), false);
        }
        Path file = files(folder, ".log").get(0);
        byte[] whole = Files.readAllBytes(file);
        spool.close();
        Random random = new Random(7);
        for (int attempt = 0; attempt < 50; attempt++) {
            losses.clear();
            byte[] changed = whole.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
            Path other = Files.createTempDirectory(folder, "changed");
            Files.write(other.resolve(file.getFileName()), changed);
            try (Spool reopened = Spool.open(other, settings(other), accountant, () -> nowMs)) {
                List<Integer> left = read(reopened);
                assertThat(left).isSorted().doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(490);
                assertThat(left.size() + (reopened.end() == 500 ? lost("damaged ") : 500 - reopened.end()))
                        .isEqualTo(500);
                reopened.commit(reopened.readOffset());
            }
            if (!losses.isEmpty()) {
                assertThat(files(other, ".damaged-")).hasSize(1);
                assertThat(Files.readAllBytes(files(other, ".damaged-").get(0))).isEqualTo(changed);
            }
        }
    }

    /** Kafka's checksum does not cover the offset of a batch. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4})
    void shouldReadAllWhenOnlyTheOffsetOfABatchHasChanged(int batch) throws IOException {
        Spool spool = spool(MIB);
        for (int i = 0; i < 5; i++) {
            spool.append(entries(i * 10, (i + 1) * 10), false);
        }
        Path file = files(folder, ".log").get(0);
        close();
        byte[] whole = Files.readAllBytes(file);
        int at = 0;
        for (int i = 0; i < batch; i++) {
            at += 12 + ByteBuffer.wrap(whole).getInt(at + 8);
        }
        for (int bit = 0; bit < 64; bit++) {
            byte[] changed = whole.clone();
            changed[at + bit / 8] ^= (byte) (1 << bit % 8);
            Path other = Files.createTempDirectory(folder, "offset");
            Files.write(other.resolve(file.getFileName()), changed);
            try (Spool reopened = Spool.open(other, settings(other), accountant, () -> nowMs)) {
                assertThat(reopened.end()).isEqualTo(50);
                reopened.append(entries(50, 60), false);
                assertThat(read(reopened)).isEqualTo(numbers(0, 60));
                reopened.commit(reopened.readOffset());
            }
            assertThat(files(other, ".damaged-")).hasSize(1);
        }
        assertThat(losses).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 50, 500})
    void shouldKeepAFileWhoseLastMessagesHaveChanged(int fromEnd) throws IOException {
        Spool spool = spool(MIB);
        spool.append(entries(0, 10), false);
        spool.append(entries(10, 20), false);
        Path file = files(folder, ".log").get(0);
        close();
        byte[] changed = Files.readAllBytes(file);
        changed[changed.length - fromEnd] ^= 1;
        Files.write(file, changed);

        Spool again = spool(MIB);
        assertThat(read(again)).isEqualTo(numbers(0, 10));
        again.commit(10);

        assertThat(files(folder, ".damaged-")).hasSize(1);
        assertThat(files(folder, ".damaged-").get(0)).hasBinaryContent(changed);
    }

    @Test
    void shouldGoOnBehindAFileThatIsMissing() throws IOException {
        Spool spool = spool(8 * MIB);
        for (int i = 0; i < 60; i++) {
            spool.append(entries(i * 1_000, (i + 1) * 1_000), false);
        }
        List<Path> files = files(folder, ".log");
        int from = Integer.parseInt(name(files.get(1)));
        int to = Integer.parseInt(name(files.get(2)));
        spool.close();
        Files.delete(files.get(1));

        List<Integer> left = read(spool(8 * MIB));

        assertThat(left).hasSize(60_000 - (to - from)).isSorted();
        assertThat(losses).isNotEmpty().allMatch(loss -> loss.startsWith("damaged"));
        assertThat(lost("damaged ")).isEqualTo(to - from);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 40})
    void shouldKeepWhatFollowsAFileThatWasOnlyBegun(int bytes) throws IOException {
        spool(MIB).append(entries(0, 100), false);
        close();
        Files.write(folder.resolve("%020d.log".formatted(100)), new byte[bytes]);
        Spool spool = spool(MIB);
        spool.append(entries(100, 200), false);
        assertThat(read(spool)).isEqualTo(numbers(0, 200));
        spool.commit(100);
        assertThat(files(folder, ".damaged-")).isEmpty();
        close();

        assertThat(read(spool(MIB))).isEqualTo(numbers(100, 200));
    }

    @Test
    void shouldLeaveFilesAloneThatAreNotItsOwn() throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("notes.log"), "mine");
        spool(MIB).append(entries(0, 10), false);
        close();

        assertThat(read(spool(MIB))).isEqualTo(numbers(0, 10));
        assertThat(folder.resolve("notes.log")).hasContent("mine");
    }

    @Test
    void shouldRefuseAFolderThatIsInUse() throws IOException {
        spool(MIB);
        assertThatThrownBy(() -> Spool.open(folder, settings(folder), accountant, () -> nowMs))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in use");
    }

    @Test
    void shouldKeepWhatItHasWhenTheDiskFails() throws IOException {
        Spool spool = spool(MIB);
        spool.append(entries(0, 10), false);
        // A folder that is gone is as good as a disk that takes nothing: the next file can't be made.
        Path gone = folder.resolveSibling(folder.getFileName() + "-gone");
        spool.commit(0);
        int room = fill(spool);
        assertThat(room).isPositive();
        Files.move(folder, gone, StandardCopyOption.ATOMIC_MOVE);
        try {
            read(spool);
            assertThatThrownBy(() -> spool.commit(spool.readOffset())).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> spool.append(List.of(entry(1)), false)).isInstanceOf(IOException.class);
        } finally {
            Files.move(gone, folder, StandardCopyOption.ATOMIC_MOVE);
        }
        assertThat(spool.append(List.of(entry(77)), false)).isEqualTo(1);
        assertThat(read(spool)).containsExactly(77);
    }

    private int fill(Spool spool) throws IOException {
        int appended = 0;
        for (int more = 500; more == 500; appended += more) {
            more = spool.append(entries(appended, appended + 500), false);
        }
        return appended;
    }

    private static String name(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.indexOf('.'));
    }

    private long lost(String why) {
        return losses.stream()
                .filter(loss -> loss.startsWith(why))
                .mapToLong(loss -> Long.parseLong(loss.substring(why.length())))
                .sum();
    }

    private long bytes() throws IOException {
        return bytes(folder);
    }

    private static long bytes(Path folder) throws IOException {
        long sum = 0;
        for (Path file : files(folder, ".log")) {
            sum += file.toString().endsWith(".log") ? Files.size(file) : 0;
        }
        return sum;
    }

    /** What Kafka does not have must not be taken for delivered. */
    @ParameterizedTest
    @ValueSource(ints = {'9', 0xFF, ' '})
    void shouldReadAllAgainWhenNobodyKnowsHowFarItIsDelivered(int damage) throws IOException {
        Spool spool = spool(MIB);
        spool.append(entries(0, 10), false);
        read(spool);
        spool.commit(3);
        spool.close();
        Path progress = folder.resolve("committed");
        byte[] bytes = Files.readAllBytes(progress);
        bytes[17] = (byte) damage;
        Files.write(progress, bytes);

        assertThat(read(reopened(MIB))).isEqualTo(numbers(0, 10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"00000000000000000003\n", "00000000000000000003\n00000000000000000000\n"})
    void shouldBeginWhereAnOlderBridgeEnded(String progress) throws IOException {
        Spool spool = spool(MIB);
        spool.append(entries(0, 10), false);
        spool.close();
        Files.writeString(folder.resolve("committed"), progress);

        assertThat(read(reopened(MIB))).isEqualTo(numbers(3, 10));
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private static SpoolSettings settings(Path folder) {
        return new SpoolSettings(folder, MIB, null, Duration.ofSeconds(5), false);
    }

    private Spool spool(long maxBytes) throws IOException {
        return open(new SpoolSettings(folder, maxBytes, null, Duration.ofSeconds(5), false));
    }

    private Spool reopened(long maxBytes) throws IOException {
        close();
        return spool(maxBytes);
    }

    private Spool openOn(FailingDisk disk, long maxBytes, boolean dropOldest) throws IOException {
        return open(disk.path(folder), new SpoolSettings(folder, maxBytes, null, Duration.ofSeconds(5), dropOldest));
    }

    private Spool open(SpoolSettings settings) throws IOException {
        return open(folder, settings);
    }

    private Spool open(Path where, SpoolSettings settings) throws IOException {
        Spool spool = Spool.open(where, settings, accountant, () -> nowMs);
        open = spool;
        return spool;
    }
}
