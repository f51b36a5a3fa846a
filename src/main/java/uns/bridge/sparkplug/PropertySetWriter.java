package uns.bridge.sparkplug;

import org.jspecify.annotations.Nullable;
import uns.bridge.json.JsonWriter;
import uns.bridge.sparkplug.proto.Payload;

/**
 * Writes property sets (Sparkplug 3.0, 6.4.8) as the two arrays they are.
 *
 * <p>Keys and values are not paired up: encoders are met whose arrays differ in length, and keys may repeat.
 */
final class PropertySetWriter {

    private final JsonWriter json;

    PropertySetWriter(JsonWriter json) {
        this.json = json;
    }

    /** Writes {@code set}; where a value has no type it takes that of {@code types}, if they are known. */
    void write(Payload.PropertySet set, @Nullable PropertyTypes types) {
        json.startObject();
        if (set.getKeysCount() > 0) {
            json.name("keys");
            json.startArray();
            for (int i = 0; i < set.getKeysCount(); i++) {
                json.string(set.getKeys(i));
            }
            json.endArray();
        }
        if (set.getValuesCount() > 0) {
            json.name("values");
            json.startArray();
            for (int i = 0; i < set.getValuesCount(); i++) {
                String key = i < set.getKeysCount() ? set.getKeys(i) : "";
                writeProperty(set.getValues(i), key, types);
            }
            json.endArray();
        }
        json.endObject();
    }

    private void writeList(Payload.PropertySetList list, @Nullable PropertyTypes types) {
        json.startObject();
        if (list.getPropertysetCount() > 0) {
            json.name("propertyset");
            json.startArray();
            for (Payload.PropertySet set : list.getPropertysetList()) {
                write(set, types);
            }
            json.endArray();
        }
        json.endObject();
    }

    private void writeProperty(Payload.PropertyValue property, String key, @Nullable PropertyTypes types) {
        json.startObject();
        Integer type = property.hasType() ? (Integer) property.getType() : types == null ? null : types.type(key);
        if (type != null) {
            json.name("type");
            json.signed(Integer.toUnsignedLong(type));
        }
        if (property.hasIsNull()) {
            json.name("is_null");
            json.bool(property.getIsNull());
        }
        if (!property.getIsNull()) {
            writeValue(
                    property,
                    type == null ? DataType.UNKNOWN : DataType.of(type),
                    types == null ? null : types.within(key));
        }
        json.endObject();
    }

    private void writeValue(Payload.PropertyValue property, DataType type, @Nullable PropertyTypes within) {
        switch (property.getValueCase()) {
            case INT_VALUE -> {
                json.name("value");
                type.writeInteger(json, Integer.toUnsignedLong(property.getIntValue()));
            }
            case LONG_VALUE -> {
                json.name("value");
                type.writeInteger(json, property.getLongValue());
            }
            case FLOAT_VALUE -> {
                json.name("value");
                json.decimal(property.getFloatValue());
            }
            case DOUBLE_VALUE -> {
                json.name("value");
                json.decimal(property.getDoubleValue());
            }
            case BOOLEAN_VALUE -> {
                json.name("value");
                json.bool(property.getBooleanValue());
            }
            case STRING_VALUE -> {
                json.name("value");
                json.string(property.getStringValue());
            }
            case PROPERTYSET_VALUE -> {
                json.name("value");
                write(property.getPropertysetValue(), within);
            }
            case PROPERTYSETS_VALUE -> {
                json.name("value");
                writeList(property.getPropertysetsValue(), within);
            }
            case EXTENSION_VALUE, VALUE_NOT_SET -> {}
        }
    }
}
