package uns.bridge.mqtt;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import uns.bridge.message.TopicFilter;

/**
 * The Subscription Identifiers (MQTT 5, 3.8.2.1.2) of topic filters that overlap. A broker may send a message once for each
 * subscription that matches (3.3.4), and the identifier is all that tells the copies from messages that were published twice.
 *
 * <p>Filters that do not overlap share one, for there is one in each SUBSCRIBE. They depend on the filters alone: after a
 * restart they are the same, unless the filters have changed; then they are others, so that what was queued under the
 * filters of before is not mistaken.
 */
final class SubscriptionIdentifiers {

    /** No identifier; 0 is none that MQTT allows. */
    static final int NONE = 0;

    /** The largest that is allowed (MQTT 5, 3.8.2.1.2). */
    private static final int MAX = 268_435_455;

    private final Map<TopicFilter, Integer> identifiers = new LinkedHashMap<>();
    private final int first;
    private final int count;

    /** Those of {@code filters}, which need none if no two of them overlap. */
    SubscriptionIdentifiers(List<TopicFilter> filters) {
        List<List<TopicFilter>> groups = new ArrayList<>();
        for (TopicFilter filter : filters) {
            List<TopicFilter> group = groups.stream()
                    .filter(others -> others.stream().noneMatch(other -> Subscriptions.overlap(other, filter)))
                    .findFirst()
                    .orElse(null);
            if (group == null) {
                group = new ArrayList<>();
                groups.add(group);
            }
            group.add(filter);
        }
        this.count = groups.size();
        this.first = 1
                + Math.floorMod(
                        filters.stream().map(TopicFilter::toString).toList().hashCode(), MAX - count);
        for (int i = 0; i < count; i++) {
            for (TopicFilter filter : groups.get(i)) {
                identifiers.put(filter, first + i);
            }
        }
    }

    /** Whether any are needed. */
    boolean areNeeded() {
        return count > 1;
    }

    /** The identifier of {@code filter}, {@link #NONE} if none are needed. */
    int of(TopicFilter filter) {
        return areNeeded() ? identifiers.getOrDefault(filter, NONE) : NONE;
    }

    /** Whether it is one of these. */
    boolean isKnown(int identifier) {
        return areNeeded() && identifier >= first && identifier < first + count;
    }

    /** With how many of these a message to {@code topic} may come: those that share one do not overlap. */
    int matching(String topic) {
        int matching = 0;
        for (TopicFilter filter : identifiers.keySet()) {
            if (filter.matches(topic)) {
                matching++;
            }
        }
        return matching;
    }
}
