package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.TimerPingSender;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.TopicFilter;

/**
 * Paho's client for MQTT 5. It exchanges the Maximum Packet Size of the two directions, so that is left unset. Its file
 * persistence holds nothing that a subscriber needs: a new client with the same client identifier resumes the session.
 */
final class Mqtt5Client implements PahoClient {

    private final MqttSettings settings;
    private final Wire wire;
    private final CompletableFuture<ConnectionFailure> ended;
    private final MqttAsyncClient client;

    /** Paho's own. By itself it keeps to the Keep Alive of CONNECT until the first PINGREQ is due. */
    private final TimerPingSender pings = new TimerPingSender(null);

    /** What was published last. */
    private @Nullable IMqttToken published;

    private @Nullable ServerLimits limits;

    Mqtt5Client(MqttSettings settings, Wire wire, CompletableFuture<ConnectionFailure> ended) throws ConnectionFailure {
        this.settings = settings;
        this.wire = wire;
        this.ended = ended;
        try {
            this.client = new MqttAsyncClient(UNUSED_URI, settings.clientId(), new MemoryPersistence(), pings, null) {
                @Override
                protected NetworkModule[] createNetworkModules(String address, MqttConnectionOptions options) {
                    return new NetworkModule[] {new WireModule(wire)};
                }
            };
        } catch (MqttException e) {
            throw failure(e);
        }
    }

    @Override
    public boolean connect(Duration timeout) throws ConnectionFailure {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setAutomaticReconnect(false);
        options.setCleanStart(settings.cleanSession());
        options.setSessionExpiryInterval(settings.sessionExpiry().toSeconds());
        options.setReceiveMaximum(settings.receiveMaximum());
        options.setKeepAliveInterval((int) settings.keepAlive().toSeconds());
        if (settings.username() != null) {
            options.setUserName(settings.username());
        }
        if (settings.password() != null) {
            options.setPassword(settings.password().reveal().getBytes(UTF_8));
        }
        client.setCallback(new Ends());
        try {
            IMqttToken answer = client.connect(options);
            answer.waitForCompletion(timeout.toMillis());
            ServerLimits granted = limits(answer.getResponseProperties());
            if (granted != null && granted.serverKeepAliveSeconds() != null) {
                pings.stop();
                pings.start(); // Which asks for the Keep Alive anew, and that is the broker's by now.
            }
            limits = granted;
            return answer.getSessionPresent();
        } catch (MqttException e) {
            throw failure(e, said());
        }
    }

    @Override
    public @Nullable ServerLimits limits() {
        return limits;
    }

    private static @Nullable ServerLimits limits(@Nullable MqttProperties connack) {
        return connack == null
                ? null
                : new ServerLimits(
                        connack.getSessionExpiryInterval(),
                        connack.getReceiveMaximum(),
                        connack.getMaximumQoS(),
                        connack.getMaximumPacketSize(),
                        !Boolean.FALSE.equals(connack.isRetainAvailable()),
                        connack.isWildcardSubscriptionsAvailable(),
                        connack.isSharedSubscriptionAvailable(),
                        connack.isSubscriptionIdentifiersAvailable(),
                        connack.getServerKeepAlive(),
                        connack.getAssignedClientIdentifier());
    }

    @Override
    public CompletableFuture<int @Nullable []> subscribe(
            List<TopicFilter> filters, Function<TopicFilter, RetainHandling> retained, int qos, int identifier)
            throws ConnectionFailure {
        MqttSubscription[] subscriptions = new MqttSubscription[filters.size()];
        for (int i = 0; i < subscriptions.length; i++) {
            subscriptions[i] = new MqttSubscription(filters.get(i).toString(), qos);
            subscriptions[i].setRetainHandling(retained.apply(filters.get(i)).option());
        }
        MqttProperties properties = new MqttProperties();
        if (identifier != SubscriptionIdentifiers.NONE) {
            properties.setSubscriptionIdentifier(identifier);
        }
        Answer answer = new Answer(token -> wire.grants(token.getMessageId()), new CompletableFuture<>());
        try {
            // Not the overload with a message listener, which throws IndexOutOfBoundsException.
            client.subscribe(subscriptions, null, answer, properties);
        } catch (MqttException e) {
            throw failure(e);
        }
        return answer.reasonCodes;
    }

