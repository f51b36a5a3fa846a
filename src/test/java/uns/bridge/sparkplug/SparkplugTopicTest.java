package uns.bridge.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.sparkplug.SparkplugTopic.Type;

class SparkplugTopicTest {

    @ParameterizedTest
    @CsvSource({
        "spBv1.0/G/NBIRTH/E, G, NBIRTH, E,",
        "spBv1.0/G/NDEATH/E, G, NDEATH, E,",
        "spBv1.0/G/NDATA/E, G, NDATA, E,",
        "spBv1.0/G/NCMD/E, G, NCMD, E,",
        "spBv1.0/G/DBIRTH/E/D, G, DBIRTH, E, D",
        "spBv1.0/G/DDEATH/E/D, G, DDEATH, E, D",
        "spBv1.0/G/DDATA/E/D, G, DDATA, E, D",
        "spBv1.0/G/DCMD/E/D, G, DCMD, E, D",
        "spBv1.0/a group/DDATA/Büro 1/d.2, a group, DDATA, Büro 1, d.2",
        "spBv1.0/STATE/NDATA/E, STATE, NDATA, E,",
    })
    void shouldGiveTheElementsWhenLegal(String topic, String group, Type type, String edge, @Nullable String device) {
        assertThat(SparkplugTopic.parse(topic)).isEqualTo(new SparkplugTopic(group, type, edge, device));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "spBv1.0",
                "spBv1.0/",
                "spBv1.0/G",
                "spBv1.0/G/NDATA",
                "spBv1.0/G/NDATA/",
                "spBv1.0//NDATA/E",
                "spBv1.0/G/NDATA/E/D",
                "spBv1.0/G/NDATA/E/",
                "spBv1.0/G/DDATA/E",
                "spBv1.0/G/DDATA/E/",
                "spBv1.0/G/DDATA//D",
                "spBv1.0/G/DDATA/E/D/",
                "spBv1.0/G/DDATA/E/D/X",
                "spBv1.0/G/ndata/E",
                "spBv1.0/G/DATA/E",
                "spBv1.0/STATE/host",
                "spBv1x0/G/NDATA/E",
                "SPBV1.0/G/NDATA/E",
                "spAv1.0/G/NDATA/E",
                "/spBv1.0/G/NDATA/E",
                "G/NDATA/E"
            })
    void shouldBeNullWhenNotOfAnEdgeNodeOrDevice(String topic) {
        assertThat(SparkplugTopic.parse(topic)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "spBv1.0/STATE/scada1, true",
        "spBv1.0/STATE/, false",
        "spBv1.0/STATE, false",
        "spBv1.0/STATE/a/b, false",
        "STATE/scada1, false",
        "spBv1.0/G/STATE/E, false",
    })
    void shouldTellAStateTopicWhenOfAHost(String topic, boolean expected) {
        assertThat(SparkplugTopic.isState(topic)).isEqualTo(expected);
    }

    @Test
    void shouldTellTheNamespaceWhenItIsTheFirstLevel() {
        assertThat(SparkplugTopic.inNamespace("spBv1.0/anything")).isTrue();
        assertThat(SparkplugTopic.inNamespace("spBv1.0")).isFalse();
        assertThat(SparkplugTopic.inNamespace("spBv1.00/G/NDATA/E")).isFalse();
        assertThat(SparkplugTopic.inNamespace("x/spBv1.0/G")).isFalse();
    }
}
