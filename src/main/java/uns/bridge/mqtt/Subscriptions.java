package uns.bridge.mqtt;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import uns.bridge.config.Section;
import uns.bridge.config.ValueType;
import uns.bridge.message.TopicFilter;

/**
 * The topic filters of {@code mqtt.topics}, shared ones included: {@code $share/<group>/<filter>} (MQTT 5, 4.8.2), whose
 * messages the members of the group have one each.
 *
 * <p>A message that matches several subscriptions may be sent once for each (MQTT 5, 3.3.4; Mosquitto does so with MQTT
 * 5), and would be in Kafka as often. So a filter that another one covers is not subscribed to; where two overlap in part,
 * their {@link SubscriptionIdentifiers} tell a {@link CopyWindow} the copies, from MQTT 5 on.
 */
final class Subscriptions {

    private static final String SHARE = "$share/";
    private static final ValueType<TopicFilter> FILTER = ValueType.text("an MQTT topic filter", Subscriptions::filter);
    private static final List<TopicFilter> DEFAULT = List.of(TopicFilter.of("spBv1.0/#"));

    private Subscriptions() {}

    static List<TopicFilter> read(Section mqtt) {
        List<TopicFilter> written = mqtt.list("topics", FILTER, DEFAULT);
        if (written.isEmpty()) {
            mqtt.reject("topics", "needs at least one topic filter");
        }
        List<TopicFilter> topics = written.stream().distinct().toList();
        topics.stream()
                .filter(filter -> Collections.frequency(written, filter) > 1)
                .forEach(filter -> mqtt.warn("topics", filter + " is there more than once, and is subscribed to once"));
        return topics;
    }

    /** Those that no other one covers. */
    static List<TopicFilter> uncovered(List<TopicFilter> filters) {
        return filters.stream()
                .filter(filter -> filters.stream().noneMatch(other -> covers(other, filter)))
                .toList();
    }

    /** What the operator should know of filters that meet. */
    static List<String> warnings(List<TopicFilter> filters, MqttVersion version) {
        List<String> warnings = new ArrayList<>();
        for (TopicFilter filter : filters) {
            filters.stream()
                    .filter(other -> covers(other, filter))
                    .findFirst()
                    .ifPresent(other -> warnings.add(
                            "mqtt.topics: " + filter + " is not subscribed to, for " + other + " covers it"));
        }
        List<TopicFilter> uncovered = uncovered(filters);
        for (int i = 0; i < uncovered.size(); i++) {
            for (TopicFilter other : uncovered.subList(i + 1, uncovered.size())) {
                if (Shared.of(uncovered.get(i)).filter.overlaps(Shared.of(other).filter)
                        && !(version.hasProperties() && overlap(uncovered.get(i), other))) {
                    warnings.add("mqtt.topics: " + uncovered.get(i) + " and " + other
                            + " overlap, so the MQTT broker may send a message of both twice");
                }
            }
        }
        return warnings;
    }

    /** Those of {@code filters} that match {@code topic}, for the operator. */
    static List<String> matching(List<TopicFilter> filters, String topic) {
        List<String> matching = new ArrayList<>();
        for (TopicFilter filter : filters) {
            Shared shared = Shared.of(filter);
            if (shared.filter.matches(topic)) {
                matching.add(filter
                        + (shared.group.isEmpty() ? "" : ", shared with the other bridges of group " + shared.group)
                        + filters.stream()
                                .filter(other -> covers(other, filter))
                                .findFirst()
                                .map(other -> ", which is not subscribed to, for " + other + " covers it")
                                .orElse(""));
            }
        }
        return matching;
    }

    /**
     * Whether there is a topic that both match, so that the broker may send its messages twice. It is meant to send those of a
     * shared one besides, to whichever member of the group.
     */
    static boolean overlap(TopicFilter one, TopicFilter other) {
        Shared a = Shared.of(one);
        Shared b = Shared.of(other);
        return a.group.isEmpty() && b.group.isEmpty() && a.filter.overlaps(b.filter);
    }

    /** Whether that is so of any two of {@code filters}. */
    static boolean overlap(List<TopicFilter> filters) {
        return filters.stream()
                .anyMatch(one -> filters.stream().anyMatch(other -> !one.equals(other) && overlap(one, other)));
    }

    private static TopicFilter filter(String text) {
        TopicFilter filter = TopicFilter.of(text);
        Shared.of(filter); // Or it is none that can be shared.
        return filter;
    }

    private static boolean covers(TopicFilter one, TopicFilter other) {
        if (one.equals(other)) {
            return false;
        }
        Shared a = Shared.of(one);
        Shared b = Shared.of(other);
        return (a.group.isEmpty() || a.group.equals(b.group)) && a.filter.covers(b.filter);
    }

    /** What a filter matches, and the group that shares it; empty if it is not shared. */
    private record Shared(String group, TopicFilter filter) {

        /** @throws IllegalArgumentException if the group or the filter of a shared one is not allowed (MQTT 5, 4.8.2) */
        static Shared of(TopicFilter written) {
            String text = written.toString();
            if (!text.equals("$share") && !text.startsWith(SHARE)) {
                return new Shared("", written);
            }
            int end = text.indexOf('/', SHARE.length());
            String group = end < 0 ? "" : text.substring(SHARE.length(), end);
            if (group.isEmpty() || group.equals("+")) {
                throw new IllegalArgumentException("a shared one is written $share/<group>/<filter>");
            }
            return new Shared(group, TopicFilter.of(text.substring(end + 1)));
        }
    }
}
