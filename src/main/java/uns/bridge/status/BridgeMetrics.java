package uns.bridge.status;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import uns.bridge.delivery.Books;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.delivery.Drop;
import uns.bridge.delivery.Flow;
import uns.bridge.delivery.Latencies;
import uns.bridge.health.Health;
import uns.bridge.health.Liveness;
import uns.bridge.metrics.Metrics;
import uns.bridge.mqtt.MqttSource;
import uns.bridge.sparkplug.BirthState;
import uns.bridge.sparkplug.EdgeNodeCensus;
import uns.bridge.sparkplug.RebirthRequest;
import uns.bridge.spool.Fill;

/**
 * Names what the parts of the bridge count. No label has values that messages make up, such as MQTT topics, so that the
 * number of series is known beforehand.
 */
final class BridgeMetrics {

    private static final double MS_PER_SECOND = 1_000;

    /** What the Kafka producer counts, by its name in Kafka's documentation. */
    private static final List<String> PRODUCER_COUNTERS = List.of(
            "record-send-total",
            "record-retry-total",
            "record-error-total",
            "batch-split-total",
            "outgoing-byte-total",
            "request-total",
            "response-total",
            "connection-creation-total",
            "connection-close-total",
            "failed-authentication-total",
            "bufferpool-wait-time-ns-total",
            "buffer-exhausted-total");

    private static final List<String> PRODUCER_GAUGES = List.of(
            "buffer-available-bytes",
            "buffer-total-bytes",
            "batch-size-avg",
            "records-per-request-avg",
            "compression-rate-avg",
            "record-queue-time-avg",
            "record-queue-time-max",
            "request-latency-avg",
            "request-latency-max",
            "requests-in-flight",
            "connection-count",
            "waiting-threads",
            "metadata-age");

    private final DeliveryTracker tracker;
    private final Metrics metrics = new Metrics(this::refresh);

    /** Of one instant, so that the sums are right in what is read at once. */
    private volatile Books books;

    private volatile Flow flow;

    BridgeMetrics(String version, Instruments instruments, CertificateEnds certificates) {
        this.tracker = instruments.tracker();
        this.books = tracker.books();
        this.flow = tracker.flow();
        metrics.gauge("uns_bridge_build", "1; the version is a label", () -> 1, "version", version);
        messages();
        spool(instruments.spool());
        metrics.counter(
                "uns_bridge_books_imbalances_total",
                "How often a message was nowhere: a mistake of the bridge",
                instruments.imbalances()::getAsLong);
        metrics.counter(
                "uns_bridge_timestamps_replaced_total",
                "Records with the time of arrival, because their own was not valid",
                instruments.pipeline()::timestampFallbacks);
        health(instruments.health(), instruments.liveness());
        certificates(certificates);
        mqtt(instruments.source());
        BirthState births = instruments.pipeline().births();
        if (births != null) {
            sparkplug(births);
        }
        producer(instruments.producer());
    }

    private void producer(ToDoubleFunction<String> value) {
        for (String name : PRODUCER_COUNTERS) {
            metrics.counter(producerName(name), "Kafka producer: " + name, () -> value.applyAsDouble(name));
        }
        for (String name : PRODUCER_GAUGES) {
            metrics.gauge(producerName(name), "Kafka producer: " + name, () -> value.applyAsDouble(name));
        }
    }

    /** All metrics in the format {@link Metrics#CONTENT_TYPE}. */
    String scrape() {
        return metrics.scrape();
    }

    void close() {
        metrics.close();
    }

    private void refresh() {
        books = tracker.books();
        flow = tracker.flow();
    }

    private void messages() {
        book("received", "Messages that arrived", Books::received);
        book("delivered", "Messages confirmed by Kafka in their own topic", Books::delivered);
        book("dead_lettered", "Messages confirmed by Kafka in the dead-letter topic", Books::deadLettered);
        book("skipped", "Messages not meant to become records", Books::skipped);
        for (Drop reason : Drop.values()) {
            metrics.counter(
                    "uns_bridge_messages_dropped_total",
                    "Messages that were given up",
                    () -> books.drops().getOrDefault(reason, 0L),
                    "reason",
                    label(reason));
        }
        metrics.gauge(
                "uns_bridge_messages_in_flight",
                "Messages that arrived and are neither confirmed nor in the spool yet",
                () -> books.inFlight());
        metrics.gauge("uns_bridge_in_flight_bytes", "Memory that messages in flight hold", () -> flow.inFlightBytes());
        metrics.counter(
                "uns_bridge_received_bytes_total",
                "Payloads of messages that were taken in",
                () -> flow.receivedBytes());
        metrics.gauge(
                "uns_bridge_last_message_timestamp_seconds",
                "When the last message arrived, seconds since 1970",
                () -> flow.lastArrivalMs() == 0 ? Double.NaN : flow.lastArrivalMs() / MS_PER_SECOND);
        metrics.histogram("uns_bridge_latency_seconds", "From a message's arrival to Kafka's confirmation", () -> {
            Latencies latencies = flow.latencies();
            return new Metrics.Durations(Latencies.boundsMs(), latencies.counts(), latencies.sumMs());
        });
    }

