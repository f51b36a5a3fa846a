package uns.bridge.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;
import static uns.bridge.sparkplug.Plant.alias;
import static uns.bridge.sparkplug.Plant.bdSeq;
import static uns.bridge.sparkplug.Plant.born;
import static uns.bridge.sparkplug.RebirthRequest.Reason.DATA_BEFORE_BIRTH;
import static uns.bridge.sparkplug.RebirthRequest.Reason.GAP;
import static uns.bridge.sparkplug.RebirthRequest.Reason.UNKNOWN_METRIC;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import uns.bridge.sparkplug.RebirthRequest.Reason;
import uns.bridge.sparkplug.proto.Payload.Metric;

/** What of all that edge nodes send makes the bridge ask them to be born again. */
class RebirthTest {

    private final Plant plant = new Plant();

    @Test
    void shouldAskForNothingWhenAllIsAsItShouldBe() throws Exception {
        births();
        plant.send("G/NDATA/E", 2, alias(1));
        plant.send("G/DDATA/E/D", 3, alias(2));
        plant.send("G/DDEATH/E/D", 4);
        plant.send("G/NCMD/E", 77, alias(9));
        plant.send("G/DCMD/E/D", 77, alias(9));
        plant.send("G/NCMD/F", 77, alias(9));

        assertAsked(null);
    }

    @Test
    void shouldAskWhenDataComesBeforeTheBirth() throws Exception {
        plant.send("G/NDATA/E", 0, alias(1));
        assertAsked(DATA_BEFORE_BIRTH);
    }

    @Test
    void shouldAskWhenDataBeforeTheBirthLacksNothing() throws Exception {
        plant.send("G/NDATA/E", 0, born("complete", DataType.INT8));
        assertAsked(DATA_BEFORE_BIRTH);
    }

    @Test
    void shouldAskTheNodeWhenItsDeviceWasNotBorn() throws Exception {
        plant.send("G/NBIRTH/E", 0, metric(1));
        plant.send("G/DDATA/E/D", 1, alias(2));
        assertAsked(DATA_BEFORE_BIRTH);
    }

    @Test
    void shouldAskWhenTheDeadHasData() throws Exception {
        births();
        plant.send("G/NDEATH/E", 0, bdSeq(7));
        assertAsked(null);
        plant.send("G/NDATA/E", 2, alias(1));
        assertAsked(DATA_BEFORE_BIRTH);
    }

    @Test
    void shouldAskWhenTheBirthHasNoSuchMetric() throws Exception {
        births();
        plant.send("G/DDATA/E/D", 2, alias(2), alias(3));
        assertAsked(UNKNOWN_METRIC);
    }

    @Test
    void shouldAskWhenAGapIsNotFilledThoughTheNodeIsSilent() throws Exception {
        births();
        plant.send("G/NDATA/E", 3, alias(1));
        plant.nowMs += Plant.TIMEOUT_MS;
        plant.births.expireGaps(plant.nowMs);
        assertNotAskedYet();

        plant.nowMs++;
        plant.births.expireGaps(plant.nowMs);
        assertAsked(GAP);
        assertThat(plant.counters().lostGaps()).isOne();
    }

    @Test
    void shouldAskWhenTheNextMessageTellsThatAGapWasNotFilled() throws Exception {
        births();
        plant.send("G/NDATA/E", 3, alias(1));
        plant.nowMs += Plant.TIMEOUT_MS + 1;
        plant.send("G/NDATA/E", 4, alias(1));
        assertAsked(GAP);
    }

    @Test
    void shouldNotAskWhenTheGapIsFilledInTime() throws Exception {
        births();
        plant.send("G/NDATA/E", 3, alias(1));
        plant.send("G/NDATA/E", 2, alias(1));
        plant.nowMs += Plant.TIMEOUT_MS + 1;
        plant.births.expireGaps(plant.nowMs);
        assertAsked(null);
    }

