package uns.bridge.message;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Messages for tests, where only a part of what a message has matters. */
public final class Messages {

    /** When they arrived. */
    public static final long ARRIVAL_MS = 1_700_000_000_000L;

    private Messages() {}

    public static InboundMessage message(String topic, byte[] payload) {
        return message(topic, payload, 1);
    }

    public static InboundMessage message(String topic, String payload) {
        return message(topic, payload.getBytes(UTF_8));
    }

    public static InboundMessage message(String topic, byte[] payload, int qos) {
        return message(topic, payload, qos, MqttProperties.NONE);
    }

    public static InboundMessage message(String topic, byte[] payload, int qos, MqttProperties properties) {
        return new InboundMessage(topic, payload, payload.length, qos, false, false, ARRIVAL_MS, properties);
    }

    /** One of which only the first bytes were kept. */
    public static InboundMessage truncated(String topic, byte[] kept, int payloadSize) {
        return new InboundMessage(topic, kept, payloadSize, 1, false, false, ARRIVAL_MS, MqttProperties.NONE);
    }
}
