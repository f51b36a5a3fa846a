package uns.bridge.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of values by name. What was committed is there whenever the process or the machine ends; what was not is not there
 * in part.
 *
 * <p>A file that can't be read is set aside, never deleted, and a new one is begun. Each value has a checksum: MVStore has
 * them for the places of things only.
 *
 * <p>Not thread-safe. The thread that uses it must not be interrupted, which would close the file.
 */
public final class StateStore implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StateStore.class);

    /** What the values mean; a file that says otherwise is of another version of the bridge. */
    private static final int FORMAT = 1;

    private static final String MAP = "state";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** Everything is read once, at the start. */
    private static final int CACHE_MIB = 1;

    /** The file is compacted while less than this part of it is in use, in percent, by so much at each commit. */
    private static final int MIN_FILL = 50;

    private static final int COMPACTED_BYTES = 1 << 20;

    private final MVStore store;
    private final MVMap<String, byte[]> map;

    /**
     * A store, and what was in it when it was opened.
     *
     * @param values the values by their names
     */
    public record Opened(StateStore store, Map<String, byte[]> values) {}

    /** The file can't be understood. */
    private static final class Damage extends Exception {
        Damage(String what, @Nullable Throwable cause) {
            super(what, cause);
        }
    }

    private StateStore(MVStore store) {
        this.store = store;
        this.map = store.openMap(
                MAP, new MVMap.Builder<String, byte[]>().keyType(new NameType()).valueType(new BytesType()));
    }

    /**
     * Opens {@code file}. If missing, it and its folder are created, for their owner alone; if damaged, it is renamed, and
     * another one is created.
     *
     * @throws IOException if another process uses the file, or it can't be read and written
     */
    public static Opened open(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            Files.createDirectories(folder, ownerOnly(folder, "rwx------"));
        }
        if (Files.exists(file)) {
            try {
                return openExisting(file);
            } catch (Damage e) {
                LOG.warn(
                        "{} is damaged: {}. It is kept as {}, and a new one is begun",
                        file,
                        e.getMessage(),
                        aside(file));
            }
        }
        Files.createFile(file, ownerOnly(file.toAbsolutePath(), "rw-------"));
        try {
            return openAny(file);
        } catch (Damage e) {
            throw new IOException("a new file can't be used: " + e.getMessage(), e);
        }
    }

    /**
     * Changes many values at once, or none, and waits until that is on the disk.
     *
     * @param changes the new values by their names, null where there is none any more
     * @param whole whether all other values go
     * @throws IOException if it failed; the store is of no more use then
     */
    public void commit(Map<String, byte @Nullable []> changes, boolean whole) throws IOException {
        try {
            if (whole) {
                map.clear();
            }
            changes.forEach((name, value) -> {
                if (value == null) {
                    map.remove(name);
                } else {
                    map.put(name, sealed(name, value));
                }
            });
            store.compact(MIN_FILL, COMPACTED_BYTES);
            store.commit();
            store.sync();
        } catch (RuntimeException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Deletes a file that is not open, if there is one: even a full disk allows that. */
    public static void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    /** Closes the file, which the next start then need not check. Never fails: all that counts was committed before. */
    @Override
    public void close() {
        try {
            store.close();
        } catch (RuntimeException e) {
            store.closeImmediately();
        }
    }

    private static Opened openExisting(Path file) throws IOException, Damage {
        if (!Files.isRegularFile(file) || !Files.isReadable(file) || !Files.isWritable(file)) {
            throw new IOException("not a file that can be read and written");
        }
        if (Files.size(file) == 0) {
            throw new Damage("it is empty", null);
        }
        return openAny(file);
    }

    private static Opened openAny(Path file) throws IOException, Damage {
        MVStore store = null;
        boolean success = false;
        try {
            // Without the thread and the commits of its own.
            store = new MVStore.Builder()
                    .fileName(file.toString())
                    .autoCommitDisabled()
                    .autoCommitBufferSize(0)
                    .cacheSize(CACHE_MIB)
                    .open();
            // A commit is on the disk before the next one begins, so that nothing older is needed any more.
            store.setRetentionTime(0);
            if (store.getCurrentVersion() < oldestPossible(store)) {
                throw new Damage("what was committed last is missing", null);
            }
            if (store.getCurrentVersion() == 0) {
                store.setStoreVersion(FORMAT);
            } else if (store.getStoreVersion() != FORMAT) {
                throw new Damage("it is of another version of the bridge", null);
            }
            StateStore opened = new StateStore(store);
            Opened result = new Opened(opened, opened.read());
            success = true;
            return result;
        } catch (RuntimeException | OutOfMemoryError e) { // A damaged length asks for any amount of memory.
            throw failure(e);
        } finally {
            if (store != null && !success) {
                store.closeImmediately();
            }
        }
    }

    /**
     * The oldest version that the file may have by what its head says. MVStore silently falls back to an earlier one, or to
     * nothing, where the newest is not there; that is right only for one that was not yet committed.
     */
    private static long oldestPossible(MVStore store) {
        Object version = store.getStoreHeader().get("version");
        if (version == null) {
            return 0;
        }
        long told = Long.parseUnsignedLong(version.toString(), 16);
        return store.getStoreHeader().containsKey("clean") ? told : told - 1;
    }

    private Map<String, byte[]> read() throws Damage {
        Map<String, byte[]> values = new HashMap<>();
        Cursor<String, byte[]> cursor = map.cursor(null);
        while (cursor.hasNext()) {
            String name = cursor.next();
            values.put(name, unsealed(name, cursor.getValue()));
        }
        return values;
    }

    /** What failed: the file, or the way to it. */
    private static Damage failure(Throwable e) throws IOException {
        if (e instanceof MVStoreException mvStoreException
                && mvStoreException.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
            throw new IOException("it is in use by another process", e);
        }
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException io && !(cause instanceof EOFException)) {
                throw io;
            }
        }
        String message = String.valueOf(e.getMessage());
        return new Damage(message.lines().findFirst().orElse(message), e);
    }

    /** Renames a damaged file after the time, and gives its new name. */
    private static Path aside(Path file) throws IOException {
        String name = file.getFileName() + ".damaged-" + TIME.format(Instant.now());
        for (int i = 1; ; i++) {
            Path aside = file.resolveSibling(i == 1 ? name : name + "-" + i);
            if (!Files.exists(aside)) {
                try {
                    return Files.move(file, aside);
                } catch (FileAlreadyExistsException e) {
                    // Another one was faster.
                }
            }
        }
    }

    private static byte[] sealed(String name, byte[] value) {
        return ByteBuffer.allocate(Integer.BYTES + value.length)
                .putInt(checksum(name, value, 0))
                .put(value)
                .array();
    }

    private static byte[] unsealed(String name, byte[] sealed) throws Damage {
        ByteBuffer buffer = ByteBuffer.wrap(sealed);
        if (sealed.length < Integer.BYTES || buffer.getInt() != checksum(name, sealed, Integer.BYTES)) {
            throw new Damage("a value in it has changed", null);
        }
        byte[] value = new byte[buffer.remaining()];
        buffer.get(value);
        return value;
    }

    private static int checksum(String name, byte[] bytes, int from) {
        CRC32C checksum = new CRC32C();
        checksum.update(name.getBytes(UTF_8));
        checksum.update(bytes, from, bytes.length - from);
        return (int) checksum.getValue();
    }

    private static FileAttribute<?>[] ownerOnly(Path path, String permissions) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
