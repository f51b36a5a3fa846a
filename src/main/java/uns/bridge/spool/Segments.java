package uns.bridge.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a spool in their order; each ends where the next one begins. One thread at a time appends to the last of them,
 * while another one reads and discards.
 */
final class Segments implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Segments.class);

    private final SpoolFolder folder;

    /** How large one becomes. */
    private final long fullBytes;

    // All below is guarded by this.
    private final ArrayDeque<Segment> segments = new ArrayDeque<>();

    /** The last of the segments while it is appended to. */
    private @Nullable Segment active;

    private boolean appending;

    private volatile long bytes;

    Segments(SpoolFolder folder, long fullBytes) {
        this.folder = folder;
        this.fullBytes = fullBytes;
    }

    /** Opens the files that there are. */
    synchronized void load() throws IOException {
        List<Path> files = folder.segments();
        Segment last = null;
        for (int i = files.size() - 1; i >= 0; i--) { // Each one ends where the next one begins.
            last = Segment.open(files.get(i), last == null ? -1 : last.base);
            segments.addFirst(last);
        }
        if (last != null && segments.getLast().isEmpty()) {
            // Begun when the bridge was killed. The next one gets its name.
            remove(segments.getLast());
        }
        measure();
    }

    /** The offset of the first message, 0 if there is none. */
    synchronized long base() {
        Segment first = segments.peek();
        return first == null ? 0 : first.base;
    }

    /** The offset behind the last message, 0 if there is none. */
    synchronized long end() {
        Segment last = segments.peekLast();
        return last == null ? 0 : last.end();
    }

    /** What they take of the disk, in bytes. Never waits for the disk. */
    long bytes() {
        return bytes;
    }

    /** The first that has messages at {@code offset} or behind it; null if there is none. */
    synchronized @Nullable Segment from(long offset) {
        for (Segment segment : segments) {
            if (segment.end() > offset) {
                return segment;
            }
        }
        return null;
    }

    /**
     * Appends {@code batch} of {@code count} messages, which are safe when this returns.
     *
     * @param base the offset of the first of them
     * @return where they are
     */
    Segment append(ByteBuffer batch, int count, long base) throws IOException {
        setAppending(true);
        try {
            Segment segment = segmentFor(batch.remaining(), base);
            segment.append(batch, count);
            measure();
            return segment;
        } catch (IOException e) {
            seal(); // Nobody knows what is in the file behind what was safe.
            throw e;
        } finally {
            setAppending(false);
        }
    }

    private Segment segmentFor(int more, long base) throws IOException {
        Segment segment = active();
        if (segment != null && segment.bytes() > 0 && segment.bytes() + (long) more > fullBytes) {
            seal();
            segment = null;
        }
        if (segment == null) {
            segment = folder.createSegment(base);
            begin(segment);
        }
        return segment;
    }

    private synchronized @Nullable Segment active() {
        return active;
    }

    private synchronized void begin(Segment segment) {
        active = segment;
        segments.add(segment);
    }

    private synchronized void setAppending(boolean on) {
        appending = on;
    }

    /** Begins another file with the next batch. */
    private synchronized void seal() throws IOException {
        Segment segment = active;
        active = null;
        if (segment != null && segment.bytes() == 0) {
            segments.remove(segment); // The next one has its name.
            segment.close();
        }
    }

    /** See {@link Segment#salvage}; one that is being appended to stays as it is. */
    synchronized void salvage(Segment segment, int position) throws IOException {
        if (segment == active && !appending) {
            seal();
        }
        if (segment != active) {
            segment.salvage(position);
        }
    }

    /**
     * Removes those with nothing from {@code committed} on. One that can't be deleted keeps no other.
     *
     * @param end the offset behind the last message of all: the last file is only removed where that is committed
     */
    synchronized void discard(long committed, long end) throws IOException {
        IOException failure = null;
        for (Segment segment : List.copyOf(segments)) {
            if (segment.end() > committed || (segment == active && (committed != end || appending))) {
                break;
            }
            try {
                remove(segment);
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Removes one; if the disk does not give its file back, it is still there, to be removed later. */
    synchronized void remove(Segment segment) throws IOException {
        if (segment == active) {
            active = null;
        }
        if (segment.bytes() == 0) {
            segments.remove(segment); // In any case: the next one has its name.
        }
        Path aside = segment.discard();
        segments.remove(segment);
        measure();
        if (aside != null) {
            LOG.warn("A file of the spool was damaged. It is kept as {}", aside);
        }
    }

    private synchronized void measure() {
        bytes = segments.stream().mapToLong(Segment::bytes).sum();
    }

    @Override
    public synchronized void close() throws IOException {
        for (Segment segment : segments) {
            segment.close();
        }
    }
}
