package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A small file about the session at the broker. */
final class SessionFile {

    private static final int HASH_BYTES = 8;

    private final Path file;

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

    /** Its text, or null if there is no such file. */
    @Nullable String read() throws IOException {
        return Files.exists(file) ? Files.readString(file) : null;
    }

    /** All or nothing, and on the disk when it returns. */
    void write(String text) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Path whole = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(whole, text, CREATE, TRUNCATE_EXISTING, WRITE, SYNC);
        Files.move(whole, file, ATOMIC_MOVE, REPLACE_EXISTING);
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
