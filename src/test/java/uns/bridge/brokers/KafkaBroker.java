package uns.bridge.brokers;

/**
 * A running single-node Kafka cluster without authentication, on ports of its own on this machine.
 */
public interface KafkaBroker extends AutoCloseable {
    String host();

    int port();

    /** The value of {@code bootstrap.servers} that reaches the broker directly. */
    default String bootstrapServers() {
        return host() + ":" + port();
    }

    /**
     * A way to the same broker that can be disturbed.
     *
     * <p>A proxy made by hand would not do: a Kafka client uses its bootstrap address only to learn the addresses which
     * the broker advertises. Whoever bootstraps with this proxy's {@link TcpProxy#address} is told that address again.
     */
    TcpProxy proxy();

    /** Ends the broker; topics and committed offsets stay on disk. The proxy stays, and resets who connects. */
    void stop();

    /** Starts it again after {@link #stop}, on the same ports with the same data; returns when it serves requests. */
    void start();

    /** Stops it and its proxy, and deletes its data. */
    @Override
    void close();
}
