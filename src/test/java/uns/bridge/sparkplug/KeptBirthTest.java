package uns.bridge.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;
import static uns.bridge.sparkplug.Plant.bdSeq;
import static uns.bridge.sparkplug.Plant.born;
import static uns.bridge.sparkplug.Plant.payload;

import org.junit.jupiter.api.Test;
import uns.bridge.sparkplug.proto.Payload;

/** Births that an MQTT broker has kept: what they may change of what is known. */
class KeptBirthTest {

    private static final byte[] DEATH =
            payload(0, bdSeq(1)).toBuilder().clearSeq().build().toByteArray();

    private final Plant plant = new Plant();

    @Test
    void shouldResolveWhenNothingElseIsKnown() throws Exception {
        plant.learn("G/NBIRTH/E", birth(1_000, 1));
        plant.learn("G/DBIRTH/E/D", birth(1_001, 2));

        assertThat(plant.unresolved("G/NDATA/E", 1)).isZero();
        assertThat(plant.unresolved("G/DDATA/E/D", 2)).isZero();
        assertThat(plant.gap("G/NDATA/E", 77)).isZero();
        assertThat(plant.counters().weight()).isPositive();
    }

    @Test
    void shouldResolveWhenTheDeviceComesFirst() throws Exception {
        plant.learn("G/DBIRTH/E/D", birth(1_001, 2));
        assertThat(plant.unresolved("G/DDATA/E/D", 2)).isZero();
        plant.learn("G/NBIRTH/E", birth(1_001, 1));

        assertThat(plant.unresolved("G/NDATA/E", 1)).isZero();
        assertThat(plant.unresolved("G/DDATA/E/D", 2)).isZero();
    }

    @Test
    void shouldForgetTheDeviceWhenItIsOlderThanItsNode() throws Exception {
        plant.learn("G/DBIRTH/E/Early", birth(999, 2));
        plant.learn("G/NBIRTH/E", birth(1_000, 1));
        plant.learn("G/DBIRTH/E/Late", birth(999, 3));

        assertThat(plant.unresolved("G/DDATA/E/Early", 2)).isOne();
        assertThat(plant.unresolved("G/DDATA/E/Late", 3)).isOne();
    }

    @Test
    void shouldChangeNothingWhenWhatWasHeardIsAsYoung() throws Exception {
        plant.send("G/NBIRTH/E", birth(1_000, 1).toByteArray(), false);
        plant.send("G/DBIRTH/E/D", birth(1_000, 2).toByteArray(), false);
        plant.learn("G/NBIRTH/E", birth(1_000, 9));
        plant.learn("G/DBIRTH/E/D", birth(1_000, 9));
        plant.learn("G/NBIRTH/E", birth(900, 9));

        assertThat(plant.unresolved("G/NDATA/E", 1)).isZero();
        assertThat(plant.unresolved("G/DDATA/E/D", 2)).isZero();
        assertThat(plant.unresolved("G/NDATA/E", 9)).isOne();
    }

    @Test
    void shouldTakeThePlaceWhenItIsYounger() throws Exception {
        plant.send("G/NBIRTH/E", birth(1_000, 1).toByteArray(), false);
        plant.send("G/DBIRTH/E/D", birth(1_001, 2).toByteArray(), false);
        plant.send("G/DBIRTH/E/F", birth(3_000, 3).toByteArray(), false);
        plant.gap("G/NDATA/E", 3);
        plant.learn("G/NBIRTH/E", birth(2_000, 9));

        assertThat(plant.unresolved("G/NDATA/E", 9)).isZero();
        assertThat(plant.unresolved("G/NDATA/E", 1)).isOne();
        assertThat(plant.unresolved("G/DDATA/E/D", 2)).isOne();
        assertThat(plant.unresolved("G/DDATA/E/F", 3)).isZero();
        assertThat(plant.gap("G/NDATA/E", 200)).isZero();
    }

    @Test
    void shouldNotReviveWhenTheNodeHasDiedSince() throws Exception {
        plant.send("G/NBIRTH/E", birth(1_000, 1).toByteArray(), false);
        plant.send("G/NDEATH/E", DEATH, false);
        plant.learn("G/NBIRTH/E", birth(1_000, 1));
        plant.learn("G/DBIRTH/E/D", birth(1_500, 2));

        assertThat(plant.unresolved("G/NDATA/E", 1)).isOne();
        assertThat(plant.unresolved("G/DDATA/E/D", 2)).isOne();

        plant.learn("G/NBIRTH/E", birth(1_400, 1));
        assertThat(plant.unresolved("G/NDATA/E", 1)).isZero();
        assertThat(plant.unresolved("G/DDATA/E/D", 2)).isZero();
    }

    @Test
    void shouldNotReviveWhenTheDeviceHasDiedSince() throws Exception {
        plant.send("G/NBIRTH/E", birth(1_000, 1).toByteArray(), false);
        plant.send("G/DBIRTH/E/D", birth(1_001, 2).toByteArray(), false);
        plant.send("G/DDEATH/E/D", birth(1_200, 0).toByteArray(), false);
        plant.learn("G/DBIRTH/E/D", birth(1_001, 2));
        assertThat(plant.unresolved("G/DDATA/E/D", 2)).isOne();

        plant.learn("G/DBIRTH/E/D", birth(1_201, 2));
        assertThat(plant.unresolved("G/DDATA/E/D", 2)).isZero();
    }

    @Test
    void shouldDieWhenTheDeathIsOfTheLifeThatWasLearned() throws Exception {
        plant.learn("G/NBIRTH/E", birth(1_000, 1));
        plant.send("G/NDEATH/E", DEATH, false);

        assertThat(plant.unresolved("G/NDATA/E", 1)).isOne();
        assertThat(plant.counters().staleDeaths()).isZero();
        assertThat(plant.counters().weight()).isEqualTo(8);
    }

    @Test
    void shouldChangeNothingWhenMalformed() throws Exception {
        plant.learn("G/NBIRTH/E", birth(1_000, 1));
        SparkplugTopic topic = new SparkplugTopic("G", SparkplugTopic.Type.NBIRTH, "E", null);
        new SparkplugDecoder(100, plant.births).learn(new byte[] {0x12, 0x7F}, topic, plant.nowMs);

        assertThat(plant.unresolved("G/NDATA/E", 1)).isZero();
    }

    @Test
    void shouldStayWithinItsBoundWhenThereAreTooMany() throws Exception {
        Plant small = new Plant(100);
        for (int i = 0; i < 50; i++) {
            small.learn("G/NBIRTH/E" + i, birth(1_000, 1));
        }

        assertThat(small.counters().weight()).isLessThanOrEqualTo(100);
        assertThat(small.unresolved("G/NDATA/E49", 1)).isZero();
    }

    /** A birth of number 1, with one metric. */
    private static Payload birth(long timestamp, int alias) {
        return payload(0, bdSeq(1), born("m" + alias, alias, DataType.INT8)).toBuilder()
                .setTimestamp(timestamp)
                .build();
    }
}
