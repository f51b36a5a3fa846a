package uns.bridge.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LivenessTest {

    private final AtomicLong nowNs = new AtomicLong(-1);
    private final Heartbeat heartbeat = new Heartbeat("carrier", nowNs::get);
    private final Heartbeat other = new Heartbeat("drainer", nowNs::get);
    private final Health health = new Health();
    private final Liveness liveness = new Liveness(List.of(heartbeat, other), health, Duration.ofSeconds(75));

    @Test
    void shouldBeLiveWhenTheThreadComesRound() {
        health.up(Health.Part.KAFKA);
        pass(Duration.ofSeconds(100));
        heartbeat.beat();
        other.beat();
        pass(Duration.ofSeconds(75));

        assertThat(liveness.problem()).isEqualTo(Health.OK);
    }

    @Test
    void shouldNotBeLiveWhenTheThreadDoesNotComeRoundThoughKafkaIsWell() {
        health.up(Health.Part.KAFKA);
        pass(Duration.ofSeconds(76));

        assertThat(liveness.problem()).contains("carrier").contains("for 76 s");
    }

    @Test
    void shouldNotBeLiveWhenOneOfTheThreadsDoesNotComeRound() {
        health.up(Health.Part.KAFKA);
        pass(Duration.ofSeconds(76));
        heartbeat.beat();

        assertThat(liveness.problem()).contains("drainer").contains("for 76 s");
    }

    @Test
    void shouldBeLiveWhenKafkaHoldsTheThreadForMinutes() {
        health.down(Health.Part.KAFKA, "away");
        pass(Duration.ofSeconds(750));

        assertThat(liveness.problem()).isEqualTo(Health.OK);
    }

    @Test
    void shouldNotBeLiveWhenTheThreadNeverComesRoundThoughKafkaIsAway() {
        health.down(Health.Part.KAFKA, "away");
        pass(Duration.ofSeconds(751));

        assertThat(liveness.problem()).contains("carrier").contains("for 751 s");
    }

    private void pass(Duration time) {
        nowNs.addAndGet(time.toNanos());
    }
}
