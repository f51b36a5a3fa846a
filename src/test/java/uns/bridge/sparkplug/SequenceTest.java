package uns.bridge.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.api.AbstractIntegerAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.sparkplug.proto.Payload;

class SequenceTest {

    private static final String DATA = "G/NDATA/E";

    private final Plant plant = new Plant();

    @Test
    void shouldHaveNoGapWhenAllTypesCountAroundTogether() throws Exception {
        gap("G/NBIRTH/E", 253).isZero();
        gap("G/DBIRTH/E/D", 254).isZero();
        gap(DATA, 255).isZero();
        gap("G/DDATA/E/D", 0).isZero();
        gap("G/DDEATH/E/D", 1).isZero();
        gap(DATA, 2).isZero();
        assertGaps(0, 0, 0);
    }

    @Test
    void shouldTellHowManyAreMissingWhenThereIsAGap() throws Exception {
        plant.gap("G/NBIRTH/E", 0);
        gap(DATA, 4).isEqualTo(3);
        gap(DATA, 5).isZero();
        gap(DATA, 200).isEqualTo(194);
        assertGaps(2, 2, 0);
        plant.nowMs += Plant.TIMEOUT_MS + 1;
        gap(DATA, 1).isEqualTo(56);
        assertGaps(3, 1, 2);
    }

    @Test
    void shouldCountEachNodeByItselfWhenThereAreSeveral() throws Exception {
        plant.gap("G/NBIRTH/E", 0);
        plant.gap("G/NBIRTH/F", 7);
        gap(DATA, 1).isZero();
        gap("G/NDATA/F", 8).isZero();
    }

    @Test
    void shouldBeginAnywhereWhenTheBridgeComesLate() throws Exception {
        gap(DATA, 77).isZero();
        gap(DATA, 78).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9, 255})
    void shouldBeginAnewWhenBornAgain(int seq) throws Exception {
        plant.gap("G/NBIRTH/E", 0);
        gap(DATA, 3).isEqualTo(2);
        gap("G/NBIRTH/E", seq).isZero();
        gap(DATA, (seq + 1) % 256).isZero();
        assertGaps(1, 0, 1);
    }

    @Test
    void shouldCloseTheGapWhenTheMissingComeInTime() throws Exception {
        plant.gap("G/NBIRTH/E", 0);
        gap(DATA, 3).isEqualTo(2);
        assertGaps(1, 1, 0);
        gap(DATA, 2).isZero();
        gap(DATA, 4).isZero();
        assertGaps(1, 1, 0);
        plant.nowMs += Plant.TIMEOUT_MS;
        gap(DATA, 1).isZero();
        assertGaps(1, 0, 0);
        gap(DATA, 5).isZero();
    }

    @Test
    void shouldBeFinalWhenTheMissingComeTooLate() throws Exception {
        plant.gap("G/NBIRTH/E", 0);
        gap(DATA, 3).isEqualTo(2);
        plant.nowMs += Plant.TIMEOUT_MS + 1;
        assertGaps(1, 0, 1);
        // Late as it is, it is no gap of 254 either.
        gap(DATA, 1).isZero();
        gap(DATA, 4).isZero();
        assertGaps(1, 0, 1);
    }

    @Test
    void shouldMoveNothingWhenANumberIsRepeated() throws Exception {
        plant.gap("G/NBIRTH/E", 0);
        for (int seq : new int[] {1, 1, 2, 3, 4, 2, 3, 4, 5}) {
            gap(DATA, seq).isZero();
        }
        plant.nowMs += 60_000;
        gap(DATA, 5).isZero();
        gap(DATA, 6).isZero();
        assertGaps(0, 0, 0);
    }

    @Test
    void shouldSeeTheGapWhenItIsAlmostAsLongAsTheNumbersAre() throws Exception {
        plant.gap("G/NBIRTH/E", 100);
        plant.nowMs += 60_000;
        gap(DATA, 91).isEqualTo(246);
        gap(DATA, 92).isZero();
    }

    @Test
    void shouldMoveNothingWhenTheBrokerSendsItAgain() throws Exception {
        plant.gap("G/NBIRTH/E", 0);
        plant.gap(DATA, 1);
        plant.gap(DATA, 2);
        plant.nowMs += 60_000;
        assertThat(plant.resend("G/NBIRTH/E", 0).gap()).isZero();
        assertThat(plant.resend(DATA, 1).gap()).isZero();
        assertThat(plant.resend(DATA, 200).gap()).isZero();
        gap(DATA, 3).isZero();
        assertGaps(0, 0, 0);
    }

    @Test
    void shouldCountWhenSentAgainButSeenForTheFirstTime() throws Exception {
        plant.gap("G/NBIRTH/E", 0);
        assertThat(plant.resend(DATA, 1).gap()).isZero();
        gap(DATA, 2).isZero();
        gap(DATA, 4).isOne();
        assertThat(plant.resend(DATA, 3).gap()).isZero();
        assertGaps(1, 0, 0);
    }

    @Test
    void shouldCountOnWhenADeviceDoesNotGoAround() throws Exception {
        plant.gap("G/NBIRTH/E", 255);
        gap(DATA, 256).isZero();
        gap(DATA, 257).isZero();
    }

    @Test
    void shouldNotCountWhenThereIsNoNumberOrItIsNotOfTheNode() throws Exception {
        plant.gap("G/NBIRTH/E", 0);
        plant.send(DATA, Payload.newBuilder().setTimestamp(1).build().toByteArray(), false);
        gap("G/NCMD/E", 55).isZero();
        gap("G/DCMD/E/D", 55).isZero();
        gap("G/NDEATH/E", 99).isZero();
        gap(DATA, 1).isZero();
        plant.send("G/NBIRTH/E", Payload.getDefaultInstance().toByteArray(), false);
        gap(DATA, 100).isZero();
    }

    @Test
    void shouldStayBoundedWhenGapsNeverEnd() throws Exception {
        plant.gap("G/NBIRTH/E", 0);
        for (int i = 1; i <= 100; i++) {
            gap(DATA, i * 2).isOne();
        }
        assertGaps(100, 16, 84);
    }

    private AbstractIntegerAssert<?> gap(String levels, long seq) throws Exception {
        return assertThat(plant.gap(levels, seq));
    }

    private void assertGaps(long found, long open, long lost) {
        BirthState.Counters counters = plant.counters();
        assertThat(counters.gaps()).isEqualTo(found);
        assertThat(counters.openGaps()).isEqualTo(open);
        assertThat(counters.lostGaps()).isEqualTo(lost);
    }
}
