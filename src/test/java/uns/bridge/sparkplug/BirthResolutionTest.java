package uns.bridge.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;
import static uns.bridge.sparkplug.Decoding.bytes;
import static uns.bridge.sparkplug.Plant.alias;
import static uns.bridge.sparkplug.Plant.bdSeq;
import static uns.bridge.sparkplug.Plant.born;
import static uns.bridge.sparkplug.Plant.named;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.sparkplug.proto.Payload.Metric;
import uns.bridge.sparkplug.proto.Payload.PropertySet;
import uns.bridge.sparkplug.proto.Payload.PropertySetList;
import uns.bridge.sparkplug.proto.Payload.PropertyValue;
import uns.bridge.sparkplug.proto.Payload.Template;

/** What DATA metrics take from their births, and where they find it. */
class BirthResolutionTest {

    private final Plant plant = new Plant();

    @Test
    void shouldAddNameAndDatatypeInTheirPlacesWhenAliasOnly() throws Exception {
        plant.send("G/NBIRTH/E", 0, bdSeq(0), born("Temp", 1, DataType.INT32));

        assertThat(plant.json(
                        "G/NDATA/E",
                        alias(1).setTimestamp(7).setIsHistorical(true).setIntValue(-6)))
                .isEqualTo("{\"name\":\"Temp\",\"alias\":1,\"timestamp\":7,\"datatype\":3,\"is_historical\":true,"
                        + "\"value\":-6}");
    }

    @ParameterizedTest
    @CsvSource({
        "INT8, 255, -1",
        "INT16, 0xFFFFFF9B, -101",
        "INT32, 0xFFFFFFFF, -1",
        "UINT32, 0xFFFFFFFF, 4294967295",
        "UNKNOWN, 0xFFFFFFFF, 4294967295",
    })
    void shouldGiveTheIntegerOfTheBornTypeWhenTheMessageHasNone(DataType type, String bits, String expected)
            throws Exception {
        plant.send("G/NBIRTH/E", 0, born("m", 1, type));

        assertThat(plant.json("G/NDATA/E", alias(1).setIntValue((int) (long) Long.decode(bits))))
                .isEqualTo(
                        "{\"name\":\"m\",\"alias\":1,\"datatype\":" + type.ordinal() + ",\"value\":" + expected + "}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "7 5 6",
                "9 0 1000 3",
                "-1 0 1",
                "9223372036854775807 -9223372036854775808",
                "-9223372036854775808 -9223372036854775807",
                "3 3 4"
            })
    void shouldFindEachAliasAndNoOtherWhateverTheirOrder(String born) throws Exception {
        Set<Long> aliases = Arrays.stream(born.split(" ")).map(Long::valueOf).collect(Collectors.toSet());
        plant.send(
                "G/NBIRTH/E",
                0,
                Stream.concat(
                                Stream.of(born("a", DataType.INT8), born("z", DataType.INT8)),
                                Arrays.stream(born.split(" "))
                                        .map(alias -> born("m" + alias, Long.parseLong(alias), DataType.INT8)))
                        .toArray(Metric.Builder[]::new));

        for (long alias : aliases) {
            for (long asked : new long[] {alias - 1, alias, alias + 1, -alias}) {
                String known = "\"name\":\"m" + asked + "\",";
                assertThat(plant.json("G/NDATA/E", alias(asked)))
                        .startsWith("{" + (aliases.contains(asked) ? known : "") + "\"alias\":");
            }
            assertThat(plant.json("G/NDATA/E", named("m" + alias), named("a"), named("z"), named("m")))
                    .isEqualTo("{\"name\":\"m" + alias + "\",\"datatype\":1},{\"name\":\"a\",\"datatype\":1},"
                            + "{\"name\":\"z\",\"datatype\":1},{\"name\":\"m\"}");
        }
    }

    @Test
    void shouldNameNoMetricWhenItsBirthGaveTheAliasToSeveral() throws Exception {
        plant.send(
                "G/NBIRTH/E",
                0,
                born("A", 1, DataType.INT32),
                born("B", 1, DataType.INT64),
                born("C", 2, DataType.INT8),
                born("C", 2, DataType.INT8),
                born("D", 3, DataType.INT8));

        assertThat(plant.json("G/NDATA/E", alias(1), alias(2), alias(3), named("B")))
                .isEqualTo("{\"alias\":1},{\"name\":\"C\",\"alias\":2,\"datatype\":1},"
                        + "{\"name\":\"D\",\"alias\":3,\"datatype\":1},{\"name\":\"B\",\"datatype\":4}");
        assertThat(plant.send("G/NDATA/E", 2, alias(1), alias(2)).unresolved()).isOne();
    }

