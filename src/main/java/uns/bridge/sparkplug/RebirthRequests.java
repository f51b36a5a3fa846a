package uns.bridge.sparkplug;

import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import uns.bridge.sparkplug.RebirthRequest.Reason;

/**
 * Which edge nodes are to be asked to be born again, and when. A rebirth makes a node publish all it has, so few are asked
 * for, and never many at once:
 *
 * <ul>
 *   <li>one for all reasons that come together, a little later than the first, so that a birth on its way makes it
 *       needless, and nodes that lost the same message are not asked in the same instant;
 *   <li>one edge node at most once in the interval, and half as often each time that did not help: no birth came, or what
 *       was wanted is wanted again within an hour after it;
 *   <li>all together at most 10 a second.
 * </ul>
 *
 * <p>Does no I/O. Safe for use by several threads; calls nobody under its lock.
 */
public final class RebirthRequests {

    /** More edge nodes than this are not noted: names in topics may be made up. */
    static final int MAX_NODES = 10_000;

    /** Nor are names longer than this, in characters of group and edge node. */
    static final int MAX_ID_LENGTH = 512;

    /** The least time between two requests to whomever. */
    static final long SPACING_MS = 100;

    private static final long MAX_BACKOFF_MS = Duration.ofHours(1).toMillis();

    /** The greatest delay of a request, as a part of the interval. */
    private static final int SPREAD_SHARE = 10;

    /** By what part of itself an interval is prolonged at most. */
    private static final int JITTER_SHARE = 4;

    private final long intervalMs;
    private final long maxBackoffMs;
    private final LongSupplier clockMs;
    private final RandomGenerator random;
    private final Map<EdgeNode.Id, Wish> wishes = new LinkedHashMap<>();
    private final Map<Reason, Long> counts = new EnumMap<>(Reason.class);
    private long nextMs;

    /** What is known of one edge node that is to be asked, or was. */
    private static final class Wish {

        /** Why it is to be asked, or null if it is not. */
        @Nullable Reason reason;

        /** When it is to be asked. */
        long dueMs;

        /** Before when it is not to be asked again. */
        long notBeforeMs;

        /** How often it was asked without avail. */
        int asked;

        /** When it was born after it was asked; valid if {@code born}. */
        long bornMs;

        boolean born;

        Wish(long nowMs) {
            notBeforeMs = nowMs;
        }
    }

    /** Requests to the same edge node are at least {@code interval} apart. */
    public RebirthRequests(Duration interval) {
        this(interval, () -> System.nanoTime() / 1_000_000, new SplittableRandom());
    }

    RebirthRequests(Duration interval, LongSupplier clockMs, RandomGenerator random) {
        this.intervalMs = interval.toMillis();
        this.maxBackoffMs = Math.max(intervalMs, MAX_BACKOFF_MS);
        this.clockMs = clockMs;
        this.random = random;
        this.nextMs = clockMs.getAsLong();
        for (Reason reason : Reason.values()) {
            counts.put(reason, 0L);
        }
    }

    /** An edge node is to be asked, if it is not anyway. */
    synchronized void want(EdgeNode.Id id, Reason reason) {
        long nowMs = clockMs.getAsLong();
        Wish wish = wishes.get(id);
        if (wish == null || isContent(wish, nowMs)) {
            if (wish == null && (wishes.size() >= MAX_NODES || !isAddressable(id))) {
                return; // Its next data asks again.
            }
            wish = new Wish(nowMs);
            wishes.put(id, wish);
        }
        if (wish.reason == null) {
            wish.reason = reason;
            wish.dueMs = Math.max(wish.notBeforeMs, nowMs + upTo(intervalMs / SPREAD_SHARE));
        }
    }

    /** An edge node was born, and needs not be asked. */
    synchronized void born(EdgeNode.Id id) {
        Wish wish = wishes.get(id);
        if (wish == null) {
            return;
        }
        if (wish.asked == 0) {
            wishes.remove(id);
        } else {
            wish.reason = null;
            wish.born = true;
            wish.bornMs = clockMs.getAsLong();
        }
    }

    /** Its birth was learned from elsewhere; that does not fill a gap. */
    synchronized void learned(EdgeNode.Id id) {
        Wish wish = wishes.get(id);
        if (wish != null && wish.reason != Reason.GAP) {
            born(id);
        }
    }

    /**
     * The next request that is due, or null if none is. One that is not {@linkplain #sent} comes again a little later, if
     * it is still wanted.
     */
    public synchronized @Nullable RebirthRequest next() {
        long nowMs = clockMs.getAsLong();
        if (nowMs < nextMs) {
            return null;
        }
        forget(nowMs);
        for (Map.Entry<EdgeNode.Id, Wish> entry : wishes.entrySet()) {
            Wish wish = entry.getValue();
            if (wish.reason != null && nowMs >= wish.dueMs) {
                nextMs = nowMs + SPACING_MS;
                wish.dueMs = nextMs + upTo(intervalMs / SPREAD_SHARE);
                return new RebirthRequest(entry.getKey(), wish.reason);
            }
        }
        return null;
    }

    /** A request was published. */
    public synchronized void sent(RebirthRequest request) {
        counts.merge(request.reason(), 1L, Long::sum);
        long nowMs = clockMs.getAsLong();
        // It may have been born, and forgotten, while it was being asked.
        Wish wish = wishes.computeIfAbsent(request.id(), id -> new Wish(nowMs));
        long backoffMs = backoffMs(wish.asked);
        wish.asked++;
        wish.reason = null;
        wish.born = false;
        wish.notBeforeMs = nowMs + backoffMs + upTo(backoffMs / JITTER_SHARE);
    }

    /** How many were sent so far, by the reason that came first. */
    public synchronized Map<Reason, Long> counts() {
        return new EnumMap<>(counts);
    }

    /** How long it is not asked again after it was asked {@code times} times before. */
    private long backoffMs(int times) {
        return Math.min(intervalMs << Math.min(times, 20), maxBackoffMs);
    }

    /** Whether its birth has helped: nothing was wanted of it for as long as it may be left alone at most. */
    private boolean isContent(Wish wish, long nowMs) {
        return wish.reason == null && wish.born && nowMs - wish.bornMs >= maxBackoffMs;
    }

    /** What does not answer is remembered for long enough to be asked ever more rarely, as long as there is room. */
    private void forget(long nowMs) {
        long keptMs = wishes.size() < MAX_NODES ? MAX_BACKOFF_MS : 0;
        wishes.values()
                .removeIf(
                        wish -> isContent(wish, nowMs) || (wish.reason == null && nowMs >= wish.notBeforeMs + keptMs));
    }

    /** Topic names have no wildcards (MQTT 5, 4.7.1); this makes certain that none is ever published. */
    private static boolean isAddressable(EdgeNode.Id id) {
        String name = id.toString();
        return name.length() <= MAX_ID_LENGTH && name.indexOf('+') < 0 && name.indexOf('#') < 0;
    }

    private long upTo(long maxMs) {
        return random.nextLong(maxMs + 1);
    }
}
