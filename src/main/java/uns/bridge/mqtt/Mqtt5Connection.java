package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.message.TopicFilter;

/**
 * One connection by MQTT 5 and the one Paho client that made it. Neither is used a second time: a Paho client that
 * reconnects by itself hides whether the session was kept, may stop trying, and may hang on what happened before.
 *
 * <p>Paho v5 also exchanges the Maximum Packet Size of the two directions, so it is left unset here. Its file persistence
 * holds nothing that a subscriber needs: a new instance with the same client identifier resumes the session.
 */
final class Mqtt5Connection implements AutoCloseable {

    /** Never resolved, since {@link Wire} makes the connection; Paho would refuse host names with {@code _}. */
    private static final String UNUSED_URI = "tcp://broker";

    private static final Duration TCP_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration DISCONNECT_TIMEOUT = Duration.ofSeconds(1);

    /** A retained message is wanted when a subscription is new, not at every connection (MQTT 5, 3.8.3.1). */
    private static final int RETAINED_ONLY_IF_NEW = 1;

    private final MqttSettings settings;
    private final Duration answerTimeout;
    private final Wire wire;
    private final Client client;
    private final CompletableFuture<ConnectionFailure> ended = new CompletableFuture<>();
    private boolean sessionPresent;

    /** Paho's client throws NullPointerException when it is used after it was closed. Guarded by this. */
    private boolean clientClosed;

    private Mqtt5Connection(MqttSettings settings, Duration answerTimeout, Wire wire) throws MqttException {
        this.settings = settings;
        this.answerTimeout = answerTimeout;
        this.wire = wire;
        this.client = new Client(settings.clientId());
    }

