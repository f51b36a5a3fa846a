package uns.bridge.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;
import static uns.bridge.sparkplug.Decoding.bytes;
import static uns.bridge.sparkplug.Decoding.json;
import static uns.bridge.sparkplug.Decoding.metric;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uns.bridge.sparkplug.proto.Payload;
import uns.bridge.sparkplug.proto.Payload.Metric;

class MetricTest {

    /** Encoders extend the sign of a small type to 8, 16, 32 bits or not at all. */
    @ParameterizedTest
    @CsvSource({
        "INT8, 0x7F, 127",
        "INT8, 0x80, -128",
        "INT8, 0xFF, -1",
        "INT8, 0xFFFFFF80, -128",
        "INT8, 0x0000FFFF, -1",
        "INT16, 0x7FFF, 32767",
        "INT16, 0x8AD0, -30000",
        "INT16, 0xFFFF8AD0, -30000",
        "INT32, 0x7FFFFFFF, 2147483647",
        "INT32, 0x80000000, -2147483648",
        "INT32, 0xFFFFFFFF, -1",
        "INT64, 0xFFFFFFFF, 4294967295",
        "UINT8, 250, 250",
        "UINT16, 65535, 65535",
        "UINT32, 0xFFFFFFFF, 4294967295",
        "UINT64, 7, 7",
        "DATETIME, 0, 0",
        "UNKNOWN, 0xFFFFFFFF, 4294967295",
        "STRING, 5, 5",
        "INT8_ARRAY, 5, 5",
    })
    void shouldGiveTheIntegerOfTheTypeWhenInIntValue(DataType type, String bits, String expected) throws Exception {
        Metric.Builder metric = metric(type).setIntValue((int) (long) Long.decode(bits));

        assertThat(json(metric)).isEqualTo(withValue(type, expected));
    }

    @ParameterizedTest
    @CsvSource({
        "INT8, -1, -1",
        "INT16, -30000, -30000",
        "INT32, -1, -1",
        "INT32, 4294967291, -5",
        "INT64, -9223372036854775808, -9223372036854775808",
        "INT64, 9223372036854775807, 9223372036854775807",
        "UINT32, 4294967295, 4294967295",
        "UINT64, -1, 18446744073709551615",
        "UINT64, -9223372036854775807, 9223372036854775809",
        "UINT64, 9007199254740993, 9007199254740993",
        "DATETIME, 1700000000000, 1700000000000",
        "DATETIME, -1000, -1000",
        "UNKNOWN, -6, 18446744073709551610",
    })
    void shouldGiveTheIntegerOfTheTypeWhenInLongValue(DataType type, long bits, String expected) throws Exception {
        assertThat(json(metric(type).setLongValue(bits))).isEqualTo(withValue(type, expected));
    }

    @ParameterizedTest
    @CsvSource({
        "1.23, 1.23",
        "0.1, 0.1",
        "-0.0, -0.0",
        "3.4028235E38, 3.4028235e+38",
        "1.4E-45, 1e-45",
        "NaN, \"NaN\"",
        "Infinity, \"Infinity\"",
        "-Infinity, \"-Infinity\"",
    })
    void shouldGiveTheShortestDecimalWhenFloat(float value, String expected) throws Exception {
        assertThat(json(metric(DataType.FLOAT).setFloatValue(value))).isEqualTo(withValue(DataType.FLOAT, expected));
        assertThat(json(metric(DataType.DOUBLE).setFloatValue(value))).isEqualTo(withValue(DataType.DOUBLE, expected));
    }

