package uns.bridge.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages on disk, in order, each with an offset: appended at the end, read once from the beginning, and forgotten once they
 * are committed. What was appended is there whenever the process or the machine ends.
 *
 * <p>One thread at a time appends, and one reads and commits meanwhile.
 */
public final class Spool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

    /** The unit in which disk space is given back. */
    private static final int SEGMENT_BYTES = 32 << 20;

    /** Of a spool that may take little there are some segments all the same. */
    private static final int MIN_SEGMENTS = 8;

    /**
     * How often in succession a place must not be read, by a disk that takes data meanwhile, to be given up. Ten minutes where
     * it is tried each second: who wants to save the disk first has time to end the bridge.
     */
    private static final int READ_ATTEMPTS = 600;

    /** So many are enough where one takes the disk half a minute. */
    private static final int SLOW_READ_ATTEMPTS = 10;

    private static final Duration READ_PATIENCE = Duration.ofMinutes(10);

    private final SpoolFolder folder;
    private final SpoolSettings settings;
    private final Losses losses;
    private final LongSupplier clockMs;
    private final Segments segments;
    private final EntryBatch batch = new EntryBatch();

    // All below is guarded by this.
    private long committed;

    /** The same as the disk has it. */
    private long saved;

    /** How many messages that were read and are not committed are in no file any more. */
    private long unsafe;

    /** The offset behind the last message that is safe. */
    private long end;

    /** What is read next: an offset, and where to look for it in the segment that has it. */
    private long readOffset;

    private int readPosition;

    /** The offset of what stands there: what was committed before it was opened is passed over. */
    private long positionOffset;

    private @Nullable Segment reading;

    /** How often in succession the disk did not give what is there. */
    private int failedReads;

    private long failedSinceNs;

    /** Told of messages that were safe, and are given up. Called on the thread that finds out. */
    public interface Losses {

        /** They were in the spool for longer than they may. */
        void expired(long messages);

        /** There was no room for them and for later ones. */
        void displaced(long messages);

        /** There was no room for them while they were on their way, and the process ended before they were committed. */
        void abandoned(long messages);

        /** They can't be read any more, and why. */
        void damaged(long messages, String why);
    }

    /**
     * A message read from the spool.
     *
     * @param end the offset behind it, to be committed when it is not needed any more
     * @param timeMs when it was appended, milliseconds since the epoch
     */
    public record Stored(SpoolEntry entry, long end, long timeMs) {}

    private Spool(SpoolFolder folder, SpoolSettings settings, Losses losses, LongSupplier clockMs) {
        this.folder = folder;
        this.settings = settings;
        this.losses = losses;
        this.clockMs = clockMs;
        this.segments = new Segments(folder, Math.min(SEGMENT_BYTES, settings.maxBytes() / MIN_SEGMENTS));
    }

    /**
     * Opens the spool in {@code folder}, which is created, for its owner alone, if it is missing.
     *
     * @throws IOException if another process uses it, or it can't be read and written
     */
    public static Spool open(Path folder, SpoolSettings settings, Losses losses, LongSupplier clockMs)
            throws IOException {
        Spool spool = new Spool(SpoolFolder.open(folder), settings, losses, clockMs);
        boolean loaded = false;
        try {
            spool.load();
            loaded = true;
            return spool;
        } finally {
            if (!loaded) {
                spool.close();
            }
        }
    }

    /**
     * Whether {@code folder} has messages, as far as can be told without opening it. While it has, and can't be opened, no
     * later message may go to Kafka: it would overtake them.
     */
    public static boolean hasMessages(Path folder) {
        try {
            return !SpoolFolder.segments(folder).isEmpty();
        } catch (IOException e) {
            return false; // Nothing is known of it, which is no reason to hold everything up.
        }
    }

    private synchronized void load() throws IOException {
        segments.load();
        SpoolFolder.Progress progress = folder.readProgress();
        saved = progress.committed();
        committed = Math.max(saved, segments.base());
        end = Math.max(committed, segments.end());
        readOffset = committed;
        try {
            segments.discard(committed, end);
        } catch (IOException e) {
            LOG.warn("The disk does not give back files of the spool that nobody needs, trying again", e);
        }
        if (progress.unsafe() > 0) {
            saveProgress(); // Before they are counted, so that they are only once.
            losses.abandoned(progress.unsafe());
        }
    }

    private void saveProgress() throws IOException {
        folder.write(new SpoolFolder.Progress(committed, unsafe));
        saved = committed;
    }

    /** How many messages are not committed. */
    public synchronized long size() {
        return end - committed;
    }

    /** What it takes of the disk, in bytes. Safe for use by several threads, and never waits for the disk. */
    public long bytes() {
        return segments.bytes();
    }

    /** The offset behind the last message. */
    public synchronized long end() {
        return end;
    }

    /** The offset behind the last message that was read, or is given up. */
    public synchronized long readOffset() {
        return readOffset;
    }

    /** Whether there is something to read. */
    public synchronized boolean hasUnread() {
        return readOffset < end;
    }

    /**
     * Appends {@code entries}; they are safe when this returns.
     *
     * @param read whether they count as read: their sender has them
     * @return how many of them were appended, the first ones; there may be no room for the others
     * @throws IOException if the disk did not take the first ones
     * @throws ClosedChannelException if this thread was interrupted; some of them may be safe
     */
    public int append(List<SpoolEntry> entries, boolean read) throws IOException {
        int appended = 0;
        Iterator<SpoolEntry> each = entries.iterator();
        while (each.hasNext()) {
            batch.add(each.next(), clockMs.getAsLong());
            if (batch.isFull() || !each.hasNext()) {
                int count = batch.size();
                try {
                    if (!appendBatch(read, false)) {
                        return appended;
                    }
                } catch (IOException e) {
                    if (appended == 0 || e instanceof ClosedChannelException) {
                        throw e;
                    }
                    return appended; // The next attempt tells.
                } finally {
                    batch.clear();
                }
                appended += count;
            }
        }
        return appended;
    }

    /**
     * Appends {@code messages} once more, all that were read and are not committed, while nothing is unread. They are as old as
     * they were, and their first place can be committed when this returns. They may take more of the disk than they should
     * until then.
     *
     * @throws IOException if the disk did not take them; then it has none of them
     */
    public void appendAgain(List<Stored> messages) throws IOException {
        if (messages.isEmpty()) {
            return;
        }
        try {
            for (Stored each : messages) {
                batch.add(each.entry(), each.timeMs());
            }
            appendBatch(true, true); // As one: a part of them would come last after a restart, behind what followed it.
        } finally {
            batch.clear();
        }
    }

    private boolean appendBatch(boolean read, boolean again) throws IOException {
        ByteBuffer bytes = batch.build(end());
        if (!again && !makeRoom(bytes.remaining())) {
            return false;
        }
        Segment segment = segments.append(bytes, batch.size(), end());
        synchronized (this) {
            if (read && readOffset == end) {
                readOffset = segment.end();
                reading = segment;
                readPosition = segment.bytes();
                positionOffset = readOffset;
            }
            end = segment.end();
        }
        return true;
    }

    private synchronized boolean makeRoom(int more) throws IOException {
        while (segments.bytes() > 0 && segments.bytes() + more > settings.maxBytes()) {
            if (!settings.dropOldest()) {
                return false;
            }
            Segment oldest = segments.from(committed);
            if (oldest == null) {
                return false; // What there is can't be deleted.
            }
            long read = Math.min(readOffset, oldest.end()) - Math.max(committed, oldest.base);
            if (read > 0) {
                setUnsafe(unsafe + read); // At most, and before the file is gone: a kill may follow.
            }
            long lost = oldest.end() - Math.max(readOffset, oldest.base);
            segments.remove(oldest);
            if (read > 0) {
                LOG.warn(
                        "The full spool gives up {} messages that are in Kafka or on their way there. Those that it has not "
                                + "confirmed when the bridge ends are counted at the next start",
                        read);
            }
            if (lost > 0) {
                losses.displaced(lost);
                readOffset = oldest.end();
            }
        }
        return true;
    }

    /**
     * The messages that come next, at least one; null if there are none. What can't be read, and what is too old, is left out.
     *
     * @throws IOException if the disk does not give them; to be tried again after a second. A place that it does not give for
     *     ten minutes, though it takes data, counts as damaged, and what is behind it comes next
     */
    public synchronized @Nullable List<Stored> read() throws IOException {
        while (readOffset < end) {
            Segment segment = segments.from(readOffset);
            if (segment == null) {
                losses.damaged(end - readOffset, "there is no file with them");
                readOffset = end;
                return null;
            }
            if (readOffset < segment.base) {
                losses.damaged(segment.base - readOffset, "there is no file with them");
                readOffset = segment.base;
            }
            if (reading != segment) {
                reading = segment;
                readPosition = 0;
                positionOffset = segment.base;
            }
            Segment.Found found = find(segment);
            long next = found == null ? segment.end() : found.batch().baseOffset();
            if (next > readOffset) {
                segment.markDamaged();
                losses.damaged(next - readOffset, segment.fault());
                readOffset = next;
            }
            if (found != null) {
                readPosition = found.next();
                positionOffset = found.batch().nextOffset();
                List<Stored> messages = decode(found.batch(), segment);
                if (!messages.isEmpty()) {
                    return messages;
                }
            }
        }
        return null;
    }

    private Segment.@Nullable Found find(Segment segment) throws IOException {
        try {
            Segment.Found found = segment.find(readPosition, positionOffset, segment.end());
            failedReads = 0;
            return found;
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            int failed = failedReads + 1;
            failedReads = 0;
            saveProgress(); // Or the disk is away as a whole, and may come back with all it has.
            failedReads = failed;
            failedSinceNs = failed == 1 ? System.nanoTime() : failedSinceNs;
            boolean slow = failed >= SLOW_READ_ATTEMPTS && System.nanoTime() - failedSinceNs >= READ_PATIENCE.toNanos();
            if (slow || failed >= READ_ATTEMPTS) {
                segments.salvage(segment, readPosition);
            }
            throw e;
        }
    }

    private List<Stored> decode(RecordBatch batch, Segment segment) {
        long from = readOffset;
        if (batch.nextOffset() <= from) {
            return List.of();
        }
        readOffset = batch.nextOffset();
        if (settings.maxAge() != null
                && clockMs.getAsLong() - batch.maxTimestamp()
                        > settings.maxAge().toMillis()) {
            losses.expired(readOffset - from);
            return List.of();
        }
        List<Stored> messages = new ArrayList<>();
        for (Record record : batch) {
            if (record.offset() >= from) {
                try {
                    messages.add(new Stored(EntryFormat.read(record.value()), record.offset() + 1, record.timestamp()));
                } catch (IllegalArgumentException e) {
                    segment.markDamaged();
                    losses.damaged(1, String.valueOf(e.getMessage()));
                }
            }
        }
        return messages;
    }

    /**
     * Forgets the messages before {@code offset}, which has been read; their disk space is given back.
     *
     * @throws IOException if the disk does not take that; they may come again after the next start
     */
    public synchronized void commit(long offset) throws IOException {
        committed = Math.max(committed, offset);
        try {
            if (committed != saved) {
                saveProgress();
            }
        } finally {
            segments.discard(committed, end); // Also what could not be given back before.
        }
    }

    /** Of what was read, all before this offset is in no file any more. */
    public synchronized long unsafeEnd() {
        Segment oldest = segments.from(committed);
        return Math.min(oldest == null ? end : oldest.base, positionOffset);
    }

    /**
     * So many messages that were read and are not committed are in no file any more. Should the process end they are lost, and
     * the next one counts them.
     *
     * @param before the {@link #unsafeEnd} that they were counted for; if it is another one by now, this is void
     * @throws IOException if the disk does not take that
     */
    public synchronized void setUnsafe(long messages, long before) throws IOException {
        if (before == unsafeEnd()) {
            setUnsafe(messages);
        }
    }

    private void setUnsafe(long messages) throws IOException {
        if (messages != unsafe) {
            folder.write(new SpoolFolder.Progress(committed, messages));
            unsafe = messages;
            saved = committed;
        }
    }

    /**
     * Finds out whether the disk takes as much as is written at a time.
     *
     * @throws IOException if it does not
     */
    public void check() throws IOException {
        folder.check();
    }

    /** Closes the files; what was not committed is there at the next start. */
    @Override
    public synchronized void close() {
        try {
            segments.close();
            folder.close();
        } catch (IOException e) {
            LOG.debug("Spool not closed cleanly", e); // What was appended is safe all the same.
        }
    }
}
