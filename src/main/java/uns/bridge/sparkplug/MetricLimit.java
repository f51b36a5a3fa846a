package uns.bridge.sparkplug;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import uns.bridge.sparkplug.proto.Payload;

/**
 * How much structure one metric may have.
 *
 * <p>A metric is in memory as a whole, and there the members of its template, the cells of its data set or its property
 * keys take up to fifty times their bytes. Their size in bytes says little: a large file is cheap, as many empty rows
 * are not. So the fields are counted, at all levels together, before anything is made of them.
 */
final class MetricLimit {

    /** Enough for 25,000 rows of ten cells or 100,000 members; it was measured to take 75 MiB of memory at worst. */
    static final int MAX_FIELDS = 500_000;

    /** The depth at which protobuf gives up: what is deeper need not be counted. */
    private static final int MAX_DEPTH = 100;

    private MetricLimit() {}

    /** Steps over the metric that begins at {@code in}. */
    static void skip(CodedInputStream in) throws IOException, MalformedPayloadException {
        int size = in.readRawVarint32();
        // A field takes a byte at least, so that the usual metric needs no counting.
        if (size <= MAX_FIELDS) {
            in.skipRawBytes(size);
        } else if (count(in, size, Payload.Metric.getDescriptor(), 1) > MAX_FIELDS) {
            throw new MalformedPayloadException("a metric of more than " + MAX_FIELDS + " fields");
        }
    }

    private static int count(CodedInputStream in, int size, Descriptor message, int depth) throws IOException {
        int fields = 0;
        int outerLimit = in.pushLimit(size);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            fields++;
            FieldDescriptor field = message.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
            if (field == null || WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                if (!in.skipField(tag)) {
                    in.checkLastTagWas(0);
                }
            } else {
                fields += countWithin(in, field, depth);
            }
        }
        in.popLimit(outerLimit);
        return fields;
    }

    private static int countWithin(CodedInputStream in, FieldDescriptor field, int depth) throws IOException {
        int size = in.readRawVarint32();
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && depth < MAX_DEPTH) {
            return count(in, size, field.getMessageType(), depth + 1);
        }
        in.skipRawBytes(size);
        // Packed numbers take a byte each at least.
        return field.isPackable() ? size : 0;
    }
}
