package uns.bridge.sparkplug;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import uns.bridge.sparkplug.proto.Payload;

/**
 * What can still be read of a metric whose bytes are no {@code Metric} (Sparkplug 3.0, 6.4.6).
 *
 * <p>Only what tells which metric it is and of what type, each taken from the bytes without looking into the structures
 * beside it: damage within one of these hides nothing that stands after it.
 */
final class MalformedMetric {

    private MalformedMetric() {}

    /**
     * Checks the bytes of a metric that was parsed and has no value. Protobuf skips a field of the wrong wire type as an
     * unknown one, so that a value may be there all the same.
     */
    static void checkValue(ByteString bytes) throws IOException, MalformedPayloadException {
        CodedInputStream in = bytes.newCodedInput();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            int field = WireFormat.getTagFieldNumber(tag);
            if (field >= Payload.Metric.INT_VALUE_FIELD_NUMBER
                    && field <= Payload.Metric.EXTENSION_VALUE_FIELD_NUMBER) {
                throw new MalformedPayloadException("a metric whose value has the wire type of another field");
            }
            in.skipField(tag);
        }
    }

    /** The metric as far as it can be read, without a value. */
    static Payload.Metric read(ByteString bytes) {
        CodedInputStream in = bytes.newCodedInput();
        in.enableAliasing(true);
        Payload.Metric.Builder metric = Payload.Metric.newBuilder();
        try {
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                switch (tag) {
                    case Metric.NAME -> metric.setNameBytes(in.readBytes());
                    case Metric.ALIAS -> metric.setAlias(in.readUInt64());
                    case Metric.TIMESTAMP -> metric.setTimestamp(in.readUInt64());
                    case Metric.DATATYPE -> metric.setDatatype(in.readUInt32());
                    case Metric.HISTORICAL -> metric.setIsHistorical(in.readBool());
                    case Metric.TRANSIENT -> metric.setIsTransient(in.readBool());
                    default -> {
                        if (!in.skipField(tag)) {
                            return metric.build();
                        }
                    }
                }
            }
        } catch (IOException e) {
            // Here the damage begins. What stands before it counts.
        }
        return metric.build();
    }
}
