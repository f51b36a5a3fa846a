package uns.bridge.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.Metric;

/**
 * What a producer counts and measures of itself as a whole. What it does for each topic is left out: there may be as many
 * of these as MQTT topics.
 */
final class ProducerMetrics {

    /** Of no producer. */
    static final ProducerMetrics NONE = new ProducerMetrics(Map.of());

    private static final String GROUP = "producer-metrics";

    private final Map<String, Metric> metrics;

    private ProducerMetrics(Map<String, Metric> metrics) {
        this.metrics = metrics;
    }

    static ProducerMetrics of(Producer<?, ?> producer) {
        Map<String, Metric> metrics = new HashMap<>();
        producer.metrics().forEach((name, metric) -> {
            if (name.group().equals(GROUP)) {
                metrics.put(name.name(), metric);
            }
        });
        return new ProducerMetrics(metrics);
    }

    /** The value of one by its name in Kafka's documentation, NaN if there is none. */
    double value(String name) {
        Metric metric = metrics.get(name);
        return metric != null && metric.metricValue() instanceof Number number ? number.doubleValue() : Double.NaN;
    }
}