    /**
     * Connects.
     *
     * @param answerTimeout how long the broker may take to answer a CONNECT or SUBSCRIBE
     * @throws ConnectionFailure if there is no connection, or the broker refuses it
     */
    static Mqtt5Connection open(MqttSettings settings, DeliveryTracker tracker, Duration answerTimeout)
            throws ConnectionFailure {
        Wire wire = new Wire(tracker, settings.maxInFlightBytes());
        try {
            wire.connect(settings.host(), settings.port(), TCP_TIMEOUT);
            Mqtt5Connection connection = new Mqtt5Connection(settings, answerTimeout, wire);
            try {
                connection.connect();
                return connection;
            } catch (MqttException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (UnknownHostException e) {
            wire.close();
            throw new ConnectionFailure("unknown host " + settings.host(), false, e);
        } catch (IOException e) {
            wire.close();
            throw new ConnectionFailure(String.valueOf(e.getMessage()), false, e);
        } catch (MqttException e) {
            wire.close();
            throw failure(e);
        } catch (RuntimeException e) {
            wire.close(); // Paho's own shutdown can get in the way of its client.
            throw new ConnectionFailure("the MQTT client failed: " + e, false, e);
        }
    }

    private void connect() throws MqttException {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setAutomaticReconnect(false);
        options.setCleanStart(false);
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
        IMqttToken answer = client.connect(options);
        answer.waitForCompletion(answerTimeout.toMillis());
        sessionPresent = answer.getSessionPresent();
    }

    /** Whether the broker had kept the session (MQTT 5, 3.2.2.1.1). */
    boolean sessionPresent() {
        return sessionPresent;
    }

    /**
     * Subscribes to all topic filters. Done at every connection: a subscription that the session has already is replaced by
     * an equal one, and every grant is seen.
     *
     * @return what the broker did not grant as asked, for the operator; empty if nothing
     * @throws ConnectionFailure if the broker does not answer
     */
    List<String> subscribe() throws ConnectionFailure, InterruptedException {
        List<TopicFilter> filters = settings.topics();
        MqttSubscription[] subscriptions = new MqttSubscription[filters.size()];
        for (int i = 0; i < subscriptions.length; i++) {
            subscriptions[i] = new MqttSubscription(filters.get(i).toString(), settings.qos());
            subscriptions[i].setRetainHandling(RETAINED_ONLY_IF_NEW);
        }
        CompletableFuture<int @Nullable []> answer = new CompletableFuture<>();
        try {
            // Not the overload with a message listener, which throws IndexOutOfBoundsException.
            client.subscribe(subscriptions, null, new Answer(answer), new MqttProperties());
        } catch (MqttException e) {
            throw failure(e);
        } catch (RuntimeException e) {
            throw new ConnectionFailure("the MQTT client failed: " + e, false, e);
        }
        return refusals(filters, await(answer));
    }

    /** The answer may be stuck behind messages that wait for Kafka; the broker is not to blame for that. */
    private int @Nullable [] await(CompletableFuture<int @Nullable []> answer)
            throws ConnectionFailure, InterruptedException {
        while (true) {
            try {
                return answer.get(answerTimeout.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (!wire.isHoldingBack() || wire.isClosed()) {
                    throw new ConnectionFailure("no answer to SUBSCRIBE", false, e);
                }
            } catch (ExecutionException e) {
                throw e.getCause() instanceof MqttException cause
                        ? failure(cause)
                        : new ConnectionFailure("SUBSCRIBE failed", false, e.getCause());
            }
        }
    }

    /** Paho takes a refusing reason code for success, so each is looked at. */
    private List<String> refusals(List<TopicFilter> filters, int @Nullable [] codes) {
        List<String> refusals = new ArrayList<>();
        for (int i = 0; i < filters.size(); i++) {
            if (codes == null || i >= codes.length) {
                refusals.add(filters.get(i) + " was not answered");
            } else if (codes[i] >= ReasonCode.FAILURE) {
                refusals.add(filters.get(i) + " was refused: " + ReasonCode.describe(codes[i]));
            } else if (codes[i] < settings.qos()) {
                refusals.add(filters.get(i) + " was granted QoS " + codes[i] + " instead of " + settings.qos());
            }
        }
        return refusals;
    }

    /** Why the connection ended, or null if it did not within {@code timeout}. */
    @Nullable ConnectionFailure awaitEnd(Duration timeout) throws InterruptedException {
        try {
            return ended.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // Should Paho ever fail to tell.
            return wire.isClosed() ? new ConnectionFailure("connection closed", false, null) : null;
        } catch (ExecutionException e) {
            throw new IllegalStateException("never completed exceptionally", e);
        }
    }

    /** From now on no further message is taken in. */
    void pause() {
        wire.pause();
    }

    /** Says goodbye to the broker, if it still listens; the session stays. */
    synchronized void disconnect() {
        if (clientClosed) {
            return;
        }
        try {
            client.disconnectForcibly(0, DISCONNECT_TIMEOUT.toMillis(), true);
        } catch (MqttException e) {
            // The broker is not there to hear it.
        }
    }

    /**
     * Ends the connection at once, if it has not ended yet. The wire first, so that no late acknowledgement and no blocked
     * thread can use it.
     */
    @Override
    public void close() {
        wire.close();
        ended.complete(
                new ConnectionFailure("closed", false, null)); // Paho does not tell of an end that it was asked for.
        closeClient();
    }

    private synchronized void closeClient() {
        if (clientClosed) {
            return;
        }
        clientClosed = true;
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
    }

    private static ConnectionFailure failure(MqttException e) {
        int code = e.getReasonCode();
        String reason;
        if (code >= ReasonCode.FAILURE && code <= 0xFF) {
            reason = "refused by the broker: " + ReasonCode.describe(code);
        } else if (e.getCause() != null && e.getCause().getMessage() != null) {
            reason = e.getCause().getMessage();
        } else {
            reason = e.getMessage() + " (" + code + ")";
        }
        return new ConnectionFailure(reason, code == ReasonCode.SESSION_TAKEN_OVER, e);
    }

    /** Paho's client over our wire. */
    private final class Client extends MqttAsyncClient {

        Client(String clientId) throws MqttException {
            super(UNUSED_URI, clientId, new MemoryPersistence());
        }

        @Override
        protected NetworkModule[] createNetworkModules(String address, MqttConnectionOptions options) {
            return new NetworkModule[] {new WireModule()};
        }
    }

    private record Answer(CompletableFuture<int @Nullable []> reasonCodes) implements MqttActionListener {

        @Override
        public void onSuccess(IMqttToken token) {
            reasonCodes.complete(token.getReasonCodes());
        }

        @Override
        public void onFailure(IMqttToken token, Throwable cause) {
            reasonCodes.completeExceptionally(cause);
        }
    }

    private final class WireModule implements NetworkModule {

        @Override
        public void start() {
            // The wire is connected already.
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return wire.input();
        }

        @Override
        public OutputStream getOutputStream() {
            return wire.output();
        }

        @Override
        public void stop() {
            wire.close();
        }

        @Override
        public String getServerURI() {
            return UNUSED_URI;
        }
    }

    private final class Ends implements MqttCallback {

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            int code = response.getReturnCode();
            if (code >= ReasonCode.FAILURE && code <= 0xFF) {
                ended.complete(new ConnectionFailure(
                        "disconnected by the broker: " + ReasonCode.describe(code),
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
            // Nothing is published.
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
