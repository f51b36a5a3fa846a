package uns.bridge.pipeline;

/** How many messages an MQTT topic had. */
public record TopicCount(String topic, long messages) {}
