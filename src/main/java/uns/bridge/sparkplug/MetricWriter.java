package uns.bridge.sparkplug;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;
import uns.bridge.json.JsonWriter;
import uns.bridge.json.MemberName;
import uns.bridge.sparkplug.proto.Payload;

/**
 * Writes metrics (Sparkplug 3.0, 6.4.6), and the templates (6.4.14) whose members are metrics again.
 *
 * <p>Where a metric has no name or no datatype it takes that of its definition, and is then written as if it had carried
 * it; what it carries is never overwritten.
 */
final class MetricWriter {

    private static final MemberName NAME = new MemberName("name");
    private static final MemberName ALIAS = new MemberName("alias");
    private static final MemberName TIMESTAMP = new MemberName("timestamp");
    private static final MemberName DATATYPE = new MemberName("datatype");
    private static final MemberName VALUE = new MemberName("value");
    private static final MemberName IS_HISTORICAL = new MemberName("is_historical");
    private static final MemberName IS_TRANSIENT = new MemberName("is_transient");
    private static final MemberName IS_NULL = new MemberName("is_null");
    private static final MemberName METADATA = new MemberName("metadata");
    private static final MemberName PROPERTIES = new MemberName("properties");
    private static final MemberName SEQ = new MemberName("seq");
    private static final MemberName INDEX = new MemberName("index");
    private static final MemberName HISTORICAL = new MemberName("historical");
    private static final MemberName MALFORMED = new MemberName("malformed");
    private static final MemberName VERSION = new MemberName("version");
    private static final MemberName METRICS = new MemberName("metrics");
    private static final MemberName PARAMETERS = new MemberName("parameters");
    private static final MemberName TEMPLATE_REF = new MemberName("template_ref");
    private static final MemberName IS_DEFINITION = new MemberName("is_definition");

    private final JsonWriter json;
    private final MetaDataWriter metaData;
    private final PropertySetWriter properties;
    private final DataSetWriter dataSets;
    private final ArrayWriter arrays;
    private final TemplateParameterWriter parameters;

    MetricWriter(JsonWriter json) {
        this.json = json;
        this.metaData = new MetaDataWriter(json);
        this.properties = new PropertySetWriter(json);
        this.dataSets = new DataSetWriter(json);
        this.arrays = new ArrayWriter(json);
        this.parameters = new TemplateParameterWriter(json);
    }

    /**
     * What a metric that is written apart from its payload says of it.
     *
     * @param head the payload without its metrics
     * @param index the position in it, from 0
     */
    record Place(Payload head, int index) {}

    /**
     * Writes {@code metric}.
     *
     * @param malformed its bytes, which become its value, if {@code metric} is only what could be read of them
     * @param scope where definitions are found, or null to write it as it is
     * @return whether it has name and datatype, or a known definition, and its members too; always so without a scope
     */
    boolean write(Metric metric, @Nullable ByteString malformed, @Nullable Scope scope) {
        return write(metric, malformed, scope, scope == null ? null : scope.find(metric), null);
    }

    /**
     * The same.
     *
     * @param definition what {@code scope} finds for it
     * @param place where it is from, to be written apart from its payload
     */
    boolean write(
            Metric metric,
            @Nullable ByteString malformed,
            @Nullable Scope scope,
            @Nullable Definition definition,
            @Nullable Place place) {
        boolean named = !metric.name.isEmpty() || definition != null;
        boolean typed =
                metric.has(Metric.DATATYPE) || (definition != null && definition.datatype() != Definition.NO_DATATYPE);
        boolean resolved = scope == null || (named && typed);
        json.startObject();
        if (definition != null && !(metric.has(Metric.NAME) && metric.name.isEmpty())) {
            json.name(NAME);
            definition.writeName(json); // The same as its own, if it has one.
        } else if (metric.has(Metric.NAME)) {
            json.name(NAME);
            metric.name.write(json);
        }
        if (metric.has(Metric.ALIAS)) {
            json.name(ALIAS);
            json.unsigned(metric.alias);
        }
        if (metric.has(Metric.TIMESTAMP)) {
            json.name(TIMESTAMP);
            json.unsigned(metric.timestamp);
        } else if (place != null && place.head().hasTimestamp()) {
            json.name(TIMESTAMP);
            json.unsigned(place.head().getTimestamp());
        }
        int datatype = metric.datatype;
        if (metric.has(Metric.DATATYPE)) {
            json.name(DATATYPE);
            json.signed(Integer.toUnsignedLong(datatype));
        } else if (definition != null && definition.datatype() != Definition.NO_DATATYPE) {
            datatype = definition.datatype();
            json.name(DATATYPE);
            json.signed(Integer.toUnsignedLong(datatype));
        }
        if (metric.has(Metric.HISTORICAL) && place == null) {
            json.name(IS_HISTORICAL);
            json.bool(metric.historical);
        }
        if (metric.has(Metric.TRANSIENT)) {
            json.name(IS_TRANSIENT);
            json.bool(metric.isTransient);
        }
        if (metric.has(Metric.NULL)) {
            json.name(IS_NULL);
            json.bool(metric.isNull);
        }
        if (metric.message.hasMetadata()) {
            json.name(METADATA);
            metaData.write(metric.message.getMetadata());
        }
        if (metric.message.hasProperties()) {
            json.name(PROPERTIES);
            properties.write(metric.message.getProperties(), definition == null ? null : definition.properties());
        }
        if (malformed != null) {
            json.name(VALUE);
            writeMalformed(malformed);
        } else if (!metric.isNull) {
            if (metric.message.hasTemplateValue()) {
                Payload.Template template = metric.message.getTemplateValue();
                json.name(VALUE);
                resolved &= writeTemplate(template, scope == null ? null : scope.members(definition, template));
            } else {
                writeValue(metric, DataType.of(datatype));
            }
        }
        if (place != null) {
            writePlace(metric, place);
        }
        json.endObject();
        return resolved;
    }

