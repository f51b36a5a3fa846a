package uns.bridge.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The disk that the bridge spools to: a small file system in memory, which can be full and read-only. To mount it takes Linux
 * and root. The system property {@code chaos.spool} says whether the bridge spools at all.
 */
final class SpoolDisk implements AutoCloseable {

    private static final int SIZE_MIB = 64;

    private final Path folder;

    SpoolDisk() {
        try {
            folder = Files.createTempDirectory("spool");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (canFail()) {
            run("mount", "-t", "tmpfs", "-o", "size=" + SIZE_MIB + "m", "tmpfs", folder.toString());
        }
    }

    static boolean isUsed() {
        return Boolean.getBoolean("chaos.spool");
    }

    /** Whether the disk can be full and read-only. */
    static boolean canFail() {
        return isUsed()
                && System.getProperty("os.name").equals("Linux")
                && System.getProperty("user.name").equals("root");
    }

    Path spool() {
        return folder.resolve("spool");
    }

    /** Takes all the room that is left. */
    void fill() throws IOException {
        byte[] block = new byte[64 * 1024];
        try (OutputStream out = Files.newOutputStream(ballast())) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            if (Files.size(ballast()) == 0) {
                throw e;
            }
        }
    }

    /** Gives it back. */
    void relieve() throws IOException {
        Files.deleteIfExists(ballast());
    }

    /** Nobody may have a file on it open. */
    void makeReadOnly() {
        run("mount", "-o", "remount,ro", folder.toString());
    }

    void makeWritable() {
        run("mount", "-o", "remount,rw", folder.toString());
    }

    private Path ballast() {
        return folder.resolve("ballast");
    }

    private static void run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": "
                        + new String(process.getInputStream().readAllBytes(), UTF_8));
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(String.join(" ", command), e);
        }
    }

    @Override
    public void close() {
        if (canFail()) {
            run("umount", folder.toString());
        }
    }
}
