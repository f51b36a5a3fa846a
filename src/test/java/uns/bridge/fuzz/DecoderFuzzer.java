package uns.bridge.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uns.bridge.sparkplug.MalformedPayloadException;
import uns.bridge.sparkplug.SparkplugDecoder;

/**
 * Decodes any bytes as a payload. It is refused as malformed or becomes JSON, in bounded memory; and where it stands between
 * two good metrics, these are in the JSON as if they were alone, and all its own between them.
 */
public final class DecoderFuzzer {

    private static final int MAX_INFLATED_BYTES = 16 << 10;

    /** metric { name: "good", datatype: Int8, int_value: -1 }. */
    private static final byte[] GOOD = HexFormat.of().parseHex("120e" + "0a04676f6f64" + "2001" + "50ffffffff0f");

    private static final String GOOD_JSON = "{\"name\":\"good\",\"datatype\":1,\"value\":-1}";

    private DecoderFuzzer() {}

    /** The entry point that Jazzer looks for. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        Allocation.settled(() -> decode(input));
    }

    private static void decode(byte[] input) throws IOException {
        SparkplugDecoder decoder = new SparkplugDecoder(MAX_INFLATED_BYTES);
        Allocation allocation = new Allocation();
        byte[] json = decode(decoder, input);
        allocation.check(input.length + MAX_INFLATED_BYTES);
        if (json != null) {
            Json.metrics(json);
        }
        Outline outline = Outline.of(input);
        if (outline != null && !outline.compressed()) {
            checkGoodMetrics(decoder, input, outline.metrics());
        }
    }

    private static void checkGoodMetrics(SparkplugDecoder decoder, byte[] input, int metricsBetween)
            throws IOException {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        payload.writeBytes(GOOD);
        payload.writeBytes(input);
        payload.writeBytes(GOOD);
        byte[] json = decode(decoder, payload.toByteArray());
        List<String> metrics = json == null ? List.of() : Json.metrics(json);
        if (metrics.size() != metricsBetween + 2
                || !metrics.get(0).equals(GOOD_JSON)
                || !metrics.get(metricsBetween + 1).equals(GOOD_JSON)) {
            throw new AssertionError("good metrics are lost beside " + metricsBetween + " others");
        }
    }

    private static byte @Nullable [] decode(SparkplugDecoder decoder, byte[] payload) {
        try {
            return decoder.decode(payload).parts().get(0).json();
        } catch (MalformedPayloadException e) {
            return null;
        }
    }
}
