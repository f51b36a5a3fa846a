package uns.bridge.spool;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a spool has its files, locked against other processes: the segments, and how far they are committed. */
final class SpoolFolder implements AutoCloseable {

    /** Has the {@link Progress}. */
    private static final String COMMITTED = "committed";

    private static final String LOCK = "lock";
    private static final String CHECK = "check";

    /**
     * How far a spool has come.
     *
     * @param committed the offset of the first message that is not committed
     * @param unsafe how many that were read and are not committed are in no file any more
     */
    record Progress(long committed, long unsafe) {}

    private static final Logger LOG = LoggerFactory.getLogger(SpoolFolder.class);
    private static final Progress NO_PROGRESS = new Progress(0, 0);

    private final Path path;
    private final FileChannel lock;

    private SpoolFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Locks {@code path}, which is created, for its owner alone, if it is missing.
     *
     * @throws IOException if another process uses it, or it can't be written
     */
    static SpoolFolder open(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            Files.createDirectories(path, ownerOnly(path));
        }
        FileChannel lock = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            locked = lock.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            throw new IOException(path + " is in use already", e);
        } finally {
            if (!locked) {
                lock.close();
            }
        }
        if (!locked) {
            throw new IOException(path + " is in use by another process");
        }
        return new SpoolFolder(path, lock);
    }

    private static FileAttribute<?>[] ownerOnly(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }

    /** The files in {@code path} that are segments, in their order. */
    static List<Path> segments(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(file -> Segment.isName(file.getFileName().toString()))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause(); // The disk failed while it was listed.
        }
    }

    List<Path> segments() throws IOException {
        return segments(path);
    }

    Segment createSegment(long base) throws IOException {
        if (Files.notExists(path.resolve(COMMITTED))) {
            write(NO_PROGRESS); // A disk that is full later has room for it.
        }
        return Segment.create(path, base);
    }

    /** Nothing if that is not known, or the file is damaged: then what there is was not committed. */
    Progress readProgress() throws IOException {
        try {
            String text = Files.readString(path.resolve(COMMITTED), ISO_8859_1);
            String[] lines = text.strip().split("\\s+", -1);
            long unsafe = lines.length == 1 ? 0 : Long.parseLong(lines[1]); // Older bridges wrote one line, or two.
            Progress progress = new Progress(Long.parseLong(lines[0]), unsafe);
            if (lines.length <= 2 || lines[2].equals(checksum(progress))) {
                return progress;
            }
        } catch (NoSuchFileException e) {
            return NO_PROGRESS;
        } catch (NumberFormatException e) {
            // As below.
        }
        LOG.warn("{} is damaged. All that is in the spool is sent again", path.resolve(COMMITTED));
        return NO_PROGRESS;
    }

    private static String checksum(Progress progress) {
        CRC32C checksum = new CRC32C();
        checksum.update((progress.committed + " " + progress.unsafe).getBytes(ISO_8859_1));
        return HexFormat.of().toHexDigits((int) checksum.getValue());
    }

    /** In place, so that a full disk is no hindrance. */
    void write(Progress progress) throws IOException {
        try (FileChannel file =
                FileChannel.open(path.resolve(COMMITTED), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            String text = "%020d%n%020d%n%s%n".formatted(progress.committed, progress.unsafe, checksum(progress));
            file.write(ByteBuffer.wrap(text.getBytes(ISO_8859_1)), 0);
            file.force(false);
        }
    }

    /** Writes as much as a batch may have, into a file that is gone afterwards: in place a full disk would take it. */
    void check() throws IOException {
        byte[] bytes = new byte[EntryBatch.FULL_BYTES];
        new Random().nextBytes(bytes); // Zeros may need no room.
        try (FileChannel file = FileChannel.open(
                path.resolve(CHECK),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE)) {
            // On Linux it has lost its name by now, so that a kill leaves nothing of it.
            for (ByteBuffer left = ByteBuffer.wrap(bytes); left.hasRemaining(); ) {
                file.write(left);
            }
            file.force(false);
        }
    }

    /** Lets others have it. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
