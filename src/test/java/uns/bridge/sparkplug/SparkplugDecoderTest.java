package uns.bridge.sparkplug;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static uns.bridge.sparkplug.Decoding.bytes;
import static uns.bridge.sparkplug.Decoding.deflate;
import static uns.bridge.sparkplug.Decoding.field;
import static uns.bridge.sparkplug.Decoding.json;
import static uns.bridge.sparkplug.Decoding.metric;
import static uns.bridge.sparkplug.Decoding.whole;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.sparkplug.proto.Payload;
import uns.bridge.sparkplug.proto.Payload.Metric;
import uns.bridge.sparkplug.proto.Payload.PropertySet;
import uns.bridge.sparkplug.proto.Payload.PropertyValue;
import uns.bridge.sparkplug.proto.Payload.Template;

class SparkplugDecoderTest {

    private final SparkplugDecoder decoder = new SparkplugDecoder(1 << 20);

    @Test
    void shouldKeepTheOrderOfTheDefinitionWhenAllIsPresent() throws Exception {
        Payload payload = Payload.newBuilder()
                .setBody(ByteString.copyFrom(bytes("01 02 03")))
                .setUuid("my-schema")
                .setSeq(256)
                .addMetrics(Metric.newBuilder().setAlias(-1).setBooleanValue(true))
                .addMetrics(Metric.getDefaultInstance())
                .setTimestamp(1_700_000_000_000L)
                .build();

        assertThat(json(payload))
                .isEqualTo("{\"timestamp\":1700000000000,\"metrics\":[{\"alias\":18446744073709551615,\"value\":true},"
                        + "{}],\"seq\":256,\"uuid\":\"my-schema\",\"body\":\"AQID\"}");
    }

    @Test
    void shouldBeAnEmptyObjectWhenThereIsNothing() throws Exception {
        assertThat(json(new byte[0])).isEqualTo("{}");
    }

    @Test
    void shouldSkipAFieldWhenItsWireTypeIsAnother() throws Exception {
        // metrics as a varint
        assertThat(json(bytes("10 05 18 01"))).isEqualTo("{\"seq\":1}");
    }

    @ParameterizedTest
    @CsvSource({
        "'', -1",
        "08 00, 0",
        "08 E8 07, 1000",
        "08 FF FF FF FF FF FF FF FF 7F, 9223372036854775807",
        "08 FF FF FF FF FF FF FF FF FF 01, 9223372036854775807",
    })
    void shouldGiveTheTimestampWhenPresent(String payload, long expected) throws Exception {
        assertThat(whole(decoder.decode(bytes(payload))).timestampMs()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "08",
                "08 FF",
                "08 FF FF FF FF FF FF FF FF FF FF 01",
                "12 05 0A",
                "12 FF FF FF FF 07 0A 01 6D",
                "12 FF FF FF FF FF FF FF FF FF 01",
                "00 01 02",
                "0C",
                "18 01 0C",
                "0B",
                "0F",
                "12 03 0A 05 61",
                "12 01 0C 12 03 0A 05 61",
                "12 00 12 03 0A 01",
                "69 00",
            })
    void shouldFailWhenNoProtobuf(String payload) {
        assertThatExceptionOfType(MalformedPayloadException.class)
                .isThrownBy(() -> decoder.decode(bytes(payload)))
                .withMessageStartingWith("not a Sparkplug B payload: ");
    }

    @Test
    void shouldQuoteNothingOfThePayloadWhenItFails() {
        byte[] payload = Arrays.copyOf("\n\u0010secret-secret".getBytes(UTF_8), 12);

        assertThatExceptionOfType(MalformedPayloadException.class)
                .isThrownBy(() -> decoder.decode(payload))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
    }

    @Test
    void shouldDecodeTheNextWhenOneHasFailed() throws Exception {
        assertThatExceptionOfType(MalformedPayloadException.class).isThrownBy(() -> decoder.decode(bytes("08")));
        assertThat(whole(decoder.decode(bytes("18 01"))).json()).asString().isEqualTo("{\"seq\":1}");
    }

    @ParameterizedTest
    @CsvSource({"30, true", "60, false", "150, false", "5000, false"})
    void shouldFailOnlyWhenTemplatesNestTooDeep(int depth, boolean readable) throws Exception {
        // metric { template_value { version: "innermost" } }, the member within being a metric again
        assertReadable(nested(depth, 2, 18), readable);
    }

