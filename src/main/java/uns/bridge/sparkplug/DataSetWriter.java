package uns.bridge.sparkplug;

import uns.bridge.json.JsonWriter;
import uns.bridge.sparkplug.proto.Payload;

/** Writes data sets (Sparkplug 3.0, 6.4.11). A cell has the type of its column; beyond the types it has none. */
final class DataSetWriter {

    private final JsonWriter json;

    DataSetWriter(JsonWriter json) {
        this.json = json;
    }

    void write(Payload.DataSet dataSet) {
        json.startObject();
        if (dataSet.hasNumOfColumns()) {
            json.name("num_of_columns");
            json.unsigned(dataSet.getNumOfColumns());
        }
        if (dataSet.getColumnsCount() > 0) {
            json.name("columns");
            json.startArray();
            for (int i = 0; i < dataSet.getColumnsCount(); i++) {
                json.string(dataSet.getColumns(i));
            }
            json.endArray();
        }
        if (dataSet.getTypesCount() > 0) {
            json.name("types");
            json.startArray();
            for (int i = 0; i < dataSet.getTypesCount(); i++) {
                json.signed(Integer.toUnsignedLong(dataSet.getTypes(i)));
            }
            json.endArray();
        }
        if (dataSet.getRowsCount() > 0) {
            json.name("rows");
            json.startArray();
            for (Payload.DataSet.Row row : dataSet.getRowsList()) {
                writeRow(row, dataSet);
            }
            json.endArray();
        }
        json.endObject();
    }

    private void writeRow(Payload.DataSet.Row row, Payload.DataSet dataSet) {
        json.startObject();
        if (row.getElementsCount() > 0) {
            json.name("elements");
            json.startArray();
            for (int i = 0; i < row.getElementsCount(); i++) {
                json.startObject();
                writeValue(
                        row.getElements(i),
                        i < dataSet.getTypesCount() ? DataType.of(dataSet.getTypes(i)) : DataType.UNKNOWN);
                json.endObject();
            }
            json.endArray();
        }
        json.endObject();
    }

    private void writeValue(Payload.DataSet.DataSetValue cell, DataType type) {
        switch (cell.getValueCase()) {
            case INT_VALUE -> {
                json.name("value");
                type.writeInteger(json, Integer.toUnsignedLong(cell.getIntValue()));
            }
            case LONG_VALUE -> {
                json.name("value");
                type.writeInteger(json, cell.getLongValue());
            }
            case FLOAT_VALUE -> {
                json.name("value");
                json.decimal(cell.getFloatValue());
            }
            case DOUBLE_VALUE -> {
                json.name("value");
                json.decimal(cell.getDoubleValue());
            }
            case BOOLEAN_VALUE -> {
                json.name("value");
                json.bool(cell.getBooleanValue());
            }
            case STRING_VALUE -> {
                json.name("value");
                json.string(cell.getStringValue());
            }
            case EXTENSION_VALUE, VALUE_NOT_SET -> {}
        }
    }
}
