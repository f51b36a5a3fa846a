package uns.bridge.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicFilterTest {

    @ParameterizedTest
    @CsvSource({
        "a/#,        a,            true",
        "a/#,        a/b,          true",
        "a/#,        a/b/c,        true",
        "a/#,        ab,           false",
        "#,          a/b,          true",
        "#,          $SYS/x,       false",
        "+/x,        $SYS/x,       false",
        "$SYS/#,     $SYS/x,       true",
        "+,          a,            true",
        "+,          a/b,          false",
        "a/+/c,      a/b/c,        true",
        "a/+/c,      a//c,         true",
        "a/+/c,      a/b/d,        false",
        "a/+,        a,            false",
        "a/+/#,      a,            false",
        "a/+/#,      a/b,          true",
        "spBv1.0/#,  spBv1.0/G/E,  true",
        "spBv1.0/#,  spBv1x0/G/E,  false",
        "a,          a,            true",
        "a,          A,            false",
        "/a,         /a,           true",
        "/a,         a,            false",
        "a/,         a,            false",
        "a/,         a/,           true",
    })
    void shouldMatchByLevels(String filter, String topic, boolean matches) {
        assertThat(TopicFilter.of(filter).matches(topic)).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/#/b", "a#", "#a", "a+", "+a/b", "a/b+/c", "a\0b"})
    void shouldRefuseWhatMqttForbids(String filter) {
        assertThatThrownBy(() -> TopicFilter.of(filter)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseFiltersThatMqttCannotCarry() {
        assertThatThrownBy(() -> TopicFilter.of("ä".repeat(32_768))).isInstanceOf(IllegalArgumentException.class);
        assertThat(TopicFilter.of("a".repeat(65_535)).matches("b")).isFalse();
    }
}
