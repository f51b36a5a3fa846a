package uns.bridge.sparkplug;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import uns.bridge.sparkplug.proto.Payload;
import uns.bridge.sparkplug.proto.Payload.Metric.ValueCase;

/**
 * Reads a payload without ever holding more than one of its metrics.
 *
 * <p>An empty metric takes two bytes in a payload and some forty times that as an object, so a payload parsed in one go
 * may need a hundred times its size. Here a first pass takes all but the metrics, and only steps over those; then they
 * are read one at a time, each to be forgotten before the next. What is unknown is skipped, never collected. Protobuf
 * stops at 100 levels of nesting, so that neither it nor the writers run out of stack.
 *
 * <p>The first pass finds everything that is wrong outside the metrics. A metric that is wrong in itself hides no other:
 * its length tells where the next one is.
 */
final class PayloadReader {

    private static final int TIMESTAMP = Payload.TIMESTAMP_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
    private static final int METRIC = Payload.METRICS_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    private static final int SEQ = Payload.SEQ_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
    private static final int UUID = Payload.UUID_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    private static final int BODY = Payload.BODY_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

    /**
     * How many metrics of a payload may be malformed. Each costs an exception, some 10 µs, and three bytes of a payload
     * are enough for one: without a limit a message of 15 MiB would stop all others for a minute.
     */
    static final int MAX_MALFORMED = 10_000;

    private static final Parser<Payload.Metric> PARSER = DiscardUnknownFieldsParser.wrap(Payload.Metric.parser());

    private final byte[] bytes;
    private final ByteString payload;
    private final Payload head;
    private final Metric metric = new Metric();
    private CodedInputStream metrics;

    /** The bytes of the metric read last, if it is malformed. */
    private @Nullable ByteString malformed;

    private boolean anyWellFormed;
    private int malformedCount;
    private @Nullable MalformedPayloadException firstDamage;

    /** Reads all of {@code payload} but its metrics. */
    PayloadReader(byte[] payload) throws MalformedPayloadException {
        this.bytes = payload;
        this.payload = UnsafeByteOperations.unsafeWrap(payload);
        try {
            this.head = readHead(open(this.payload));
        } catch (IOException e) {
            throw noPayload(e);
        }
        this.metrics = open(this.payload);
    }

    /** The payload without its metrics. */
    Payload head() {
        return head;
    }

    /**
     * The next metric, in the same object as the one before, or null after the last. Of one that is {@link #malformed} it is
     * what could be read.
     *
     * @throws MalformedPayloadException if {@link #MAX_MALFORMED} are not enough, or after the last, if all are malformed:
     *     then the payload is something else that only looks like one
     */
    @Nullable Metric nextMetric() throws MalformedPayloadException {
        malformed = null;
        try {
            for (int tag = metrics.readTag(); tag != 0; tag = metrics.readTag()) {
                if (tag == METRIC) {
                    return readMetric();
                }
                metrics.skipField(tag);
            }
        } catch (IOException e) {
            throw noPayload(e);
        }
        if (firstDamage != null && !anyWellFormed) {
            throw firstDamage;
        }
        return null;
    }

    /** All bytes of the metric read last if they are no metric, or null if they are. */
    @Nullable ByteString malformed() {
        return malformed;
    }

    private Metric readMetric() throws IOException, MalformedPayloadException {
        int size = metrics.readRawVarint32();
        int start = metrics.getTotalBytesRead();
        try {
            parse(start, size);
            anyWellFormed = true;
            return metric;
        } catch (IOException e) {
            firstDamage = firstDamage == null ? noPayload(e) : firstDamage;
        } catch (MalformedPayloadException e) {
            firstDamage = firstDamage == null ? e : firstDamage;
        }
        if (++malformedCount > MAX_MALFORMED) {
            throw new MalformedPayloadException("more than " + MAX_MALFORMED + " malformed metrics");
        }
        // Where in the metric the stream has come to a halt is not known.
        metrics = open(payload);
        metrics.skipRawBytes(start + size);
        malformed = payload.substring(start, start + size);
        metric.set(MalformedMetric.read(malformed));
        return metric;
    }

    private void parse(int start, int size) throws IOException, MalformedPayloadException {
        if (size > MetricLimit.MAX_FIELDS) {
            MetricLimit.check(payload.substring(start, start + size));
        }
        int outerLimit = metrics.pushLimit(size);
        if (!metric.readScalars(metrics, bytes)) {
            parseMessage(payload.substring(start, start + size));
            metrics.skipRawBytes(start + size - metrics.getTotalBytesRead());
        }
        metrics.popLimit(outerLimit);
    }

    private void parseMessage(ByteString bytes) throws IOException, MalformedPayloadException {
        CodedInputStream in = open(bytes);
        metric.set(PARSER.parsePartialFrom(in, ExtensionRegistryLite.getEmptyRegistry()));
        in.checkLastTagWas(0);
        if (metric.valueCase == ValueCase.VALUE_NOT_SET && !metric.isNull) {
            MalformedMetric.checkValue(bytes);
        }
    }

    private static Payload readHead(CodedInputStream in) throws IOException {
        Payload.Builder head = Payload.newBuilder();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case TIMESTAMP -> head.setTimestamp(in.readUInt64());
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
    private static CodedInputStream open(ByteString payload) {
        CodedInputStream in = payload.newCodedInput();
        in.enableAliasing(true);
        return in;
    }

    private static MalformedPayloadException noPayload(IOException e) {
        return new MalformedPayloadException("not a Sparkplug B payload: " + e.getMessage(), e);
    }
}
