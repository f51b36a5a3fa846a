package uns.bridge.mqtt;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.message.TopicFilter;

/**
 * Tells a message from its copies where subscriptions overlap: a broker may send one for each that matches (MQTT 5, 3.3.4),
 * each with the Subscription Identifier of its own (3.8.2.1.2).
 *
 * <p>An identifier stands for the filters that came before the subscription, at the full QoS: what one of them matches comes
 * through that one, too, and no worse. It never stands for anything else, so it also judges what was queued under an earlier
 * configuration. The subscription must have another identifier before one of those filters goes.
 *
 * <p>An unknown identifier makes no copy: a message twice is better than none. Identifiers are random, so that where the
 * file is gone, those of before are unknown, and do not stand for something else.
 *
 * <p>Used by one thread, {@link #isCopy} by any.
 */
final class SubscriptionIdentifiers {

    /** No identifier; 0 is none that MQTT allows. */
    static final int NONE = 0;

    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionIdentifiers.class);

    /** The largest that is allowed (MQTT 5, 3.8.2.1.2). */
    private static final int MAX = 268_435_455;

    /** How many are known; beyond them the oldest are forgotten. */
    private static final int KNOWN = 1_000;

    /** Not allowed in a topic filter (MQTT 5, 4.7.3), and so in none of them. */
    private static final String SEPARATOR = "\0";

    /** No filter is empty. */
    private static final String END = SEPARATOR + SEPARATOR;

    private final @Nullable SessionFile file;
    private final Random random = new Random();

    /** What each stands for, oldest first. Never modified. */
    private volatile Map<Integer, Set<TopicFilter>> known = Map.of();

    /** @param file where they are kept over a restart, or null if they are not */
    SubscriptionIdentifiers(@Nullable SessionFile file) {
        this.file = file;
        if (file != null) {
            try {
                String text = file.read();
                if (text != null && !text.isEmpty()) {
                    known = parse(text);
                }
            } catch (IOException | IllegalArgumentException e) {
                LOG.warn("What was queued may come twice where topic filters overlap: file {}: {}", file, e.toString());
            }
        }
    }

    /** Whether a message to {@code topic} with {@code identifier} also comes through a subscription that was there before. */
    boolean isCopy(int identifier, String topic) {
        Set<TopicFilter> before = known.get(identifier);
        if (before != null) {
            for (TopicFilter filter : before) {
                if (filter.matches(topic)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the session may have subscriptions with an identifier. */
    boolean areKnown() {
        return !known.isEmpty();
    }

    /** The identifier of subscriptions that overlap {@code before}, and came after it. */
    int of(Set<TopicFilter> before) {
        for (Map.Entry<Integer, Set<TopicFilter>> one : known.entrySet()) {
            if (one.getValue().equals(before)) {
                return one.getKey();
            }
        }
        Map<Integer, Set<TopicFilter>> now = new LinkedHashMap<>(known);
        int identifier;
        do {
            identifier = 1 + random.nextInt(MAX);
        } while (now.containsKey(identifier));
        now.put(identifier, Set.copyOf(before));
        if (now.size() > KNOWN) {
            now.remove(now.keySet().iterator().next());
        }
        become(now);
        return identifier;
    }

    /** From now on all are unknown: the session is new, or its subscriptions have none. */
    void forget() {
        if (!known.isEmpty()) {
            become(Map.of());
        }
    }

    private void become(Map<Integer, Set<TopicFilter>> now) {
        known = now;
        if (file != null) {
            try {
                file.write(now.entrySet().stream()
                        .map(one -> Stream.concat(
                                        Stream.of(one.getKey().toString()),
                                        one.getValue().stream().map(TopicFilter::toString))
                                .collect(Collectors.joining(SEPARATOR)))
                        .collect(Collectors.joining(END)));
            } catch (IOException e) {
                LOG.warn(
                        "{} can't be written, so after a restart what was queued may come twice: {}",
                        file,
                        e.toString());
            }
        }
    }

    private static Map<Integer, Set<TopicFilter>> parse(String text) {
        Map<Integer, Set<TopicFilter>> parsed = new LinkedHashMap<>();
        for (String one : text.split(END, -1)) {
            List<String> parts = List.of(one.split(SEPARATOR, -1));
            parsed.put(
                    Integer.valueOf(parts.get(0)),
                    parts.stream().skip(1).map(TopicFilter::of).collect(Collectors.toUnmodifiableSet()));
        }
        return parsed;
    }
}
