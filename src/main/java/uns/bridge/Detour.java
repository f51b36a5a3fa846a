package uns.bridge;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
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
import uns.bridge.health.Heartbeat;
import uns.bridge.health.LimitedLog;
import uns.bridge.message.OutboundRecord;
import uns.bridge.pipeline.DeadLetters;
import uns.bridge.spool.Fill;
import uns.bridge.spool.Spool;
import uns.bridge.spool.SpoolEntry;
import uns.bridge.spool.SpoolSettings;

/**
 * The way into Kafka over the disk, while Kafka can't be reached.
 *
 * <p>Whoever owns the {@link Outlet} sends. While the detour is closed that is the carrier, which sends what arrives, and the
 * disk is not touched. The carrier {@linkplain #open opens} it: what Kafka has not confirmed goes into the spool as read, for
 * the producer has it, and the outlet goes to the drainer, which sends what it reads from the spool. The carrier only appends
 * from then on. When nothing is left to be read and Kafka answers, the drainer closes the detour: the outlet is the carrier's
 * again, which first sends what it has not appended yet. So there is one order at all times: what the producer has, what
 * the spool has, what the carrier has.
 */
final class Detour {

    private static final Logger LOG = LoggerFactory.getLogger(Detour.class);

    /**
     * How much the drainer has in Kafka's hands: many times what a round trip needs. What waits for its topic, and dead letters
     * that Kafka does not take, are among that; when they are all of it, nothing passes them any more.
     */
    private static final long READ_AHEAD_BYTES = 16 << 20;

    /** How much of the disk what has passed something that waits may take. */
    private static final long PASSED_BYTES = 64 << 20;

    private static final long TICK_NS = Duration.ofMillis(100).toNanos();
    private static final long DISK_RETRY_NS = Duration.ofSeconds(1).toNanos();
    private static final long PAUSE_MS = 5;
    private static final long IDLE_MS = 1_000;

    /** Not so little that Kafka has no chance to answer. */
    private static final long LEAST_PATIENCE_NS = Duration.ofMillis(500).toNanos();

    private final SpoolSettings settings;
    private final Path folder;
    private final Outlet outlet;
    private final DeliveryTracker tracker;
    private final DeadLetters deadLetters;
    private final Health health;
    private final LongSupplier clockNs;
    private final Heartbeat heartbeat;
    private final LimitedLog troubles = new LimitedLog();
    private final SpoolLosses losses;

    private volatile @Nullable Spool spool;

    // Of the carrier.
    private final SpoolGroup group;
    private long retryNs;
    private boolean failing;
    private boolean blocked;

    private final Object diskLock = new Object();
    // Guarded by that lock. A disk may well take data and not give it back.
    /** Why the disk took nothing when it was last to; empty if it did. */
    private String unwritable = Health.OK;

    /** Why the disk gave nothing when it was last to; empty if it did. */
    private String unreadable = Health.OK;

    // Of the owner of the outlet.
    private final SpooledParcels spooled;
    private long tendedNs;

    /** When space is given back at the earliest, and from how much on. */
    private long giveBackNs;

    private long giveBackBytes;

    private final Object lock = new Object();
    // Guarded by the lock.
    /** Whether the outlet is the drainer's. */
    private volatile boolean open;

