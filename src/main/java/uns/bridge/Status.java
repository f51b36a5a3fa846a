package uns.bridge;

import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.health.LatestDeadLetters;
import uns.bridge.health.Liveness;
import uns.bridge.http.Answer;
import uns.bridge.http.HttpEndpoint;
import uns.bridge.http.HttpEndpoint.Page;
import uns.bridge.metrics.Metrics;
import uns.bridge.mqtt.MqttSource;
import uns.bridge.pipeline.Pipeline;

/** Shows over HTTP how the bridge is. */
final class Status implements AutoCloseable {

    /** Where to ask whether the process can make progress, and whether both sides work. */
    static final String LIVE = "/health/live";

    static final String READY = "/health/ready";

    private final DeliveryTracker tracker;
    private final BridgeMetrics metrics;
    private final History history = new History(System.currentTimeMillis());
    private final HttpEndpoint endpoint;

    Status(
            Settings settings,
            DeliveryTracker tracker,
            Health health,
            Liveness liveness,
            MqttSource source,
            Pipeline pipeline,
            Outlet outlet,
            Supplier<Detour.Fill> spool,
            LongSupplier imbalances,
            LatestDeadLetters deadLetters) {
        this.tracker = tracker;
        this.metrics = new BridgeMetrics(
                tracker, health, liveness, source, pipeline, outlet, spool, new CertificateEnds(settings), imbalances);
        StatusJson json = new StatusJson(
                settings, tracker, health, liveness, source, pipeline, spool, imbalances, history, deadLetters);
        StatusPage page = StatusPage.load();
        this.endpoint = new HttpEndpoint(
                settings.http(),
                Map.of(
                        "/",
                        Page.guarded(() -> Answer.text("text/html; charset=utf-8", page.html())),
                        "/status.json",
                        Page.guarded(() -> Answer.json(Answer.OK, json.status())),
                        "/metrics",
                        Page.guarded(() -> Answer.text(Metrics.CONTENT_TYPE, metrics.scrape())),
                        LIVE,
                        trusted -> Answer.json(
                                liveness.problem().equals(Health.OK) ? Answer.OK : Answer.UNAVAILABLE,
                                json.live(trusted)),
                        READY,
                        trusted -> Answer.json(health.isReady() ? Answer.OK : Answer.UNAVAILABLE, json.ready(trusted))),
                page.contentSecurityPolicy());
    }

    /** Listens, and samples what flows, until interrupted. */
    void run() {
        Thread listening = new Thread(endpoint::run, "http-listen");
        listening.setDaemon(true);
        listening.start();
        try {
            while (true) {
                Thread.sleep(History.INTERVAL_MS);
                history.add(
                        System.currentTimeMillis(),
                        tracker.books(),
                        tracker.flow().latencies());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        endpoint.close();
        metrics.close();
    }
}
