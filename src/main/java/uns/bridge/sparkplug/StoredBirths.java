package uns.bridge.sparkplug;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.health.LimitedLog;
import uns.bridge.store.StateStore;

/**
 * Keeps births over a restart: for each edge node and device the last birth or death, by its topic, and for each edge node
 * when it was last heard of.
 *
 * <p>Changes are gathered by topic and committed together about once a second, by a thread of its own. No trouble with the
 * disk reaches the messages: what can't be written is dropped, with all that was, and everything is told anew when the disk
 * is well again.
 */
public final class StoredBirths implements BirthJournal {

    private static final Logger LOG = LoggerFactory.getLogger(StoredBirths.class);
    private static final String FILE = "births.db";

    /** The names of the times; the other names are topics. */
    private static final String HEARD = "heard/";

    private static final Duration RETRY = Duration.ofSeconds(30);

    /** How long the first message waits for what was kept. A disk that takes longer hangs. */
    private static final Duration OPENING = Duration.ofSeconds(15);

    private final Path file;
    private final Opener opener;
    private final long maxAgeMs;
    private final LongSupplier clockMs;
    private final Duration retry;
    private final LimitedLog troubleLog = new LimitedLog();
    private final CompletableFuture<List<Entry>> entries = new CompletableFuture<>();

    /** A {@link Life} or a Long by each name. */
    private final PendingChanges pending = new PendingChanges();

    /** Whether what was kept was read. For the thread of {@link #run} alone. */
    private boolean read;

    /** What was kept, but read only when the first message could wait no longer. Guarded by this. */
    private List<Entry> late = List.of();

    /** How the store is opened. */
    interface Opener {
        StateStore.Opened open(Path file) throws IOException;
    }

    /**
     * What was kept.
     *
     * @param topic that of the birth or death
     * @param heardMs when its edge node was last heard of, milliseconds since the epoch
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    record Entry(SparkplugTopic topic, byte[] payload, long heardMs) {}

    /**
     * Births in {@code folder}, which is not touched before {@link #run}.
     *
     * @param maxAge after how long a silence an edge node is forgotten
     */
    public StoredBirths(Path folder, Duration maxAge) {
        this(folder, maxAge, StateStore::open, System::currentTimeMillis, RETRY);
    }

    StoredBirths(Path folder, Duration maxAge, Opener opener, LongSupplier clockMs, Duration retry) {
        this.file = folder.resolve(FILE);
        this.opener = opener;
        this.maxAgeMs = maxAge.toMillis();
        this.clockMs = clockMs;
        this.retry = retry;
    }

    /** Reads what was kept, then writes until {@link #close} is called. The thread must not be interrupted. */
    public void run() {
        StateStore store = null;
        try {
            store = openFirst();
            while (store == null ? pending.awaitRetry(retry) : pending.await()) {
                if (store == null) {
                    store = reopen();
                } else if (!write(store)) {
                    store.close();
                    store = null;
                    discard();
                }
            }
        } finally {
            entries.complete(List.of());
            if (store != null) {
                store.close();
            }
        }
    }

    /** Has the rest written. */
    public void close() {
        pending.close();
    }