    @ParameterizedTest
    @CsvSource({"30, true", "60, false", "150, false", "5000, false"})
    void shouldFailOnlyWhenPropertySetsNestTooDeep(int depth, boolean readable) throws Exception {
        // property set { keys: "innermost" } within the values of another
        byte[] set = nested(depth, 2, 9);
        assertReadable(field(2, field(9, set)), readable);
    }

    @Test
    void shouldFailWhenUnknownGroupsNestTooDeep() {
        byte[] groups = new byte[200_000];
        Arrays.fill(groups, 0, 100_000, (byte) 0x3B);
        Arrays.fill(groups, 100_000, 200_000, (byte) 0x3C);

        assertThatExceptionOfType(MalformedPayloadException.class).isThrownBy(() -> decoder.decode(groups));
    }

    @Test
    void shouldFailOnlyAsMalformedWhenBytesAreRandom() {
        Random random = new Random(20_260_103);
        List<byte[]> seeds = seeds();
        int readable = 0;
        for (int i = 0; i < 10_000; i++) {
            byte[] payload =
                    i % 4 == 0 ? randomBytes(random) : mutated(seeds.get(random.nextInt(seeds.size())), random);
            try {
                assertThat(whole(decoder.decode(payload)).json()).isNotEmpty();
                readable++;
            } catch (MalformedPayloadException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
        // Some survive a mutation and some do not; otherwise the mutations would show nothing.
        assertThat(readable).isBetween(1_000, 9_000);
    }

    private void assertReadable(byte[] payload, boolean readable) throws Exception {
        if (readable) {
            assertThat(json(payload)).contains("innermost");
        } else {
            assertThatExceptionOfType(MalformedPayloadException.class).isThrownBy(() -> decoder.decode(payload));
        }
    }

    /** Field 1 with a text, within {@code depth} times the two fields. Written by hand: a builder would recurse. */
    private static byte[] nested(int depth, int outer, int inner) {
        byte[] message = field(1, "innermost".getBytes(UTF_8));
        for (int i = 0; i < depth; i++) {
            message = field(outer, field(inner, message));
        }
        return message;
    }

    /** One payload with a metric of every datatype, one with structures, one compressed. */
    private static List<byte[]> seeds() {
        Payload.Builder all =
                Payload.newBuilder().setTimestamp(1_700_000_000_000L).setSeq(1);
        for (DataType type : DataType.values()) {
            Metric.Builder metric = metric(type).setName(type.name());
            all.addMetrics(
                    type.isArray()
                            ? metric.setBytesValue(ByteString.copyFrom(new byte[16]))
                            : metric.setLongValue(-type.ordinal()));
        }
        Template template = Template.newBuilder()
                .addMetrics(metric(DataType.STRING).setStringValue("é"))
                .addParameters(Template.Parameter.newBuilder().setType(9).setFloatValue(1))
                .build();
        Payload.DataSet dataSet = Payload.DataSet.newBuilder()
                .addColumns("c")
                .addTypes(1)
                .addRows(Payload.DataSet.Row.newBuilder()
                        .addElements(Payload.DataSet.DataSetValue.newBuilder().setIntValue(1)))
                .build();
        PropertySet set = PropertySet.newBuilder()
                .addKeys("k")
                .addValues(PropertyValue.newBuilder().setType(10).setDoubleValue(0.5))
                .build();
        Payload structures = Payload.newBuilder()
                .addMetrics(metric(DataType.TEMPLATE).setTemplateValue(template).setProperties(set))
                .addMetrics(metric(DataType.DATASET).setDatasetValue(dataSet))
                .build();
        Payload compressed = Payload.newBuilder()
                .setUuid("SPBV1.0_COMPRESSED")
                .setBody(ByteString.copyFrom(deflate(structures.toByteArray(), true)))
                .build();
        List<byte[]> seeds = new ArrayList<>();
        for (Payload payload : List.of(all.build(), structures, compressed)) {
            seeds.add(payload.toByteArray());
        }
        return seeds;
    }

    private static byte[] randomBytes(Random random) {
        byte[] bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Cut off somewhere, or with some bytes changed, or both. */
    private static byte[] mutated(byte[] seed, Random random) {
        byte[] bytes = random.nextInt(3) == 0 ? Arrays.copyOf(seed, random.nextInt(seed.length)) : seed.clone();
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }
}
