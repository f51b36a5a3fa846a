package uns.bridge.mqtt;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.internal.NetworkModule;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.TopicFilter;

/** Paho's client for MQTT 3.1.1 and 3.1. It answers the PUBREL of a message that it has not seen, as every one is. */
final class Mqtt3Client implements PahoClient {

    private final MqttSettings settings;
    private final CompletableFuture<ConnectionFailure> ended;
    private final MqttAsyncClient client;

    /** What was published last. */
    private @Nullable IMqttDeliveryToken published;

    Mqtt3Client(MqttSettings settings, Wire wire, CompletableFuture<ConnectionFailure> ended) throws ConnectionFailure {
        this.settings = settings;
        this.ended = ended;
        try {
            this.client = new MqttAsyncClient(UNUSED_URI, settings.clientId(), new MemoryPersistence()) {
                @Override
                protected NetworkModule[] createNetworkModules(String address, MqttConnectOptions options) {
                    return new NetworkModule[] {new WireModule(wire)};
                }
            };
        } catch (MqttException e) {
            throw failure(e);
        }
    }

    @Override
    public boolean connect(Duration timeout) throws ConnectionFailure {
        MqttConnectOptions options = new MqttConnectOptions();
        options.setAutomaticReconnect(false);
        options.setMqttVersion(settings.version().level()); // Given, so that Paho does not try 3.1 after 3.1.1.
        options.setCleanSession(settings.cleanSession());
        options.setKeepAliveInterval((int) settings.keepAlive().toSeconds());
        if (settings.username() != null) {
            options.setUserName(settings.username());
        }
        if (settings.password() != null) {
            options.setPassword(settings.password().reveal().toCharArray());
        }
        client.setCallback(new Ends());
        try {
            IMqttToken answer = client.connect(options);
            answer.waitForCompletion(timeout.toMillis());
            return answer.getSessionPresent();
        } catch (MqttException e) {
            throw failure(e);
        }
    }

    @Override
    public CompletableFuture<int @Nullable []> subscribe(
            List<TopicFilter> filters, Function<TopicFilter, RetainHandling> retained, int qos, int identifier)
            throws ConnectionFailure {
        int[] everyQos = new int[filters.size()];
        Arrays.fill(everyQos, qos);
        Answer answer = new Answer(new CompletableFuture<>());
        try {
            client.subscribe(
                    filters.stream().map(TopicFilter::toString).toArray(String[]::new), everyQos, null, answer);
        } catch (MqttException e) {
            throw failure(e);
        }
        return answer.returnCodes;
    }

    @Override
    public CompletableFuture<int @Nullable []> unsubscribe(List<TopicFilter> filters) throws ConnectionFailure {
        Answer answer = new Answer(new CompletableFuture<>());
        try {
            client.unsubscribe(filters.stream().map(TopicFilter::toString).toArray(String[]::new), null, answer);
        } catch (MqttException e) {
            throw failure(e);
        }
        return answer.returnCodes;
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
    }

    private static ConnectionFailure failure(Throwable e) {
        int code = e instanceof MqttException paho ? paho.getReasonCode() : 0;
        // Paho's own codes are 6 and 32000 and more.
        return code >= 1 && code <= 5
                ? new ConnectionFailure("refused by the broker: " + ReasonCode.describeReturnCode(code), false, e)
                : ConnectionFailure.of(e, code);
    }

    private record Answer(CompletableFuture<int @Nullable []> returnCodes) implements IMqttActionListener {

        @Override
        public void onSuccess(IMqttToken token) {
            returnCodes.complete(token.getGrantedQos());
        }

        @Override
        public void onFailure(IMqttToken token, Throwable cause) {
            returnCodes.completeExceptionally(failure(cause));
        }
    }

    private final class Ends implements MqttCallback {

        @Override
        public void connectionLost(Throwable cause) {
            ended.complete(failure(cause));
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            throw new IllegalStateException("the wire keeps PUBLISH packets to itself");
        }

        @Override
        public void deliveryComplete(IMqttDeliveryToken token) {
            // What is published has QoS 0, and nobody waits for it.
        }
    }
}
