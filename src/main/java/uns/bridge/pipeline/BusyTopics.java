package uns.bridge.pipeline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The MQTT topics with the most messages in the last minute, which is made of slots. Of each slot only the busiest are
 * kept, so that a topic that is never among them is missed, however long it goes on. Used by one thread, but for {@link
 * #busiest()}.
 */
final class BusyTopics {

    static final int SLOT_MS = 5_000;
    static final int SLOTS = 12;
    static final int KEPT_OF_A_SLOT = 100;
    static final int SHOWN = 20;

    private final Deque<List<TopicCount>> slots = new ArrayDeque<>();
    private volatile List<TopicCount> busiest = List.of();
    private long slotEndsMs = Long.MIN_VALUE;

    /** Ends the slot if it is time, and takes the counts of {@code routes}, which begin anew. */
    void tend(Map<String, Route> routes, long nowMs) {
        if (nowMs < slotEndsMs && slotEndsMs - nowMs <= SLOT_MS) {
            return;
        }
        slotEndsMs = nowMs + SLOT_MS;
        List<TopicCount> slot = new ArrayList<>();
        // In the order of the map, so that nothing counts as used.
        routes.forEach((topic, route) -> {
            if (route.messages > 0) {
                slot.add(new TopicCount(topic, route.messages));
                route.messages = 0;
            }
        });
        slots.add(first(slot, KEPT_OF_A_SLOT));
        if (slots.size() > SLOTS) {
            slots.remove();
        }
        Map<String, Long> sums = new HashMap<>();
        slots.forEach(each -> each.forEach(count -> sums.merge(count.topic(), count.messages(), Long::sum)));
        List<TopicCount> all = new ArrayList<>();
        sums.forEach((topic, messages) -> all.add(new TopicCount(topic, messages)));
        busiest = first(all, SHOWN);
    }

    /** The busiest, most messages first. Safe for use by several threads. */
    List<TopicCount> busiest() {
        return busiest;
    }

    private static List<TopicCount> first(List<TopicCount> counts, int most) {
        counts.sort(Comparator.comparingLong(TopicCount::messages).reversed().thenComparing(TopicCount::topic));
        return List.copyOf(counts.subList(0, Math.min(most, counts.size())));
    }
}
