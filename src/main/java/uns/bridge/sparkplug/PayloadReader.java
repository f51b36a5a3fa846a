package uns.bridge.sparkplug;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import uns.bridge.sparkplug.proto.Payload;

/**
 * Reads a payload without ever holding more than one of its metrics.
 *
 * <p>An empty metric takes two bytes in a payload and some forty times that as an object, so a payload parsed in one go
 * may need a hundred times its size. Here a first pass takes all but the metrics, and only steps over those; then they
 * are read one at a time, each to be forgotten before the next. What is unknown is skipped, never collected. Protobuf
 * stops at 100 levels of nesting, so that neither it nor the writers run out of stack.
 */
final class PayloadReader {

    private static final int TIMESTAMP = Payload.TIMESTAMP_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
    private static final int METRIC = Payload.METRICS_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    private static final int SEQ = Payload.SEQ_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
    private static final int UUID = Payload.UUID_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    private static final int BODY = Payload.BODY_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

    private static final Parser<Payload.Metric> METRIC_PARSER =
            DiscardUnknownFieldsParser.wrap(Payload.Metric.parser());

    private final Payload head;
    private final CodedInputStream metrics;

    /** Reads all of {@code payload} but its metrics. */
    PayloadReader(byte[] payload) throws MalformedPayloadException {
        try {
            this.head = readHead(open(payload));
        } catch (IOException e) {
            throw malformed(e);
        }
        this.metrics = open(payload);
    }

    /** The payload without its metrics. */
    Payload head() {
        return head;
    }

    /** The next metric, or null after the last. */
    Payload.@Nullable Metric nextMetric() throws MalformedPayloadException {
        try {
            for (int tag = metrics.readTag(); tag != 0; tag = metrics.readTag()) {
                if (tag == METRIC) {
                    return metrics.readMessage(METRIC_PARSER, ExtensionRegistryLite.getEmptyRegistry());
                }
                metrics.skipField(tag);
            }
            return null;
        } catch (IOException e) {
            throw malformed(e);
        }
    }

    private static Payload readHead(CodedInputStream in) throws IOException, MalformedPayloadException {
        Payload.Builder head = Payload.newBuilder();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case TIMESTAMP -> head.setTimestamp(in.readUInt64());
                case METRIC -> MetricLimit.skip(in);
                case SEQ -> head.setSeq(in.readUInt64());
                case UUID -> head.setUuidBytes(in.readBytes());
                case BODY -> head.setBody(in.readBytes());
                default -> {
                    if (!in.skipField(tag)) {
                        // The end of a group that never began: says so.
                        in.checkLastTagWas(0);
                    }
                }
            }
        }
        return head.build();
    }

    /** Strings and bytes are views of the payload, not copies: it must not change while its parts are in use. */
    private static CodedInputStream open(byte[] payload) {
        CodedInputStream in = UnsafeByteOperations.unsafeWrap(payload).newCodedInput();
        in.enableAliasing(true);
        return in;
    }

    private static MalformedPayloadException malformed(IOException e) {
        return new MalformedPayloadException("not a Sparkplug B payload: " + e.getMessage(), e);
    }
}
