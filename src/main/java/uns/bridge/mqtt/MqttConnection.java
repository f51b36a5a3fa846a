package uns.bridge.mqtt;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Heartbeat;
import uns.bridge.message.TopicFilter;

/** One connection to the MQTT broker, and the one Paho client that made it. Neither is used a second time. */
final class MqttConnection implements AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration DISCONNECT_TIMEOUT = Duration.ofSeconds(1);

    /** For so many times the time for an answer it is waited for while messages come: ten minutes. */
    private static final int MOST_TIMEOUTS = 30;

    /** What became of the session that the broker had. */
    enum Session {
        RESUMED("session resumed"),
        NEW("new session"),
        UNKNOWN("session resumed if there was one, which MQTT 3.1 does not tell");

        private final String text;

        Session(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private final MqttSettings settings;
    private final Duration answerTimeout;
    private final Heartbeat heartbeat;
    private final Wire wire;
    private final PahoClient client;
    private final CompletableFuture<ConnectionFailure> ended = new CompletableFuture<>();
    private Session session = Session.UNKNOWN;

    /** Guarded by this. */
    private boolean clientClosed;

    private MqttConnection(MqttSettings settings, Duration answerTimeout, Heartbeat heartbeat, Wire wire)
            throws ConnectionFailure {
        this.settings = settings;
        this.answerTimeout = answerTimeout;
        this.heartbeat = heartbeat;
        this.wire = wire;
        this.client = settings.version() == MqttVersion.MQTT_5
                ? new Mqtt5Client(settings, wire, ended)
                : new Mqtt3Client(settings, wire, ended);
    }

    /**
     * Connects.
     *
     * @param identifiers which messages are copies of others
     * @param answerTimeout how long the broker may take to answer a CONNECT or SUBSCRIBE
     * @param heartbeat beats while its thread waits for an answer, or for the end
     * @throws ConnectionFailure if there is no connection, or the broker refuses it
     */
    static MqttConnection open(
            MqttSettings settings,
            DeliveryTracker tracker,
            SubscriptionIdentifiers identifiers,
            Duration answerTimeout,
            Heartbeat heartbeat)
            throws ConnectionFailure {
        Transport transport = transport(settings);
        Wire wire = new Wire(transport, tracker, settings.maxInFlightBytes(), settings.version(), identifiers);
        try {
            transport.connect(CONNECT_TIMEOUT);
            MqttConnection connection = new MqttConnection(settings, answerTimeout, heartbeat, wire);
            try {
                connection.connect();
                return connection;
            } catch (ConnectionFailure | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (ConnectionFailure e) {
            wire.close();
            throw e;
        } catch (IOException e) {
            wire.close();
            throw new ConnectionFailure(String.valueOf(e.getMessage()), false, e);
        } catch (RuntimeException e) {
            wire.close();
            throw ConnectionFailure.ofClient(e);
        }
    }

    /** The way to the broker, not connected yet. */
    static Transport transport(MqttSettings settings) {
        Transport transport = settings.tls() == null
                ? new TcpTransport(settings.host(), settings.port())
                : new TlsTransport(settings.host(), settings.port(), settings.tls());
        if (settings.webSocketPath() == null) {
            return transport;
        }
        return new WebSocketTransport(
                transport,
                new WebSocketHandshake(settings.host(), settings.port(), settings.webSocketPath(), settings.version()));
    }

    private void connect() throws ConnectionFailure {
        boolean present = client.connect(answerTimeout);
        if (settings.version().tellsSessionPresent() || settings.cleanSession()) {
            session = present ? Session.RESUMED : Session.NEW;
        }
    }

    Session session() {
        return session;
    }

    /** See {@link PahoClient#limits}. */
    @Nullable ServerLimits limits() {
        return client.limits();
    }

    /** The Keep Alive in use: that of the broker, if it has named one (MQTT 5, 3.2.2.3.14). */
    Duration keepAlive() {
        ServerLimits limits = client.limits();
        return limits == null || limits.serverKeepAliveSeconds() == null
                ? settings.keepAlive()
                : Duration.ofSeconds(limits.serverKeepAliveSeconds());
    }

    /** Whether the broker takes Subscription Identifiers (MQTT 5, 3.2.2.3.12). */
    boolean takesIdentifiers() {
        ServerLimits limits = client.limits();
        return limits != null && limits.identifiersAvailable();
    }

    /**
     * Subscribes to {@code filters}. A subscription that the session has already is replaced by an equal one.
     *
     * @param kept those whose retained messages are wanted each time; of the others they are when the subscription is new
     * @param identifiers which each of them is to have, if the broker takes any
     * @return the broker's reason codes (MQTT 5, 3.9.3) for each filter, or {@link Grants#NOT_ANSWERED}
     * @throws ConnectionFailure if the broker does not answer
     */
    int[] subscribe(List<TopicFilter> filters, List<TopicFilter> kept, SubscriptionIdentifiers identifiers)
            throws ConnectionFailure, InterruptedException {
        return subscribe(
                filters,
                filter -> kept.contains(filter) ? RetainHandling.ALWAYS : RetainHandling.ONLY_IF_NEW,
                takesIdentifiers() ? identifiers::of : filter -> SubscriptionIdentifiers.NONE);
    }

    /** The same, with what is wanted of the retained messages of each filter, and its identifier. */
    int[] subscribe(
            List<TopicFilter> filters,
            Function<TopicFilter, RetainHandling> retained,
            ToIntFunction<TopicFilter> identifier)
            throws ConnectionFailure, InterruptedException {
        Map<Integer, List<Integer>> packets = new LinkedHashMap<>();
        for (int i = 0; i < filters.size(); i++) {
            packets.computeIfAbsent(identifier.applyAsInt(filters.get(i)), one -> new ArrayList<>())
                    .add(i);
        }
        try {
            // All at once: an answer may be stuck behind messages, and the other filters must not wait for it.
            Map<List<Integer>, CompletableFuture<int @Nullable []>> answers = new LinkedHashMap<>();
            for (Map.Entry<Integer, List<Integer>> packet : packets.entrySet()) {
                List<TopicFilter> together =
                        packet.getValue().stream().map(filters::get).toList();
                answers.put(packet.getValue(), client.subscribe(together, retained, settings.qos(), packet.getKey()));
            }
            int[] codes = new int[filters.size()];
            Arrays.fill(codes, Grants.NOT_ANSWERED);
            for (Map.Entry<List<Integer>, CompletableFuture<int @Nullable []>> each : answers.entrySet()) {
                List<Integer> places = each.getKey();
                int[] answer = await("SUBSCRIBE", each.getValue());
                for (int i = 0; answer != null && i < Math.min(answer.length, places.size()); i++) {
                    codes[places.get(i)] = answer[i];
                }
            }
            return codes;
        } catch (RuntimeException e) {
            throw ConnectionFailure.ofClient(e);
        }
    }

    /**
     * Ends the subscriptions to {@code filters}.
     *
     * @return the broker's reason codes (MQTT 5, 3.11.3), one for each filter; none before MQTT 5, which knows no refusal
     * @throws ConnectionFailure if the broker does not answer
     */
    int[] unsubscribe(List<TopicFilter> filters) throws ConnectionFailure, InterruptedException {
        try {
            int[] codes = await("UNSUBSCRIBE", client.unsubscribe(filters));
            return codes == null ? new int[0] : codes;
        } catch (RuntimeException e) {
            throw ConnectionFailure.ofClient(e);
        }
    }

    /**
     * The answer may be stuck behind messages (MQTT 5, 3.8.4) that wait for Kafka, or that take their time on a slow network:
     * another connection would be sent the same again. The broker is not to blame for that, unless it sends messages for ever
     * and no answer.
     */
    private int @Nullable [] await(String packet, CompletableFuture<int @Nullable []> answer)
            throws ConnectionFailure, InterruptedException {
        long reads = wire.reads();
        for (int timeouts = 1; ; timeouts++) {
            heartbeat.beat();
            try {
                return answer.get(answerTimeout.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                long readsBefore = reads;
                reads = wire.reads();
                boolean messagesCome = reads != readsBefore && timeouts < MOST_TIMEOUTS;
                if ((!messagesCome && !wire.isHoldingBack()) || wire.isClosed()) {
                    throw new ConnectionFailure("no answer to " + packet, false, e);
                }
            } catch (ExecutionException e) {
                throw e.getCause() instanceof ConnectionFailure cause
                        ? cause
                        : new ConnectionFailure(packet + " failed", false, e.getCause());
            }
        }
    }

    /** Why the connection ended, or null if it did not within {@code timeout}. */
    @Nullable ConnectionFailure awaitEnd(Duration timeout) throws InterruptedException {
        heartbeat.beat();
        try {
            return ended.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // Should Paho ever fail to tell.
            return wire.isClosed() ? new ConnectionFailure("connection closed", false, null) : null;
        } catch (ExecutionException e) {
            throw new IllegalStateException("never completed exceptionally", e);
        }
    }

    /** See {@link PahoClient#publish}; false if the connection has ended, too. */
    synchronized boolean publish(String topic, byte[] payload) {
        return !clientClosed && client.publish(topic, payload);
    }

    /** From now on no further message is taken in. */
    void pause() {
        wire.pause();
    }

    /** Says goodbye to the broker, if it still listens; the session stays. */
    synchronized void disconnect() {
        if (!clientClosed) {
            client.disconnect(DISCONNECT_TIMEOUT);
        }
    }

    /** Ends the connection, for a reason that {@link #awaitEnd} tells. Never waits. */
    void end(String reason) {
        ended.complete(new ConnectionFailure(reason, false, null));
        wire.close();
    }

    /**
     * Ends the connection at once, if it has not ended yet. The wire first, so that no late acknowledgement and no blocked
     * thread can use it.
     */
    @Override
    public void close() {
        wire.close();
        // Paho does not tell of an end that it was asked for.
        ended.complete(new ConnectionFailure("closed", false, null));
        closeClient();
    }

    private synchronized void closeClient() {
        if (!clientClosed) {
            clientClosed = true;
            client.close();
        }
    }
}
