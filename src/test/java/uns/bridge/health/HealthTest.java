package uns.bridge.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import uns.bridge.health.Health.Part;

class HealthTest {

    private final Health health = new Health();

    @Test
    void shouldNotBeReadyWhenNothingHasHappenedYet() {
        assertThat(health.isReady()).isFalse();
        assertThat(health.describe())
                .isEqualTo("MQTT: not connected yet; SUBSCRIPTIONS: not subscribed yet; KAFKA: not connected yet");
        assertThat(health.problems())
                .isEqualTo(Map.of(
                        Part.MQTT,
                        "not connected yet",
                        Part.SUBSCRIPTIONS,
                        "not subscribed yet",
                        Part.KAFKA,
                        "not connected yet",
                        Part.FLOW,
                        Health.OK,
                        Part.SPOOL,
                        Health.OK));
    }

    @Test
    void shouldBeReadyWhenEveryPartIsUp() {
        health.up(Part.MQTT);
        assertThat(health.isReady()).isFalse();
        health.up(Part.SUBSCRIPTIONS);
        health.up(Part.KAFKA);

        assertThat(health.isReady()).isTrue();
        assertThat(health.describe()).isEmpty();
        assertThat(health.problems())
                .hasSize(Part.values().length)
                .allSatisfy((part, problem) -> assertThat(problem).isEqualTo(Health.OK));
    }

    @Test
    void shouldSayTheLatestReasonWhenAPartIsDown() {
        health.up(Part.MQTT);
        health.up(Part.SUBSCRIPTIONS);
        health.down(Part.KAFKA, "first");
        health.down(Part.KAFKA, "second");

        assertThat(health.isReady()).isFalse();
        assertThat(health.describe()).isEqualTo("KAFKA: second");

        health.up(Part.KAFKA);
        assertThat(health.isReady()).isTrue();
    }

    @Test
    void shouldBeReadyAndSayWhyWhenAPartIsLimited() {
        health.up(Part.MQTT);
        health.up(Part.SUBSCRIPTIONS);
        health.limited(Part.KAFKA, "one topic is refused");

        assertThat(health.isReady()).isTrue();
        assertThat(health.describe()).isEqualTo("KAFKA: one topic is refused");
        assertThat(health.conditions())
                .containsEntry(Part.KAFKA, new Health.Condition(Health.State.LIMITED, "one topic is refused"));
    }

    @Test
    void shouldNotChangeWhatWasHandedOutWhenAPartChanges() {
        Map<Part, String> before = health.problems();
        health.up(Part.MQTT);
        assertThat(before).containsEntry(Part.MQTT, "not connected yet");
    }
}