    @Override
    public CompletableFuture<int @Nullable []> unsubscribe(List<TopicFilter> filters) throws ConnectionFailure {
        Answer answer = new Answer(IMqttToken::getReasonCodes, new CompletableFuture<>());
        try {
            client.unsubscribe(
                    filters.stream().map(TopicFilter::toString).toArray(String[]::new),
                    null,
                    answer,
                    new MqttProperties());
        } catch (MqttException e) {
            throw failure(e);
        }
        return answer.reasonCodes;
    }

    @Override
    public boolean publish(String topic, byte[] payload) {
        if (published != null && !published.isComplete()) {
            return false;
        }
        try {
            published = client.publish(topic, payload, 0, false);
            return true;
        } catch (MqttException | RuntimeException e) {
            return false; // Not connected, or just about not to be; the callback tells why.
        }
    }

    @Override
    public void disconnect(Duration timeout) {
        try {
            client.disconnectForcibly(0, timeout.toMillis(), true);
        } catch (MqttException e) {
            // The broker is not there to hear it.
        }
    }

    @Override
    public void close() {
        try {
            client.disconnectForcibly(0, 1, false);
        } catch (MqttException e) {
            // It has ended already.
        }
        try {
            client.close(true);
        } catch (MqttException e) {
            // It is not used again, closed or not.
        }
        pings.stop(); // They may have been started just after Paho had stopped them.
    }

    /** What the broker has said to it, where it has. */
    private String said() {
        String reason = wire.reasonString();
        return reason.isEmpty() ? "" : ", \"" + reason + '"';
    }

    private static ConnectionFailure failure(Throwable e) {
        return failure(e, "");
    }

    private static ConnectionFailure failure(Throwable e, String said) {
        int code = e instanceof MqttException paho ? paho.getReasonCode() : 0;
        return isReasonCode(code)
                ? new ConnectionFailure(
                        "refused by the broker: " + ReasonCode.describe(code) + said,
                        code == ReasonCode.SESSION_TAKEN_OVER,
                        e)
                : ConnectionFailure.of(e, code);
    }

    /** Paho's own codes are 32000 and more. */
    private static boolean isReasonCode(int code) {
        return code >= ReasonCode.FAILURE && code <= 0xFF;
    }

    /** @param codes where the reason codes are found */
    private record Answer(Function<IMqttToken, int[]> codes, CompletableFuture<int @Nullable []> reasonCodes)
            implements MqttActionListener {

        @Override
        public void onSuccess(IMqttToken token) {
            reasonCodes.complete(codes.apply(token));
        }

        @Override
        public void onFailure(IMqttToken token, Throwable cause) {
            reasonCodes.completeExceptionally(failure(cause));
        }
    }

    private final class Ends implements MqttCallback {

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            int code = response.getReturnCode();
            if (isReasonCode(code)) {
                ended.complete(new ConnectionFailure(
                        "disconnected by the broker: " + ReasonCode.describe(code) + said(),
                        code == ReasonCode.SESSION_TAKEN_OVER,
                        response.getException()));
            } else if (response.getException() != null) {
                ended.complete(failure(response.getException()));
            } else {
                ended.complete(new ConnectionFailure("disconnected", false, null));
            }
        }

        @Override
        public void mqttErrorOccurred(MqttException exception) {
            ended.complete(failure(exception));
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            throw new IllegalStateException("the wire keeps PUBLISH packets to itself");
        }

        @Override
        public void deliveryComplete(IMqttToken token) {
            // What is published has QoS 0, and nobody waits for it.
        }

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {
            // connect() waits for it.
        }

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {
            // No enhanced authentication was asked for.
        }
    }
}
