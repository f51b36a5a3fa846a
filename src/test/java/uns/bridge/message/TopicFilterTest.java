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
    @CsvSource({
        "a/#,     a/b,      true,  true",
        "a/#,     a,        true,  true",
        "a/#,     a/+/c,    true,  true",
        "a/#,     a/b/#,    true,  true",
        "a/b/#,   a/#,      false, true",
        "a/#,     ab,       false, false",
        "a/#,     +/b,      false, true",
        "a/+,     a/b,      true,  true",
        "a/b,     a/+,      false, true",
        "a/+,     a,        false, false",
        "a/+,     a/#,      false, true",
        "a/+,     a/b/#,    false, true",
        "a/+,     a/b/c,    false, false",
        "a/+/c,   a/b/+,    false, true",
        "a/+/c,   a/b/d,    false, false",
        "+/+,     a/b,      true,  true",
        "#,       a/b,      true,  true",
        "#,       +/x,      true,  true",
        "#,       $SYS/x,   false, false",
        "$SYS/x,  #,        false, false",
        "+/x,     $SYS/x,   false, false",
        "$SYS/#,  $SYS/x,   true,  true",
        "a/b,     a/b,      true,  true",
        "a/,      a/+,      false, true",
        "a//#,    a/+/c,    false, true",
    })
    void shouldCompareFiltersByWhatTheyMatch(String one, String other, boolean covers, boolean overlaps) {
        assertThat(TopicFilter.of(one).covers(TopicFilter.of(other))).isEqualTo(covers);
        assertThat(TopicFilter.of(one).overlaps(TopicFilter.of(other))).isEqualTo(overlaps);
        assertThat(TopicFilter.of(other).overlaps(TopicFilter.of(one))).isEqualTo(overlaps);
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
