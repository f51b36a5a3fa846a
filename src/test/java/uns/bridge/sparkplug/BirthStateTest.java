package uns.bridge.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static uns.bridge.sparkplug.Decoding.deflate;
import static uns.bridge.sparkplug.Plant.alias;
import static uns.bridge.sparkplug.Plant.bdSeq;
import static uns.bridge.sparkplug.Plant.born;
import static uns.bridge.sparkplug.Plant.payload;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import uns.bridge.sparkplug.proto.Payload;
import uns.bridge.sparkplug.proto.Payload.Metric;

/** Births that count and births that don't, deaths, and what is kept of them all. */
class BirthStateTest {

    private final Plant plant = new Plant();

    @Test
    void shouldForgetNodeAndDevicesWhenDead() throws Exception {
        births(7);

        plant.send("G/NDEATH/E", death(bdSeq(7)), false);

        assertThat(unresolved("G/NDATA/E", 1)).isOne();
        assertThat(unresolved("G/DDATA/E/D", 2)).isOne();
        assertThat(plant.counters().staleDeaths()).isZero();
        births(8);
        assertResolved();
    }

    @Test
    void shouldTellWhoIsAliveWhenObserved() throws Exception {
        births(7);
        plant.send("G/NBIRTH/Dead", 0, bdSeq(1));
        plant.send("G/NDEATH/Dead", death(bdSeq(1)), false);
        plant.nowMs += 60_000;
        plant.send("G/NDATA/Unborn", 4);
        assertThat(plant.births.edgeNodes()).isEqualTo(EdgeNodeCensus.NONE);

        plant.births.observe();

        assertThat(plant.births.edgeNodes().first())
                .containsExactly(
                        new EdgeNodeCensus.Node("G/E", EdgeNodeCensus.State.ALIVE, 1, 0, plant.nowMs - 60_000),
                        new EdgeNodeCensus.Node("G/Dead", EdgeNodeCensus.State.DEAD, 0, 0, plant.nowMs - 60_000),
                        new EdgeNodeCensus.Node("G/Unborn", EdgeNodeCensus.State.UNBORN, 0, 0, plant.nowMs));
        assertThat(plant.births.edgeNodes().count(EdgeNodeCensus.State.DEAD)).isOne();
    }

    @Test
    void shouldListNotMoreOfEachStateThanAnybodyReads() throws Exception {
        for (int node = 0; node < EdgeNodeCensus.MAX_LISTED + 20; node++) {
            plant.send("G/NBIRTH/E" + node, 0, bdSeq(1));
        }
        plant.send("G/NBIRTH/Dead", 0, bdSeq(1));
        plant.send("G/NDEATH/Dead", death(bdSeq(1)), false);

        plant.births.observe();

        assertThat(plant.births.edgeNodes().first()).hasSize(EdgeNodeCensus.MAX_LISTED + 1);
        assertThat(plant.births.edgeNodes().count(EdgeNodeCensus.State.ALIVE))
                .isEqualTo(EdgeNodeCensus.MAX_LISTED + 20);
    }

    @Test
    void shouldLiveOnWhenTheDeathIsOfAnEarlierLife() throws Exception {
        births(0);
        plant.send("G/NDEATH/E", death(bdSeq(255)), false);
        plant.send("G/NDEATH/E", death(), false);
        assertResolved();
        assertThat(plant.counters().staleDeaths()).isEqualTo(2);

        plant.send("G/NDEATH/E", death(bdSeq(0)), false);
        assertThat(unresolved("G/NDATA/E", 1)).isOne();
    }

    @Test
    void shouldChangeNothingWhenDeadAlready() throws Exception {
        births(7);
        plant.send("G/NDEATH/E", death(bdSeq(7)), false);
        plant.gap("G/NDATA/E", 9);
        plant.send("G/NDEATH/E", death(bdSeq(7)), false);

        assertThat(plant.gap("G/NDATA/E", 11)).isOne();
        assertThat(plant.counters().staleDeaths()).isOne();
    }

