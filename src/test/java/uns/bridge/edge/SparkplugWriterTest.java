package uns.bridge.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected bytes are worked out by hand from the protobuf encoding. */
class SparkplugWriterTest {
    @Test
    void shouldWriteTimestampMetricsAndSequence() {
        byte[] payload = SparkplugWriter.payload(
                300L, 7L, List.of(Metric.of("a", 2, DataType.BOOLEAN, true).at(5), Metric.of("b", DataType.TEXT, "x")));

        assertThat(hex(payload))
                .isEqualTo("08ac02" + "120b" + "0a0161" + "1002" + "1805" + "200b" + "7001"
                        + "1208" + "0a0162" + "200e" + "7a0178"
                        + "1807");
    }

    @Test
    void shouldWriteOnlyMetricsWhenThereIsNothingElse() {
        byte[] payload = SparkplugWriter.payload(null, null, List.of(Metric.of("bdSeq", DataType.INT64, 1)));

        assertThat(hex(payload)).isEqualTo("120b" + "0a056264536571" + "2004" + "5801");
    }

    @Test
    void shouldSayNullWhenThereIsNoValue() {
        byte[] payload = SparkplugWriter.payload(
                null, null, List.of(Metric.of("a", 3, DataType.INT32, null).byAlias()));

        assertThat(hex(payload)).isEqualTo("1206" + "1003" + "2003" + "3801");
    }

    @ParameterizedTest
    @CsvSource({
        "INT8,   -1,   50ffffffff0f",
        "INT32,  -1,   50ffffffff0f",
        "UINT32, 4294967295, 50ffffffff0f",
        "INT64,  -1,   58ffffffffffffffffff01",
        "FLOAT,  -2,   65000000c0",
        "DOUBLE, -2,   6900000000000000c0",
        "DATE_TIME, 1, 5801",
    })
    void shouldWriteNumberInFieldOfItsType(DataType type, long value, String expected) {
        byte[] payload = SparkplugWriter.payload(null, null, List.of(Metric.of("a", type, value)));

        assertThat(hex(payload)).endsWith(expected);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
