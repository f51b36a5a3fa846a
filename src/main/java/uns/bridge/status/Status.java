package uns.bridge.status;

import java.util.Map;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.health.Liveness;
import uns.bridge.http.Answer;
import uns.bridge.http.HttpEndpoint;
import uns.bridge.http.HttpEndpoint.Page;
import uns.bridge.http.HttpSettings;
import uns.bridge.kafka.KafkaSettings;
import uns.bridge.metrics.Metrics;
import uns.bridge.mqtt.MqttSettings;

/** Shows over HTTP how the bridge is. */
public final class Status implements AutoCloseable {

    /** Where to ask whether the process can make progress, and whether both sides work. */
    public static final String LIVE = "/health/live";

    public static final String READY = "/health/ready";

    private final DeliveryTracker tracker;
    private final BridgeMetrics metrics;
    private final CertificateEnds certificates;
    private final History history = new History(System.nanoTime());
    private final HttpEndpoint endpoint;

    /**
     * Shows what {@code instruments} tell, once it {@linkplain #run runs}.
     *
     * @param version of the bridge
     */
    public Status(String version, MqttSettings mqtt, KafkaSettings kafka, HttpSettings http, Instruments instruments) {
        this.tracker = instruments.tracker();
        this.certificates = new CertificateEnds(mqtt, kafka, http, System::nanoTime);
        this.metrics = new BridgeMetrics(version, instruments, certificates);
        StatusJson json = new StatusJson(version, mqtt, http.showPayloads(), instruments, history);
        Liveness liveness = instruments.liveness();
        Health health = instruments.health();
        StatusPage page = StatusPage.load();
        this.endpoint = new HttpEndpoint(
                http,
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

    /** Listens, samples what flows, and looks after the certificates, until interrupted. */
    public void run() {
        Thread listening = new Thread(endpoint::run, "http-listen");
        listening.setDaemon(true);
        listening.setUncaughtExceptionHandler(Thread.currentThread().getUncaughtExceptionHandler());
        listening.start();
        try {
            while (true) {
                Thread.sleep(History.INTERVAL_MS);
                history.add(System.nanoTime(), tracker.books(), tracker.flow().latencies());
                certificates.refresh();
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
