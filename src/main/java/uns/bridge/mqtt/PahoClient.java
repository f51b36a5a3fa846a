package uns.bridge.mqtt;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.TopicFilter;

/**
 * A client of Paho's, of whatever MQTT version, over a {@link Wire}. Used for one connection: one that reconnects by itself
 * hides whether the session was kept, may stop trying, and may hang on what happened before.
 *
 * <p>It tells of the connection's end through a future it is made with. Paho's clients may throw any RuntimeException when
 * their own shutdown gets in their way, and do so once they are closed.
 */
interface PahoClient {

    /** Never resolved, since the {@link Wire} is connected already; Paho would refuse host names with {@code _}. */
    String UNUSED_URI = "tcp://broker";

    /**
     * Sends CONNECT and waits for CONNACK.
     *
     * @return the Session Present flag (MQTT 5, 3.2.2.1.1); false in MQTT 3.1, which has none
     * @throws ConnectionFailure if the broker refuses, or does not answer within {@code timeout}
     */
    boolean connect(Duration timeout) throws ConnectionFailure;

    /** What the broker has told of itself in CONNACK; null before it did, and before MQTT 5. */
    default @Nullable ServerLimits limits() {
        return null;
    }

    /**
     * Sends SUBSCRIBE.
     *
     * @param retained which retained messages are wanted of a filter. Before MQTT 5 those of every filter come.
     * @param identifier the Subscription Identifier (MQTT 5, 3.8.2.1.2), or {@link SubscriptionIdentifiers#NONE}; before MQTT
     *     5 there is none
     * @return the reason codes of SUBACK, one for each filter; fails with a {@link ConnectionFailure}
     */
    CompletableFuture<int @Nullable []> subscribe(
            List<TopicFilter> filters, Function<TopicFilter, RetainHandling> retained, int qos, int identifier)
            throws ConnectionFailure;

    /**
     * Sends UNSUBSCRIBE.
     *
     * @return the reason codes of UNSUBACK (MQTT 5, 3.11.3), one for each filter, or none before MQTT 5; fails with a
     *     {@link ConnectionFailure}
     */
    CompletableFuture<int @Nullable []> unsubscribe(List<TopicFilter> filters) throws ConnectionFailure;

    /**
     * Publishes with QoS 0, not retained. Does not wait: nothing is handed to Paho while it has not yet written what it was
     * handed before. For one thread at a time.
     *
     * @return whether it was handed to Paho; if the connection ends right then, it is lost all the same
     */
    boolean publish(String topic, byte[] payload);

    /** Sends DISCONNECT, within {@code timeout}. */
    void disconnect(Duration timeout);

    /** Ends all threads. Not to be called twice. */
    void close();
}
