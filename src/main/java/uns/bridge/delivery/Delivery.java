package uns.bridge.delivery;

import org.jspecify.annotations.Nullable;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.MqttProperties;
import uns.bridge.message.MqttProperties.UserProperty;

/** One message on its way from its arrival to where it is safe: Kafka has it, or the spool. */
public final class Delivery {

    /** What a message costs beside its payload: this object, places in queues; in bytes, roughly. */
    private static final int OVERHEAD_BYTES = 512;

    /** What a user property costs beside its characters. */
    private static final int PROPERTY_OVERHEAD_BYTES = 128;

    private final InboundMessage message;
    private final int packetId;
    private final AckChannel channel;
    private final int weight;
    private volatile End end = End.DELIVERED;
    private volatile boolean complete;

    /** What the tracker has behind it, of those of QoS 0 that are complete. */
    @Nullable Delivery next;

    /** Where it ends, once it is complete. */
    enum End {
        DELIVERED,
        DEAD_LETTERED,
        SKIPPED,
        SPOOLED;

        /** Whether Kafka has confirmed it, in its own topic or the dead-letter topic. */
        boolean isInKafka() {
            return this == DELIVERED || this == DEAD_LETTERED;
        }
    }

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

    /** From now on this delivery is one to the dead-letter topic. */
    public void reject() {
        end = End.DEAD_LETTERED;
    }

    /** It is not meant to become a record. To be completed all the same. */
    public void skip() {
        end = End.SKIPPED;
    }

    /** It is safe in the spool, from where it goes on into Kafka. To be completed all the same. */
    public void spool() {
        end = End.SPOOLED;
    }

    End end() {
        return end;
    }

    AckChannel channel() {
        return channel;
    }

    /** What it holds of the memory, in bytes, of more than 2 GiB just that. */
    int weight() {
        return weight;
    }

    private static int weigh(InboundMessage message) {
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
        return (int) Math.min(weight, Integer.MAX_VALUE);
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    boolean isComplete() {
        return complete;
    }

    /** Returns whether it was not before. */
    synchronized boolean complete() {
        boolean first = !complete;
        complete = true;
        return first;
    }
}