    @Test
    void shouldFollowTheBornTypeWhenLongOrArray() throws Exception {
        plant.send(
                "G/NBIRTH/E",
                0,
                born("t", 0, DataType.DATETIME),
                born("u", 1, DataType.UINT64),
                born("a", 2, DataType.INT16_ARRAY));

        assertThat(plant.json(
                        "G/NDATA/E",
                        alias(0).setLongValue(-1_000),
                        alias(1).setLongValue(-1),
                        alias(2).setBytesValue(ByteString.copyFrom(bytes("F9 FF 07 00"))),
                        alias(2).setBytesValue(ByteString.copyFrom(bytes("F9")))))
                .isEqualTo("{\"name\":\"t\",\"alias\":0,\"datatype\":13,\"value\":-1000},"
                        + "{\"name\":\"u\",\"alias\":1,\"datatype\":8,\"value\":18446744073709551615},"
                        + "{\"name\":\"a\",\"alias\":2,\"datatype\":23,\"value\":[-7,7]},"
                        + "{\"name\":\"a\",\"alias\":2,\"datatype\":23,\"value\":\"+Q==\",\"malformed\":true}");
    }

    @Test
    void shouldOverwriteNothingWhenTheMessageCarriesIt() throws Exception {
        plant.send("G/NBIRTH/E", 0, born("Temp", 1, DataType.INT32), born("Other", 2, DataType.DOUBLE));

        assertThat(plant.json(
                        "G/NDATA/E",
                        alias(1).setDatatype(7).setIntValue(-1),
                        named("Temp").setDatatype(0).setIntValue(-1),
                        named("Temp").setAlias(2).setIntValue(-1)))
                .isEqualTo("{\"name\":\"Temp\",\"alias\":1,\"datatype\":7,\"value\":4294967295},"
                        + "{\"name\":\"Temp\",\"datatype\":0,\"value\":4294967295},"
                        + "{\"name\":\"Temp\",\"alias\":2,\"datatype\":3,\"value\":-1}");
    }

    @Test
    void shouldLookUpByNameWhenThereIsNoAlias() throws Exception {
        plant.send("G/NBIRTH/E", 0, born("b", DataType.INT8), born("a", DataType.INT16), born("c", DataType.INT32));

        assertThat(plant.json(
                        "G/NDATA/E", named("c").setIntValue(-1), named("a").setIntValue(-1)))
                .isEqualTo("{\"name\":\"c\",\"datatype\":3,\"value\":-1},{\"name\":\"a\",\"datatype\":2,\"value\":-1}");
    }

    @Test
    void shouldLookInTheDeviceFirstAndThenInItsNodeWhenDeviceData() throws Exception {
        plant.send("G/NBIRTH/E", 0, born("node", 1, DataType.INT8), born("shared", 9, DataType.INT16));
        plant.send("G/DBIRTH/E/D1", 1, born("one", 1, DataType.INT32));
        plant.send("G/DBIRTH/E/D2", 2, born("two", 1, DataType.INT64));

        assertThat(plant.json("G/DDATA/E/D1", alias(1), alias(9)))
                .isEqualTo("{\"name\":\"one\",\"alias\":1,\"datatype\":3},"
                        + "{\"name\":\"shared\",\"alias\":9,\"datatype\":2}");
        assertThat(plant.json("G/DDATA/E/D2", alias(1))).contains("\"name\":\"two\"");
        assertThat(plant.json("G/NDATA/E", alias(1))).contains("\"name\":\"node\"");
    }

    @Test
    void shouldKeepNodesApartWhenOnlyTheGroupOrTheEdgeIsTheSame() throws Exception {
        plant.send("G/NBIRTH/E", 0, born("m", 1, DataType.INT8));

        assertThat(plant.send("H/NDATA/E", 1, alias(1)).unresolved()).isOne();
        assertThat(plant.send("G/NDATA/F", 1, alias(1)).unresolved()).isOne();
    }

