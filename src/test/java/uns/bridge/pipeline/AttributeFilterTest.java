package uns.bridge.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uns.bridge.json.AttributeTree;
import uns.bridge.json.JsonScanner;
import uns.bridge.json.MalformedJsonException;
import uns.bridge.message.TopicFilter;

class AttributeFilterTest {

    private final AttributeFilter filter = new AttributeFilter(Map.of(
            TopicFilter.of("plant/#"), List.of("a"),
            TopicFilter.of("plant/+/press"), List.of("b.x", "c"),
            TopicFilter.of("spBv1.0/+/DDATA/#"), List.of("seq"),
            TopicFilter.of("none/#"), List.of()));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plant                | {'b':{'x':2,'y':3},'c':4,'seq':5}",
                "plant/1              | {'b':{'x':2,'y':3},'c':4,'seq':5}",
                "plant/1/press        | {'b':{'y':3},'seq':5}",
                "spBv1.0/G/DDATA/E/D  | {'a':1,'b':{'x':2,'y':3},'c':4}",
                "spBv1x0/G/DDATA/E/D  | {'a':1,'b':{'x':2,'y':3},'c':4,'seq':5}",
                "none/a               | {'a':1,'b':{'x':2,'y':3},'c':4,'seq':5}",
                "plants               | {'a':1,'b':{'x':2,'y':3},'c':4,'seq':5}",
            })
    void shouldLoseTheAttributesOfEveryFilterThatMatches(String topic, String left) throws MalformedJsonException {
        byte[] json =
                "{'a':1,'b':{'x':2,'y':3},'c':4,'seq':5}".replace('\'', '"').getBytes(UTF_8);
        byte[] scanned =
                new JsonScanner("timestamp").scan(json, filter.ignoredIn(topic)).json();
        assertThat(new String(scanned, UTF_8)).isEqualTo(left.replace('\'', '"'));
    }

    @Test
    void shouldBeNullWhenNoFilterMatches() {
        assertThat(filter.ignoredIn("else/where")).isNull();
        assertThat(new AttributeFilter(Map.of()).ignoredIn("plant/a")).isNull();
    }

    @Test
    void shouldShareWhatItKnowsWhenTheSameFiltersMatch() {
        AttributeTree tree = filter.ignoredIn("plant/1");
        assertThat(filter.ignoredIn("plant/2/x/y")).isSameAs(tree);
        assertThat(filter.ignoredIn("plant/2/press")).isNotSameAs(tree);
    }
}
