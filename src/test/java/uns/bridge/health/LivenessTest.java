package uns.bridge.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LivenessTest {

    private final AtomicLong nowNs = new AtomicLong(-1);
    private final Heartbeat heartbeat = new Heartbeat(nowNs::get);
    private final Health health = new Health();
    private final Liveness liveness = new Liveness(heartbeat, health, Duration.ofSeconds(75));

    @Test
    void shouldBeLiveWhenTheThreadComesRound() {
        health.up(Health.Part.KAFKA);
        pass(Duration.ofSeconds(100));
        heartbeat.beat();
        pass(Duration.ofSeconds(75));

        assertThat(liveness.problem()).isEqualTo(Health.OK);
    }

    @Test
    void shouldNotBeLiveWhenTheThreadDoesNotComeRoundThoughKafkaIsWell() {
        health.up(Health.Part.KAFKA);
        pass(Duration.ofSeconds(76));

        assertThat(liveness.problem()).contains("for 76 s");
    }

    @Test
    void shouldBeLiveWhenTheThreadWaitsForKafka() {
        health.down(Health.Part.KAFKA, "away");
        pass(Duration.ofDays(1));

        assertThat(liveness.problem()).isEqualTo(Health.OK);
    }

    private void pass(Duration time) {
        nowNs.addAndGet(time.toNanos());
    }
}