    @Test
    void shouldCountAndLeaveAsItIsWhenNotResolved() throws Exception {
        assertThat(plant.json("G/NDATA/E", alias(1).setIntValue(-1))).isEqualTo("{\"alias\":1,\"value\":4294967295}");
        assertThat(plant.send("G/NDATA/E", 1, alias(1), named("x"), born("y", DataType.INT8))
                        .unresolved())
                .isEqualTo(2);
        plant.send("G/NBIRTH/E", 2, born("m", 1, DataType.INT8));
        assertThat(plant.send("G/NDATA/E", 3, alias(1), alias(2), named("x")).unresolved())
                .isEqualTo(2);
        // A device that was not born has nothing, not even the metrics of its node.
        assertThat(plant.send("G/DDATA/E/D", 4, alias(1)).unresolved()).isOne();
        assertThat(plant.counters().unresolved()).isEqualTo(6);
    }

    @Test
    void shouldAddTheNameAloneWhenTheBirthHasNoDatatype() throws Exception {
        plant.send("G/NBIRTH/E", 0, alias(1).setName("m"));

        assertThat(plant.json("G/NDATA/E", alias(1).setIntValue(5)))
                .isEqualTo("{\"name\":\"m\",\"alias\":1,\"value\":5}");
        assertThat(plant.counters().unresolved()).isOne();
    }

    @Test
    void shouldNotBeNamedByALaterLifeWhenItComesAgain() throws Exception {
        plant.send("G/NBIRTH/E", at(1_000, bdSeq(0), born("Temp", 1, DataType.INT32)), false);
        plant.send("G/DBIRTH/E/D", at(1_001, born("Level", 2, DataType.INT32)), false);
        plant.send("G/NBIRTH/E", at(2_000, bdSeq(1), born("Counter", 1, DataType.UINT32)), false);
        plant.send("G/DBIRTH/E/D", at(2_001, born("Flow", 2, DataType.UINT32)), false);

        assertThat(plant.send("G/NDATA/E", at(1_500, alias(1)), true).unresolved())
                .isOne();
        assertThat(plant.send("G/DDATA/E/D", at(2_000, alias(2)), true).unresolved())
                .isOne();
        assertThat(plant.send("G/NDATA/E", at(2_500, alias(1)), true).unresolved())
                .isZero();
        // Clocks are set: only what comes again may be of another life.
        assertThat(plant.send("G/NDATA/E", at(1_500, alias(1)), false).unresolved())
                .isZero();
    }

    @Test
    void shouldNotReviveADeviceOfAnEarlierLifeWhenItsBirthComesAgain() throws Exception {
        plant.send("G/NBIRTH/E", at(2_000, bdSeq(1)), false);
        plant.send("G/DBIRTH/E/D", at(1_001, born("Level", 2, DataType.INT32)), true);
        assertThat(plant.unresolved("G/DDATA/E/D", 2)).isOne();

        plant.send("G/NDEATH/E", at(2_000, bdSeq(1)), false);
        plant.send("G/DBIRTH/E/D", at(2_001, born("Level", 2, DataType.INT32)), true);
        assertThat(plant.unresolved("G/DDATA/E/D", 2)).isOne();
    }

    @Test
    void shouldLiveOnWhenTheDeathOfAnEarlierLifeOfTheSameNumberComesAgain() throws Exception {
        plant.send("G/NBIRTH/E", at(1_000, bdSeq(0), born("m", 1, DataType.INT32)), false);
        plant.send("G/NDEATH/E", at(1_500, bdSeq(0)), false);
        plant.send("G/NBIRTH/E", at(2_000, bdSeq(0), born("m", 1, DataType.INT32)), false);

        plant.send("G/NDEATH/E", at(1_500, bdSeq(0)), true);
        assertThat(plant.unresolved("G/NDATA/E", 1)).isZero();
        plant.send("G/NDEATH/E", at(2_500, bdSeq(0)), false);
        assertThat(plant.unresolved("G/NDATA/E", 1)).isOne();
    }

    private static byte[] at(long timestamp, Metric.Builder... metrics) {
        return Plant.payload(0, metrics).toBuilder()
                .setTimestamp(timestamp)
                .build()
                .toByteArray();
    }

    @Test
    void shouldLeaveCommandsAloneWhenBorn() throws Exception {
        plant.send("G/NBIRTH/E", 0, born("m", 1, DataType.INT8));

        assertThat(plant.json("G/NCMD/E", alias(1).setIntValue(255))).isEqualTo("{\"alias\":1,\"value\":255}");
        assertThat(plant.counters().unresolved()).isZero();
    }

