package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.MqttProperties;
import uns.bridge.message.TopicFilter;

class CopyWindowTest {

    private static final List<TopicFilter> FILTERS =
            Stream.of("a/+/c", "a/b/#", "+/b/+", "x").map(TopicFilter::of).toList();

    private final SubscriptionIdentifiers identifiers = new SubscriptionIdentifiers(FILTERS);
    private final CopyWindow window = new CopyWindow(identifiers);

    private int identifier(String filter) {
        return identifiers.of(TopicFilter.of(filter));
    }

    @Test
    void shouldGiveOverlappingFiltersIdentifiersOfTheirOwn() {
        assertThat(identifier("a/+/c")).isPositive().isEqualTo(identifier("x"));
        assertThat(List.of(identifier("a/+/c"), identifier("a/b/#"), identifier("+/b/+")))
                .doesNotHaveDuplicates();
        assertThat(new SubscriptionIdentifiers(FILTERS).of(FILTERS.get(1))).isEqualTo(identifier("a/b/#"));
        assertThat(new SubscriptionIdentifiers(FILTERS.subList(0, 2)).isKnown(identifier("a/b/#")))
                .as("of other filters")
                .isFalse();
        assertThat(new SubscriptionIdentifiers(FILTERS.subList(1, 2)).of(FILTERS.get(1)))
                .as("where none overlap")
                .isEqualTo(SubscriptionIdentifiers.NONE);
        assertThat(new SubscriptionIdentifiers(List.of(
                                TopicFilter.of("a/#"), TopicFilter.of("$share/g/a/#"), TopicFilter.of("$share/h/a/#")))
                        .areNeeded())
                .as("shared ones bring messages of their own")
                .isFalse();
    }

    /** Each letter is the payload of a message, each number the subscription that it comes through; 9 is an unknown one. */
    @ParameterizedTest
    @CsvSource({
        "a1, a",
        "a1 a2, a",
        "a1 a2 a3, a",
        "a3 a1 a2, a",
        "a1 a1, a a",
        "a1 a1 a2 a2 a3 a3, a a",
        "a1 a2 a3 a1 a2 a3, a a",
        "a1 b1 a2 b2, a b",
        // Copies are missing: of nothing that has arrived.
        "a1 a2 a2, a a",
        "a2 a1 a1, a a",
        "a2 a2 a2, a a a",
        // What was queued under other filters.
        "a8 a9, a",
        "a9 a1 a2, a a",
        "a1 a9, a a",
        "a9 a9, a a"
    })
    void shouldTakeForACopyOnlyWhatHasArrivedAsOften(String arrivals, String messages) {
        List<String> taken = new ArrayList<>();
        for (String arrival : arrivals.split(" ")) {
            int number = arrival.charAt(1) - '0';
            int identifier = number <= 3 ? identifier(FILTERS.get(number - 1).toString()) : number;
            if (!window.isCopy(message("a/b/c", arrival.substring(0, 1), "p"), identifier)) {
                taken.add(arrival.substring(0, 1));
            }
        }
        assertThat(taken).containsExactly(messages.split(" "));
    }

    @Test
    void shouldTakeWhatDiffersForNoCopy() {
        assertThat(window.isCopy(message("a/b/c", "1", "p"), identifier("a/+/c")))
                .isFalse();
        assertThat(window.isCopy(message("a/b/c", "2", "p"), identifier("a/b/#")))
                .as("payload")
                .isFalse();
        assertThat(window.isCopy(message("a/b/d", "1", "p"), identifier("a/b/#")))
                .as("topic")
                .isFalse();
        assertThat(window.isCopy(message("a/b/c", "1", "q"), identifier("a/b/#")))
                .as("properties")
                .isFalse();
        assertThat(window.isCopy(message("a/b/c", "1", "p", 2), identifier("a/b/#")))
                .as("QoS")
                .isFalse();
        assertThat(window.isCopy(message("a/b/c", "1", "p"), identifier("a/b/#")))
                .isTrue();
    }

    @Test
    void shouldTakeForNoCopyWhatOneFilterAloneMatches() {
        InboundMessage message = message("x", "1", "p");
        assertThat(window.isCopy(message, identifier("x"))).isFalse();
        assertThat(window.isCopy(message, identifier("a/b/#"))).isFalse();
    }

    @Test
    void shouldForgetWhatHadNoCopyForLong() {
        InboundMessage lost = message("a/b/c", "lost", "p");
        window.isCopy(lost, identifier("a/+/c"));
        for (int i = 1; i <= CopyWindow.MESSAGES; i++) {
            InboundMessage other = message("a/b/c", String.valueOf(i), "p");
            assertThat(window.isCopy(other, identifier("a/+/c"))).isFalse();
        }
        assertThat(window.isCopy(lost, identifier("a/b/#"))).isFalse();
    }

    @Test
    void shouldForgetEvenIfOthersHaveCopies() {
        InboundMessage lost = message("a/b/d", "lost", "p");
        window.isCopy(lost, identifier("a/b/#"));
        for (int i = 1; i <= CopyWindow.MESSAGES / 2; i++) {
            InboundMessage other = message("a/b/d", "again", "p");
            assertThat(window.isCopy(other, identifier("a/b/#"))).isFalse();
            assertThat(window.isCopy(other, identifier("+/b/+"))).isTrue();
        }
        assertThat(window.isCopy(lost, identifier("+/b/+"))).isFalse();
    }

    private static InboundMessage message(String topic, String payload, String property) {
        return message(topic, payload, property, 1);
    }

    private static InboundMessage message(String topic, String payload, String property, int qos) {
        byte[] bytes = payload.getBytes(UTF_8);
        return new InboundMessage(
                topic,
                bytes,
                bytes.length,
                qos,
                false,
                false,
                0,
                new MqttProperties(null, null, null, List.of(new MqttProperties.UserProperty("name", property))));
    }
}
