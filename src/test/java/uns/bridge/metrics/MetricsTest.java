package uns.bridge.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MetricsTest {

    private final AtomicInteger scrapes = new AtomicInteger();
    private final Metrics metrics = new Metrics(scrapes::incrementAndGet);

    @AfterEach
    void close() {
        metrics.close();
    }

    @Test
    void shouldAskForEveryNumberWhenScraped() {
        AtomicInteger number = new AtomicInteger(3);
        metrics.counter("x_messages_total", "Messages", number::get, "reason", "a \"quoted\" one");
        metrics.gauge("x_in_flight", "On their way", number::get);
        number.set(5);

        assertThat(metrics.scrape())
                .contains("# HELP x_messages_total Messages\n# TYPE x_messages_total counter\n")
                .contains("x_messages_total{reason=\"a \\\"quoted\\\" one\"} 5.0\n")
                .contains("# TYPE x_in_flight gauge\nx_in_flight 5.0\n");
        assertThat(scrapes).hasValue(1);
    }

    @Test
    void shouldKeepACounterWhereItWasWhenItIsNotKnown() {
        double[] number = {Double.NaN};
        metrics.counter("x_messages_total", "Messages", () -> number[0]);
        metrics.gauge("x_in_flight", "On their way", () -> number[0]);
        assertThat(metrics.scrape()).contains("x_messages_total 0.0\n", "x_in_flight NaN\n");

        number[0] = 5;
        assertThat(metrics.scrape()).contains("x_messages_total 5.0\n");

        number[0] = Double.NaN;
        assertThat(metrics.scrape()).contains("x_messages_total 5.0\n", "x_in_flight NaN\n");
    }

    @Test
    void shouldSumUpTheRangesOfAHistogram() {
        metrics.histogram(
                "x_latency_seconds",
                "How long it took",
                () -> new Metrics.Durations(List.of(1L, 500L), List.of(4L, 2L, 1L), 3_250));

        assertThat(metrics.scrape())
                .contains(
                        "# TYPE x_latency_seconds histogram\n",
                        "x_latency_seconds_bucket{le=\"0.001\"} 4\n",
                        "x_latency_seconds_bucket{le=\"0.5\"} 6\n",
                        "x_latency_seconds_bucket{le=\"+Inf\"} 7\n",
                        "x_latency_seconds_count 7\n",
                        "x_latency_seconds_sum 3.25\n");
    }

    @Test
    void shouldGoOnCountingWhenGarbageWasCollected() {
        AtomicInteger number = new AtomicInteger(3);
        metrics.counter("x_messages_total", "Messages", number::get);
        metrics.gauge("x_in_flight", "On their way", number::get);
        WeakReference<Object> garbage = new WeakReference<>(new Object());
        while (garbage.get() != null) {
            System.gc();
        }
        number.set(7);

        assertThat(metrics.scrape()).contains("x_messages_total 7.0\n", "x_in_flight 7.0\n");
    }
}
