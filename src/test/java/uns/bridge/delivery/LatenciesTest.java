package uns.bridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LatenciesTest {

    private final Latencies latencies = new Latencies();

    @Test
    void shouldCountWithinTheBoundThatIsReached() {
        latencies.add(10);
        latencies.add(11);
        latencies.add(Long.MAX_VALUE / 2);
        latencies.add(-5);

        assertThat(Latencies.boundsMs()).isSorted().doesNotHaveDuplicates();
        assertThat(latencies.counts()).hasSize(Latencies.boundsMs().size() + 1);
        assertThat(count(10)).isOne();
        assertThat(count(15)).isOne();
        assertThat(count(1)).as("a clock that was set back").isOne();
        assertThat(latencies.counts().get(Latencies.boundsMs().size())).isOne();
        assertThat(latencies.sumMs()).isEqualTo(10 + 11 + Long.MAX_VALUE / 2);
    }

    @Test
    void shouldTellWhatMostTookAtMost() {
        for (int i = 0; i < 98; i++) {
            latencies.add(4);
        }
        latencies.add(400);
        latencies.add(400);

        assertThat(latencies.quantileMs(new Latencies(), 0.5)).isCloseTo(4, within(1.0));
        assertThat(latencies.quantileMs(new Latencies(), 0.99)).isCloseTo(400, within(100.0));
    }

    @Test
    void shouldLeaveOutWhatCameBefore() {
        latencies.add(5_000);
        Latencies before = latencies.copy();
        assertThat(latencies.quantileMs(before, 0.99)).isNaN();

        latencies.add(4);

        assertThat(latencies.quantileMs(before, 0.99)).isLessThanOrEqualTo(5);
        assertThat(before.counts()).isNotEqualTo(latencies.counts());
    }

    @Test
    void shouldTellTheLastBoundWhenItTookLongerThanAll() {
        latencies.add(Long.MAX_VALUE / 2);

        assertThat(latencies.quantileMs(new Latencies(), 0.5)).isEqualTo(86_400_000);
    }

    private long count(long boundMs) {
        return latencies.counts().get(Latencies.boundsMs().indexOf(boundMs));
    }
}
