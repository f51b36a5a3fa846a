package uns.bridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.Test;
import uns.bridge.kafka.ConnectionWatch.Sight;

class ConnectionWatchTest {

    private final ConnectionWatch watch = new ConnectionWatch();
    private double answers;
    private double closed;
    private long nowNs = -1;

    @Test
    void shouldNotKnowBeforeKafkaHasAnswered() {
        assertThat(look()).isEqualTo(Sight.UNKNOWN);
        answers = 1;
        assertThat(look()).isEqualTo(Sight.THERE);
        pass(Duration.ofHours(1));
        assertThat(look()).as("nothing to do").isEqualTo(Sight.THERE);
    }

    @Test
    void shouldMissKafkaWhenItRefusesConnectionsFromTheBeginning() {
        closed = 1;
        assertThat(look()).isEqualTo(Sight.UNKNOWN);
        pass(Duration.ofSeconds(2));
        closed = 5;
        assertThat(look()).isEqualTo(Sight.LOST);
        answers = 1;
        assertThat(look()).isEqualTo(Sight.THERE);
    }

    @Test
    void shouldMissKafkaWhenConnectionsAreClosedAndNothingAnswers() {
        answers = 7;
        closed = 3;
        assertThat(look()).isEqualTo(Sight.THERE);
        closed = 4;
        assertThat(look()).isEqualTo(Sight.UNKNOWN);
        pass(Duration.ofSeconds(2));
        assertThat(look()).isEqualTo(Sight.LOST);
    }

    @Test
    void shouldNotMissKafkaWhenAnotherConnectionTakesOver() {
        answers = 7;
        look();
        closed = 1;
        look();
        pass(Duration.ofSeconds(1));
        answers = 8;
        assertThat(look()).isEqualTo(Sight.THERE);
        pass(Duration.ofSeconds(2));
        assertThat(look()).isEqualTo(Sight.THERE);
    }

    @Test
    void shouldBeginAnewWithAnotherProducer() {
        answers = 7;
        closed = 4;
        look();
        watch.reset();
        answers = 1;
        closed = 0;
        assertThat(look()).isEqualTo(Sight.THERE);
    }

    private Sight look() {
        try (MockProducer<byte[], byte[]> producer = new MockProducer<>()) {
            Map.of("response-total", answers, "connection-close-total", closed).forEach((name, value) -> {
                MetricName id = new MetricName(name, "producer-metrics", "", Map.of());
                producer.setMockMetrics(id, metric(id, value));
            });
            return watch.look(ProducerMetrics.of(producer), nowNs);
        }
    }

    private static Metric metric(MetricName name, double value) {
        return new Metric() {
            @Override
            public MetricName metricName() {
                return name;
            }

            @Override
            public Object metricValue() {
                return value;
            }
        };
    }

    private void pass(Duration time) {
        nowNs += time.toNanos();
    }
}
