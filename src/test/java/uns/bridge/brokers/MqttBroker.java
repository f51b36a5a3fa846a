package uns.bridge.brokers;

/**
 * A running MQTT broker without authentication, on a port of its own on this machine.
 *
 * <p>Its limits are raised so that it never discards what a test has published: by default a persistent session would
 * keep 1,000 messages.
 */
public interface MqttBroker extends AutoCloseable {
    String host();

    int port();

    /** Of its WebSocket listener, at the path {@code /mqtt}. */
    int webSocketPort();

    /**
     * How many messages it has given up itself: it does so with QoS 0 where a connection does not take them at once. 0 from a
     * broker that does not tell.
     */
    default long discarded() {
        return 0;
    }

    /** Ends the broker; persistent sessions and their queued messages stay on disk. */
    void stop();

    /** Starts it again after {@link #stop}, on the same port with the same data; returns when clients can connect. */
    void start();

    /** Stops it and deletes its data. */
    @Override
    void close();
}
