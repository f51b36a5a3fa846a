package uns.bridge.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateStoreTest {

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("state");
    }

    @Test
    void shouldHaveWhatWasCommittedWhenOpenedAgain() throws Exception {
        try (StateStore store = StateStore.open(file).store()) {
            store.commit(changes("a", "1", "b", "2", "c", "3"), false);
            store.commit(changes("a", "4", "b", null, "absent", null), false);
        }

        assertThat(content()).containsExactlyInAnyOrderEntriesOf(Map.of("a", "4", "c", "3"));
    }

    @Test
    void shouldHaveNothingElseWhenReplacedAsAWhole() throws Exception {
        try (StateStore store = StateStore.open(file).store()) {
            store.commit(changes("a", "1", "b", "2"), false);
            store.commit(changes("b", "3"), true);
        }

        assertThat(content()).containsExactlyInAnyOrderEntriesOf(Map.of("b", "3"));
    }

    @Test
    void shouldBeForItsOwnerAloneWhenCreated() throws Exception {
        Path deep = folder.resolve("not/yet/there/state");
        StateStore.open(deep).store().close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(deep)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(deep.getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void shouldNotOpenWhenInUse() throws Exception {
        try (StateStore store = StateStore.open(file).store()) {
            store.commit(changes("a", "1"), false);

            assertThatIOException().isThrownBy(() -> StateStore.open(file)).withMessageContaining("in use");
        }

        assertThat(content()).containsEntry("a", "1");
        assertThat(aside()).isEmpty();
    }

    @Test
    void shouldNotOpenWhenTheFolderIsAFile() throws Exception {
        Files.writeString(folder.resolve("taken"), "");

        assertThatIOException().isThrownBy(() -> StateStore.open(folder.resolve("taken/state")));
        assertThatIOException().isThrownBy(() -> StateStore.open(folder));
    }

    @Test
    void shouldHaveEveryCommitWhenTheProcessIsKilled() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StateStoreTest.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        int committed = 0;
        try (var lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                committed = Integer.parseInt(line);
                if (committed == 100) {
                    process.toHandle().destroyForcibly();
                }
            }
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();

        Map<String, String> content = content();
        assertThat(committed).isGreaterThanOrEqualTo(100);
        assertThat(Integer.parseInt(content.get("number"))).isBetween(committed, committed + 1);
        assertThat(content.get("copy")).startsWith(content.get("number") + " ");
        assertThat(aside()).isEmpty();
    }

    /** Commits until it is killed, and tells each number that is on the disk. */
    public static void main(String[] args) throws IOException {
        StateStore store = StateStore.open(Path.of(args[0])).store();
        String padding = " ".repeat(5_000);
        for (int i = 1; ; i++) {
            store.commit(changes("number", "" + i, "copy", i + padding, "n" + i % 50, padding), false);
            System.out.println(i);
        }
    }

    @Test
    void shouldNotGrowWithoutEndWhenValuesAreReplaced() throws Exception {
        Random random = new Random(1);
        byte[] value = new byte[2_000];
        long largest = 0;
        try (StateStore store = StateStore.open(file).store()) {
            for (int i = 0; i < 500; i++) {
                Map<String, byte @Nullable []> changes = new HashMap<>();
                for (int n = 0; n < 20; n++) {
                    random.nextBytes(value);
                    changes.put("name " + random.nextInt(100), value.clone());
                }
                store.commit(changes, false);
                largest = Math.max(largest, Files.size(file));
            }
        }

        int live = 100 * value.length;
        assertThat(largest).isLessThan(10L * live);
    }

    @Test
    void shouldSetAsideWhenCutAnywhere() throws Exception {
        byte[] intact = filled();
        Map<String, String> before = content();
        int recovered = 0;
        for (int length = 0; length < intact.length; length += 1_531) {
            Files.write(file, Arrays.copyOf(intact, length));
            int asideBefore = aside().size();

            Map<String, String> after = content();

            if (aside().size() == asideBefore) {
                recovered++; // What was appended last is not always needed.
                assertThat(after.equals(before)).as("cut to %d", length).isTrue();
            } else {
                assertThat(after).as("cut to %d", length).isEmpty();
                assertThat(Files.size(aside().get(asideBefore))).isEqualTo(length);
            }
            Files.delete(file);
        }
        assertThat(recovered).isLessThan(10);
    }

    @Test
    void shouldSetAsideOrReadAllWhenAByteHasChanged() throws Exception {
        byte[] intact = filled();
        Map<String, String> before = content();
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            byte[] damaged = intact.clone();
            int at = random.nextInt(damaged.length);
            damaged[at] ^= (byte) (1 + random.nextInt(255));
            Files.write(file, damaged);
            int asideBefore = aside().size();

            Map<String, String> after = content();

            assertThat(after.equals(aside().size() == asideBefore ? before : Map.of()))
                    .as("byte %d", at)
                    .isTrue();
            Files.delete(file);
        }
    }

    @Test
    void shouldSetAsideWhenItIsNoStoreAtAll() throws Exception {
        byte[] garbage = new byte[20_000];
        new Random(3).nextBytes(garbage);
        Files.write(file, garbage);

        assertThat(content()).isEmpty();

        assertThat(aside()).singleElement().satisfies(path -> {
            assertThat(path.getFileName().toString()).matches("state\\.damaged-\\d{8}T\\d{6}Z");
            assertThat(path).hasBinaryContent(garbage);
        });
    }

    @Test
    void shouldSetAsideWhenOfAnotherVersion() throws Exception {
        try (MVStore store = MVStore.open(file.toString())) {
            store.setStoreVersion(2);
            store.openMap("state").put("a", "b");
        }

        assertThat(content()).isEmpty();
        assertThat(aside()).hasSize(1);
    }

    @Test
    void shouldSetAsideAnotherOneWhenThereIsOneOfTheSameSecond() throws Exception {
        for (int i = 0; i < 3; i++) {
            Files.writeString(file, "damaged " + i);
            content();
            Files.delete(file);
        }

        assertThat(aside()).hasSize(3);
    }

    @Test
    void shouldSayNoMoreWhenACommitHasFailed() throws Exception {
        try (StateStore store = StateStore.open(file).store()) {
            store.commit(changes("a", "1"), false);
            Thread.currentThread().interrupt(); // Closes the file.

            assertThatIOException().isThrownBy(() -> store.commit(changes("a", "2"), false));
            assertThat(Thread.interrupted()).isTrue();
            assertThatIOException().isThrownBy(() -> store.commit(changes("a", "3"), false));
        }

        assertThat(content()).containsEntry("a", "1");
    }

    private byte[] filled() throws IOException {
        try (StateStore store = StateStore.open(file).store()) {
            Random random = new Random(1);
            for (int i = 0; i < 20; i++) {
                Map<String, byte @Nullable []> changes = new HashMap<>();
                for (int n = 0; n < 20; n++) {
                    changes.put(
                            "name " + random.nextInt(60),
                            ("value " + i).repeat(30).getBytes(UTF_8));
                }
                store.commit(changes, false);
            }
        }
        return Files.readAllBytes(file);
    }

    private Map<String, String> content() throws IOException {
        StateStore.Opened opened = StateStore.open(file);
        opened.store().close();
        Map<String, String> content = new TreeMap<>();
        opened.values().forEach((name, value) -> content.put(name, new String(value, UTF_8)));
        return content;
    }

    private List<Path> aside() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(path -> path.getFileName().toString().startsWith("state.damaged-"))
                    .sorted(Comparator.comparing(StateStoreTest::number))
                    .toList();
        }
    }

    /** Of those of one second, their number; in a test all are of a few seconds. */
    private static String number(Path aside) {
        String name = aside.getFileName().toString();
        int dash = name.indexOf('Z') + 1;
        return name.substring(0, dash)
                + String.format("%06d", dash == name.length() ? 1 : Integer.parseInt(name.substring(dash + 1)));
    }

    private static Map<String, byte @Nullable []> changes(@Nullable String... namesAndValues) {
        Map<String, byte @Nullable []> changes = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            String value = namesAndValues[i + 1];
            changes.put(namesAndValues[i], value == null ? null : value.getBytes(UTF_8));
        }
        return changes;
    }
}
