package uns.bridge.delivery;

/**
 * The account of all messages since the start, taken at one instant: {@code received = delivered + deadLettered + skipped +
 * dropped + inFlight}.
 *
 * @param received messages that arrived
 * @param delivered confirmed by Kafka in their own topic, with all their records
 * @param deadLettered confirmed by Kafka in the dead-letter topic
 * @param skipped not meant to become records
 * @param dropped QoS 0 messages that found no room
 * @param inFlight arrived and not yet confirmed
 */
public record Books(long received, long delivered, long deadLettered, long skipped, long dropped, int inFlight) {

    /** Whether every message is accounted for. */
    public boolean balance() {
        return received == delivered + deadLettered + skipped + dropped + inFlight;
    }
}
