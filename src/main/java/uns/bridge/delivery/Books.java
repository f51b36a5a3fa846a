package uns.bridge.delivery;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The account of all messages since the start, taken at one instant: {@code received + restored = delivered + deadLettered +
 * skipped + dropped + inFlight + spooled}.
 *
 * @param received messages that arrived
 * @param restored messages that an earlier run has left in the spool
 * @param delivered confirmed by Kafka in their own topic, with all their records
 * @param deadLettered confirmed by Kafka in the dead-letter topic
 * @param skipped not meant to become records
 * @param drops given up, by reason; without those reasons there were none for
 * @param inFlight arrived, and neither confirmed nor in the spool yet
 * @param spooled in the spool, and not confirmed yet
 */
public record Books(
        long received,
        long restored,
        long delivered,
        long deadLettered,
        long skipped,
        Map<Drop, Long> drops,
        int inFlight,
        long spooled) {

    public Books {
        drops = Map.copyOf(drops);
    }

    /** The books of a bridge without a spool; {@code dropped} for lack of room. */
    public Books(long received, long delivered, long deadLettered, long skipped, long dropped, int inFlight) {
        this(
                received,
                0,
                delivered,
                deadLettered,
                skipped,
                dropped == 0 ? Map.of() : Map.of(Drop.NO_ROOM, dropped),
                inFlight,
                0);
    }

    /** All that were given up. */
    public long dropped() {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Whether every message is accounted for. */
    public boolean balance() {
        return received + restored == delivered + deadLettered + skipped + dropped() + inFlight + spooled;
    }

    /** In one line. */
    public String describe() {
        String reasons = drops.isEmpty()
                ? ""
                : new EnumMap<>(drops)
                        .entrySet().stream()
                                .map(drop -> drop.getKey()
                                                .name()
                                                .toLowerCase(Locale.ROOT)
                                                .replace('_', ' ')
                                        + " " + drop.getValue())
                                .collect(Collectors.joining(", ", ", dropped for: ", ""));
        return "received " + received + ", delivered " + delivered + ", dead-lettered " + deadLettered + ", skipped "
                + skipped + ", dropped " + dropped() + ", in flight " + inFlight + ", spooled " + spooled
                + (restored == 0 ? "" : ", restored from the spool " + restored) + reasons;
    }
}
