package uns.bridge.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.apache.kafka.common.internals.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicMapperTest {

    @ParameterizedTest
    @CsvSource({
        "spBv1.0/G1/DDATA/E1/D1, spBv1.0_G1_DDATA_E1_D1",
        "a,                      a",
        "/a//b/,                 _a__b_",
        "a b/c:d,                a_b_c_d",
        "Werk/Köln/Ofen😀,        Werk_K_ln_Ofen_",
        "a_b-c.d,                a_b-c.d",
        "...,                    ...",
    })
    void shouldReplaceWhatKafkaForbids(String mqttTopic, String kafkaTopic) {
        assertThat(TopicMapper.kafkaTopic(mqttTopic)).isEqualTo(kafkaTopic);
    }

    @Test
    void shouldTellLongTopicsApartByAHash() {
        String longTopic = "plant/" + "x".repeat(300);
        String mapped = TopicMapper.kafkaTopic(longTopic + "1");
        assertThat(mapped).hasSize(249).startsWith("plant_xxx").isEqualTo(TopicMapper.kafkaTopic(longTopic + "1"));
        assertThat(TopicMapper.kafkaTopic(longTopic + "2")).isNotEqualTo(mapped);
        assertThat(TopicMapper.kafkaTopic("x".repeat(249))).isEqualTo("x".repeat(249));
    }

    @Test
    void shouldNameDotsLegally() {
        assertThat(TopicMapper.kafkaTopic(".")).startsWith("._").hasSize(18);
        assertThat(TopicMapper.kafkaTopic("..")).startsWith(".._").hasSize(19);
    }

    @Test
    void shouldMakeALegalNameOfAnyTopic() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 10_000; i++) {
            StringBuilder topic = new StringBuilder();
            for (int j = random.nextInt(400); j >= 0; j--) {
                topic.appendCodePoint(random.nextBoolean() ? '.' : random.nextInt(0x110000));
            }
            Topic.validate(TopicMapper.kafkaTopic(topic.toString()));
        }
    }
}