    private void spool(Supplier<Fill> fill) {
        book("restored", "Messages that an earlier run has left in the spool", Books::restored);
        metrics.gauge(
                "uns_bridge_messages_spooled",
                "Messages in the spool that are not confirmed yet",
                () -> books.spooled());
        metrics.gauge(
                "uns_bridge_spool_bytes",
                "What the spool takes of the disk",
                () -> fill.get().bytes());
        metrics.gauge(
                "uns_bridge_spool_max_bytes",
                "What it may take of it, 0 without a spool",
                () -> fill.get().maxBytes());
        metrics.gauge(
                "uns_bridge_spool_age_seconds",
                "For how long the oldest message is in the spool, 0 if there is none",
                () -> fill.get().ageMs() / MS_PER_SECOND);
    }

    private void book(String name, String help, ToDoubleFunction<Books> value) {
        metrics.counter("uns_bridge_messages_" + name + "_total", help, () -> value.applyAsDouble(books));
    }

    private void health(Health health, Liveness liveness) {
        metrics.gauge("uns_bridge_ready", "1 if every part works", () -> health.isReady() ? 1 : 0);
        metrics.gauge(
                "uns_bridge_live",
                "1 if the process can make progress",
                () -> liveness.problem().equals(Health.OK) ? 1 : 0);
        for (Health.Part part : Health.Part.values()) {
            for (Health.State state : Health.State.values()) {
                metrics.gauge(
                        "uns_bridge_part_state",
                        "1 for the state in which a part is",
                        () -> {
                            Health.Condition condition = health.conditions().get(part);
                            return condition != null && condition.state() == state ? 1 : 0;
                        },
                        "part",
                        label(part),
                        "state",
                        label(state));
            }
        }
    }

    private void certificates(CertificateEnds certificates) {
        for (String setting : certificates.now().keySet()) {
            metrics.gauge(
                    "uns_bridge_certificate_expiry_timestamp_seconds",
                    "Until when the certificates of a setting are valid, seconds since 1970",
                    () -> {
                        Instant end = certificates.now().get(setting);
                        return end == null ? Double.NaN : end.getEpochSecond();
                    },
                    "setting",
                    setting);
        }
    }

    private void mqtt(MqttSource source) {
        metrics.counter(
                "uns_bridge_mqtt_connections_total",
                "Connections to the MQTT broker; all but the first are reconnections",
                source::connections);
        metrics.counter(
                "uns_bridge_mqtt_lost_sessions_total",
                "How often the MQTT broker did not have the session that was expected",
                source::lostSessions);
        for (String filter : source.subscriptions().keySet()) {
            metrics.gauge(
                    "uns_bridge_mqtt_subscription_granted",
                    "1 if the MQTT broker has granted a topic filter as asked",
                    () -> source.subscriptions().getOrDefault(filter, false) ? 1 : 0,
                    "filter",
                    filter);
        }
    }

    private void sparkplug(BirthState births) {
        for (EdgeNodeCensus.State state : EdgeNodeCensus.State.values()) {
            metrics.gauge(
                    "uns_bridge_sparkplug_edge_nodes",
                    "Edge nodes that are known",
                    () -> births.edgeNodes().count(state),
                    "state",
                    label(state));
        }
        birth(births, "unresolved_metrics_total", "Metrics without name or datatype", c -> c.unresolved());
        birth(births, "gaps_total", "Gaps in sequences of edge nodes", c -> c.gaps());
        birth(births, "gaps_lost_total", "Gaps that were not closed in time", c -> c.lostGaps());
        birth(births, "stale_deaths_total", "Deaths that belong to an earlier life", c -> c.staleDeaths());
        birth(births, "evictions_total", "Births forgotten to bound the memory", c -> c.evictions());
        metrics.gauge(
                "uns_bridge_sparkplug_gaps_open",
                "Gaps whose messages may still come late",
                () -> counters(births).openGaps());
        metrics.gauge(
                "uns_bridge_sparkplug_definitions",
                "Definitions of metrics that are kept",
                () -> counters(births).weight());
        if (births.rebirths() != null) {
            for (RebirthRequest.Reason reason : RebirthRequest.Reason.values()) {
                metrics.counter(
                        "uns_bridge_sparkplug_rebirth_requests_total",
                        "Requests for births",
                        () -> counters(births).rebirths().getOrDefault(reason, 0L),
                        "reason",
                        label(reason));
            }
        }
    }

    private void birth(BirthState births, String name, String help, ToDoubleFunction<BirthState.Counters> value) {
        metrics.counter("uns_bridge_sparkplug_" + name, help, () -> value.applyAsDouble(counters(births)));
    }

    private static BirthState.Counters counters(BirthState births) {
        return births.counters(System.currentTimeMillis());
    }

    private static String producerName(String name) {
        return "kafka_producer_" + name.replace('-', '_');
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
