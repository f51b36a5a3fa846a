package uns.bridge.sparkplug;

import uns.bridge.json.JsonWriter;
import uns.bridge.sparkplug.proto.Payload;

/** Writes the parameters of templates (Sparkplug 3.0, 6.4.15). */
final class TemplateParameterWriter {

    private final JsonWriter json;

    TemplateParameterWriter(JsonWriter json) {
        this.json = json;
    }

    void write(Payload.Template.Parameter parameter) {
        json.startObject();
        if (parameter.hasName()) {
            json.name("name");
            json.string(parameter.getName());
        }
        if (parameter.hasType()) {
            json.name("type");
            json.signed(Integer.toUnsignedLong(parameter.getType()));
        }
        writeValue(parameter, DataType.of(parameter.getType()));
        json.endObject();
    }

    private void writeValue(Payload.Template.Parameter parameter, DataType type) {
        switch (parameter.getValueCase()) {
            case INT_VALUE -> {
                json.name("value");
                type.writeInteger(json, Integer.toUnsignedLong(parameter.getIntValue()));
            }
            case LONG_VALUE -> {
                json.name("value");
                type.writeInteger(json, parameter.getLongValue());
            }
            case FLOAT_VALUE -> {
                json.name("value");
                json.decimal(parameter.getFloatValue());
            }
            case DOUBLE_VALUE -> {
                json.name("value");
                json.decimal(parameter.getDoubleValue());
            }
            case BOOLEAN_VALUE -> {
                json.name("value");
                json.bool(parameter.getBooleanValue());
            }
            case STRING_VALUE -> {
                json.name("value");
                json.string(parameter.getStringValue());
            }
            case EXTENSION_VALUE, VALUE_NOT_SET -> {}
        }
    }
}
