package uns.bridge.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;
import static uns.bridge.sparkplug.Decoding.bytes;
import static uns.bridge.sparkplug.Decoding.json;
import static uns.bridge.sparkplug.Decoding.metric;

import com.google.protobuf.ByteString;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uns.bridge.sparkplug.proto.Payload;

class ArrayTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INT8_ARRAY | E9 7B 80 | [-23,123,-128]",
                "INT16_ARRAY | D0 8A 30 75 | [-30000,30000]",
                "INT32_ARRAY | FF FF FF FF 3A B0 CB 12 | [-1,315338810]",
                "INT64_ARRAY | FF FF FF FF FF FF FF FF 01 00 00 00 00 00 00 80 | [-1,-9223372036854775807]",
                "UINT8_ARRAY | 17 FA | [23,250]",
                "UINT16_ARRAY | 1E 00 88 CC | [30,52360]",
                "UINT32_ARRAY | 34 00 00 00 FF FF FF FF | [52,4294967295]",
                "UINT64_ARRAY | 34 00 00 00 00 00 00 00 FF FF FF FF FF FF FF FF | [52,18446744073709551615]",
                "FLOAT_ARRAY | A4 70 9D 3F 00 00 C0 7F 00 00 80 FF 00 00 00 80 | [1.23,\"NaN\",\"-Infinity\",-0.0]",
                "DOUBLE_ARRAY | 00 00 00 00 00 00 F8 3F 00 00 00 00 00 00 F0 7F | [1.5,\"Infinity\"]",
                "BOOLEAN_ARRAY | 00 00 00 00 | []",
                "BOOLEAN_ARRAY | 03 00 00 00 A0 | [true,false,true]",
                "BOOLEAN_ARRAY | 08 00 00 00 01 | [false,false,false,false,false,false,false,true]",
                "BOOLEAN_ARRAY | 09 00 00 00 00 FF | [false,false,false,false,false,false,false,false,true]",
                "BOOLEAN_ARRAY | 01 00 00 00 80 FF | [true]",
                "STRING_ARRAY | 41 42 00 00 C3 A9 00 | [\"AB\",\"\",\"é\"]",
                "STRING_ARRAY | 00 | [\"\"]",
                "STRING_ARRAY | FF 00 | [\"\uFFFD\"]",
                "DATETIME_ARRAY | 18 FC FF FF FF FF FF FF 00 68 E5 CF 8B 01 00 00 | [-1000,1700000000000]",
            })
    void shouldGiveTheElementsWhenWellFormed(DataType type, String packed, String expected) throws Exception {
        assertThat(json(metric(type).setBytesValue(ByteString.copyFrom(bytes(packed)))))
                .isEqualTo("{\"datatype\":" + type.ordinal() + ",\"value\":" + expected + "}");
    }

    @ParameterizedTest
    @CsvSource({
        "INT8_ARRAY", "INT16_ARRAY", "INT32_ARRAY", "INT64_ARRAY",
        "UINT8_ARRAY", "UINT16_ARRAY", "UINT32_ARRAY", "UINT64_ARRAY",
        "FLOAT_ARRAY", "DOUBLE_ARRAY", "STRING_ARRAY", "DATETIME_ARRAY",
    })
    void shouldGiveAnEmptyArrayWhenThereAreNoBytes(DataType type) throws Exception {
        assertThat(json(metric(type).setBytesValue(ByteString.EMPTY)))
                .isEqualTo("{\"datatype\":" + type.ordinal() + ",\"value\":[]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INT16_ARRAY | 01",
                "UINT16_ARRAY | 01 02 03",
                "INT32_ARRAY | 01 02 03 04 05",
                "UINT32_ARRAY | 01 02",
                "FLOAT_ARRAY | 01 02 03",
                "INT64_ARRAY | 01 02 03 04",
                "UINT64_ARRAY | 01 02 03 04 05 06 07 08 09",
                "DOUBLE_ARRAY | 01 02 03 04 05 06 07",
                "DATETIME_ARRAY | 01 02 03 04 05 06 07 08 09 0A 0B 0C",
                "BOOLEAN_ARRAY | ''",
                "BOOLEAN_ARRAY | 01 00 00",
                "BOOLEAN_ARRAY | 01 00 00 00",
                "BOOLEAN_ARRAY | 09 00 00 00 FF",
                "BOOLEAN_ARRAY | FF FF FF FF 01",
                "STRING_ARRAY | 41 42",
                "STRING_ARRAY | 41 00 42",
            })
    void shouldGiveBase64AndSaySoWhenMalformed(DataType type, String packed) throws Exception {
        byte[] value = bytes(packed);

        assertThat(json(metric(type).setBytesValue(ByteString.copyFrom(value))))
                .isEqualTo("{\"datatype\":" + type.ordinal() + ",\"value\":\""
                        + Base64.getEncoder().encodeToString(value) + "\",\"malformed\":true}");
    }

    @Test
    void shouldLeaveTheOtherMetricsAloneWhenOneIsMalformed() throws Exception {
        Payload payload = Payload.newBuilder()
                .addMetrics(metric(DataType.INT8).setIntValue(255))
                .addMetrics(metric(DataType.INT32_ARRAY).setBytesValue(ByteString.copyFrom(bytes("01"))))
                .addMetrics(metric(DataType.INT8).setIntValue(254))
                .setSeq(4)
                .build();

        assertThat(json(payload))
                .isEqualTo("{\"metrics\":[{\"datatype\":1,\"value\":-1},"
                        + "{\"datatype\":24,\"value\":\"AQ==\",\"malformed\":true},"
                        + "{\"datatype\":1,\"value\":-2}],\"seq\":4}");
    }
}
