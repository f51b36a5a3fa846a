package uns.bridge.delivery;

/**
 * The account of all messages since the start, taken at one instant: {@code received = delivered + deadLettered + dropped +
 * inFlight}.
 *
 * @param received messages that arrived
 * @param delivered confirmed by Kafka in their own topic
 * @param deadLettered confirmed by Kafka in the dead-letter topic
 * @param dropped QoS 0 messages that found no room
 * @param inFlight arrived and not yet confirmed
 */
public record Books(long received, long delivered, long deadLettered, long dropped, int inFlight) {

    /** Whether every message is accounted for. */
    public boolean balance() {
        return received == delivered + deadLettered + dropped + inFlight;
    }
}