    private boolean appending;

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
        this.health = health;
        this.clockNs = clockNs;
        this.retryNs = clockNs.getAsLong();
        this.giveBackNs = retryNs;
        this.heartbeat = new Heartbeat("drainer", clockNs);
        this.losses = new SpoolLosses(tracker);
        this.group = new SpoolGroup(clockNs);
        this.spooled = new SpooledParcels(tracker);
    }

    // ---- The carrier's side.

    /** Opens the spool if it is not open yet; what an earlier run has left in it goes first. */
    void start() {
        if (spool != null || clockNs.getAsLong() - retryNs < 0) {
            return;
        }
        try {
            Spool opened = Spool.open(folder, settings, losses, System::currentTimeMillis);
            spool = opened;
            well();
            if (opened.hasUnread()) {
                tracker.restore(opened.size());
                LOG.info("{} messages of an earlier run are in the spool, and go to Kafka first", opened.size());
                handOver();
            }
            blocked = false;
        } catch (IOException e) {
            blocked = Spool.hasMessages(folder);
            trouble(
                    blocked
                            ? "the spool can't be opened, and no message may overtake those of an earlier run in it"
                            : "the spool can't be opened",
                    e);
        }
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

    /** When the drainer came round last; while it has nothing to do it comes round, too. */
    Heartbeat heartbeat() {
        return heartbeat;
    }

    /** Whether the spool has messages of an earlier run that can't be read yet: until then nothing else may be sent. */
    boolean isBlocked() {
        return blocked;
    }

    /** Whether messages take the detour. */
    boolean isOpen() {
        return open;
    }

    /** Whether Kafka keeps messages waiting for longer than they may, with less patience if {@code hasty}. */
    boolean isDue(boolean hasty) {
        long after = settings.after().toNanos();
        return outlet.waitingNs() > (hasty ? Math.max(after / 10, Math.min(after, LEAST_PATIENCE_NS)) : after);
    }

    /** Takes what Kafka has not confirmed into the spool, so that it is safe, and opens the detour, unless the disk fails. */
    void open() throws InterruptedException {
        Spool disk = spool;
        if (disk == null || clockNs.getAsLong() - retryNs < 0) {
            return;
        }
        List<Waiting> held = new ArrayList<>();
        for (Map.Entry<Parcel, List<OutboundRecord>> each : outlet.unconfirmed().entrySet()) {
            if (!each.getKey().isSpooled()) {
                held.add(waiting(each.getKey(), each.getValue()));
            }
        }
        held.sort(Comparator.comparingLong(each -> each.parcel().serial()));
        long offset = disk.end();
        long nowMs = System.currentTimeMillis();
        int appended = append(disk, held, true);
        for (Waiting each : held.subList(0, appended)) {
            complete(each.parcel().moveToSpool(++offset, nowMs));
            spooled.add(each.parcel());
        }
        if (appended == held.size()) {
            LOG.warn("Kafka does not confirm, messages go to the spool, {} of them first", appended);
            handOver();
        }
    }

    private void handOver() {
        synchronized (lock) {
            open = true;
            lock.notifyAll();
        }
    }

    /** A message on its way into the spool. */
    Waiting waiting(Parcel parcel, List<OutboundRecord> records) {
        return parcel.isRejected()
                ? new Waiting(parcel, new SpoolEntry(true, null, records))
                : new Waiting(parcel, new SpoolEntry(false, parcel.originalBeside(records, deadLetters), records));
    }

    /** Appends {@code message} together with others, soon. */
    void add(Waiting message) {
        group.add(message);
    }

    /** The next message that was not appended before the detour was closed; null if there is none. */
    @Nullable Waiting next() {
        return group.poll();
    }

    /** Whether it takes another message; else the disk is full or fails, and {@link #append} is to be called later. */
    boolean hasRoom() {
        return !failing || group.isEmpty();
    }

    /** How long the next message may take to arrive. */
    Duration timeLeft() {
        return Duration.ofNanos(group.isEmpty() ? TICK_NS : group.leftNs());
    }

    /** Appends what has waited long enough, or is much enough. */
    void append() throws InterruptedException {
        if (failing) {
            Thread.sleep(PAUSE_MS);
        }
        Spool disk = spool;
        if (disk == null || !group.isDue() || clockNs.getAsLong() - retryNs < 0) {
            return;
        }
        synchronized (lock) {
            while (appending) { // The drainer is.
                lock.wait();
            }
            if (!open) {
                return; // The carrier sends it.
            }
            appending = true; // So it stays open meanwhile.
        }
        try {
            List<Waiting> messages = group.all();
            long offset = disk.end();
            long nowMs = System.currentTimeMillis();
            int appended = append(disk, messages, false);
            for (Waiting each : messages.subList(0, appended)) {
                group.poll();
                complete(each.parcel().moveToSpool(++offset, nowMs));
            }
            failing = !group.isEmpty();
        } finally {
            endAppending();
        }
    }

    private void endAppending() {
        synchronized (lock) {
            appending = false;
            lock.notifyAll();
        }
    }

    /** Returns how many of {@code messages} are safe now. */
    private int append(Spool disk, List<Waiting> messages, boolean read) throws InterruptedException {
        try {
            int appended = disk.append(messages.stream().map(Waiting::entry).toList(), read);
            if (appended == messages.size()) {
                well();
            } else {
                trouble("the spool has no room", null);
            }
            return appended;
        } catch (ClosedChannelException e) {
            throw interrupted(e);
        } catch (IOException e) {
            trouble("the spool can't be written", e);
            return 0;
        }
    }

    /** Only an interrupt, of either thread, closes a file in use: this is the end, and no fault of the disk. */
    private static InterruptedException interrupted(ClosedChannelException e) {
        return (InterruptedException) new InterruptedException("interrupted at the spool").initCause(e);
    }

    private void complete(@Nullable Delivery safe) {
        if (safe != null) {
            tracker.complete(safe);
        }
    }

    private void well() {
        failing = false;
        synchronized (diskLock) {
            unwritable = Health.OK;
            tellHealth();
        }
    }

    private void tellHealth() {
        String reason = unreadable.isEmpty() ? unwritable : unreadable;
        if (reason.isEmpty()) {
            health.up(Health.Part.SPOOL);
        } else {
            health.down(Health.Part.SPOOL, reason);
        }
    }

    private void trouble(String what, @Nullable IOException why) {
        retryNs = clockNs.getAsLong() + (why == null ? TICK_NS : DISK_RETRY_NS);
        String text = what + (why == null ? "" : ": " + why);
        synchronized (diskLock) {
            unwritable = text;
            tellHealth();
        }
        troubles.log(
                suppressed -> LOG.error("{}; messages wait at the MQTT broker{}", text, LimitedLog.others(suppressed)));
    }

    // ---- The drainer's side.

    /** Sends what is in the spool whenever the detour is open, until interrupted. */
    void drain() {
        try {
            while (true) {
                synchronized (lock) {
                    while (!open) {
                        heartbeat.beat();
                        lock.wait(IDLE_MS);
                    }
                }
                step();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends what comes next, or closes the detour. */
    void step() throws InterruptedException {
        Spool disk = spool;
        if (disk == null || !flows()) {
            return;
        }
        List<Spool.Stored> next;
        try {
            next = disk.read();
            canRead(Health.OK);
        } catch (ClosedChannelException e) {
            throw interrupted(e);
        } catch (IOException e) {
            canRead("the spool can't be read: " + e);
            troubles.log(suppressed -> LOG.error(
                    "The spool can't be read, trying again: {}{}", e.toString(), LimitedLog.others(suppressed)));
            Thread.sleep(DISK_RETRY_NS / 1_000_000);
            return;
        }
        if (next == null) {
            close(disk);
            return;
        }
        spooled.beginReading(); // And is not at its end if this is interrupted.
        for (Iterator<Spool.Stored> each = next.iterator(); each.hasNext(); ) {
            send(each.next());
            while (each.hasNext() && !flows()) {
                // Kafka is behind.
            }
        }
        spooled.hasAllRead();
    }

    /** Whether that is so, {@link Health#OK}, or why not. */
    private void canRead(String problem) {
        synchronized (diskLock) {
            unreadable = problem;
            tellHealth();
        }
    }

    /** Whether more can be sent; if not, only after a while. */
    private boolean flows() throws InterruptedException {
        heartbeat.beat();
        boolean busy = outlet.pauseMs() > 0 || outlet.unconfirmedBytes() + spooled.originalBytes() > READ_AHEAD_BYTES;
        if (busy) {
            outlet.pause(PAUSE_MS);
        }
        tend();
        return !busy;
    }

    private void send(Spool.Stored stored) throws InterruptedException {
        send(new Waiting(spooled.add(stored, deadLetters), stored.entry()));
    }

    /** Sends a message; for the owner of the outlet. */
    void send(Waiting message) throws InterruptedException {
        List<OutboundRecord> records = message.entry().records();
        if (message.entry().deadLetter()) {
            outlet.sendLetter(message.parcel(), records.get(0));
        } else {
            outlet.send(message.parcel(), records);
        }
    }

    /** Gives the outlet back to the carrier if everything was read and Kafka answers. */
    private void close(Spool disk) throws InterruptedException {
        boolean answers = !isDue(true) && outlet.tendWithinMs() == 0;
        commit(); // What follows directly must not be followed by this, should the bridge be killed.
        synchronized (lock) {
            open = !answers || appending || disk.hasUnread();
        }
        if (open) {
            giveBack(disk);
            outlet.pause(PAUSE_MS);
        } else {
            giveBackBytes = 0;
            LOG.info("The spool is drained, messages go to Kafka directly");
        }
    }

    /**
     * Where something waits for long, and others have passed it: it is appended once more, so that the disk space of all can be
     * given back, and is not to be sent again after a restart. Only while nothing is unread, which it would fall behind.
     */
    private void giveBack(Spool disk) throws InterruptedException {
        long waitingBytes = outlet.unconfirmedBytes() + spooled.originalBytes();
        long passed = Math.max(Math.min(PASSED_BYTES, settings.maxBytes() / 4), giveBackBytes);
        if (disk.bytes() < Math.max(passed, 4 * waitingBytes)
                || waitingBytes > 2 * READ_AHEAD_BYTES // It is written as one.
                || clockNs.getAsLong() - giveBackNs < 0) {
            return;
        }
        synchronized (lock) {
            if (appending || disk.hasUnread()) {
                return;
            }
            appending = true;
        }
        try {
            List<Parcel> waiting = new ArrayList<>();
            List<Spool.Stored> again = new ArrayList<>();
            for (Map.Entry<Parcel, List<OutboundRecord>> each : inSpoolOrder(outlet.unconfirmed())) {
                Parcel parcel = each.getKey();
                if (!parcel.isSpooled()) { // It has no place in that order.
                    giveBackNs = clockNs.getAsLong() + DISK_RETRY_NS;
                    return;
                }
                waiting.add(parcel);
                again.add(new Spool.Stored(parcel.asEntry(each.getValue()), parcel.spoolEnd(), parcel.spooledMs()));
            }
            long offset = disk.end();
            disk.appendAgain(again);
            spooled.moveToEnd(waiting, offset);
            commit();
            giveBackBytes = 2 * disk.bytes(); // Not again before that gains something.
        } catch (ClosedChannelException e) {
            throw interrupted(e);
        } catch (IOException e) {
            giveBackNs = clockNs.getAsLong() + DISK_RETRY_NS;
            troubles.log(suppressed ->
                    LOG.error("The spool can't be shortened: {}{}", e.toString(), LimitedLog.others(suppressed)));
        } finally {
            endAppending();
        }
    }

    private static List<Map.Entry<Parcel, List<OutboundRecord>>> inSpoolOrder(Map<Parcel, List<OutboundRecord>> open) {
        return open.entrySet().stream()
                .sorted(Comparator.comparingLong(each -> each.getKey().spoolEnd()))
                .toList();
    }

    /** Finds out whether a disk that has failed takes data again; for the carrier, while the detour is closed. */
    void check() {
        Spool disk = spool;
        if (!isTroubled() || disk == null || clockNs.getAsLong() - retryNs < 0) {
            return;
        }
        try {
            disk.check();
            well();
        } catch (IOException e) {
            trouble("the spool can't be written", e);
        }
    }

    private boolean isTroubled() {
        synchronized (diskLock) {
            return !unwritable.isEmpty();
        }
    }

    /** Looks after the producer and the spool's beginning, from time to time; for the owner of the outlet. */
    void tend() throws InterruptedException {
        long now = clockNs.getAsLong();
        if (now - tendedNs >= TICK_NS) {
            tendedNs = now;
            outlet.tend();
            commit();
        }
    }

    /** Forgets what Kafka has; for the owner of the outlet. */
    void commit() {
        Spool disk = spool;
        if (disk == null) {
            return;
        }
        try {
            spooled.commit(disk);
        } catch (IOException e) {
            troubles.log(suppressed -> LOG.error(
                    "The spool can't be shortened, its messages may come twice after a restart: {}{}",
                    e.toString(),
                    LimitedLog.others(suppressed)));
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
