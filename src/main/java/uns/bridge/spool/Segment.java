package uns.bridge.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file of the spool: a segment of a Kafka log, batch after batch, named after the first offset in it. One thread appends
 * to it, while another one reads what was forced to the disk before.
 */
final class Segment {

    private static final Logger LOG = LoggerFactory.getLogger(Segment.class);

    private static final String SUFFIX = ".log";
    private static final int NAME_DIGITS = 20;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    // Where Kafka's batch has what tells a batch from other bytes (Kafka's "Message Format", version 2).
    private static final int LENGTH_AT = 8;
    private static final int MAGIC_AT = 16;

    /** What a disk gives or does not give: its sectors are of this size or less. */
    private static final int BLOCK = 4096;

    /** What the length does not count. */
    private static final int BEFORE_LENGTH = LENGTH_AT + Integer.BYTES;

    private static final int HEAD = DefaultRecordBatch.RECORD_BATCH_OVERHEAD;

    /** The first offset in it. */
    final long base;

    private final Path file;
    private final FileChannel channel;

    // What is safe: the offset behind it, and where it ends in the file.
    private volatile long end;
    private volatile int bytes;

    /** Whether something in it can't be read. */
    private volatile boolean damaged;

    // Both of the reader, see salvage(); null where the file is read as usual.
    private @Nullable ByteBuffer salvage;
    private @Nullable ByteBuffer salvaged;

    /**
     * A batch that is intact.
     *
     * @param next where the file goes on behind it
     */
    record Found(RecordBatch batch, int next) {}

    private Segment(Path file, long base, FileChannel channel) {
        this.file = file;
        this.base = base;
        this.end = base;
        this.channel = channel;
    }

    /** A new file, whose name is on the disk when this returns. */
    static Segment create(Path folder, long base) throws IOException {
        Path file = folder.resolve(String.format(Locale.ROOT, "%020d", base) + SUFFIX);
        FileChannel channel = FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        Utils.flushDir(folder);
        return new Segment(file, base, channel);
    }