    @Test
    void shouldNotAskWhenABirthMakesTheGapIrrelevant() throws Exception {
        births();
        plant.send("G/NDATA/E", 3, alias(1));
        births();
        plant.nowMs += Plant.TIMEOUT_MS + 1;
        plant.births.expireGaps(plant.nowMs);
        assertAsked(null);
    }

    @Test
    void shouldAskForEachGapWhenTheyFollowEachOther() throws Exception {
        births();
        plant.send("G/NDATA/E", 3, alias(1));
        plant.nowMs += Plant.TIMEOUT_MS + 1;
        plant.births.expireGaps(plant.nowMs);
        assertAsked(GAP);
        plant.births.expireGaps(plant.nowMs);
        assertAsked(null);
        plant.send("G/NDATA/E", 5, alias(1));
        plant.nowMs += Plant.TIMEOUT_MS + 1;
        plant.births.expireGaps(plant.nowMs);
        assertAsked(GAP);
        assertThat(plant.counters().rebirths()).containsEntry(GAP, 2L).containsEntry(DATA_BEFORE_BIRTH, 0L);
    }

    @Test
    void shouldNotAskWhenTheBirthComesBeforeTheRequest() throws Exception {
        plant.send("G/NDATA/E", 0, alias(1));
        births();
        assertAsked(null);
    }

    @Test
    void shouldStillAskWhenAnOldBirthIsSentAgain() throws Exception {
        births();
        plant.send("G/NDATA/E", 2, alias(9));
        plant.resend("G/NBIRTH/E", 0, bdSeq(7), metric(1));
        assertAsked(UNKNOWN_METRIC);
    }

    @Test
    void shouldNotAskForABirthWhenThereIsNoRoomForIt() throws Exception {
        Plant small = new Plant(40);
        for (int i = 0; i < 4; i++) {
            small.send("G/NBIRTH/E" + i, 0, metric(1));
        }
        small.send("G/NDATA/E9", 0, alias(1));
        assertAsked(small, null);

        small.send("G/NDATA/E3", 1, alias(2));
        assertAsked(small, UNKNOWN_METRIC);
    }

    @Test
    void shouldTellTheOperatorInOneLineWhatWasMissing() throws Exception {
        births();
        plant.send("G/NDEATH/E", 0, bdSeq(6));
        plant.send("G/NDATA/E", 3, alias(1), alias(8), alias(9));
        assertThat(plant.counters().describe())
                .isEqualTo("edge nodes 1, unresolved metrics 2, gaps 1 (lost 0, open 1), stale deaths 1, "
                        + "rebirths asked 0 for data before birth, 0 for unknown metric, 0 for gap");
        assertAsked(UNKNOWN_METRIC);
        assertThat(plant.counters().describe())
                .isEqualTo("edge nodes 1, unresolved metrics 2, gaps 1 (lost 1, open 0), stale deaths 1, "
                        + "rebirths asked 0 for data before birth, 1 for unknown metric, 0 for gap");

        BirthState observer = new BirthState(Duration.ZERO, null);
        assertThat(observer.counters(plant.nowMs).describe())
                .isEqualTo("edge nodes 0, unresolved metrics 0, gaps 0 (lost 0, open 0), stale deaths 0");
    }

    private void births() throws Exception {
        plant.send("G/NBIRTH/E", 0, bdSeq(7), metric(1));
        plant.send("G/DBIRTH/E/D", 1, metric(2));
    }

    private static Metric.Builder metric(int alias) {
        return born("m" + alias, alias, DataType.INT8);
    }

    private void assertNotAskedYet() {
        assertThat(plant.rebirths.next()).isNull();
    }

    private void assertAsked(@Nullable Reason reason) {
        assertAsked(plant, reason);
    }

    /** Looks after any interval is over. */
    private static void assertAsked(Plant plant, @Nullable Reason reason) {
        plant.nowMs += Duration.ofHours(2).toMillis();
        RebirthRequest request = plant.rebirths.next();
        if (reason == null) {
            assertThat(request).isNull();
        } else {
            assertThat(request).isNotNull();
            assertThat(request.reason()).isEqualTo(reason);
            plant.rebirths.sent(request);
        }
    }
}
