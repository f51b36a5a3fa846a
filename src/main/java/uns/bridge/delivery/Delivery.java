package uns.bridge.delivery;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.MqttProperties;
import uns.bridge.message.MqttProperties.UserProperty;

/**
 * One message on its way from its arrival to Kafka's confirmation. It may go there in several parts, and is complete when
 * all of them are.
 */
public final class Delivery {

    /** What a message costs beside its payload: this object, places in queues; in bytes, roughly. */
    private static final int OVERHEAD_BYTES = 512;

    /** What a user property costs beside its characters. */
    private static final int PROPERTY_OVERHEAD_BYTES = 128;

    private final InboundMessage message;
    private final int packetId;
    private final AckChannel channel;
    private final long weight;
    private final AtomicInteger openParts = new AtomicInteger(1);
    private volatile boolean rejected;
    private volatile boolean skipped;

    Delivery(InboundMessage message, int packetId, AckChannel channel) {
        this.message = message;
        this.packetId = packetId;
        this.channel = channel;
        this.weight = weigh(message);
    }

    /** The message. */
    public InboundMessage message() {
        return message;
    }

    /** The packet identifier to acknowledge (MQTT 5, 2.2.1), 0 at QoS 0. */
    public int packetId() {
        return packetId;
    }

    /** It goes to Kafka in {@code parts}, at least one; to be told before the first of them is completed. */
    public void split(int parts) {
        openParts.set(parts);
    }

    /** From now on this delivery is one to the dead-letter topic, whatever becomes of its other parts. */
    public void reject() {
        rejected = true;
    }

    /** Whether it is one to the dead-letter topic. */
    public boolean isRejected() {
        return rejected;
    }

    /** It is not meant to become a record. To be completed all the same. */
    public void skip() {
        skipped = true;
    }

    boolean isSkipped() {
        return skipped;
    }

    AckChannel channel() {
        return channel;
    }

    /** What it holds of the memory, in bytes. */
    long weight() {
        return weight;
    }

    private static long weigh(InboundMessage message) {
        long weight = (long) OVERHEAD_BYTES + message.payload().length;
        MqttProperties properties = message.properties();
        weight += (long) message.topic().length()
                + length(properties.contentType())
                + length(properties.responseTopic())
                + (properties.correlationData() == null ? 0 : properties.correlationData().length);
        for (UserProperty property : properties.userProperties()) {
            weight += PROPERTY_OVERHEAD_BYTES
                    + property.name().length()
                    + property.value().length();
        }
        return weight;
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    boolean isComplete() {
        return openParts.get() <= 0;
    }

    /** Returns whether it was the last part. */
    boolean completePart() {
        return openParts.decrementAndGet() <= 0;
    }
}
