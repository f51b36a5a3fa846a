package uns.bridge.sparkplug;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Locale;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import uns.bridge.sparkplug.proto.Payload;

/**
 * Payloads whose body is another payload, compressed.
 *
 * <p>The specification leaves the use of {@code uuid} and {@code body} open (Sparkplug 3.0, 6.4.5); this is the form of
 * Eclipse Tahu and the clients after it: that uuid, and a metric {@code algorithm}, DEFLATE if it is missing.
 */
final class Compression {

    private static final String UUID = "SPBV1.0_COMPRESSED";
    private static final String ALGORITHM = "algorithm";
    private static final int CHUNK_BYTES = 8 << 10;

    private Compression() {}

    static boolean isCompressed(Payload payload) {
        return payload.hasUuid() && payload.getUuid().equals(UUID);
    }

    /** What the body of a compressed payload holds, not more than {@code maxBytes}. */
    static byte[] inflate(PayloadReader wrapper, int maxBytes) throws MalformedPayloadException {
        if (!wrapper.head().hasBody()) {
            throw new MalformedPayloadException("a compressed payload without a body");
        }
        byte[] body = wrapper.head().getBody().toByteArray();
        return switch (algorithm(wrapper)) {
            case "GZIP" -> gunzip(body, maxBytes);
            case "DEFLATE" -> inflate(body, maxBytes);
            default ->
                throw new MalformedPayloadException("an unknown compression algorithm, neither DEFLATE nor GZIP");
        };
    }

    /** The first one counts. Encoders write it in upper or lower case. */
    private static String algorithm(PayloadReader wrapper) throws MalformedPayloadException {
        String algorithm = null;
        for (Metric metric = wrapper.nextMetric(); metric != null; metric = wrapper.nextMetric()) {
            if (algorithm == null && metric.name.toString().equals(ALGORITHM)) {
                algorithm = metric.text.toString().toUpperCase(Locale.ROOT);
            }
        }
        return algorithm == null ? "DEFLATE" : algorithm;
    }

    private static byte[] gunzip(byte[] body, int maxBytes) throws MalformedPayloadException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body), CHUNK_BYTES)) {
            byte[] content = in.readNBytes(maxBytes);
            if (in.read() >= 0) {
                throw tooLarge(maxBytes);
            }
            return content;
        } catch (EOFException e) {
            throw new MalformedPayloadException("the compressed body is truncated", e);
        } catch (IOException e) {
            throw new MalformedPayloadException("the compressed body is corrupt", e);
        }
    }

    private static byte[] inflate(byte[] body, int maxBytes) throws MalformedPayloadException {
        Inflater inflater = new Inflater(!hasZlibHeader(body));
        try {
            inflater.setInput(body);
            ByteArrayOutputStream content = new ByteArrayOutputStream(Math.min(maxBytes, CHUNK_BYTES));
            byte[] chunk = new byte[CHUNK_BYTES];
            while (!inflater.finished()) {
                int n = inflater.inflate(chunk);
                // Neither progress nor the end: the stream stops early, or asks for a dictionary nobody has agreed on.
                if (n == 0 && !inflater.finished()) {
                    throw new MalformedPayloadException("the compressed body is truncated");
                }
                if (n > maxBytes - content.size()) {
                    throw tooLarge(maxBytes);
                }
                content.write(chunk, 0, n);
            }
            return content.toByteArray();
        } catch (DataFormatException e) {
            throw new MalformedPayloadException("the compressed body is corrupt", e);
        } finally {
            inflater.end();
        }
    }

    /** RFC 1950, 2.2: method 8, and a multiple of 31. Some encoders leave the zlib frame out. */
    private static boolean hasZlibHeader(byte[] body) {
        return body.length >= 2
                && (body[0] & 0x0f) == 8
                && (Byte.toUnsignedInt(body[0]) * 256 + Byte.toUnsignedInt(body[1])) % 31 == 0;
    }

    private static MalformedPayloadException tooLarge(int maxBytes) {
        return new MalformedPayloadException("the compressed body inflates to more than " + maxBytes + " bytes");
    }
}