    @ParameterizedTest
    @CsvSource({
        "12.354213, 12.354213",
        "1700000000, 1700000000.0",
        "2E23, 2e+23",
        "-0.0, -0.0",
        "4.9E-324, 5e-324",
        "NaN, \"NaN\"",
        "-Infinity, \"-Infinity\"",
    })
    void shouldGiveTheShortestDecimalWhenDouble(double value, String expected) throws Exception {
        assertThat(json(metric(DataType.DOUBLE).setDoubleValue(value))).isEqualTo(withValue(DataType.DOUBLE, expected));
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void shouldGiveABooleanWhenBoolean(boolean value) throws Exception {
        assertThat(json(metric(DataType.BOOLEAN).setBooleanValue(value)))
                .isEqualTo(withValue(DataType.BOOLEAN, Boolean.toString(value)));
    }

    @ParameterizedTest
    @CsvSource({"STRING", "TEXT", "UUID", "UNKNOWN"})
    void shouldGiveTheTextWhenStringValue(DataType type) throws Exception {
        assertThat(json(metric(type).setStringValue("é€😀 \"q\""))).isEqualTo(withValue(type, "\"é€😀 \\\"q\\\"\""));
        assertThat(json(metric(type).setStringValue(""))).isEqualTo(withValue(type, "\"\""));
    }

    @ParameterizedTest
    @CsvSource({"BYTES", "FILE", "UNKNOWN", "STRING"})
    void shouldGiveBase64WhenBytesAndNoArray(DataType type) throws Exception {
        ByteString value = ByteString.copyFrom(bytes("00 01 FE FF"));

        assertThat(json(metric(type).setBytesValue(value))).isEqualTo(withValue(type, "\"AAH+/w==\""));
    }

    @Test
    void shouldGiveReplacementCharactersWhenNotUtf8() throws Exception {
        // metric { name: 'a' FF 'b', string_value: E2 82 (cut off) }
        assertThat(json(bytes("12 09 0A 03 61 FF 62 7A 02 E2 82")))
                .isEqualTo("{\"metrics\":[{\"name\":\"a\uFFFDb\",\"value\":\"\uFFFD\"}]}");
    }

    @Test
    void shouldKeepTheOrderOfTheDefinitionWhenAllIsPresent() throws Exception {
        Metric.Builder metric = Metric.newBuilder()
                .setIntValue(5)
                .setProperties(Payload.PropertySet.newBuilder().addKeys("k"))
                .setMetadata(Payload.MetaData.newBuilder().setSize(1))
                .setIsNull(false)
                .setIsTransient(true)
                .setIsHistorical(true)
                .setDatatype(3)
                .setTimestamp(-1)
                .setAlias(0)
                .setName("n");

        assertThat(json(metric))
                .isEqualTo("{\"name\":\"n\",\"alias\":0,\"timestamp\":18446744073709551615,\"datatype\":3,"
                        + "\"is_historical\":true,\"is_transient\":true,\"is_null\":false,\"metadata\":{\"size\":1},"
                        + "\"properties\":{\"keys\":[\"k\"]},\"value\":5}");
    }

    @Test
    void shouldHaveNoValueWhenNull() throws Exception {
        assertThat(json(metric(DataType.INT32).setIsNull(true).setIntValue(5)))
                .isEqualTo("{\"datatype\":3,\"is_null\":true}");
        assertThat(json(metric(DataType.INT8_ARRAY).setIsNull(true).setBytesValue(ByteString.EMPTY)))
                .isEqualTo("{\"datatype\":22,\"is_null\":true}");
    }

    @Test
    void shouldHaveNoValueWhenThereIsNoneOrAnExtension() throws Exception {
        assertThat(json(metric(DataType.INT32))).isEqualTo("{\"datatype\":3}");
        assertThat(json(Metric.newBuilder().setExtensionValue(Metric.MetricValueExtension.getDefaultInstance())))
                .isEqualTo("{}");
    }

    @Test
    void shouldKeepTheRawValueWhenTheDatatypeIsNotDefined() throws Exception {
        assertThat(json(Metric.newBuilder().setDatatype(99).setIntValue(-1)))
                .isEqualTo("{\"datatype\":99,\"value\":4294967295}");
        assertThat(json(Metric.newBuilder().setDatatype(-1).setIntValue(5)))
                .isEqualTo("{\"datatype\":4294967295,\"value\":5}");
    }

    @Test
    void shouldTakeTheLastValueWhenThereAreSeveral() throws Exception {
        // metric { string_value: "a", double_value: 1, int_value: 2 }
        assertThat(json(bytes("12 0E 7A 01 61 69 00 00 00 00 00 00 F0 3F 50 02")))
                .isEqualTo("{\"metrics\":[{\"value\":2}]}");
    }

    @Test
    void shouldSkipFieldsThatTheDefinitionDoesNotHave() throws Exception {
        // payload { 100: "x", metric { 200: 1, 201: group, int_value: 2 } }
        assertThat(json(bytes("A2 06 01 78 12 09 C0 0C 01 CB 0C CC 0C 50 02")))
                .isEqualTo("{\"metrics\":[{\"value\":2}]}");
    }

    @Test
    void shouldGiveTheMetaDataWhenAFile() throws Exception {
        Payload.MetaData metaData = Payload.MetaData.newBuilder()
                .setIsMultiPart(false)
                .setContentType("text/plain")
                .setSize(-1)
                .setSeq(0)
                .setFileName("a.txt")
                .setFileType("txt")
                .setMd5("0cc1")
                .setDescription("d")
                .build();

        assertThat(json(metric(DataType.FILE).setMetadata(metaData).setBytesValue(ByteString.copyFromUtf8("a"))))
                .isEqualTo("{\"datatype\":18,\"metadata\":{\"is_multi_part\":false,\"content_type\":\"text/plain\","
                        + "\"size\":18446744073709551615,\"seq\":0,\"file_name\":\"a.txt\",\"file_type\":\"txt\","
                        + "\"md5\":\"0cc1\",\"description\":\"d\"},\"value\":\"YQ==\"}");
    }

    private static String withValue(DataType type, String value) {
        return "{\"datatype\":" + type.ordinal() + ",\"value\":" + value + "}";
    }
}
