package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.MqttProperties;

/**
 * Tells copies from messages, on one connection: those that came before through another subscription, as its identifier
 * tells.
 *
 * <p>A message is a copy only if one with the same topic, payload, properties and QoS has arrived before with another
 * identifier, as often. So nothing is taken for the copy of what has not arrived, whichever subscriptions the broker has, and whatever
 * it drops, refuses or leaves out. A broker that sends one message with one of the identifiers, or with all of them, sends no
 * copies. What is in doubt is no copy.
 *
 * <p>Used by one thread.
 */
final class CopyWindow {

    /** How many messages of overlapping filters may come between a message and its copy. */
    static final int MESSAGES = 10_000;

    private static final byte[] SEPARATOR = {0};

    private final SubscriptionIdentifiers identifiers;
    private final MessageDigest digest;
    private long serial;

    /** What copies may still come of, by its hash. */
    private final Map<Key, Seen> open = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Seen> eldest) {
            return size() > MESSAGES;
        }
    };

    /** Half of a SHA-256: no two messages have the same by chance. */
    private record Key(long high, long low) {}

    /** How often it has come, by the identifier. */
    private static final class Seen {

        private final Map<Integer, Integer> times = new HashMap<>(4);
        private long serial;
        private int most;

        /** Returns whether it has come with another identifier as often before. */
        boolean add(int identifier) {
            int now = times.merge(identifier, 1, Integer::sum);
            boolean copy = now <= most;
            most = Math.max(most, now);
            return copy;
        }

        /** Whether it has come with each of so many identifiers as often. */
        boolean isComplete(int count) {
            return times.size() == count && times.values().stream().allMatch(time -> time == most);
        }
    }

    CopyWindow(SubscriptionIdentifiers identifiers) {
        this.identifiers = identifiers;
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Whether {@code message}, which has come with {@code identifier} and no other, is a copy. */
    boolean isCopy(InboundMessage message, int identifier) {
        boolean known = identifiers.isKnown(identifier);
        int matching = known ? identifiers.matching(message.topic()) : 0;
        if (known && matching < 2) {
            return false;
        }
        serial++;
        Key key = key(message, known);
        Seen seen = open.get(key);
        if (seen == null || serial - seen.serial > MESSAGES) {
            open.remove(key);
            seen = new Seen();
            open.put(key, seen);
        }
        boolean copy = seen.add(identifier);
        if (!copy) {
            seen.serial = serial;
        }
        if (known && seen.isComplete(matching)) {
            open.remove(key);
        }
        return copy;
    }

    /** @param known not so are the identifiers of filters that were there before: theirs are no copies of others */
    private Key key(InboundMessage message, boolean known) {
        digest.update((byte) (known ? 1 : 0));
        // One of QoS 0 may be given up, and must not take one of QoS 1 with it.
        digest.update((byte) message.qos());
        update(message.topic());
        MqttProperties properties = message.properties();
        update(properties.contentType());
        update(properties.responseTopic());
        if (properties.correlationData() != null) {
            digest.update(properties.correlationData());
        }
        for (MqttProperties.UserProperty property : properties.userProperties()) {
            update(property.name());
            update(property.value());
        }
        digest.update(SEPARATOR);
        ByteBuffer hash = ByteBuffer.wrap(digest.digest(message.payload()));
        return new Key(hash.getLong(), hash.getLong());
    }

    private void update(@Nullable String text) {
        if (text != null) {
            digest.update(text.getBytes(UTF_8));
        }
        digest.update(SEPARATOR);
    }
}
