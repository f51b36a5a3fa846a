package uns.bridge;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.delivery.Books;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.health.Heartbeat;
import uns.bridge.health.LatestDeadLetters;
import uns.bridge.health.Liveness;
import uns.bridge.kafka.KafkaSink;
import uns.bridge.message.TopicFilter;
import uns.bridge.mqtt.MqttSource;
import uns.bridge.pipeline.DeadLetters;
import uns.bridge.pipeline.Pipeline;
import uns.bridge.sparkplug.BirthState;
import uns.bridge.sparkplug.SparkplugSettings;
import uns.bridge.sparkplug.SparkplugTopic;
import uns.bridge.sparkplug.StoredBirths;
import uns.bridge.spool.Fill;
import uns.bridge.status.Instruments;
import uns.bridge.status.Status;

/**
 * The bridge: wires its parts, starts their threads, drains and stops them in reverse. Used once.
 *
 * <p>Threads: Paho's receiver reads messages into the {@link DeliveryTracker}; {@code carrier} takes them through the
 * pipeline into the producer, or into the spool, from where {@code drainer} takes them on; Kafka's I/O thread completes
 * them; {@code acknowledger} acknowledges what is complete; {@code mqtt} connects and reconnects, and {@code session-file}
 * writes for it what the next start should know; {@code births} stores the births of Sparkplug nodes; {@code rebirths}
 * asks edge nodes to be born again, if it may; {@code watchdog} looks for a flow that has stopped; {@code summary} reports;
 * {@code status} and {@code http} show it to those who ask; {@code closing} closes the producer and the spool.
 */
public final class Bridge {

    private static final Logger LOG = LoggerFactory.getLogger(Bridge.class);
    private static final Duration SUMMARY_INTERVAL = Duration.ofMinutes(1);

    /** Acknowledgements are gathered for so long, to leave in few writes. */
    private static final long ACK_LINGER_NS = 500_000;

    /** What is waited for at the end, where nothing but the operating system can be in the way. */
    private static final Duration LAST_ACKS = Duration.ofSeconds(1);

    private static final Duration LAST_RECORDS = Duration.ofSeconds(2);

    private static final Duration LAST_BIRTHS = Duration.ofSeconds(2);

    /** A message takes milliseconds, so that whoever has not come round for so long never will. */
    private static final Duration STUCK = Duration.ofSeconds(60);

    private static final int DEAD_LETTER_EXCERPT_BYTES = 200;

    private final Settings settings;
    private final Health health = new Health();
    private final DeliveryTracker tracker;
    private final Pipeline pipeline;
    private final @Nullable StoredBirths storedBirths;
    private final MqttSource source;
    private final Thread mqttThread;
    private final LatestDeadLetters latestDeadLetters;
    private final Outlet outlet;
    private final @Nullable Detour detour;
    private final Carrier carrier;
    private final Thread carrierThread;
    private final @Nullable Thread drainerThread;
    private final Thread birthsThread;
    private final Thread ackThread;
    private final @Nullable Thread rebirthThread;
    private final Thread watchdogThread;
    private final Thread summaryThread;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicLong imbalances = new AtomicLong();
    private volatile boolean failed;
    private @Nullable Status status;
    private @Nullable Thread statusThread;

    public Bridge(Settings settings) {
        this.settings = settings;
        this.tracker = new DeliveryTracker(
                settings.mqtt().receiveMaximum(), settings.mqtt().maxInFlightBytes());
        this.source = new MqttSource(
                settings.mqtt(),
                kept(settings.sparkplug()),
                settings.sparkplug().stateDir(),
                tracker,
                health);
        this.pipeline = new Pipeline(settings.pipeline(), settings.sparkplug());
        DeadLetters deadLetters = new DeadLetters(settings.kafka().deadLetterTopic(), pipeline);
        this.latestDeadLetters = new LatestDeadLetters(settings.http().showPayloads() ? DEAD_LETTER_EXCERPT_BYTES : 0);
        this.outlet = new Outlet(
                tracker,
                deadLetters,
                latestDeadLetters,
                answers -> new KafkaSink<>(settings.kafka(), answers, health),
                System::nanoTime);
        this.detour = detour(deadLetters);
        this.carrier = new Carrier(
                tracker,
                pipeline::process,
                () -> pipeline.tend(System.currentTimeMillis()),
                outlet,
                detour,
                System::nanoTime);
        this.storedBirths = storedBirths(settings.sparkplug());
        this.mqttThread = thread("mqtt", this::connect);
        this.carrierThread = thread("carrier", this::carry);
        this.drainerThread = detour == null ? null : thread("drainer", detour.drainer()::run);
        this.birthsThread = thread("births", storedBirths == null ? () -> {} : storedBirths::run);
        this.ackThread = thread("acknowledger", this::acknowledge);
        Rebirths rebirths = Rebirths.of(pipeline.births(), source::publish);
        this.rebirthThread = rebirths == null ? null : thread("rebirths", rebirths::run);
        Watchdog watchdog = new Watchdog(tracker, health, source::renew, settings.stall());
        this.watchdogThread = thread("watchdog", watchdog::run);
        this.summaryThread = thread("summary", this::summarize);
    }

