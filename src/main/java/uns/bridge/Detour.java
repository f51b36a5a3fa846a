package uns.bridge;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.SpoolGroup.Waiting;
import uns.bridge.delivery.Delivery;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.message.OutboundRecord;
import uns.bridge.pipeline.DeadLetters;
import uns.bridge.spool.Fill;
import uns.bridge.spool.Spool;
import uns.bridge.spool.SpoolEntry;
import uns.bridge.spool.SpoolSettings;

/**
 * The way into Kafka over the disk, while Kafka can't be reached.
 *
 * <p>Whoever owns the {@link Outlet} sends, which the {@link Door} tells. While the detour is closed that is the carrier, which
 * sends what arrives, and the disk is not touched. The carrier {@linkplain #open opens} it: what Kafka has not confirmed goes
 * into the spool as read, for the producer has it, and the outlet goes to the {@link Drainer}, which sends what it reads from the
 * spool. The carrier only appends from then on. When nothing is left to be read and Kafka answers, the drainer closes the detour:
 * the outlet is the carrier's again, which waits {@linkplain #isSettling until Kafka has all of the spool}, and then first sends
 * what it has not appended yet. So there is one order at all times: what the producer has, what the spool has, what the carrier
 * has.
 *
 * <p>For the carrier, where nothing else is said.
 */
final class Detour {

    private static final Logger LOG = LoggerFactory.getLogger(Detour.class);

    private static final Duration TICK = Duration.ofMillis(100);
    private static final long PAUSE_MS = 5;

    /** Not so little that Kafka has no chance to answer. */
    private static final long LEAST_PATIENCE_NS = Duration.ofMillis(500).toNanos();

    private final SpoolSettings settings;
    private final Path folder;
    private final Outlet outlet;
    private final DeliveryTracker tracker;
    private final DeadLetters deadLetters;
    private final DiskCondition condition;
    private final SpoolGroup group;
    private final Door door = new Door();
    private final Drainer drainer;

    /** Of the owner of the outlet. */
    private final SpooledParcels spooled;

    private volatile @Nullable Spool spool;
    private boolean blocked;

    Detour(
            SpoolSettings settings,
            Path folder,
            Outlet outlet,
            DeliveryTracker tracker,
            DeadLetters deadLetters,
            Health health,
            LongSupplier clockNs) {
        this.settings = settings;
        this.folder = folder;
        this.outlet = outlet;
        this.tracker = tracker;
        this.deadLetters = deadLetters;
        this.condition = new DiskCondition(health, clockNs);
        this.group = new SpoolGroup(clockNs);
        this.spooled = new SpooledParcels(tracker, condition);
        Compaction compaction = new Compaction(outlet, door, spooled, condition, settings.maxBytes(), clockNs);
        Duration patience = hasty(settings.after());
        this.drainer = new Drainer(outlet, deadLetters, door, spooled, condition, compaction, patience, clockNs);
    }

    /** Who sends what is in the spool, on a thread of its own. */
    Drainer drainer() {
        return drainer;
    }

    /** How full the spool is; for any thread. */
    Fill fill() {
        Spool disk = spool;
        long since = spooled.oldestMs();
        return new Fill(
                disk == null ? 0 : disk.bytes(),
                settings.maxBytes(),
                since == 0 ? 0 : Math.max(0, System.currentTimeMillis() - since));
    }

    /** Opens the spool if it is not open yet; what an earlier run has left in it goes first. */
    void start() {
        if (spool != null || !condition.mayBeTried()) {
            return;
        }
        try {
            Spool opened = Spool.open(folder, settings, new SpoolLosses(tracker), System::currentTimeMillis);
            spool = opened;
            condition.writes();
            if (opened.hasUnread()) {
                tracker.restore(opened.size());
                LOG.info("{} messages of an earlier run are in the spool, and go to Kafka first", opened.size());
                door.open(opened);
            }
            blocked = false;
        } catch (IOException e) {
            blocked = Spool.hasMessages(folder);
            condition.fails(
                    blocked
                            ? "the spool can't be opened, and no message may overtake those of an earlier run in it"
                            : "the spool can't be opened",
                    e);
        }
    }

    /** Whether the spool has messages of an earlier run that can't be read yet: until then nothing else may be sent. */
    boolean isBlocked() {
        return blocked;
    }

    /** Whether messages take the detour; for any thread. */
    boolean isOpen() {
        return door.isOpen();
    }

    /**
     * Whether Kafka has not confirmed all of the spool yet, while the detour is closed. What was sent directly meanwhile could be
     * confirmed and acknowledged, and a kill would have the next start send those of the spool again, behind it. A full or failing
     * disk could not take what arrives if one of them waits for long, so then that is put up with; for the owner of the outlet.
     */
    boolean isSettling() {
        return !spooled.isEmpty() && condition.isWritable();
    }

