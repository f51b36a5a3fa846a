package uns.bridge.sparkplug;

import com.google.protobuf.ByteString;
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

    /** Checks the bytes of a metric. A field takes a byte at least: where these are fewer there is no need to. */
    static void check(ByteString metric) throws IOException, MalformedPayloadException {
        if (count(metric.newCodedInput(), Payload.Metric.getDescriptor(), 0) > MAX_FIELDS) {
            throw new MalformedPayloadException("a metric of more than " + MAX_FIELDS + " fields");
        }
    }

    private static int count(CodedInputStream in, Descriptor message, int depth) throws IOException {
        int fields = 0;
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
        return fields;
    }

    private static int countWithin(CodedInputStream in, FieldDescriptor field, int depth) throws IOException {
        int size = in.readRawVarint32();
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && depth < MAX_DEPTH) {
            int outerLimit = in.pushLimit(size);
            int fields = count(in, field.getMessageType(), depth + 1);
            in.popLimit(outerLimit);
            return fields;
        }
        in.skipRawBytes(size);
        // Packed numbers take a byte each at least.
        return field.isPackable() ? size : 0;
    }
}
