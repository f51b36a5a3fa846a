package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small file about the session at the broker. It is read and written by threads of its own, one after the other, so that
 * a disk that hangs, as one behind a network can for ever, holds nobody up for long.
 */
final class SessionFile {

    private static final Logger LOG = LoggerFactory.getLogger(SessionFile.class);
    private static final int HASH_BYTES = 8;

    /** A disk that takes longer hangs. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Path file;

    /** What is to be written after what is being written. Guarded by this. */
    private @Nullable String next;

    /** Done when the last text that was handed over is on the disk. Guarded by this. */
    private CompletableFuture<Void> written = CompletableFuture.completedFuture(null);

    SessionFile(Path file) {
        this.file = file;
    }

    /**
     * The file {@code <name>-<hash>}, one for each broker and client identifier, or null if there is no {@code folder} to keep
     * it in.
     */
    static @Nullable SessionFile of(MqttSettings settings, @Nullable Path folder, String name) {
        String session = settings.host() + "\n" + settings.port() + "\n" + settings.clientId();
        return folder == null ? null : new SessionFile(folder.resolve(name + "-" + hash(session)));
    }

    /**
     * Its text, or null if there is no such file.
     *
     * @throws IOException if it can't be read, or not within 5 seconds
     */
    @Nullable String read() throws IOException {
        FutureTask<@Nullable String> text = new FutureTask<>(() -> Files.exists(file) ? Files.readString(file) : null);
        start(text);
        try {
            return text.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("the disk does not answer", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    /**
     * Has {@code text} written, all or nothing, unless newer text comes before its turn. Never waits.
     *
     * @return done when it, or what came instead, is on the disk; fails with a {@link CompletionException}
     */
    synchronized CompletableFuture<Void> write(String text) {
        boolean due = next != null;
        next = text;
        if (!due) {
            written = written.handleAsync((done, failure) -> writeNext(), SessionFile::start);
        }
        return written;
    }

    /**
     * Waits for {@code writes}, which tell of their failures themselves, for up to 5 seconds: what the session needs goes
     * before what the next start would like to know.
     */
    static void await(CompletableFuture<?>... writes) throws InterruptedException {
        try {
            CompletableFuture.allOf(writes).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn(
                    "The disk of sparkplug.state_dir does not answer for {} s: going on. After a restart, a loss of the"
                            + " MQTT session may not be noticed, and what is taken out of mqtt.topics may stay subscribed",
                    PATIENCE.toSeconds());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private @Nullable Void writeNext() {
        String text;
        synchronized (this) {
            text = Objects.requireNonNull(next);
            next = null;
        }
        try {
            replace(text);
            return null;
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private void replace(String text) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Path whole = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(whole, text, CREATE, TRUNCATE_EXISTING, WRITE, SYNC);
        Files.move(whole, file, ATOMIC_MOVE, REPLACE_EXISTING);
    }

    /** In a thread that does not keep the process from ending. */
    private static void start(Runnable work) {
        Thread thread = new Thread(work, "session-file");
        thread.setDaemon(true);
        thread.start();
    }

    private static String hash(String session) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(session.getBytes(UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