    /** Whether Kafka keeps messages waiting for longer than they may, with less patience if {@code hasty}. */
    boolean isDue(boolean hasty) {
        return outlet.waitingNs() > (hasty ? hasty(settings.after()) : settings.after()).toNanos();
    }

    private static Duration hasty(Duration after) {
        long afterNs = after.toNanos();
        return Duration.ofNanos(Math.max(afterNs / 10, Math.min(afterNs, LEAST_PATIENCE_NS)));
    }

    /** Takes what Kafka has not confirmed into the spool, so that it is safe, and opens the detour, unless the disk fails. */
    void open() throws InterruptedException {
        Spool disk = spool;
        if (disk == null || !condition.mayBeTried()) {
            return;
        }
        List<Waiting> held = new ArrayList<>();
        for (Map.Entry<Parcel, List<OutboundRecord>> each : outlet.unconfirmed().entrySet()) {
            if (!each.getKey().isSpooled()) {
                held.add(waiting(each.getKey(), each.getValue()));
            }
        }
        held.sort(Comparator.comparingLong(each -> each.parcel().serial()));
        int appended = append(disk, held, true);
        for (Waiting each : held.subList(0, appended)) {
            spooled.add(each.parcel());
        }
        if (appended == held.size()) {
            LOG.warn("Kafka does not confirm, messages go to the spool, {} of them first", appended);
            door.open(disk);
        }
    }

    private Waiting waiting(Parcel parcel, List<OutboundRecord> records) {
        return parcel.isRejected()
                ? new Waiting(parcel, new SpoolEntry(true, null, records))
                : new Waiting(parcel, new SpoolEntry(false, parcel.originalBeside(records, deadLetters), records));
    }

    /** Appends {@code records}, which are all there are of {@code parcel}, together with others, soon. */
    void add(Parcel parcel, List<OutboundRecord> records) {
        group.add(waiting(parcel, records));
    }

    /** The next message that was not appended before the detour was closed; null if there is none. */
    @Nullable Waiting next() {
        return group.poll();
    }

    /** Whether it takes another message; else the disk is full or fails, and {@link #append} is to be called later. */
    boolean hasRoom() {
        return group.isEmpty() || condition.isWritable();
    }

    /** How long the next message may take to arrive. */
    Duration timeLeft() {
        return group.isEmpty() ? TICK : Duration.ofNanos(group.leftNs());
    }

    /** Appends what has waited long enough, or is much enough. */
    void append() throws InterruptedException {
        if (!condition.isWritable()) {
            Thread.sleep(PAUSE_MS);
        }
        Spool disk = spool;
        if (disk == null || !group.isDue() || !condition.mayBeTried() || !door.beginAppending()) {
            return; // If the detour was closed meanwhile, the carrier sends it.
        }
        try {
            for (int i = append(disk, group.all(), false); i > 0; i--) {
                group.poll();
            }
        } finally {
            door.endAppending();
        }
    }

    /** Returns how many of {@code messages} are safe now, the first ones; {@code read}: the producer has them. */
    private int append(Spool disk, List<Waiting> messages, boolean read) throws InterruptedException {
        long offset = disk.end();
        long nowMs = System.currentTimeMillis();
        int appended = write(disk, messages, read);
        for (Waiting each : messages.subList(0, appended)) {
            Delivery safe = each.parcel().moveToSpool(++offset, nowMs);
            if (safe != null) {
                tracker.complete(safe);
            }
        }
        return appended;
    }

    private int write(Spool disk, List<Waiting> messages, boolean read) throws InterruptedException {
        try {
            int written = disk.append(messages.stream().map(Waiting::entry).toList(), read);
            if (written == messages.size()) {
                condition.writes();
            } else {
                condition.full();
            }
            return written;
        } catch (ClosedChannelException e) {
            throw DiskCondition.interrupted(e);
        } catch (IOException e) {
            condition.failsToWrite(e);
            return 0;
        }
    }

    /** Finds out whether a disk that has failed takes data again; while the detour is closed. */
    void check() {
        Spool disk = spool;
        if (disk != null) {
            condition.check(disk);
        }
    }

    /** Forgets what Kafka has; for the owner of the outlet. */
    void commit() {
        Spool disk = spool;
        if (disk != null) {
            spooled.commit(disk);
        }
    }

    /** Closes the spool; to be called when nobody else uses it, and Kafka gives no more answers. */
    void stop() {
        commit();
        Spool disk = spool;
        if (disk != null) {
            disk.close();
        }
    }
}
