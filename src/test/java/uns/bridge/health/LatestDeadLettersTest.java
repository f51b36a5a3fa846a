package uns.bridge.health;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatestDeadLettersTest {

    @Test
    void shouldKeepTheLatestOnly() {
        LatestDeadLetters letters = new LatestDeadLetters(0);
        for (int i = 0; i < LatestDeadLetters.KEPT + 5; i++) {
            letters.add(i, "t", "r", new byte[0]);
        }

        assertThat(letters.latest()).hasSize(LatestDeadLetters.KEPT);
        assertThat(letters.latest().get(0).timeMs()).isEqualTo(LatestDeadLetters.KEPT + 4);
    }

    @Test
    void shouldKeepNothingOfThePayloadUnlessItIsShown() {
        assertThat(excerpt(0)).isEmpty();
        assertThat(excerpt(3)).isEqualTo("sec");
        assertThat(excerpt(100)).isEqualTo("secret");
    }

    @Test
    void shouldNotCutACharacterInTwo() {
        LatestDeadLetters letters = new LatestDeadLetters(0);
        letters.add(0, "x".repeat(499) + "\uD83D\uDE00", "r", new byte[0]);

        assertThat(letters.latest().get(0).topic()).isEqualTo("x".repeat(499) + "...");
    }

    private static String excerpt(int bytes) {
        LatestDeadLetters letters = new LatestDeadLetters(bytes);
        letters.add(0, "t", "r", "secret".getBytes(UTF_8));
        return new String(letters.latest().get(0).excerpt(), UTF_8);
    }
}
