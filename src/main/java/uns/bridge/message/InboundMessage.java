package uns.bridge.message;

/**
 * One MQTT message as it arrived.
 *
 * @param topic the MQTT topic it was published to
 * @param payload its bytes, or only the first of them where {@link #truncated()}; never modified after construction
 * @param payloadSize the size of the payload as published, in bytes; with its properties where those were too large
 * @param qos the quality of service it was delivered at: 0, 1 or 2
 * @param retained the RETAIN flag (MQTT 5, 3.3.1.3)
 * @param duplicate the DUP flag (MQTT 5, 3.3.1.1)
 * @param arrivalMs when it arrived, milliseconds since the epoch
 * @param properties the MQTT 5 properties that are handed on; {@link MqttProperties#NONE} if there are none
 */
@SuppressWarnings(
        "ArrayRecordComponent") // Compared by identity only; a copy per message would cost more than it guards.
public record InboundMessage(
        String topic,
        byte[] payload,
        int payloadSize,
        int qos,
        boolean retained,
        boolean duplicate,
        long arrivalMs,
        MqttProperties properties) {

    /** What is kept of a payload that is too large to be held, or to be written into Kafka, in bytes. */
    public static final int EXCERPT_BYTES = 64 * 1024;

    /** Whether the payload was too large to be held, so that {@link #payload()} has only its beginning. */
    public boolean truncated() {
        return payload.length < payloadSize;
    }
}