    private void writePlace(Metric metric, Place place) {
        if (place.head().hasSeq()) {
            json.name(SEQ);
            json.unsigned(place.head().getSeq());
        }
        json.name(INDEX);
        json.signed(place.index());
        json.name(HISTORICAL);
        json.bool(metric.historical);
    }

    /** Encoders differ in the field they use for a datatype, UInt32 comes in two: any field goes with any datatype. */
    private void writeValue(Metric metric, DataType type) {
        switch (metric.valueCase) {
            case INT_VALUE, LONG_VALUE -> {
                json.name(VALUE);
                type.writeInteger(json, metric.integer);
            }
            case FLOAT_VALUE -> {
                json.name(VALUE);
                json.decimal((float) metric.decimal);
            }
            case DOUBLE_VALUE -> {
                json.name(VALUE);
                json.decimal(metric.decimal);
            }
            case BOOLEAN_VALUE -> {
                json.name(VALUE);
                json.bool(metric.bool);
            }
            case STRING_VALUE -> {
                json.name(VALUE);
                metric.text.write(json);
            }
            case BYTES_VALUE -> writeBytes(metric.message.getBytesValue(), type);
            case DATASET_VALUE -> {
                json.name(VALUE);
                dataSets.write(metric.message.getDatasetValue());
            }
            case TEMPLATE_VALUE, EXTENSION_VALUE, VALUE_NOT_SET -> {}
        }
    }

    /** A malformed array costs only its own metric the readable value, and nothing is lost: its bytes stay, marked. */
    private void writeBytes(ByteString bytes, DataType type) {
        json.name(VALUE);
        if (!type.isArray()) {
            json.base64(bytes.toByteArray());
        } else if (ArrayWriter.isWellFormed(type, bytes)) {
            arrays.write(type, bytes);
        } else {
            writeMalformed(bytes);
        }
    }

    private void writeMalformed(ByteString bytes) {
        json.base64(bytes.toByteArray());
        json.name(MALFORMED);
        json.bool(true);
    }

    private boolean writeTemplate(Payload.Template template, @Nullable Scope members) {
        boolean resolved = true;
        json.startObject();
        if (template.hasVersion()) {
            json.name(VERSION);
            json.string(template.getVersion());
        }
        if (template.getMetricsCount() > 0) {
            json.name(METRICS);
            json.startArray();
            for (Payload.Metric member : template.getMetricsList()) {
                resolved &= write(Metric.of(member), null, members);
            }
            json.endArray();
        }
        if (template.getParametersCount() > 0) {
            json.name(PARAMETERS);
            json.startArray();
            for (Payload.Template.Parameter parameter : template.getParametersList()) {
                parameters.write(parameter);
            }
            json.endArray();
        }
        if (template.hasTemplateRef()) {
            json.name(TEMPLATE_REF);
            json.string(template.getTemplateRef());
        }
        if (template.hasIsDefinition()) {
            json.name(IS_DEFINITION);
            json.bool(template.getIsDefinition());
        }
        json.endObject();
        return resolved;
    }
}
