package uns.bridge.mqtt;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;

/** Keeps a connection to the MQTT broker, and all topic filters subscribed, until it is stopped. */
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
    private final CountDownLatch stopped = new CountDownLatch(1);

    private @Nullable Mqtt5Connection connection;
    private boolean paused;
    private boolean connectedBefore;

    public MqttSource(MqttSettings settings, DeliveryTracker tracker, Health health) {
        this(settings, tracker, health, ANSWER_TIMEOUT);
    }

    MqttSource(MqttSettings settings, DeliveryTracker tracker, Health health, Duration answerTimeout) {
        this.settings = settings;
        this.tracker = tracker;
        this.health = health;
        this.answerTimeout = answerTimeout;
    }

    /**
     * Connects, and connects again whenever the connection is lost, until {@link #stop} is called.
     *
     * @return whether it was stopped; false if there is no connection any more and {@code reconnect_on_failure} is false
     */
    public boolean run() throws InterruptedException {
        Duration backoff = MIN_BACKOFF;
        while (stopped.getCount() > 0) {
            ConnectionFailure failure;
            try (Mqtt5Connection current = Mqtt5Connection.open(settings, tracker, answerTimeout)) {
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
            } finally {
                use(null);
            }
            if (stopped.getCount() == 0) {
                return true;
            }
            health.down(Health.Part.MQTT, failure.reason());
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

    /** Subscribes, and waits for the connection's end. */
    private ConnectionFailure serve(Mqtt5Connection current) throws ConnectionFailure, InterruptedException {
        health.up(Health.Part.MQTT);
        LOG.info(
                "{} the MQTT broker {} as {}, {}",
                connectedBefore ? "Reconnected to" : "Connected to",
                address(),
                settings.clientId(),
                current.sessionPresent() ? "session resumed" : "new session");
        if (connectedBefore && !current.sessionPresent()) {
            LOG.warn("The MQTT broker has not kept the session: what was published meanwhile is lost");
        }
        connectedBefore = true;
        while (true) {
            List<String> refusals = current.subscribe();
            if (refusals.isEmpty()) {
                health.up(Health.Part.SUBSCRIPTIONS);
                LOG.info("Subscribed to {} at QoS {}", settings.topics(), settings.qos());
            } else {
                health.down(Health.Part.SUBSCRIPTIONS, String.join("; ", refusals));
                LOG.error("Not subscribed as asked: {}", String.join("; ", refusals));
            }
            long askAgainNs = System.nanoTime() + RESUBSCRIBE.toNanos();
            do {
                ConnectionFailure end = current.awaitEnd(LOOK);
                if (end != null) {
                    return end;
                }
            } while (refusals.isEmpty() || System.nanoTime() - askAgainNs < 0);
        }
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
        Mqtt5Connection current;
        synchronized (this) {
            current = connection;
        }
        if (current != null) {
            current.disconnect();
            current.close();
        }
    }

    /** Makes {@code current} the one that {@link #pause} and {@link #stop} find; false if stopped already. */
    private synchronized boolean use(@Nullable Mqtt5Connection current) {
        connection = current;
        if (current != null && paused) {
            current.pause();
        }
        return stopped.getCount() > 0;
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