    /** What was kept, edge nodes before their devices; those silent for longest first. */
    List<Entry> awaitEntries() throws InterruptedException {
        try {
            return entries.get(OPENING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("{} does not open: going on without the births in it", file);
            entries.complete(List.of());
            pending.loseTrack();
            return List.of();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void changed(EdgeNode.Id node, @Nullable String device, @Nullable Life life) {
        String birth = topic(device == null ? SparkplugTopic.Type.NBIRTH : SparkplugTopic.Type.DBIRTH, node, device);
        String death = topic(device == null ? SparkplugTopic.Type.NDEATH : SparkplugTopic.Type.DDEATH, node, device);
        synchronized (pending) { // Either both are in a commit, or none.
            pending.put(birth, life == null || life.isOver() ? null : life);
            pending.put(death, life == null || !life.isOver() ? null : life);
        }
        if (device == null && life == null) {
            pending.put(HEARD + node, null);
        }
    }

    @Override
    public void heard(EdgeNode.Id node, long timeMs) {
        pending.put(HEARD + node, timeMs);
    }

    @Override
    public boolean isAtLoss() {
        return pending.isAtLoss();
    }

    @Override
    public void retell(Runnable told) {
        pending.replace(told);
    }

    @Override
    public synchronized List<Entry> late() {
        List<Entry> given = late;
        late = List.of();
        return given;
    }

    private synchronized void comeLate(List<Entry> kept) {
        late = kept;
        pending.loseTrack();
    }

    private @Nullable StateStore openFirst() {
        long startNs = System.nanoTime();
        try {
            StateStore.Opened opened = opener.open(file);
            List<Entry> kept = entries(opened.values());
            read = true;
            LOG.info(
                    "{}: {} births and deaths of edge nodes and devices, read in {} ms",
                    file,
                    kept.size(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs));
            if (!entries.complete(kept)) {
                comeLate(kept);
            }
            return opened.store();
        } catch (IOException e) {
            LOG.warn("Births will not survive a restart, as {} can't be opened: {}; trying again", file, e.toString());
            pending.refuse();
            entries.complete(List.of());
            return null;
        }
    }

    private @Nullable StateStore reopen() {
        try {
            StateStore.Opened opened = opener.open(file);
            List<Entry> kept = entries(opened.values());
            pending.accept();
            if (read) {
                pending.loseTrack(); // All that was in it is known.
            } else {
                read = true;
                comeLate(kept);
            }
            LOG.info("{} can be written again", file);
            return opened.store();
        } catch (IOException e) {
            trouble(e);
            return null;
        }
    }

    private boolean write(StateStore store) {
        PendingChanges.Changes changes = pending.take();
        if (changes.isEmpty()) {
            return true;
        }
        Map<String, byte @Nullable []> values = new HashMap<>();
        changes.byName().forEach((name, change) -> values.put(name, bytes(change)));
        try {
            store.commit(values, changes.whole());
            return true;
        } catch (IOException e) {
            pending.refuse();
            trouble(e);
            return false;
        }
    }

    /** A birth that was kept before the trouble would give wrong names after one that could not be. */
    private void discard() {
        try {
            StateStore.delete(file);
        } catch (IOException e) {
            LOG.warn("{} is out of date, and can't be deleted: {}", file, e.toString());
        }
    }

    private void trouble(IOException e) {
        troubleLog.log(suppressed -> LOG.warn(
                "Births would not survive a restart now, as {} can't be written: {}; trying again every {} s",
                file,
                e.toString(),
                retry.toSeconds()));
    }

    /** In the order of their edge nodes; those too old, or not understood, are removed. */
    private List<Entry> entries(Map<String, byte[]> values) {
        long now = clockMs.getAsLong();
        List<Entry> kept = new ArrayList<>();
        values.forEach((name, value) -> {
            SparkplugTopic topic = SparkplugTopic.parse(name);
            if (topic != null) {
                byte[] heard = values.get(HEARD + topic.group() + "/" + topic.edge());
                // It may have been too late for the commit of the birth.
                long heardMs = heard == null || heard.length != Long.BYTES
                        ? now
                        : ByteBuffer.wrap(heard).getLong();
                if (now - heardMs <= maxAgeMs) {
                    kept.add(new Entry(topic, value, heardMs));
                    return;
                }
            }
            boolean isTime = name.startsWith(HEARD) && value.length == Long.BYTES;
            if (!isTime || now - ByteBuffer.wrap(value).getLong() > maxAgeMs) {
                pending.put(name, null);
            }
        });
        kept.sort(Comparator.comparingLong(Entry::heardMs)
                .thenComparing(entry -> entry.topic().type().isDevice()));
        return kept;
    }

    private static byte @Nullable [] bytes(@Nullable Object change) {
        if (change instanceof Life life) {
            return BirthPayload.of(life);
        }
        return change instanceof Long timeMs
                ? ByteBuffer.allocate(Long.BYTES).putLong(timeMs).array()
                : null;
    }

    private static String topic(SparkplugTopic.Type type, EdgeNode.Id node, @Nullable String device) {
        return new SparkplugTopic(node.group(), type, node.edge(), device).toString();
    }
}
