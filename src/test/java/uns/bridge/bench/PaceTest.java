package uns.bridge.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {

    private static final long MS = 1_000_000;

    private final Pace pace = new Pace(100, 10, 1_000, 0);

    @Test
    void shouldBeDueOneAfterAnother() {
        assertThat(pace.due(0)).isEqualTo(101);
        assertThat(pace.due(3 * MS)).isEqualTo(104);
        assertThat(pace.due(3 * MS - 1)).isEqualTo(103);
        assertThat(pace.due(1_000 * MS)).isEqualTo(110);
    }

    @Test
    void shouldCountFromWhenAMessageWasDueWhenAllAreHeldUp() {
        for (int i = 0; i < 10; i++) {
            pace.confirmed(100 + i, 20 * MS);
        }

        assertThat(pace.percentileMs(1)).isEqualTo(20);
        assertThat(pace.percentileMs(0.5)).isEqualTo(15);
        assertThat(pace.percentileMs(0.1)).isEqualTo(11);
    }

    @Test
    void shouldCountTheFirstConfirmationOfItsOwnMessagesOnly() {
        pace.confirmed(99, 90 * MS);
        pace.confirmed(110, 90 * MS);
        pace.confirmed(100, 5 * MS);
        pace.confirmed(100, 90 * MS);

        assertThat(pace.percentileMs(1)).isEqualTo(5);
    }
}
