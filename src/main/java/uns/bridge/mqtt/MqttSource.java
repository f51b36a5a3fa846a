package uns.bridge.mqtt;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.health.Heartbeat;
import uns.bridge.message.TopicFilter;
import uns.bridge.mqtt.MqttConnection.Session;

/**
 * Keeps a connection to the MQTT broker, and all topic filters subscribed, until it is stopped. {@link #run} has a thread of
 * its own; everything else is safe for use by several.
 */
public final class MqttSource {

    private static final Logger LOG = LoggerFactory.getLogger(MqttSource.class);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration MIN_BACKOFF = Duration.ofMillis(500);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(30);

    /**
     * A connection that lasted so long was not ended by what ended the one before. Some brokers do not say that another
     * client has taken the session over (0x8E), they just close.
     */
    private static final Duration STABLE = Duration.ofSeconds(10);

    /** Two bridges with one client identifier would take the session from each other without end. */
    private static final Duration TAKEN_OVER_BACKOFF = Duration.ofSeconds(60);

    /** How often a refused topic filter is asked for again: permissions are mended while the bridge runs. */
    private static final Duration RESUBSCRIBE = Duration.ofSeconds(60);

    private static final Duration LOOK = Duration.ofSeconds(2);

    private final MqttSettings settings;
    private final DeliveryTracker tracker;
    private final Health health;
    private final Duration answerTimeout;
    private final List<TopicFilter> kept;
    private final Grants grants;
    private final SessionFilters sessionFilters;
    private final SubscriptionIdentifiers identifiers;
    private final SessionWatch sessions;
    private final Heartbeat heartbeat = new Heartbeat("mqtt", System::nanoTime);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicLong connections = new AtomicLong();
    private volatile Map<String, Boolean> subscriptions;

    /** What was told of already, for not every broker tells whether there was a subscription: HiveMQ CE and MQTT 3 don't. */
    private final Set<TopicFilter> unsubscribed = new HashSet<>();

    private @Nullable MqttConnection connection;

    /** The connection once its subscriptions were answered. Guarded by this. */
    private @Nullable MqttConnection subscribed;

    private boolean paused;
    private boolean connectedBefore;

    /**
     * A source of what {@code settings} subscribe to.
     *
     * @param kept further topic filters, whose retained messages are wanted at every connection
     * @param stateDir the folder where the next start finds what this one has subscribed to, and that the broker has a
     *     session; null if neither is remembered
     */
    public MqttSource(
            MqttSettings settings,
            List<TopicFilter> kept,
            @Nullable Path stateDir,
            DeliveryTracker tracker,
            Health health) {
        this(settings, kept, stateDir, tracker, health, ANSWER_TIMEOUT);
    }

    MqttSource(
            MqttSettings settings,
            List<TopicFilter> kept,
            @Nullable Path stateDir,
            DeliveryTracker tracker,
            Health health,
            Duration answerTimeout) {
        this.kept = List.copyOf(kept);
        this.settings = settings;
        this.tracker = tracker;
        this.health = health;
        this.answerTimeout = answerTimeout;
        this.grants = new Grants(settings, this.kept);
        this.sessionFilters = new SessionFilters(settings, stateDir);
        this.identifiers = new SubscriptionIdentifiers(grants.filters());
        this.sessions = SessionWatch.of(settings, stateDir);
        this.subscriptions = grants.state();
    }

    /** How often it has connected so far. */
    public long connections() {
        return connections.get();
    }

    /** Every topic filter, and whether it is granted as asked on the connection there is; a shared one as it is written. */
    public Map<String, Boolean> subscriptions() {
        return Map.copyOf(subscriptions);
    }

    /** Of the thread that runs it; while the part {@link Health.Part#MQTT} is not up, it may wait for the broker. */
    public Heartbeat heartbeat() {
        return heartbeat;
    }

