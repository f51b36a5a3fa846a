package uns.bridge.sparkplug;

import org.jspecify.annotations.Nullable;

/**
 * Whose messages come under one MQTT topic. To be kept with the topic: it remembers the edge node, so that a {@link BirthState}
 * need not look for it at each message. Used with one such state only, and by its thread.
 */
public final class Sender {

    private final SparkplugTopic topic;
    private @Nullable EdgeNode node;

    public Sender(SparkplugTopic topic) {
        this.topic = topic;
    }

    /** The elements of the topic. */
    public SparkplugTopic topic() {
        return topic;
    }

    /** The edge node, or null if it is not known, or no longer. */
    @Nullable EdgeNode node() {
        return node == null || node.isForgotten() ? null : node;
    }

    void remember(@Nullable EdgeNode found) {
        node = found;
    }
}