    @Test
    void shouldTypeMembersWhenATemplateInstanceHasThemFromItsBirthOrItsDefinition() throws Exception {
        Template.Builder inner = Template.newBuilder().setIsDefinition(true).addMetrics(born("deep", DataType.INT8));
        Template.Builder definition = Template.newBuilder()
                .setIsDefinition(true)
                .addMetrics(born("rpm", DataType.INT32))
                .addMetrics(born("codes", DataType.INT16_ARRAY))
                .addMetrics(born("inner", DataType.TEMPLATE)
                        .setTemplateValue(Template.newBuilder().setTemplateRef("Inner")));
        Template.Builder instance =
                Template.newBuilder().setTemplateRef("Motor").addMetrics(born("rpm", DataType.INT16));
        plant.send(
                "G/NBIRTH/E",
                0,
                born("Inner", DataType.TEMPLATE).setTemplateValue(inner),
                born("Motor", DataType.TEMPLATE).setTemplateValue(definition));
        plant.send("G/DBIRTH/E/D", 1, born("Motor", 6, DataType.TEMPLATE).setTemplateValue(instance));

        Template.Builder data = Template.newBuilder()
                .addMetrics(named("rpm").setIntValue(0xFFFF))
                .addMetrics(named("codes").setBytesValue(ByteString.copyFrom(bytes("FF FF"))))
                .addMetrics(named("inner")
                        .setTemplateValue(Template.newBuilder()
                                .setTemplateRef("Inner")
                                .addMetrics(named("deep").setIntValue(255))));
        assertThat(plant.json("G/DDATA/E/D", alias(6).setTemplateValue(data)))
                .isEqualTo("{\"name\":\"Motor\",\"alias\":6,\"datatype\":19,\"value\":{\"metrics\":["
                        + "{\"name\":\"rpm\",\"datatype\":2,\"value\":-1},"
                        + "{\"name\":\"codes\",\"datatype\":23,\"value\":[-1]},"
                        + "{\"name\":\"inner\",\"datatype\":19,\"value\":{\"metrics\":["
                        + "{\"name\":\"deep\",\"datatype\":1,\"value\":-1}],\"template_ref\":\"Inner\"}}]}}");
        assertThat(plant.counters().unresolved()).isZero();
    }

