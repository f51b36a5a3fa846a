package uns.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.message.TopicFilter;

class SubscriptionIdentifiersTest {

    private static final Set<TopicFilter> NOTHING = Set.of();
    private static final Set<TopicFilter> TWO = Set.of(TopicFilter.of("a/+/c"), TopicFilter.of("x/é 😀/#"));

    @TempDir
    private Path folder;

    @Test
    void shouldTellACopyOnlyWhenAFilterBeforeMatches() {
        SubscriptionIdentifiers identifiers = identifiers();

        int first = identifiers.of(NOTHING);
        int second = identifiers.of(TWO);

        assertThat(identifiers.isCopy(second, "a/b/c")).isTrue();
        assertThat(identifiers.isCopy(second, "x/é 😀/y")).isTrue();
        assertThat(identifiers.isCopy(second, "a/b/d")).isFalse();
        assertThat(identifiers.isCopy(first, "a/b/c")).isFalse();
        assertThat(second).isBetween(1, 268_435_455).isNotEqualTo(first);
        assertThat(identifiers.of(TWO)).as("the same stands for the same").isEqualTo(second);
    }

    @Test
    void shouldKnowThemAllAfterARestartWhenTheyAreKept() {
        SubscriptionIdentifiers before = identifiers();
        int first = before.of(NOTHING);
        int second = before.of(TWO);

        SubscriptionIdentifiers after = identifiers();

        assertThat(after.areKnown()).isTrue();
        assertThat(after.isCopy(second, "a/b/c")).isTrue();
        assertThat(after.isCopy(first, "a/b/c")).isFalse();
        assertThat(after.of(NOTHING)).isEqualTo(first);
        assertThat(after.of(TWO)).isEqualTo(second);
    }

    @Test
    void shouldTakeAMessageForNoCopyWhenItsIdentifierIsUnknown() {
        SubscriptionIdentifiers identifiers = identifiers();
        int second = identifiers.of(TWO);

        assertThat(new SubscriptionIdentifiers(null).isCopy(second, "a/b/c")).isFalse();

        identifiers.forget();
        assertThat(identifiers.isCopy(second, "a/b/c")).isFalse();
        assertThat(identifiers.areKnown()).isFalse();
        assertThat(identifiers().areKnown()).as("after a restart").isFalse();
    }

    /** One that stands for something else now would make copies of messages that are none. */
    @Test
    void shouldNotGiveTheSameIdentifierAgainWhenWhatItStoodForIsForgotten() {
        assertThat(IntStream.range(0, 20).map(i -> new SubscriptionIdentifiers(null).of(TWO)))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "7\0", "7\0a/#/b", "\0\0"})
    void shouldKnowNoneWhenTheFileIsDamaged(String text) throws IOException {
        identifiers().of(TWO);
        Path file;
        try (Stream<Path> files = Files.list(folder)) {
            file = files.findFirst().orElseThrow();
        }
        Files.writeString(file, text);

        assertThat(identifiers().areKnown()).isFalse();
    }

    @Test
    void shouldForgetTheOldestWhenThereAreTooMany() {
        SubscriptionIdentifiers identifiers = new SubscriptionIdentifiers(null);
        int oldest = identifiers.of(TWO);
        int next = identifiers.of(Set.of(TopicFilter.of("0")));
        for (int i = 1; i < 1_000; i++) {
            identifiers.of(Set.of(TopicFilter.of(String.valueOf(i))));
        }

        assertThat(identifiers.isCopy(oldest, "a/b/c")).isFalse();
        assertThat(identifiers.isCopy(next, "0")).isTrue();
    }

    private SubscriptionIdentifiers identifiers() {
        MqttSettings settings = MqttSourceTest.settings(1883, true, MqttVersion.MQTT_5, null);
        return new SubscriptionIdentifiers(SessionFile.of(settings, folder, "identifiers"));
    }
}