    /**
     * Connects, and connects again whenever the connection is lost, until {@link #stop} is called.
     *
     * @return whether it was stopped; false if there is no connection any more and {@code reconnect_on_failure} is false
     */
    public boolean run() throws InterruptedException {
        Duration backoff = MIN_BACKOFF;
        while (stopped.getCount() > 0) {
            heartbeat.beat();
            ConnectionFailure failure;
            try (MqttConnection current =
                    MqttConnection.open(settings, tracker, identifiers, answerTimeout, heartbeat)) {
                if (!use(current)) {
                    return true;
                }
                long connectedNs = System.nanoTime();
                failure = serve(current);
                if (System.nanoTime() - connectedNs > STABLE.toNanos()) {
                    backoff = MIN_BACKOFF;
                }
            } catch (ConnectionFailure e) {
                failure = e;
                tellEnd(failure);
            } finally {
                use(null);
            }
            if (stopped.getCount() == 0) {
                return true;
            }
            if (!settings.reconnectOnFailure()) {
                LOG.error("No connection to the MQTT broker {}: {}", address(), failure.reason());
                return false;
            }
            backoff = failure.takenOver() ? TAKEN_OVER_BACKOFF : backoff;
            Duration delay = jittered(backoff);
            LOG.warn(
                    "No connection to the MQTT broker {}: {}{}; trying again in {} ms",
                    address(),
                    failure.reason(),
                    failure.takenOver()
                            ? ": is there another bridge with mqtt.client_id " + settings.clientId() + "?"
                            : "",
                    delay.toMillis());
            if (stopped.await(delay.toMillis(), TimeUnit.MILLISECONDS)) {
                return true;
            }
            backoff = min(backoff.multipliedBy(2), MAX_BACKOFF);
        }
        return true;
    }

    /** Subscribes, waits for the connection's end, and tells of it before anything that may take long. */
    private ConnectionFailure serve(MqttConnection current) throws InterruptedException {
        ConnectionFailure end;
        try {
            end = subscribeAndAwaitEnd(current);
        } catch (ConnectionFailure e) {
            end = e;
        }
        tellEnd(end);
        CompletableFuture<Void> noted = sessions.ended();
        if (stopped.getCount() == 0) {
            SessionFile.await(noted);
        }
        return end;
    }

    private void tellEnd(ConnectionFailure failure) {
        subscriptions = grants.none();
        if (stopped.getCount() > 0) {
            health.down(Health.Part.MQTT, failure.reason());
        }
    }

    private ConnectionFailure subscribeAndAwaitEnd(MqttConnection current)
            throws ConnectionFailure, InterruptedException {
        heartbeat.beat();
        health.up(Health.Part.MQTT);
        connections.incrementAndGet();
        LOG.info(
                "{} the MQTT broker {} as {} by {}, {}",
                connectedBefore ? "Reconnected to" : "Connected to",
                address(),
                settings.clientId(),
                settings.version(),
                current.session());
        connectedBefore = true;
        if (current.keepAlive().isZero()) {
            LOG.warn(
                    "The MQTT broker switches the keep alive off: a connection that dies silently is only noticed by TCP,"
                            + " which takes hours");
        } else if (!current.keepAlive().equals(settings.keepAlive())) {
            LOG.info(
                    "The keep alive is {} s, as the MQTT broker says, and not the {} s of mqtt.keep_alive",
                    current.keepAlive().toSeconds(),
                    settings.keepAlive().toSeconds());
        }
        health.down(Health.Part.SUBSCRIPTIONS, "waiting for the answer to SUBSCRIBE");
        SessionFile.await(
                sessionFilters.subscribing(grants.filters(), current.session() == Session.NEW),
                sessions.connected(current.session(), System.currentTimeMillis()));
        // Also of a session that is resumed: a broker that was killed may have one from before the last SUBSCRIBE and
        // UNSUBSCRIBE.
        subscribe(current, grants.filters());
        unsubscribe(current);
        subscribed(current);
        while (true) {
            tellGrants();
            List<TopicFilter> asked = grants.toAskAgain();
            long askAgainNs = System.nanoTime() + RESUBSCRIBE.toNanos();
            do {
                ConnectionFailure end = current.awaitEnd(LOOK);
                if (end != null) {
                    return end;
                }
                sessions.seen(System.currentTimeMillis());
            } while (asked.isEmpty() || System.nanoTime() - askAgainNs < 0);
            subscribe(current, asked);
        }
    }

