package uns.bridge.status;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import uns.bridge.delivery.Books;
import uns.bridge.delivery.Latencies;

class HistoryTest {

    private static final long SECOND_NS = 1_000_000_000;

    private final History history = new History(0);

    @Test
    void shouldTellWhatFlowedPerSecond() {
        history.add(5 * SECOND_NS, new Books(100, 50, 10, 0, 0, 40), new Latencies());
        history.add(10 * SECOND_NS, new Books(110, 70, 10, 0, 0, 30), new Latencies());

        assertThat(history.samples())
                .containsExactly(
                        new History.Sample(5 * SECOND_NS, 20, 12, Double.NaN, Double.NaN, 40),
                        new History.Sample(10 * SECOND_NS, 2, 4, Double.NaN, Double.NaN, 30));
    }

    @Test
    void shouldKeepFifteenMinutes() {
        for (int i = 1; i <= History.SAMPLES + 10; i++) {
            history.add(5 * i * SECOND_NS, new Books(i, 0, 0, 0, 0, i), new Latencies());
        }

        assertThat(history.samples()).hasSize(15 * 60 * 1_000 / History.INTERVAL_MS);
        assertThat(history.samples().get(0).inFlight()).isEqualTo(11);
    }
}