    /** Starts it; waits for neither broker. */
    public void start() {
        birthsThread.start();
        ackThread.start();
        carrierThread.start();
        if (drainerThread != null) {
            drainerThread.start();
        }
        mqttThread.start();
        if (rebirthThread != null) {
            rebirthThread.start();
        }
        watchdogThread.start();
        summaryThread.start();
        if (settings.http().enabled()) {
            startStatus();
        }
    }

    /** Last, and not with the other parts: it takes long to load, and the brokers may be connected to meanwhile. */
    private void startStatus() {
        Map<Heartbeat, Health.Part> heartbeats = new LinkedHashMap<>();
        heartbeats.put(carrier.heartbeat(), Health.Part.KAFKA);
        if (detour != null) {
            heartbeats.put(detour.drainer().heartbeat(), Health.Part.KAFKA);
        }
        heartbeats.put(source.heartbeat(), Health.Part.MQTT);
        Liveness liveness = new Liveness(heartbeats, health, STUCK);
        Status started = new Status(
                Main.version(),
                settings.mqtt(),
                settings.kafka(),
                settings.http(),
                new Instruments(
                        tracker,
                        health,
                        liveness,
                        source,
                        pipeline,
                        detour == null ? () -> Fill.NONE : detour::fill,
                        outlet::producerMetric,
                        imbalances::get,
                        latestDeadLetters));
        Thread thread = thread("status", started::run);
        thread.start();
        status = started;
        statusThread = thread;
    }

    /**
     * Waits until {@link #stop} was called, or the bridge can't go on.
     *
     * @return whether it was stopped
     */
    public boolean awaitEnd() throws InterruptedException {
        ended.await();
        return !failed;
    }

    /** Asks the bridge to end; {@link #awaitEnd} returns. */
    public void stop() {
        ended.countDown();
    }

    /**
     * Takes in no further message, waits for what is in flight within the drain time-out, acknowledges it, and closes. What
     * Kafka has not confirmed by then is not acknowledged.
     */
    public void close() throws InterruptedException {
        ended.countDown();
        if (rebirthThread != null) {
            rebirthThread.interrupt();
        }
        source.pause();
        carrier.hurry();
        boolean drained = tracker.awaitEmpty(settings.drainTimeout());
        ackThread.interrupt();
        ackThread.join(LAST_ACKS.toMillis());
        source.stop();
        mqttThread.join(LAST_ACKS.toMillis()); // It has to say when the session was last there.
        mqttThread.interrupt();
        stopCarrying();
        watchdogThread.interrupt();
        summaryThread.interrupt();
        if (status != null && statusThread != null) {
            statusThread.interrupt();
            status.close();
        }
        Books books = tracker.books();
        audit(books);
        if (drained) {
            LOG.info("Stopped: {}", books.describe());
        } else {
            LOG.warn(
                    "Stopped with {} messages not confirmed and not acknowledged: {}",
                    books.inFlight(),
                    books.describe());
        }
    }

