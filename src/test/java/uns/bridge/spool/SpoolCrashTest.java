package uns.bridge.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static uns.bridge.spool.SpoolFixture.entries;
import static uns.bridge.spool.SpoolFixture.read;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process is killed while it appends, again and again. */
@Timeout(120)
class SpoolCrashTest {

    private static final int GROUP = 50;
    private static final Spool.Losses NONE = new Spool.Losses() {
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
            throw new AssertionError();
        }
    };

    @TempDir
    private Path folder;

    /** Appends to the spool in the folder named by the first argument, and prints how many messages are safe. */
    public static void main(String[] arguments) throws IOException {
        try (Spool spool = open(Path.of(arguments[0]))) {
            for (int next = (int) spool.end(); ; next += GROUP) {
                spool.append(entries(next, next + GROUP), false);
                System.out.println(next + GROUP);
            }
        }
    }

    private static Spool open(Path folder) throws IOException {
        SpoolSettings settings = new SpoolSettings(folder, 1L << 30, null, Duration.ofSeconds(5), false);
        return Spool.open(folder, settings, NONE, System::currentTimeMillis);
    }

    @Test
    void shouldHaveEveryMessageThatWasSafeWhenTheProcessIsKilled() throws Exception {
        Random random = new Random(1);
        for (int kills = 0; kills < 3; kills++) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx128m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            SpoolCrashTest.class.getName(),
                            folder.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            int safe = 0;
            try (BufferedReader lines = process.inputReader()) {
                for (int groups = 20 + random.nextInt(200); groups > 0; groups--) {
                    safe = Integer.parseInt(lines.readLine());
                }
                process.toHandle().destroyForcibly();
                for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
                    safe = Math.max(safe, line.length() < String.valueOf(safe).length() ? 0 : Integer.parseInt(line));
                }
            }
            process.waitFor();

            try (Spool spool = open(folder)) {
                List<Integer> left = read(spool);
                assertThat(left).hasSizeGreaterThanOrEqualTo(safe);
                assertThat(left)
                        .isEqualTo(IntStream.range(0, left.size()).boxed().toList());
            }
        }
    }
}
