package uns.bridge.sparkplug;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static uns.bridge.sparkplug.Decoding.bytes;
import static uns.bridge.sparkplug.Decoding.field;
import static uns.bridge.sparkplug.Decoding.gzip;
import static uns.bridge.sparkplug.Decoding.json;
import static uns.bridge.sparkplug.Plant.alias;
import static uns.bridge.sparkplug.Plant.born;

import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One bad metric beside good ones. */
class MalformedMetricTest {

    /** alias 1, UInt8, 5. */
    private static final String GOOD = "10 01 20 05 50 05";

    private static final String GOOD_JSON = "{\"alias\":1,\"datatype\":5,\"value\":5}";

    /** name "m", alias 2, timestamp 3, datatype Int32. */
    private static final String HEAD = "0A 01 6D 10 02 18 03 20 03 ";

    private static final String HEAD_JSON = "\"name\":\"m\",\"alias\":2,\"timestamp\":3,\"datatype\":3,";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "50", // a value that is not there
                "50 FF", // a varint without an end
                "50 FF FF FF FF FF FF FF FF FF FF 01", // a varint of eleven bytes
                "55 00", // a value of four bytes that are one
                "56 00", // a wire type that does not exist
                "00 00", // a field that does not exist
                "0C", // the end of a group that never began
                "0B", // a group without an end
                "7A 05 61", // a text longer than the metric
                "7A FF FF FF FF 07", // a text of 2 GiB
                "7A FF FF FF FF FF FF FF FF FF 01", // a text of a negative length
                "4A 02 0A 05", // a property set whose key is longer than itself
                "4A 04 12 02 18 FF", // a property
                "8A 01 04 22 02 0A 05", // a row of a data set
                "8A 01 06 22 04 0A 02 08 FF", // a cell of a data set
                "92 01 04 12 02 0A 05", // a member of a template
                "92 01 04 1A 02 0A 05", // a parameter of a template
                "42 02 12 05", // the meta data
                "55 00 00 00 00", // int_value as fixed32
                "51 00 00 00 00 00 00 00 00", // int_value as fixed64
                "60 01", // float_value as varint
                "88 01 01", // dataset_value as varint
            })
    void shouldKeepTheGoodMetricsWhenOneIsMalformed(String damage) throws Exception {
        String expected = "{" + HEAD_JSON + "\"value\":\"" + base64(HEAD + damage) + "\",\"malformed\":true}";

        assertThat(json(payload(GOOD, HEAD + damage, GOOD, "")))
                .isEqualTo("{\"metrics\":[" + GOOD_JSON + "," + expected + "," + GOOD_JSON + ",{}],\"seq\":1}");
        assertThat(json(payload(HEAD + damage, GOOD, HEAD + damage)))
                .isEqualTo("{\"metrics\":[" + expected + "," + GOOD_JSON + "," + expected + "],\"seq\":1}");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "'0C', ''",
                "'0A 05 6D', ''",
                "'0A 01 6D 10', '\"name\":\"m\",'",
                "'10 02 0C 0A 01 6D', '\"alias\":2,'",
                // What stands after a damaged structure is read, for its length is known.
                "'92 01 01 FF 0A 01 6D 20 13', '\"name\":\"m\",\"datatype\":19,'",
                "'28 01 30 00 50', '\"is_historical\":true,\"is_transient\":false,'",
                // Though it says that it is null, it is not known whether it is.
                "'0A 01 6D 38 01 50', '\"name\":\"m\",'",
            })
    void shouldKeepWhatCanBeReadWhenMalformed(String metric, String head) throws Exception {
        assertThat(json(payload(GOOD, metric)))
                .isEqualTo("{\"metrics\":[" + GOOD_JSON + ",{" + head + "\"value\":\"" + base64(metric)
                        + "\",\"malformed\":true}],\"seq\":1}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0A 01 6D", "A0 01 05", "38 01 55 00 00 00 00", "38 00", "8A 01 00", "9A 01 00"})
    void shouldNotBeMalformedWhenThereIsNoValueOrAnExtension(String metric) throws Exception {
        assertThat(json(payload(metric))).doesNotContain("malformed");
    }

    @Test
    void shouldBeMalformedWhenItNestsTooDeep() throws Exception {
        byte[] deep = field(1, "innermost".getBytes(UTF_8));
        for (int i = 0; i < 5_000; i++) {
            deep = field(2, field(18, deep));
        }

        String json = json(join(deep, payload(GOOD)));

        assertThat(json)
                .startsWith("{\"metrics\":[{\"value\":\"")
                .endsWith("\",\"malformed\":true}," + GOOD_JSON + "],\"seq\":1}");
    }

    @Test
    void shouldBeMalformedWhenItHasTooManyFields() throws Exception {
        ByteArrayOutputStream members = new ByteArrayOutputStream();
        for (int i = 0; i < MetricLimit.MAX_FIELDS; i++) {
            members.writeBytes(bytes("12 00"));
        }
        byte[] metric = join(bytes(HEAD), field(18, members.toByteArray()));

        String json = json(join(field(2, metric), payload(GOOD)));

        assertThat(json)
                .isEqualTo("{\"metrics\":[{" + HEAD_JSON + "\"value\":\""
                        + Base64.getEncoder().encodeToString(metric) + "\",\"malformed\":true}," + GOOD_JSON
                        + "],\"seq\":1}");
    }

    @Test
    void shouldFailWhenAllMetricsAreMalformed() {
        assertThatExceptionOfType(MalformedPayloadException.class)
                .isThrownBy(() -> json(payload(HEAD + "50", HEAD + "0C")))
                .withMessageStartingWith("not a Sparkplug B payload: ");
    }

    @Test
    void shouldFailWhenTooManyAreMalformed() throws Exception {
        byte[] most = join(payload(GOOD), new byte[3 * PayloadReader.MAX_MALFORMED]);
        for (int i = payload(GOOD).length; i < most.length; i += 3) {
            System.arraycopy(bytes("12 01 0C"), 0, most, i, 3);
        }

        assertThat(json(most)).startsWith("{\"metrics\":[" + GOOD_JSON + ",{\"value\":\"DA==\",\"malformed\":true},");
        assertThatExceptionOfType(MalformedPayloadException.class)
                .isThrownBy(() -> json(join(most, bytes("12 01 0C"))))
                .withMessage("more than 10000 malformed metrics");
    }

    @Test
    void shouldFailWhenTheLastMetricIsLongerThanThePayload() {
        byte[] payload = join(payload(GOOD), bytes("12 05 0A 01 6D"));

        assertThatExceptionOfType(MalformedPayloadException.class).isThrownBy(() -> json(payload));
    }

    @Test
    void shouldKeepTheGoodMetricsWhenCompressed() throws Exception {
        byte[] wrapper = join(
                field(4, "SPBV1.0_COMPRESSED".getBytes(UTF_8)),
                field(2, join(field(1, "algorithm".getBytes(UTF_8)), field(15, "GZIP".getBytes(UTF_8)))),
                field(2, bytes("0C")),
                field(5, gzip(payload(GOOD, "0C"))));

        assertThat(json(wrapper)).contains(GOOD_JSON, "\"malformed\":true");
    }

    @Test
    void shouldResolveWhatIsMalformedWhenBorn() throws Exception {
        Plant plant = new Plant();
        plant.send("G/NBIRTH/E", 0, born("a", 1, DataType.INT8), born("b", 2, DataType.INT16));

        Plant.Sent decoded = plant.send("G/NDATA/E", payload("10 01 50 FF 01", "10 02 50 FF"), false);

        assertThat(new String(decoded.json(), UTF_8))
                .isEqualTo("{\"metrics\":[{\"name\":\"a\",\"alias\":1,\"datatype\":1,\"value\":-1},"
                        + "{\"name\":\"b\",\"alias\":2,\"datatype\":2,\"value\":\"" + base64("10 02 50 FF")
                        + "\",\"malformed\":true}],\"seq\":1}");
        assertThat(decoded.unresolved()).isZero();
        assertThat(plant.send("G/NDATA/E", payload("10 01 50 01", "50 FF"), false)
                        .unresolved())
                .isOne();
    }

    @Test
    void shouldNotDefineWhatIsMalformedWhenInABirth() throws Exception {
        Plant plant = new Plant();
        plant.send("G/NBIRTH/E", payload(GOOD, HEAD + "50"), false);

        assertThat(plant.json("G/NDATA/E", alias(2).setIntValue(-5))).isEqualTo("{\"alias\":2,\"value\":4294967291}");
    }

    @Test
    void shouldKeepTheKnownBirthWhenAllOfTheNextIsMalformed() throws Exception {
        Plant plant = new Plant();
        plant.send("G/NBIRTH/E", 0, born("a", 1, DataType.INT8));

        assertThatExceptionOfType(MalformedPayloadException.class)
                .isThrownBy(() -> plant.send("G/NBIRTH/E", payload(HEAD + "50"), false));

        assertThat(plant.json("G/NDATA/E", alias(1).setIntValue(-5)))
                .isEqualTo("{\"name\":\"a\",\"alias\":1,\"datatype\":1,\"value\":-5}");
    }

    /** A payload of these metrics, and seq 1. */
    private static byte[] payload(String... metrics) {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        for (String metric : metrics) {
            payload.writeBytes(field(2, bytes(metric)));
        }
        payload.writeBytes(bytes("18 01"));
        return payload.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static String base64(String hex) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex.replace(" ", "")));
    }
}
