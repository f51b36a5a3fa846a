package uns.bridge.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * What Prometheus reads. Every number is asked for when it is read, and nothing is counted here, so that messages cost
 * nothing more. Names and units follow the conventions of Prometheus; labels are pairs of name and value.
 */
public final class Metrics implements AutoCloseable {

    /** The media type of {@link #scrape}. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final double MS_PER_SECOND = 1_000;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final Runnable refresh;

    /** Micrometer holds what a counter asks by a weak reference only. */
    private final List<Counter> counters = new ArrayList<>();

    /**
     * A histogram of durations.
     *
     * @param boundsMs where its ranges end, inclusive, in milliseconds
     * @param counts how many fell into each, and beyond the last
     * @param sumMs all together, in milliseconds
     */
    public record Durations(List<Long> boundsMs, List<Long> counts, long sumMs) {}

    /** Begins with those of the JVM and the process. {@code refresh} is called before each {@link #scrape}. */
    public Metrics(Runnable refresh) {
        this.refresh = refresh;
        new ClassLoaderMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    /** What only grows, until a restart; its name ends in {@code _total}. It stays where it was while it is NaN. */
    public void counter(String name, String help, DoubleSupplier value, String... labels) {
        Counter counter = new Counter(value);
        counters.add(counter);
        FunctionCounter.builder(name, counter, Counter::value)
                .description(help)
                .tags(Tags.of(labels))
                .register(registry);
    }

    /** What goes up and down; NaN where it is not known. */
    public void gauge(String name, String help, DoubleSupplier value, String... labels) {
        Gauge.builder(name, value, DoubleSupplier::getAsDouble)
                .description(help)
                .tags(Tags.of(labels))
                .strongReference(true)
                .register(registry);
    }

    /** Durations that somebody else has counted, in seconds; its name ends in {@code _seconds}. */
    public void histogram(String name, String help, Supplier<Durations> durations) {
        registry.getPrometheusRegistry().register(new Collector() {
            @Override
            public MetricSnapshot collect() {
                Durations now = durations.get();
                List<Double> bounds = new ArrayList<>();
                now.boundsMs().forEach(bound -> bounds.add(bound / MS_PER_SECOND));
                bounds.add(Double.POSITIVE_INFINITY);
                return HistogramSnapshot.builder()
                        .name(name)
                        .help(help)
                        .dataPoint(HistogramDataPointSnapshot.builder()
                                .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, now.counts()))
                                .sum(now.sumMs() / MS_PER_SECOND)
                                .build())
                        .build();
            }
        });
    }

    /** All metrics as of now. */
    public synchronized String scrape() {
        refresh.run();
        return registry.scrape();
    }

    /** Of one that is not known now Prometheus could not tell how much it has grown. */
    private static final class Counter {

        private final DoubleSupplier source;
        private double last;

        Counter(DoubleSupplier source) {
            this.source = source;
        }

        double value() {
            double now = source.getAsDouble();
            last = Double.isNaN(now) ? last : now;
            return last;
        }
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }
}