    @Test
    void shouldDieWhenBothHaveTheSameNumberInAnotherFieldOrUnderItsAlias() throws Exception {
        plant.send("G/NBIRTH/E", 0, born("bdSeq", 3, DataType.UINT64).setLongValue(4), metric(1));
        plant.send("G/NDEATH/E", death(alias(3).setIntValue(4)), false);

        assertThat(unresolved("G/NDATA/E", 1)).isOne();
    }

    @Test
    void shouldDieWhenNeitherHasANumber() throws Exception {
        plant.send("G/NBIRTH/E", 0, metric(1));
        plant.send("G/NDEATH/E", death(), false);

        assertThat(unresolved("G/NDATA/E", 1)).isOne();
    }

    @Test
    void shouldForgetTheDeviceAloneWhenItIsDead() throws Exception {
        births(0);
        plant.send("G/DDEATH/E/D", 2);

        assertThat(unresolved("G/DDATA/E/D", 2)).isOne();
        assertThat(unresolved("G/NDATA/E", 1)).isZero();
        plant.send("G/DBIRTH/E/D", 4, metric(2));
        assertResolved();
    }

    @Test
    void shouldTakeAwayNoDeviceWhenABirthIsSentAgain() throws Exception {
        births(0);
        plant.resend("G/NBIRTH/E", 0, bdSeq(0), metric(1));
        assertResolved();
        plant.resend("G/DDEATH/E/D", 2);
        assertThat(unresolved("G/DDATA/E/D", 2)).isOne();
        plant.resend("G/DBIRTH/E/D", 3, metric(2));
        assertResolved();
    }

    @Test
    void shouldKeepTheLaterWhenAnEarlierIsSentAgain() throws Exception {
        births(0);
        byte[] earlier =
                Payload.newBuilder().setTimestamp(999).setSeq(0).build().toByteArray();
        plant.send("G/NBIRTH/E", earlier, true);
        plant.send("G/DBIRTH/E/D", earlier, true);
        plant.send("G/DDEATH/E/D", earlier, true);

        assertResolved();
    }

    @Test
    void shouldFeedTheStateWhenCompressed() throws Exception {
        Payload inner = payload(5, metric(1));
        plant.send("G/NBIRTH/E", compressed(inner.toByteArray()), false);

        assertThat(unresolved("G/NDATA/E", 1)).isZero();
        assertThat(plant.gap("G/NDATA/E", 7)).isOne();
    }

    @Test
    void shouldLeaveTheStateAsItIsWhenABirthIsMalformed() throws Exception {
        births(0);
        byte[] cut = payload(0, born("other", 1, DataType.INT8), metric(9)).toByteArray();
        // name "other", and a value that is not there
        byte[] allMetricsBad = ByteString.copyFrom(payload(0).toByteArray())
                .concat(ByteString.copyFrom(Decoding.bytes("12 08 0A 05 6F 74 68 65 72 50")))
                .toByteArray();
        for (byte[] bad : new byte[][] {
            Arrays.copyOf(cut, cut.length - 8),
            allMetricsBad,
            compressed(allMetricsBad),
            Arrays.copyOf(compressed(cut), 40)
        }) {
            for (String topic : new String[] {"G/NBIRTH/E", "G/DBIRTH/E/D"}) {
                assertThatExceptionOfType(MalformedPayloadException.class)
                        .isThrownBy(() -> plant.send(topic, bad, false));
            }
        }

        assertResolved();
        assertThat(plant.gap("G/NDATA/E", 2)).isZero();
    }

    @Test
    void shouldForgetTheNodeSilentForLongestWhenThereAreTooMany() throws Exception {
        Plant small = new Plant(400);
        for (int i = 0; i < 30; i++) {
            small.send("G/NBIRTH/E" + i, 0, metrics(20));
            small.send("G/NDATA/E0", i + 1, alias(1));
            small.nowMs += EdgeNodes.RANK_INTERVAL_MS;
        }

        assertThat(small.counters().weight()).isLessThanOrEqualTo(400);
        assertThat(small.counters().edgeNodes()).isEqualTo(14);
        assertThat(small.counters().evictions()).isEqualTo(16);
        assertThat(small.send("G/NDATA/E0", 31, alias(1)).unresolved()).isZero();
        assertThat(small.send("G/NDATA/E29", 1, alias(1)).unresolved()).isZero();
        assertThat(small.send("G/NDATA/E1", 1, alias(1)).unresolved()).isOne();
    }

