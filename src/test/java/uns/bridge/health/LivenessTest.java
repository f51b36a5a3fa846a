package uns.bridge.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import uns.bridge.health.Health.Part;

class LivenessTest {

    private final AtomicLong nowNs = new AtomicLong(-1);
    private final Heartbeat heartbeat = new Heartbeat("carrier", nowNs::get);
    private final Heartbeat other = new Heartbeat("drainer", nowNs::get);
    private final Health health = new Health();
    private final Heartbeat mqtt = new Heartbeat("mqtt", nowNs::get);
    private final Liveness liveness = new Liveness(
            Map.of(heartbeat, Part.KAFKA, other, Part.KAFKA, mqtt, Part.MQTT), health, Duration.ofSeconds(75));

    @BeforeEach
    void bothSidesAreWell() {
        health.up(Part.KAFKA);
        health.up(Part.MQTT);
    }

    @Test
    void shouldBeLiveWhenTheThreadsComeRound() {
        pass(Duration.ofSeconds(100));
        beat(heartbeat, other, mqtt);
        pass(Duration.ofSeconds(75));

        assertThat(liveness.problem()).isEqualTo(Health.OK);
    }

    @Test
    void shouldNotBeLiveWhenOneOfTheThreadsDoesNotComeRound() {
        pass(Duration.ofSeconds(76));
        beat(heartbeat, mqtt);

        assertThat(liveness.problem()).contains("drainer").contains("for 76 s");
    }

    @Test
    void shouldBeLiveWhenKafkaHoldsTheThreadForMinutes() {
        health.down(Part.KAFKA, "away");
        pass(Duration.ofSeconds(750));
        beat(mqtt);

        assertThat(liveness.problem()).isEqualTo(Health.OK);
    }

    @Test
    void shouldNotBeLiveWhenTheThreadNeverComesRoundThoughKafkaIsAway() {
        health.down(Part.KAFKA, "away");
        pass(Duration.ofSeconds(751));
        beat(other, mqtt);

        assertThat(liveness.problem()).contains("carrier").contains("for 751 s");
    }

    @Test
    void shouldWaitForEachSideOnlyWhereThatIsAway() {
        health.down(Part.MQTT, "away");
        pass(Duration.ofSeconds(76));
        beat(heartbeat, other);

        assertThat(liveness.problem()).isEqualTo(Health.OK);
        health.up(Part.MQTT);
        health.down(Part.KAFKA, "away");
        assertThat(liveness.problem()).contains("mqtt").contains("for 76 s");
    }

    private static void beat(Heartbeat... heartbeats) {
        for (Heartbeat each : heartbeats) {
            each.beat();
        }
    }

    private void pass(Duration time) {
        nowNs.addAndGet(time.toNanos());
    }
}