    private void subscribe(MqttConnection current, List<TopicFilter> asked)
            throws ConnectionFailure, InterruptedException {
        if (identifiers.areNeeded() && settings.version().hasProperties() && !current.takesIdentifiers()) {
            LOG.warn("Topic filters overlap, and the MQTT broker takes no subscription identifiers (MQTT 5,"
                    + " 3.2.2.3.12): a message of two of them may be in Kafka twice");
        }
        grants.take(asked, current.subscribe(asked, kept, identifiers));
    }

    /** Ends what an earlier start has subscribed to and nobody wants any more, after what is wanted instead. */
    private void unsubscribe(MqttConnection current) throws InterruptedException {
        List<TopicFilter> unwanted = sessionFilters.unwanted(grants.filters());
        if (unwanted.isEmpty()) {
            return;
        }
        try {
            int[] codes = current.unsubscribe(unwanted);
            List<TopicFilter> ended = new ArrayList<>();
            for (int i = 0; i < unwanted.size(); i++) {
                int code = i < codes.length ? codes[i] : 0;
                if (code >= ReasonCode.FAILURE) {
                    LOG.warn("{} stays subscribed: {}", unwanted.get(i), ReasonCode.describe(code));
                } else if (code != ReasonCode.NO_SUBSCRIPTION_EXISTED && unsubscribed.add(unwanted.get(i))) {
                    ended.add(unwanted.get(i));
                }
            }
            if (!ended.isEmpty()) {
                LOG.info("Unsubscribed from {}, as an earlier start had asked for and this one does not", ended);
            }
        } catch (ConnectionFailure e) {
            // If it is the connection's end, that tells of itself.
            LOG.warn("{} may stay subscribed, to be tried again with the next connection: {}", unwanted, e.reason());
        }
    }

    private void tellGrants() {
        subscriptions = grants.state();
        String problems = String.join("; ", grants.problems());
        if (problems.isEmpty()) {
            health.up(Health.Part.SUBSCRIPTIONS);
            LOG.info("Subscribed to {} at QoS {}", grants.filters(), settings.qos());
        } else {
            health.down(Health.Part.SUBSCRIPTIONS, problems);
            LOG.error("Not subscribed as asked: {}", problems);
        }
    }

    /**
     * Publishes a message with QoS 0, not retained, if there is a connection that answers to it may come on: its topic
     * filters are subscribed. Never waits for one, and keeps nothing for later.
     *
     * @return whether it was published, as far as QoS 0 can tell
     */
    public boolean publish(String topic, byte[] payload) {
        MqttConnection current;
        synchronized (this) {
            current = paused ? null : subscribed;
        }
        return current != null && current.publish(topic, payload);
    }

    /** Ends the connection, so that a new one is made; what was not acknowledged comes again. Never waits. */
    public void renew(String reason) {
        MqttConnection current;
        synchronized (this) {
            current = connection;
        }
        if (current != null) {
            current.end(reason);
        }
    }

    /** How often the broker did not have the session that was expected: messages may be lost. */
    public long lostSessions() {
        return sessions.lost();
    }

    /** From now on no further message is taken in. */
    public synchronized void pause() {
        paused = true;
        if (connection != null) {
            connection.pause();
        }
    }

    /** Disconnects and makes {@link #run} return; the session stays at the broker. */
    public void stop() {
        stopped.countDown();
        MqttConnection current;
        synchronized (this) {
            current = connection;
        }
        if (current != null) {
            current.disconnect();
            current.close();
        }
    }

    /** Makes {@code current} the one that {@link #pause} and {@link #stop} find; false if stopped already. */
    private synchronized boolean use(@Nullable MqttConnection current) {
        connection = current;
        subscribed = null;
        if (current != null && paused) {
            current.pause();
        }
        return stopped.getCount() > 0;
    }

    private synchronized void subscribed(MqttConnection current) {
        subscribed = current;
    }

    private String address() {
        return settings.host() + ":" + settings.port();
    }

    /** Between half of {@code delay} and all of it, so that a hundred bridges do not come back in one instant. */
    private static Duration jittered(Duration delay) {
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(delay.toMillis() / 2, delay.toMillis() + 1));
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
