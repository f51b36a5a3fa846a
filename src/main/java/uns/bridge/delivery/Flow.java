package uns.bridge.delivery;

/**
 * What flows, beside the {@link Books}.
 *
 * @param receivedBytes the payloads of all messages that were taken in, in bytes
 * @param inFlightBytes the memory that messages in flight hold, in bytes
 * @param lastArrivalMs when the last message arrived, milliseconds since the epoch; 0 if none did
 * @param latencies how long messages took that Kafka has confirmed, in their own topic or the dead-letter topic;
 *     those that went through the spool are left out
 */
public record Flow(long receivedBytes, long inFlightBytes, long lastArrivalMs, Latencies latencies) {}
