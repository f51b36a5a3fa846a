package uns.bridge.sparkplug;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static uns.bridge.sparkplug.Decoding.bytes;
import static uns.bridge.sparkplug.Decoding.field;
import static uns.bridge.sparkplug.Decoding.gzip;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Payloads that are small to send and large to hold, decoded in a JVM of their own with a small heap. */
class MemoryTest {

    private static final int LARGE = 15 << 20;
    private static final String TOO_MANY_FIELDS = "refused: a metric of more than 500000 fields";
    private static final String TOO_MUCH_JSON = "refused: larger than 67108864 bytes as JSON";

    @Test
    void shouldDecodeOrRefuseInASmallHeapWhenAPayloadIsHostile() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MemoryTest.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8)
                .lines()
                .filter(line -> !line.contains(" WARN ")) // That a birth is too large to be kept.
                .map(line -> line + "\n")
                .collect(Collectors.joining());

        String expected = Stream.of(Hostile.values())
                .map(payload -> payload + ": " + payload.outcome + "\n" + payload + " apart: " + payload.apart() + "\n")
                .collect(Collectors.joining());
        assertThat(output).isEqualTo(expected);
    }

    /** Decodes them all, one after another, with one decoder, as the births of edge nodes. */
    public static void main(String[] args) throws Exception {
        SparkplugDecoder decoder = new SparkplugDecoder(
                SparkplugSettings.DEFAULTS.maxPayloadBytes(), new BirthState(Duration.ofSeconds(5), null));
        for (Hostile payload : Hostile.values()) {
            Sender sender = new Sender(new SparkplugTopic("G", SparkplugTopic.Type.NBIRTH, payload.name(), null));
            System.out.println(payload + ": " + outcome(decoder, payload.bytes.call(), sender));
            System.out.println(payload + " apart: " + outcomeApart(decoder, payload.bytes.call(), sender));
        }
    }

    private static String outcome(SparkplugDecoder decoder, byte[] payload, Sender sender) {
        try {
            return "decoded to "
                    + Decoding.whole(decoder.decode(payload, sender, false, 0)).json().length;
        } catch (MalformedPayloadException e) {
            return "refused: " + e.getMessage();
        }
    }

    private static String outcomeApart(SparkplugDecoder decoder, byte[] payload, Sender sender) {
        try {
            return "decoded to "
                    + decoder.decodeMetrics(payload, sender, false, 0).parts().size();
        } catch (MalformedPayloadException e) {
            return "refused: " + e.getMessage();
        }
    }

    /** The payloads, most of them as large as one can be sent. */
    private enum Hostile {
        EMPTY_METRICS("decoded to 23592973", () -> times(LARGE / 2, "12 00")),
        EMPTY_METRICS_COMPRESSED(
                "decoded to 23592973",
                () -> join(
                        field(4, "SPBV1.0_COMPRESSED".getBytes(UTF_8)),
                        field(2, join(field(1, "algorithm".getBytes(UTF_8)), field(15, "GZIP".getBytes(UTF_8)))),
                        field(5, gzip(times(LARGE / 2, "12 00"))))),
        EMPTY_METRICS_BESIDE_A_COMPRESSED_BODY(
                "refused: the compressed body is truncated",
                () -> join(
                        times(LARGE / 2, "12 00"),
                        field(4, "SPBV1.0_COMPRESSED".getBytes(UTF_8)),
                        field(5, new byte[0]))),
        MALFORMED_METRICS("refused: more than 10000 malformed metrics", () -> times(LARGE / 3, "12 01 0C")),
        A_LARGE_MALFORMED_METRIC("decoded to 20971566", () -> join(bytes("12 00"), field(2, times(LARGE, "0C")))),
        TOO_MANY_FIELDS_BESIDE_A_GOOD_METRIC(
                "decoded to 20971574", () -> join(bytes("12 00"), field(2, field(18, times(LARGE / 2, "12 00"))))),
        UNKNOWN_FIELDS("decoded to 2", () -> times(LARGE / 2, "30 00")),
        UNKNOWN_FIELDS_OF_METRICS("decoded to 19", () -> {
            byte[] metric = field(2, times(160_000, "A0 01 00"));
            return join(metric, metric);
        }),
        UNKNOWN_FIELDS_OF_AN_EXTENSION(TOO_MANY_FIELDS, () -> field(2, field(19, times(LARGE / 2, "30 00")))),
        // The template is a field too.
        AS_MANY_FIELDS_AS_ALLOWED("decoded to 1500034", () -> field(2, field(18, times(499_999, "12 00")))),
        ONE_FIELD_MORE(TOO_MANY_FIELDS, () -> field(2, field(18, times(500_000, "12 00")))),
        MEMBERS_OF_A_TEMPLATE(TOO_MANY_FIELDS, () -> field(2, field(18, times(LARGE / 2, "12 00")))),
        PARAMETERS_OF_A_TEMPLATE(TOO_MANY_FIELDS, () -> field(2, field(18, times(LARGE / 2, "1A 00")))),
        ROWS_OF_A_DATA_SET(TOO_MANY_FIELDS, () -> field(2, field(17, times(LARGE / 2, "22 00")))),
        CELLS_OF_A_ROW(TOO_MANY_FIELDS, () -> field(2, field(17, field(4, times(LARGE / 2, "0A 00"))))),
        TYPES_OF_A_DATA_SET(TOO_MANY_FIELDS, () -> field(2, field(17, times(LARGE / 2, "18 00")))),
        PACKED_TYPES_OF_A_DATA_SET(TOO_MANY_FIELDS, () -> field(2, field(17, field(3, new byte[LARGE])))),
        COLUMNS_OF_A_DATA_SET(TOO_MANY_FIELDS, () -> field(2, field(17, times(LARGE / 3, "12 01 61")))),
        NAMED_METRICS("decoded to 40894477", () -> times(LARGE / 5, "12 03 0A 01 61")),
        NAMED_MEMBERS(
                "decoded to 3237048",
                () -> field(2, join(bytes("0A 01 61"), field(18, times(249_000, "12 03 0A 01 61"))))),
        NAMED_EMPTY_TEMPLATES(
                "decoded to 3984048",
                () -> field(2, join(bytes("0A 01 61"), field(18, times(166_000, "12 06 0A 01 61 92 01 00"))))),
        KEYS_OF_A_PROPERTY_SET(TOO_MANY_FIELDS, () -> field(2, field(9, times(LARGE / 3, "0A 01 61")))),
        VALUES_OF_A_PROPERTY_SET(TOO_MANY_FIELDS, () -> field(2, field(9, times(LARGE / 2, "12 00")))),
        PROPERTY_SETS_OF_A_LIST(
                TOO_MANY_FIELDS, () -> field(2, field(9, field(2, field(10, times(LARGE / 2, "0A 00")))))),
        // 15 MiB are 0x07800000 bits.
        BOOLEANS(TOO_MUCH_JSON, () -> bytesValue(32, join(bytes("00 00 80 07"), new byte[LARGE]))),
        CONTROL_CHARACTERS(TOO_MUCH_JSON, () -> field(2, field(15, new byte[LARGE]))),
        INVALID_UTF8("decoded to 47185946", () -> field(2, field(15, times(LARGE, "FF")))),
        EMPTY_STRINGS("decoded to 47185959", () -> bytesValue(33, new byte[LARGE])),
        A_FILE("decoded to 20971560", () -> bytesValue(18, new byte[LARGE])),
        A_BODY("decoded to 20971531", () -> field(5, new byte[LARGE]));

        private final String outcome;
        private final Callable<byte[]> bytes;

        Hostile(String outcome, Callable<byte[]> bytes) {
            this.outcome = outcome;
            this.bytes = bytes;
        }

        /** What becomes of it if each metric is decoded apart: millions would take more than one payload. */
        String apart() {
            return switch (this) {
                case EMPTY_METRICS, EMPTY_METRICS_COMPRESSED, NAMED_METRICS -> TOO_MUCH_JSON;
                case A_LARGE_MALFORMED_METRIC, TOO_MANY_FIELDS_BESIDE_A_GOOD_METRIC, UNKNOWN_FIELDS_OF_METRICS ->
                    "decoded to 2";
                default -> outcome.startsWith("decoded") ? "decoded to 1" : outcome;
            };
        }
    }

    /** The payload of one metric whose datatype has its value in bytes. */
    private static byte[] bytesValue(int datatype, byte[] content) {
        return field(2, join(new byte[] {0x20, (byte) datatype}, field(16, content)));
    }

    private static byte[] times(int count, String hex) {
        byte[] unit = bytes(hex);
        byte[] all = new byte[count * unit.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = unit[i % unit.length];
        }
        return all;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        List.of(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }
}