    @Test
    void shouldKnowTheNodeAgainWhenItIsBornAfterItWasForgotten() throws Exception {
        Plant small = new Plant(40);
        small.send("G/NBIRTH/E", 0, metrics(10));
        small.send("G/NDATA/E", 1, alias(1));
        small.nowMs += EdgeNodes.RANK_INTERVAL_MS;
        small.send("G/NBIRTH/F", 0, metrics(10));
        small.send("G/NBIRTH/H", 0, metrics(10));
        assertThat(small.send("G/NDATA/E", 2, alias(1)).unresolved()).isOne();

        small.send("G/NBIRTH/E", 0, metrics(10));

        assertThat(small.send("G/NDATA/E", 1, alias(1)).unresolved()).isZero();
        assertThat(small.counters().weight()).isLessThanOrEqualTo(40);
    }

    @Test
    void shouldStayWithinItsBoundWhenLivesComeAndGo() throws Exception {
        for (int i = 0; i < 3; i++) {
            births(i);
            plant.send("G/DBIRTH/E/D", 2, metrics(50));
            plant.send("G/DDEATH/E/D", 3);
            plant.send("G/NDEATH/E", death(bdSeq(i)), false);
        }

        assertThat(plant.counters().weight()).isEqualTo(8);
        assertThat(plant.counters().edgeNodes()).isOne();
    }

    @Test
    void shouldKeepTheOthersWhenASingleBirthIsTooLarge() throws Exception {
        Plant small = new Plant(400);
        small.send("G/NBIRTH/E", 0, metric(1));
        small.send("G/NBIRTH/F", 0, metrics(101));
        small.send("G/NBIRTH/H", 0, born("n".repeat(10_000), 1, DataType.INT8));

        assertThat(small.send("G/NDATA/E", 1, alias(1)).unresolved()).isZero();
        assertThat(small.send("G/NDATA/F", 1, alias(1)).unresolved()).isOne();
        assertThat(small.send("G/NDATA/H", 1, alias(1)).unresolved()).isOne();
        assertThat(small.counters().evictions()).isEqualTo(2);
    }

    private void births(long bdSeq) throws Exception {
        plant.send("G/NBIRTH/E", 0, bdSeq(bdSeq), metric(1));
        plant.send("G/DBIRTH/E/D", 1, metric(2));
    }

    private void assertResolved() throws Exception {
        assertThat(plant.json("G/NDATA/E", alias(1))).isEqualTo("{\"name\":\"m1\",\"alias\":1,\"datatype\":1}");
        assertThat(plant.json("G/DDATA/E/D", alias(2))).isEqualTo("{\"name\":\"m2\",\"alias\":2,\"datatype\":1}");
    }

    /** How many metrics of a message that has the one alias are not resolved. */
    private int unresolved(String levels, long alias) throws Exception {
        byte[] data = Payload.newBuilder().addMetrics(alias(alias)).build().toByteArray();
        return plant.send(levels, data, false).unresolved();
    }

    private static byte[] death(Metric.Builder... metrics) {
        return payload(0, metrics).toBuilder().clearSeq().build().toByteArray();
    }

    private static Metric.Builder metric(int alias) {
        return born("m" + alias, alias, DataType.INT8);
    }

    private static Metric.Builder[] metrics(int count) {
        Metric.Builder[] metrics = new Metric.Builder[count];
        Arrays.setAll(metrics, i -> metric(i + 1));
        return metrics;
    }

    private static byte[] compressed(byte[] content) {
        return Payload.newBuilder()
                .setUuid("SPBV1.0_COMPRESSED")
                .setBody(ByteString.copyFrom(deflate(content, false)))
                .build()
                .toByteArray();
    }
}
