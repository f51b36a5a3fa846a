package uns.bridge.sparkplug;

import uns.bridge.json.JsonWriter;
import uns.bridge.sparkplug.proto.Payload;

/** Writes what a metric says about its bytes or file (Sparkplug 3.0, 6.4.7). */
final class MetaDataWriter {

    private final JsonWriter json;

    MetaDataWriter(JsonWriter json) {
        this.json = json;
    }

    void write(Payload.MetaData metaData) {
        json.startObject();
        if (metaData.hasIsMultiPart()) {
            json.name("is_multi_part");
            json.bool(metaData.getIsMultiPart());
        }
        if (metaData.hasContentType()) {
            json.name("content_type");
            json.string(metaData.getContentType());
        }
        if (metaData.hasSize()) {
            json.name("size");
            json.unsigned(metaData.getSize());
        }
        if (metaData.hasSeq()) {
            json.name("seq");
            json.unsigned(metaData.getSeq());
        }
        if (metaData.hasFileName()) {
            json.name("file_name");
            json.string(metaData.getFileName());
        }
        if (metaData.hasFileType()) {
            json.name("file_type");
            json.string(metaData.getFileType());
        }
        if (metaData.hasMd5()) {
            json.name("md5");
            json.string(metaData.getMd5());
        }
        if (metaData.hasDescription()) {
            json.name("description");
            json.string(metaData.getDescription());
        }
        json.endObject();
    }
}