    /** As Eclipse Tahu names them: the definition _types_/Motor, and in its instances template_ref Motor. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldFindTheDefinitionWhenItsNameIsBelowTypes(boolean ofNode) throws Exception {
        Metric.Builder definition = definition("_types_/Motor", born("rpm", DataType.INT16));
        Metric.Builder instance = born("M1", DataType.TEMPLATE)
                .setTemplateValue(Template.newBuilder().setTemplateRef("Motor"));
        plant.send("G/NBIRTH/E", 0, ofNode ? definition : bdSeq(0));
        plant.send("G/DBIRTH/E/D", 1, instance, ofNode ? born("x", DataType.INT8) : definition);

        Template.Builder value = Template.newBuilder().addMetrics(named("rpm").setIntValue(0xFFFFFFFF));
        assertThat(plant.json("G/DDATA/E/D", named("M1").setTemplateValue(value)))
                .isEqualTo("{\"name\":\"M1\",\"datatype\":19,\"value\":{\"metrics\":["
                        + "{\"name\":\"rpm\",\"datatype\":2,\"value\":-1}]}}");
        assertThat(plant.counters().unresolved()).isZero();
    }

    @Test
    void shouldTakeTheDefinitionOfTheVeryNameWhenThereIsOneBelowTypesToo() throws Exception {
        plant.send("G/NBIRTH/E", 0, definition("Motor", born("rpm", DataType.INT16)));
        plant.send(
                "G/DBIRTH/E/D",
                1,
                definition("_types_/Motor", born("rpm", DataType.UINT32)),
                born("M1", DataType.TEMPLATE)
                        .setTemplateValue(Template.newBuilder().setTemplateRef("Motor")));

        Template.Builder value = Template.newBuilder().addMetrics(named("rpm").setIntValue(0xFFFFFFFF));
        assertThat(plant.json("G/DDATA/E/D", named("M1").setTemplateValue(value)))
                .contains("{\"name\":\"rpm\",\"datatype\":2,\"value\":-1}");
    }

    private static Metric.Builder definition(String name, Metric.Builder member) {
        return born(name, DataType.TEMPLATE)
                .setTemplateValue(Template.newBuilder().setIsDefinition(true).addMetrics(member));
    }

    @Test
    void shouldCountAMetricOnceWhenSeveralOfItsMembersAreUnknown() throws Exception {
        Template.Builder value = Template.newBuilder().addMetrics(named("a")).addMetrics(named("b"));

        assertThat(plant.send("G/NDATA/E", 0, born("m", DataType.TEMPLATE).setTemplateValue(value))
                        .unresolved())
                .isOne();
    }

    @Test
    void shouldTypePropertiesWhenTheirKeyHadATypeAtBirth() throws Exception {
        plant.send("G/NBIRTH/E", 0, born("m", 1, DataType.INT8).setProperties(properties(true)));

        assertThat(plant.json("G/NDATA/E", alias(1).setProperties(properties(false))))
                .isEqualTo("{\"name\":\"m\",\"alias\":1,\"datatype\":1,\"properties\":{"
                        + "\"keys\":[\"neg\",\"set\",\"list\",\"new\"],\"values\":["
                        + "{\"type\":2,\"value\":-5},"
                        + "{\"type\":20,\"value\":{\"keys\":[\"x\"],\"values\":[{\"type\":1,\"value\":-1}]}},"
                        + "{\"type\":21,\"value\":{\"propertyset\":["
                        + "{\"keys\":[\"x\"],\"values\":[{\"type\":1,\"value\":-1}]}]}},"
                        + "{\"is_null\":true},{\"value\":1}]}}");
    }

    @Test
    void shouldOverwriteNoPropertyTypeWhenTheMessageCarriesIt() throws Exception {
        plant.send("G/NBIRTH/E", 0, born("m", 1, DataType.INT8).setProperties(properties(true)));

        PropertySet.Builder set = PropertySet.newBuilder()
                .addKeys("neg")
                .addValues(PropertyValue.newBuilder().setType(7).setIntValue(-1));
        assertThat(plant.json("G/NDATA/E", alias(1).setProperties(set)))
                .contains("\"values\":[{\"type\":7,\"value\":4294967295}]");
    }

    @Test
    void shouldTakeAllOfItAwayWhenBornAnew() throws Exception {
        plant.send("G/NBIRTH/E", 0, born("a", 1, DataType.INT8), born("b", 2, DataType.INT8));
        plant.send("G/DBIRTH/E/D", 1, born("c", 3, DataType.INT8), born("d", 4, DataType.INT8));
        plant.send("G/DBIRTH/E/D", 2, born("e", 3, DataType.INT8));
        assertThat(plant.send("G/DDATA/E/D", 3, alias(3), alias(4)).unresolved())
                .isOne();

        plant.send("G/NBIRTH/E", 0, born("b", 1, DataType.INT16));

        assertThat(plant.json("G/NDATA/E", alias(1))).isEqualTo("{\"name\":\"b\",\"alias\":1,\"datatype\":2}");
        assertThat(plant.send("G/NDATA/E", 1, alias(2)).unresolved()).isOne();
        assertThat(plant.send("G/DDATA/E/D", 2, alias(3)).unresolved()).isOne();
    }

    private static PropertySet.Builder properties(boolean typed) {
        PropertySet.Builder inner = PropertySet.newBuilder().addKeys("x").addValues(property(1, 255, typed));
        PropertySet.Builder set = PropertySet.newBuilder()
                .addKeys("neg")
                .addValues(property(2, -5, typed))
                .addKeys("set")
                .addValues(property(20, 0, typed).setPropertysetValue(inner))
                .addKeys("list")
                .addValues(property(21, 0, typed)
                        .setPropertysetsValue(PropertySetList.newBuilder().addPropertyset(inner)));
        if (!typed) {
            set.addKeys("new")
                    .addValues(PropertyValue.newBuilder().setIsNull(true))
                    .addValues(PropertyValue.newBuilder().setIntValue(1));
        }
        return set;
    }

    private static PropertyValue.Builder property(int type, int value, boolean typed) {
        PropertyValue.Builder property = PropertyValue.newBuilder().setIntValue(value);
        return typed ? property.setType(type) : property;
    }
}
