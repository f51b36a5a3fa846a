package uns.bridge.edge;

import static uns.bridge.edge.TahuNode.AT;

import java.math.BigInteger;
import java.util.Date;
import java.util.List;
import org.eclipse.tahu.SparkplugException;
import org.eclipse.tahu.message.model.DataSet;
import org.eclipse.tahu.message.model.DataSetDataType;
import org.eclipse.tahu.message.model.File;
import org.eclipse.tahu.message.model.Metric;
import org.eclipse.tahu.message.model.MetricDataType;
import org.eclipse.tahu.message.model.PropertyDataType;
import org.eclipse.tahu.message.model.PropertySet;
import org.eclipse.tahu.message.model.PropertyValue;
import org.eclipse.tahu.message.model.Row;
import org.eclipse.tahu.message.model.Template;
import org.eclipse.tahu.message.model.Value;
import org.jspecify.annotations.Nullable;

/** A metric of each datatype, in the classes of Eclipse Tahu and in the JSON that Kafka must have. */
public final class TahuSamples {

    private static final String PROPERTIES_JSON = "{\"keys\":[\"limit\"],\"values\":[{\"type\":3,\"value\":-40}]}";

    /** The definition of the template that one of them is an instance of, which only an NBIRTH has. */
    public static final Metric DRIVE = TahuNode.metric("Drive", null, MetricDataType.Template, drive(true, (short) 0));

    public static final String DRIVE_JSON = head("Drive", null, MetricDataType.Template) + driveJson(true, 0);

    public static final List<Sample> ALL = List.of(
            of(MetricDataType.Int8, (byte) 1, "1", (byte) -128, "-128"),
            of(MetricDataType.Int16, (short) -300, "-300", (short) -32768, "-32768"),
            of(MetricDataType.Int32, 7, "7", -12, "-12"),
            of(MetricDataType.Int64, 1L, "1", Long.MIN_VALUE, "-9223372036854775808"),
            of(MetricDataType.UInt8, (short) 0, "0", (short) 255, "255"),
            of(MetricDataType.UInt16, 0, "0", 65535, "65535"),
            of(MetricDataType.UInt32, 0L, "0", 4294967295L, "4294967295"),
            of(
                    MetricDataType.UInt64,
                    BigInteger.ONE,
                    "1",
                    new BigInteger("18446744073709551615"),
                    "18446744073709551615"),
            of(MetricDataType.Float, 0.5f, "0.5", -0.1f, "-0.1"),
            of(MetricDataType.Double, 1e300, "1e+300", -0.1, "-0.1"),
            of(MetricDataType.Boolean, false, "false", true, "true"),
            of(MetricDataType.String, "", "\"\"", "läuft", "\"läuft\""),
            of(MetricDataType.DateTime, new Date(0), "0", new Date(-1), "-1"),
            of(MetricDataType.Text, "a", "\"a\"", "b\"c", "\"b\\\"c\""),
            of(
                    MetricDataType.UUID,
                    "00000000-0000-0000-0000-000000000000",
                    "\"00000000-0000-0000-0000-000000000000\"",
                    "6f8b7e1c-0f5e-4b43-9c0a-3a3d1f0e9a55",
                    "\"6f8b7e1c-0f5e-4b43-9c0a-3a3d1f0e9a55\""),
            of(MetricDataType.Bytes, new byte[] {1, 2}, "\"AQI=\"", new byte[] {-1}, "\"/w==\""),
            of(MetricDataType.Int8Array, new Byte[] {1, -1}, "[1,-1]", new Byte[] {-128, 127, 0}, "[-128,127,0]"),
            of(MetricDataType.Int16Array, new Short[] {1}, "[1]", new Short[] {-32768, 2}, "[-32768,2]"),
            of(MetricDataType.Int32Array, new Integer[] {1}, "[1]", new Integer[] {-12, 3}, "[-12,3]"),
            of(MetricDataType.Int64Array, new Long[] {1L}, "[1]", new Long[] {-1L, 4L}, "[-1,4]"),
            of(MetricDataType.UInt8Array, new Short[] {1}, "[1]", new Short[] {255, 5}, "[255,5]"),
            of(MetricDataType.UInt16Array, new Integer[] {1}, "[1]", new Integer[] {65535}, "[65535]"),
            of(MetricDataType.UInt32Array, new Long[] {1L}, "[1]", new Long[] {4294967295L}, "[4294967295]"),
            of(
                    MetricDataType.UInt64Array,
                    new BigInteger[] {BigInteger.ONE},
                    "[1]",
                    new BigInteger[] {new BigInteger("18446744073709551615")},
                    "[18446744073709551615]"),
            of(MetricDataType.FloatArray, new Float[] {1f}, "[1.0]", new Float[] {-0.1f}, "[-0.1]"),
            of(MetricDataType.DoubleArray, new Double[] {1.0}, "[1.0]", new Double[] {-0.1}, "[-0.1]"),
            of(
                    MetricDataType.BooleanArray,
                    new Boolean[] {true},
                    "[true]",
                    new Boolean[] {true, false, false, false, false, false, false, false, true},
                    "[true,false,false,false,false,false,false,false,true]"),
            of(MetricDataType.StringArray, new String[] {"a"}, "[\"a\"]", new String[] {"ä", "c"}, "[\"ä\",\"c\"]"),
            of(MetricDataType.DateTimeArray, new Date[] {new Date(1)}, "[1]", new Date[] {new Date(-1)}, "[-1]"),
            of(MetricDataType.DataSet, table((byte) 1), tableJson(1), table((byte) -3), tableJson(-3)),
            new Sample(
                    "a file",
                    MetricDataType.File,
                    new File("a.txt", new byte[] {1, 2}),
                    ",\"metadata\":{\"file_name\":\"a.txt\"},\"value\":\"AQI=\"}",
                    new File("b.txt", new byte[] {-1}),
                    ",\"metadata\":{\"file_name\":\"b.txt\"},\"value\":\"/w==\"}",
                    null),
            new Sample(
                    "an instance",
                    MetricDataType.Template,
                    drive(false, (short) 1),
                    driveJson(false, 1),
                    drive(false, (short) -2),
                    driveJson(false, -2),
                    null),
            new Sample(
                    "with properties",
                    MetricDataType.Int32,
                    1,
                    ",\"properties\":" + PROPERTIES_JSON + ",\"value\":1}",
                    -1,
                    ",\"properties\":" + PROPERTIES_JSON + ",\"value\":-1}",
                    properties()));