    private void stopCarrying() throws InterruptedException {
        carrierThread.interrupt();
        if (drainerThread != null) {
            drainerThread.interrupt();
        }
        carrierThread.join(LAST_RECORDS.toMillis()); // It has to tell what it knows of the births.
        if (storedBirths != null) {
            storedBirths.close();
            birthsThread.join(LAST_BIRTHS.toMillis());
        }
        if (drainerThread != null) {
            drainerThread.join(LAST_RECORDS.toMillis());
        }
        Thread closing = thread("closing", this::closeOutlet);
        closing.start();
        closing.join(LAST_RECORDS.toMillis());
        if (closing.isAlive()) {
            LOG.warn("Kafka's client or the spool does not end in time; ending without it");
        }
    }

    /** May wait without end: Kafka's client for a resolver of names, and the spool for its disk. */
    private void closeOutlet() {
        outlet.close();
        if (detour != null) {
            detour.stop();
        }
    }

    /** Whether both sides are connected and every topic filter is granted. */
    public boolean isReady() {
        return health.isReady();
    }

    /** What is wrong with each part. */
    public Map<Health.Part, String> problems() {
        return health.problems();
    }

    /** The account of all messages since the start. */
    public Books books() {
        return tracker.books();
    }

    /** How often the MQTT broker did not have the session that was expected: messages may be lost. */
    public long lostSessions() {
        return source.lostSessions();
    }

    private void connect() {
        try {
            if (!source.run()) {
                fail();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Carries messages, once it is known again which births there were before. */
    private void carry() {
        BirthState births = pipeline.births();
        try {
            outlet.tend(); // Kafka answers while the births are read.
            if (births != null && storedBirths != null) {
                births.restore(storedBirths);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        carrier.run();
        if (births != null) {
            births.tellJournal(System.currentTimeMillis());
        }
    }

    private @Nullable Detour detour(DeadLetters deadLetters) {
        Path folder = settings.spool().dir();
        return folder == null
                ? null
                : new Detour(settings.spool(), folder, outlet, tracker, deadLetters, health, System::nanoTime);
    }

    private static @Nullable StoredBirths storedBirths(SparkplugSettings sparkplug) {
        Path folder = sparkplug.stateDir();
        return folder == null || !sparkplug.resolve() ? null : new StoredBirths(folder, sparkplug.stateMaxAge());
    }

    /** Topic filters besides those of the settings. */
    static List<TopicFilter> kept(SparkplugSettings sparkplug) {
        return sparkplug.certificates() ? List.of(TopicFilter.of(SparkplugTopic.CERTIFICATES + "#")) : List.of();
    }

    private void acknowledge() {
        while (!Thread.currentThread().isInterrupted()) {
            tracker.release();
            LockSupport.parkNanos(ACK_LINGER_NS);
        }
    }

    private void summarize() {
        Books before = tracker.books();
        try {
            while (true) {
                Thread.sleep(SUMMARY_INTERVAL.toMillis());
                Books now = tracker.books();
                audit(now);
                long rate = (now.received() - before.received()) / SUMMARY_INTERVAL.toSeconds();
                LOG.info(
                        "{}, {}/s, timestamps replaced {}{}{}{}",
                        now.describe(),
                        rate,
                        pipeline.timestampFallbacks(),
                        lostSessions() == 0 ? "" : ", sessions lost " + lostSessions(),
                        health.isReady() ? "" : ", not ready",
                        health.isWell() ? "" : ": " + health.describe());
                before = now;
                summarize(pipeline.births());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A message that is nowhere is a mistake of the bridge, to be heard of. */
    private void audit(Books books) {
        if (!books.balance()) {
            imbalances.incrementAndGet();
            LOG.error("The books do not balance, messages may be lost: {}", books.describe());
        }
    }

    /** How often the books did not balance; they are checked every minute, and at the end. */
    public long imbalances() {
        return imbalances.get();
    }

    /** Says nothing where no edge node was heard of. */
    private static void summarize(@Nullable BirthState births) {
        BirthState.Counters counters = births == null ? null : births.counters(System.currentTimeMillis());
        if (counters != null && counters.edgeNodes() > 0) {
            LOG.info("Sparkplug: {}", counters.describe());
        }
    }

    private void fail() {
        failed = true;
        ended.countDown();
    }

    private Thread thread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((t, e) -> {
            try {
                LOG.error("The bridge can't go on: thread {} failed", t.getName(), e);
            } finally {
                fail(); // Without memory even the log may fail.
            }
        });
        return thread;
    }
}
