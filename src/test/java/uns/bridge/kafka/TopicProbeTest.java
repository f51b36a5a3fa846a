package uns.bridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import uns.bridge.kafka.TopicProbe.Absence;

class TopicProbeTest {

    private static final Absence NOT_CREATED = new Absence("not created", false);
    private static final Absence COLLIDES = new Absence("collides", true);

    private final ScriptedKafka.ScriptedTime time = new ScriptedKafka.ScriptedTime();
    private final List<String> asked = new ArrayList<>();
    private @Nullable Absence answer;
    private String problem = "";
    private final TopicProbe probe = new TopicProbe(
            new TopicProbe.Lookup() {
                @Override
                public Map<String, Absence> find(String topic, Collection<String> others) {
                    asked.add(topic);
                    return answer == null ? Map.of() : Map.of(topic, answer);
                }

                @Override
                public String problem() {
                    return problem;
                }
            },
            "dead",
            time);

    @Test
    void shouldKnowNothingWhenNotAsked() throws InterruptedException {
        assertThat(probe.absence("t")).isNull();
        assertThat(asked).isEmpty();
    }

    @Test
    void shouldRememberNothingWhenTheTopicExists() throws InterruptedException {
        assertThat(probe.look("t")).isNull();
        assertThat(probe.absence("t")).isNull();
        assertThat(asked).containsExactly("t");
    }

    @Test
    void shouldRememberTwiceAsLongEachTimeWhenAbsentAgain() throws InterruptedException {
        answer = NOT_CREATED;
        for (int seconds : new int[] {30, 60, 120, 240, 480, 600, 600}) {
            assertThat(probe.look("t")).isEqualTo("not created");
            assertRememberedFor(Duration.ofSeconds(seconds), "t");
        }
        assertThat(asked).as("left to the producer").hasSize(7);
    }

    @Test
    void shouldBeginAnewWhenTheTopicExistedInBetween() throws InterruptedException {
        answer = NOT_CREATED;
        probe.look("t");
        probe.look("t");
        answer = null;
        probe.look("t");
        answer = NOT_CREATED;
        probe.look("t");

        assertRememberedFor(TopicProbe.FIRST_MEMORY, "t");
    }

    @Test
    void shouldAskKafkaByItselfWhenItRefusedToCreateTheTopic() throws InterruptedException {
        answer = COLLIDES;
        probe.look("t");
        time.pass(TopicProbe.FIRST_MEMORY);

        assertThat(probe.absence("t")).isEqualTo("collides");
        assertThat(asked).hasSize(2);

        time.pass(TopicProbe.FIRST_MEMORY.multipliedBy(2).minusNanos(1));
        assertThat(probe.absence("t")).isEqualTo("collides");
        assertThat(asked).as("remembered twice as long").hasSize(2);

        answer = null;
        time.pass(Duration.ofNanos(1));
        assertThat(probe.absence("t")).as("exists now").isNull();
        assertThat(asked).hasSize(3);
        assertThat(probe.absence("t")).isNull();
        assertThat(asked).as("forgotten").hasSize(3);
    }

    /** Until the dead-letter topic exists dead letters wait; the producer would hold up all others to find out. */
    @Test
    void shouldAskKafkaByItselfEachHalfMinuteWhenItIsTheDeadLetterTopic() throws InterruptedException {
        answer = NOT_CREATED;
        List<Integer> leftToTheProducer = new ArrayList<>();
        probe.look("dead");
        for (int seconds = 30; seconds <= 2_000; seconds += 30) {
            time.pass(Duration.ofSeconds(30));
            if (probe.absence("dead") == null) {
                leftToTheProducer.add(seconds);
                probe.look("dead");
            }
            assertThat(asked).hasSize(1 + seconds / 30);
            assertThat(probe.absence("dead")).isEqualTo("not created");
            assertThat(asked).as("remembered").hasSize(1 + seconds / 30);
        }
        assertThat(leftToTheProducer).containsExactly(30, 90, 210, 450, 930, 1_530);

        answer = null;
        time.pass(Duration.ofSeconds(30));
        assertThat(probe.absence("dead")).as("exists now").isNull();
        assertThat(probe.remembers("dead")).isFalse();
    }

    @Test
    void shouldStillRememberTheDeadLetterTopicWhenKafkaGivesNoAnswer() throws InterruptedException {
        answer = NOT_CREATED;
        probe.look("dead");
        time.pass(TopicProbe.FIRST_MEMORY);
        probe.absence("dead");
        probe.look("dead"); // Remembered for a minute.
        answer = null;
        problem = "Kafka is away";
        time.pass(TopicProbe.FIRST_MEMORY);

        assertThat(probe.absence("dead")).isEqualTo("not created");
        assertThat(probe.remembers("dead")).isTrue();
        assertThat(asked).hasSize(3);
        assertThat(probe.absence("dead")).isEqualTo("not created");
        assertThat(asked).as("not asked again at once").hasSize(3);
    }

    /** It may do so by itself now, which only the producer can find out. */
    @Test
    void shouldBeginAnewWhenKafkaWouldCreateItNow() throws InterruptedException {
        answer = COLLIDES;
        probe.look("t");
        time.pass(Duration.ofSeconds(30));
        probe.look("t");
        time.pass(Duration.ofSeconds(60));
        answer = NOT_CREATED;
        assertThat(probe.absence("t")).isEqualTo("not created");

        assertRememberedFor(TopicProbe.FIRST_MEMORY, "t");
    }

    @Test
    void shouldForgetWhenThereAreTooMany() throws InterruptedException {
        answer = NOT_CREATED;
        for (int i = 0; i < TopicProbe.MAX_REMEMBERED; i++) {
            probe.look("t" + i);
        }
        probe.look("t0");
        assertThat(probe.absence("t1")).isNotNull();

        probe.look("one more");

        assertThat(probe.absence("t1")).isNull();
        assertThat(probe.absence("one more")).isNotNull();
    }

    private void assertRememberedFor(Duration duration, String topic) throws InterruptedException {
        time.pass(duration.minusNanos(1));
        assertThat(probe.absence(topic)).isNotNull();
        time.pass(Duration.ofNanos(1));
        assertThat(probe.absence(topic)).isNull();
    }
}
