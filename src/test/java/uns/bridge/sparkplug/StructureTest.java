package uns.bridge.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;
import static uns.bridge.sparkplug.Decoding.json;
import static uns.bridge.sparkplug.Decoding.metric;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import uns.bridge.sparkplug.proto.Payload;
import uns.bridge.sparkplug.proto.Payload.DataSet;
import uns.bridge.sparkplug.proto.Payload.DataSet.DataSetValue;
import uns.bridge.sparkplug.proto.Payload.Metric;
import uns.bridge.sparkplug.proto.Payload.PropertySet;
import uns.bridge.sparkplug.proto.Payload.PropertySetList;
import uns.bridge.sparkplug.proto.Payload.PropertyValue;
import uns.bridge.sparkplug.proto.Payload.Template;
import uns.bridge.sparkplug.proto.Payload.Template.Parameter;

/** Property sets, data sets and templates. */
class StructureTest {

    @Test
    void shouldConvertEachValueByItsTypeWhenPropertySet() throws Exception {
        PropertySet set = PropertySet.newBuilder()
                .addKeys("Quality")
                .addValues(property(DataType.INT32).setIntValue(192))
                .addKeys("neg8")
                .addValues(property(DataType.INT8).setIntValue(0xFB))
                .addKeys("neg64")
                .addValues(property(DataType.INT64).setLongValue(-7))
                .addKeys("big")
                .addValues(property(DataType.UINT64).setLongValue(-1))
                .addKeys("f")
                .addValues(property(DataType.FLOAT).setFloatValue(0.1f))
                .addKeys("d")
                .addValues(property(DataType.DOUBLE).setDoubleValue(100))
                .addKeys("b")
                .addValues(property(DataType.BOOLEAN).setBooleanValue(true))
                .addKeys("s")
                .addValues(property(DataType.STRING).setStringValue("°C"))
                .addKeys("nul")
                .addValues(property(DataType.INT32).setIsNull(true).setIntValue(1))
                .addKeys("ext")
                .addValues(PropertyValue.newBuilder()
                        .setExtensionValue(PropertyValue.PropertyValueExtension.getDefaultInstance()))
                .build();

        assertThat(json(Metric.newBuilder().setProperties(set)))
                .isEqualTo("{\"properties\":{\"keys\":[\"Quality\",\"neg8\",\"neg64\",\"big\",\"f\",\"d\",\"b\",\"s\","
                        + "\"nul\",\"ext\"],\"values\":[{\"type\":3,\"value\":192},{\"type\":1,\"value\":-5},"
                        + "{\"type\":4,\"value\":-7},{\"type\":8,\"value\":18446744073709551615},"
                        + "{\"type\":9,\"value\":0.1},{\"type\":10,\"value\":100.0},{\"type\":11,\"value\":true},"
                        + "{\"type\":12,\"value\":\"°C\"},{\"type\":3,\"is_null\":true},{}]}}");
    }

    @Test
    void shouldNestWhenPropertySetsHoldPropertySets() throws Exception {
        PropertySet inner = PropertySet.newBuilder()
                .addKeys("x")
                .addValues(property(DataType.UINT8).setIntValue(1).setIsNull(false))
                .build();
        PropertySet outer = PropertySet.newBuilder()
                .addKeys("set")
                .addValues(property(DataType.PROPERTY_SET).setPropertysetValue(inner))
                .addKeys("list")
                .addValues(property(DataType.PROPERTY_SET_LIST)
                        .setPropertysetsValue(PropertySetList.newBuilder()
                                .addPropertyset(inner)
                                .addPropertyset(PropertySet.getDefaultInstance())))
                .addKeys("empty")
                .addValues(PropertyValue.newBuilder().setPropertysetsValue(PropertySetList.getDefaultInstance()))
                .build();

        String x = "{\"keys\":[\"x\"],\"values\":[{\"type\":5,\"is_null\":false,\"value\":1}]}";
        assertThat(json(Metric.newBuilder().setProperties(outer)))
                .isEqualTo("{\"properties\":{\"keys\":[\"set\",\"list\",\"empty\"],\"values\":[{\"type\":20,\"value\":"
                        + x + "},{\"type\":21,\"value\":{\"propertyset\":[" + x + ",{}]}},{\"value\":{}}]}}");
    }

    @Test
    void shouldKeepBothArraysWhenKeysAndValuesDifferInNumber() throws Exception {
        PropertySet set = PropertySet.newBuilder()
                .addKeys("a")
                .addKeys("b")
                .addValues(property(DataType.INT32).setIntValue(1))
                .build();

        assertThat(json(Metric.newBuilder().setProperties(set)))
                .isEqualTo("{\"properties\":{\"keys\":[\"a\",\"b\"],\"values\":[{\"type\":3,\"value\":1}]}}");
    }

