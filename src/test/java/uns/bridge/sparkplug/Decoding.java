package uns.bridge.sparkplug;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import uns.bridge.sparkplug.proto.Payload;

/** What the tests of the decoder share: payloads in, JSON text out. */
final class Decoding {

    private Decoding() {}

    /** The JSON of a payload. */
    static String json(byte[] payload) throws MalformedPayloadException {
        SparkplugDecoder decoder = new SparkplugDecoder(SparkplugSettings.DEFAULTS.maxPayloadBytes());
        return new String(whole(decoder.decode(payload)).json(), UTF_8);
    }

    /** The payload as a whole, which nothing else is beside. */
    static SparkplugDecoder.Part whole(SparkplugDecoder.Decoded decoded) {
        assertThat(decoded.parts()).hasSize(1);
        assertThat(decoded.parts().get(0).metric()).isNull();
        return decoded.parts().get(0);
    }

    /** The JSON of a payload. */
    static String json(Payload payload) throws MalformedPayloadException {
        return json(payload.toByteArray());
    }

    /** The JSON of a metric that is the only one of its payload. */
    static String json(Payload.Metric.Builder metric) throws MalformedPayloadException {
        String json = json(Payload.newBuilder().addMetrics(metric).build());
        return json.substring("{\"metrics\":[".length(), json.length() - "]}".length());
    }

    /** A metric that has a datatype and no value yet. */
    static Payload.Metric.Builder metric(DataType type) {
        return Payload.Metric.newBuilder().setDatatype(type.ordinal());
    }

    /** The bytes written as {@code hex}, blanks between them as one likes. */
    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    /** A length-delimited field by hand, for what a builder would refuse or need too much memory for. */
    static byte[] field(int number, byte[] content) {
        ByteBuffer field = ByteBuffer.allocate(content.length + 10);
        varint(field, number << 3 | 2);
        varint(field, content.length);
        field.put(content);
        return Arrays.copyOf(field.array(), field.position());
    }

    private static void varint(ByteBuffer target, int value) {
        int rest = value;
        while (rest > 0x7F) {
            target.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        target.put((byte) rest);
    }

    /** {@code content} deflated; {@code raw} is without the zlib frame. */
    static byte[] deflate(byte[] content, boolean raw) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, raw);
        try {
            deflater.setInput(content);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] chunk = new byte[1 << 10];
            while (!deflater.finished()) {
                out.write(chunk, 0, deflater.deflate(chunk));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    /** {@code content} within gzip. */
    static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }
}