    /**
     * A file that was there.
     *
     * @param next the first offset of the file behind it; negative if there is none, then its batches tell its end
     */
    static Segment open(Path file, long next) throws IOException {
        String name = file.getFileName().toString();
        long base = Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
        Segment opened =
                new Segment(file, base, FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
        boolean success = false;
        try {
            opened.bytes = Math.toIntExact(opened.channel.size());
            opened.end = next;
            if (next < 0) {
                opened.end = base;
                opened.findEnd();
            }
            success = true;
            return opened;
        } finally {
            if (!success) {
                opened.channel.close();
            }
        }
    }

    /**
     * Finds out where the last file ends, and cuts off what a kill has left of a batch that nobody was told to be safe. It is kept
     * in a file of its own, for a batch whose length has changed looks like that, too.
     */
    private void findEnd() throws IOException {
        int position = 0;
        boolean damagedBefore = false;
        for (Found found = find(0, end, Long.MAX_VALUE); found != null; found = find(position, end, Long.MAX_VALUE)) {
            end = found.batch.nextOffset();
            position = found.next;
            damagedBefore = damaged;
        }
        ByteBuffer tail = read(position, bytes - position);
        if (tail.hasRemaining() && isUnfinished(tail) && (tail.limit() < HEAD || isKept(tail))) {
            channel.truncate(position);
            bytes = position;
            damaged = damagedBefore;
        }
    }

    /** Returns whether {@code tail} is in a file of its own now; a full disk may have no room for one. */
    private boolean isKept(ByteBuffer tail) {
        Path aside = aside("-tail");
        byte[] rest = new byte[tail.remaining()];
        tail.get(0, rest);
        try {
            Files.write(aside, rest);
        } catch (IOException e) {
            LOG.warn("The last {} bytes of {} look like a write that did not end: {}", rest.length, file, e.toString());
            return false;
        }
        LOG.warn(
                "The last {} bytes of {} look like a write that did not end, and are now {}", rest.length, file, aside);
        return true;
    }

    /** Whether {@code tail}, in which there is no batch that is intact, begins one and ends before it does. */
    private static boolean isUnfinished(ByteBuffer tail) {
        return tail.limit() < HEAD
                || (tail.get(MAGIC_AT) == RecordBatch.CURRENT_MAGIC_VALUE
                        && tail.getInt(LENGTH_AT) > tail.limit() - BEFORE_LENGTH);
    }

    /** Whether a file of that name is one. */
    static boolean isName(String name) {
        return name.length() == NAME_DIGITS + SUFFIX.length()
                && name.endsWith(SUFFIX)
                && name.chars().limit(NAME_DIGITS).allMatch(c -> c >= '0' && c <= '9');
    }

    /** Whether there is no message in it. */
    boolean isEmpty() {
        return end == base;
    }

    /** Appends {@code batch} of {@code count} messages and forces it to the disk, or leaves the file as it was. */
    void append(ByteBuffer batch, int count) throws IOException {
        int position = bytes;
        int size = batch.remaining();
        try {
            while (batch.hasRemaining()) {
                channel.write(batch, position + size - batch.remaining());
            }
            channel.force(false);
        } catch (IOException e) {
            channel.truncate(position);
            throw e;
        }
        bytes = position + size;
        end = end() + count;
    }

    /** The offset behind the last message that is safe. */
    long end() {
        return end;
    }

    int bytes() {
        return bytes;
    }

    /**
     * The first intact batch at or behind {@code position}, whatever else stands there; null if there is none.
     *
     * @param expected the offset of a batch that begins at {@code position}, whatever it has itself, for its checksum does not
     *     cover that; no later one has an offset below it
     * @param limit no offset in it reaches this
     */
    @Nullable Found find(int position, long expected, long limit) throws IOException {
        int size = bytes;
        if (position >= size) {
            return null;
        }
        ByteBuffer head = read(position, Math.min(HEAD, size - position));
        int length = head.remaining() < HEAD ? -1 : head.getInt(LENGTH_AT);
        if (length >= 0 && length <= size - position - BEFORE_LENGTH) {
            MutableRecordBatch batch = intact(read(position, BEFORE_LENGTH + length), 0);
            if (batch != null) {
                if (batch.baseOffset() != expected) {
                    damaged = true;
                    batch.setLastOffset(expected + (batch.lastOffset() - batch.baseOffset()));
                }
                return new Found(batch, position + batch.sizeInBytes());
            }
        }
        damaged = true;
        ByteBuffer rest = read(position, size - position);
        for (int at = 1; at + HEAD <= rest.limit(); at++) {
            long first = rest.getLong(at);
            MutableRecordBatch batch = first < expected || first >= limit ? null : intact(rest, at);
            if (batch != null) {
                return new Found(batch, position + at + batch.sizeInBytes());
            }
        }
        return null;
    }

    /** The batch at {@code at} in {@code bytes}; null if there is none. */
    private static @Nullable MutableRecordBatch intact(ByteBuffer bytes, int at) {
        if (at + HEAD > bytes.limit() || bytes.get(at + MAGIC_AT) != RecordBatch.CURRENT_MAGIC_VALUE) {
            return null;
        }
        int length = bytes.getInt(at + LENGTH_AT);
        if (length < HEAD - BEFORE_LENGTH || length > bytes.limit() - at - BEFORE_LENGTH) {
            return null;
        }
        MutableRecordBatch batch = MemoryRecords.readableRecords(bytes.slice(at, BEFORE_LENGTH + length))
                .batches()
                .iterator()
                .next();
        return batch.isValid() ? batch : null;
    }

    private ByteBuffer read(int position, int length) throws IOException {
        ByteBuffer inMemory = salvaged;
        if (inMemory != null) {
            return inMemory.slice(position, length);
        }
        ByteBuffer to = ByteBuffer.allocate(length);
        fill(to, channel, position);
        return to.flip();
    }

    private static void fill(ByteBuffer to, FileChannel from, int position) throws IOException {
        int before = position - to.position();
        while (to.hasRemaining()) {
            if (from.read(to, before + to.position()) < 0) {
                break; // Somebody has shortened the file.
            }
        }
    }

    /** Returns whether the disk gave that. */
    private static boolean fillIfGiven(ByteBuffer to, FileChannel from, int position) throws ClosedChannelException {
        try {
            fill(to, from, position);
            return true;
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Gets what the disk gives of the file into memory, with zeros for the rest, and reads from there once that is all. A call
     * ends at the next place that the disk does not give: it may take its time there. Nothing may be appended any more.
     *
     * @param position what is before is not needed
     * @throws IOException if the file can't be opened
     */
    void salvage(int position) throws IOException {
        ByteBuffer to = salvage == null ? ByteBuffer.allocate(bytes).position(position) : salvage;
        salvage = to;
        // Opened again: a network file system may have nothing but errors for what was open before it failed.
        try (FileChannel again = FileChannel.open(file, StandardOpenOption.READ)) {
            while (to.position() < bytes) {
                int at = to.position();
                int next = Math.min(at - at % BLOCK + BLOCK, bytes);
                boolean given = fillIfGiven(to.limit(next), again, at);
                to.limit(bytes).position(next);
                if (!given) {
                    return;
                }
            }
        }
        salvaged = to;
    }

    void markDamaged() {
        damaged = true;
    }

    /** Why something in it can't be read. */
    String fault() {
        return salvaged == null
                ? "bytes have changed in the file with them"
                : "the disk does not give back all of the file with them";
    }

    /**
     * Gives the disk space back; a file with damage is renamed instead, after the time. Returns its new name, or null.
     *
     * @throws IOException if the disk does not do that; it can still be read
     */
    @Nullable Path discard() throws IOException {
        Path aside = null;
        if (damaged) {
            aside = Files.move(file, aside(""));
        } else {
            Files.deleteIfExists(file);
        }
        channel.close();
        return aside;
    }

    private Path aside(String what) {
        return file.resolveSibling(file.getFileName() + ".damaged-" + TIME.format(Instant.now()) + what);
    }

    void close() throws IOException {
        channel.close();
    }
}