    @Test
    void shouldConvertEachCellByItsColumnWhenDataSet() throws Exception {
        DataSet.Row.Builder row = DataSet.Row.newBuilder()
                .addElements(DataSetValue.newBuilder().setIntValue(-1))
                .addElements(DataSetValue.newBuilder().setLongValue(-1))
                .addElements(DataSetValue.newBuilder().setFloatValue(1.1f))
                .addElements(DataSetValue.newBuilder().setDoubleValue(Double.NaN))
                .addElements(DataSetValue.newBuilder().setBooleanValue(false))
                .addElements(DataSetValue.newBuilder().setStringValue("s"))
                .addElements(DataSetValue.newBuilder().setLongValue(-1000))
                .addElements(DataSetValue.getDefaultInstance())
                .addElements(DataSetValue.newBuilder()
                        .setExtensionValue(DataSetValue.DataSetValueExtension.getDefaultInstance()));
        DataSet dataSet = DataSet.newBuilder()
                .setNumOfColumns(7)
                .addColumns("i16")
                .addColumns("u64")
                .addTypes(2)
                .addTypes(8)
                .addTypes(9)
                .addTypes(10)
                .addTypes(11)
                .addTypes(12)
                .addTypes(13)
                .addRows(row)
                .addRows(DataSet.Row.getDefaultInstance())
                .build();

        assertThat(json(metric(DataType.DATASET).setDatasetValue(dataSet)))
                .isEqualTo("{\"datatype\":16,\"value\":{\"num_of_columns\":7,\"columns\":[\"i16\",\"u64\"],"
                        + "\"types\":[2,8,9,10,11,12,13],\"rows\":[{\"elements\":[{\"value\":-1},"
                        + "{\"value\":18446744073709551615},{\"value\":1.1},{\"value\":\"NaN\"},{\"value\":false},"
                        + "{\"value\":\"s\"},{\"value\":-1000},{},{}]},{}]}}");
    }

    @Test
    void shouldKeepTheRawCellWhenItsColumnHasNoType() throws Exception {
        DataSet dataSet = DataSet.newBuilder()
                .addTypes(3)
                .addRows(DataSet.Row.newBuilder()
                        .addElements(DataSetValue.newBuilder().setIntValue(-1))
                        .addElements(DataSetValue.newBuilder().setIntValue(-1)))
                .build();

        assertThat(json(Metric.newBuilder().setDatasetValue(dataSet)))
                .isEqualTo("{\"value\":{\"types\":[3],\"rows\":[{\"elements\":[{\"value\":-1},"
                        + "{\"value\":4294967295}]}]}}");
        assertThat(json(Metric.newBuilder().setDatasetValue(DataSet.getDefaultInstance())))
                .isEqualTo("{\"value\":{}}");
    }

    @Test
    void shouldGiveMembersAndParametersWhenTemplate() throws Exception {
        Template inner = Template.newBuilder()
                .setTemplateRef("Inner")
                .addMetrics(metric(DataType.INT16_ARRAY).setBytesValue(ByteString.copyFrom(new byte[] {-1, -1})))
                .build();
        Template template = Template.newBuilder()
                .setVersion("v1")
                .addMetrics(metric(DataType.INT32).setName("rpm").setIntValue(-1500))
                .addMetrics(metric(DataType.TEMPLATE).setTemplateValue(inner))
                .addParameters(Parameter.newBuilder().setName("i").setType(12).setStringValue("7"))
                .addParameters(Parameter.newBuilder().setName("o").setType(3).setIntValue(-3))
                .addParameters(Parameter.newBuilder().setType(8).setLongValue(-1))
                .addParameters(Parameter.newBuilder().setType(9).setFloatValue(0.1f))
                .addParameters(Parameter.newBuilder().setType(10).setDoubleValue(0.1))
                .addParameters(Parameter.newBuilder().setType(11).setBooleanValue(true))
                .addParameters(Parameter.newBuilder()
                        .setExtensionValue(Parameter.ParameterValueExtension.getDefaultInstance()))
                .addParameters(Parameter.getDefaultInstance())
                .setTemplateRef("Motor")
                .setIsDefinition(false)
                .build();

        assertThat(json(metric(DataType.TEMPLATE).setTemplateValue(template)))
                .isEqualTo("{\"datatype\":19,\"value\":{\"version\":\"v1\",\"metrics\":["
                        + "{\"name\":\"rpm\",\"datatype\":3,\"value\":-1500},"
                        + "{\"datatype\":19,\"value\":{\"metrics\":[{\"datatype\":23,\"value\":[-1]}],"
                        + "\"template_ref\":\"Inner\"}}],\"parameters\":[{\"name\":\"i\",\"type\":12,\"value\":\"7\"},"
                        + "{\"name\":\"o\",\"type\":3,\"value\":-3},{\"type\":8,\"value\":18446744073709551615},"
                        + "{\"type\":9,\"value\":0.1},{\"type\":10,\"value\":0.1},{\"type\":11,\"value\":true},{},{}],"
                        + "\"template_ref\":\"Motor\",\"is_definition\":false}}");
        assertThat(json(Metric.newBuilder().setTemplateValue(Template.getDefaultInstance())))
                .isEqualTo("{\"value\":{}}");
    }

    private static PropertyValue.Builder property(DataType type) {
        return Payload.PropertyValue.newBuilder().setType(type.ordinal());
    }
}
