package uns.bridge.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitedLogTest {

    private static final long INTERVAL_NS = Duration.ofSeconds(10).toNanos();

    private final AtomicLong clockNs = new AtomicLong();
    private final List<Long> lines = new ArrayList<>();

    @Test
    void shouldLetTheFirstThroughWhenItIsNew() {
        LimitedLog log = new LimitedLog();
        log.log(lines::add);
        log.log(lines::add);
        assertThat(lines).containsExactly(0L);
    }

    /** The clock of the JVM has no particular beginning, and may run over. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, -5, Long.MAX_VALUE - 3, Long.MIN_VALUE})
    void shouldCountTheOthersWhenTheyComeWithinTheInterval(long startNs) {
        clockNs.set(startNs);
        LimitedLog log = new LimitedLog(clockNs::get);
        log.log(lines::add);
        log.log(lines::add);
        clockNs.addAndGet(INTERVAL_NS - 1);
        log.log(lines::add);
        assertThat(lines).containsExactly(0L);

        clockNs.incrementAndGet();
        log.log(lines::add);
        log.log(lines::add);
        assertThat(lines).containsExactly(0L, 2L);

        clockNs.addAndGet(3 * INTERVAL_NS);
        log.log(lines::add);
        assertThat(lines).containsExactly(0L, 2L, 1L);
    }
}