    private TahuSamples() {}

    /**
     * One of them, with a value for births and another for data.
     *
     * @param bornTail its JSON in births behind the datatype
     * @param dataTail its JSON in data behind the datatype
     */
    public record Sample(
            String name,
            MetricDataType type,
            Object bornValue,
            String bornTail,
            Object dataValue,
            String dataTail,
            @Nullable PropertySet properties) {

        /** As a birth has it. */
        public Metric born(long alias) {
            Metric metric = TahuNode.metric(name, alias, type, bornValue);
            metric.setProperties(properties);
            return metric;
        }

        /** As data has it, without the name. */
        public Metric data(long alias) {
            Metric metric = TahuNode.metric(null, alias, type, dataValue);
            metric.setProperties(properties);
            return metric;
        }

        public String bornJson(long alias) {
            return head(name, alias, type) + bornTail;
        }

        public String dataJson(long alias) {
            return head(name, alias, type) + dataTail;
        }
    }

    private static Sample of(
            MetricDataType type, Object bornValue, String bornJson, Object dataValue, String dataJson) {
        return new Sample(
                "Of type " + type,
                type,
                bornValue,
                ",\"value\":" + bornJson + "}",
                dataValue,
                ",\"value\":" + dataJson + "}",
                null);
    }

    private static String head(String name, @Nullable Long alias, MetricDataType type) {
        return "{\"name\":\"" + name + "\"" + (alias == null ? "" : ",\"alias\":" + alias) + ",\"timestamp\":" + AT
                + ",\"datatype\":" + type.toIntValue() + ",\"is_null\":false";
    }

    private static PropertySet properties() {
        try {
            return new PropertySet.PropertySetBuilder()
                    .addProperty("limit", new PropertyValue<>(PropertyDataType.Int32, -40))
                    .createPropertySet();
        } catch (SparkplugException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static DataSet table(byte value) {
        try {
            return new DataSet.DataSetBuilder(2)
                    .addColumnName("n")
                    .addType(DataSetDataType.Int8)
                    .addColumnName("text")
                    .addType(DataSetDataType.String)
                    .addRow(new Row.RowBuilder()
                            .addValue(new Value<>(DataSetDataType.Int8, value))
                            .addValue(new Value<>(DataSetDataType.String, "x"))
                            .createRow())
                    .createDataSet();
        } catch (SparkplugException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String tableJson(int value) {
        return "{\"num_of_columns\":2,\"columns\":[\"n\",\"text\"],\"types\":[1,12],\"rows\":[{\"elements\":[{\"value\":"
                + value + "},{\"value\":\"x\"}]}]}";
    }

    private static Template drive(boolean definition, short speed) {
        Template.TemplateBuilder template = new Template.TemplateBuilder()
                .version("1")
                .definition(definition)
                .addMetric(TahuNode.metric("Speed", null, MetricDataType.Int16, speed));
        if (!definition) {
            template.templateRef("Drive");
        }
        return template.createTemplate();
    }

    private static String driveJson(boolean definition, int speed) {
        return ",\"value\":{\"version\":\"1\",\"metrics\":["
                + head("Speed", null, MetricDataType.Int16) + ",\"value\":" + speed + "}]"
                + (definition ? "" : ",\"template_ref\":\"Drive\"")
                + ",\"is_definition\":" + definition + "}}";
    }
}
