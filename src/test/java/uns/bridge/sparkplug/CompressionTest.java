package uns.bridge.sparkplug;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static uns.bridge.sparkplug.Decoding.bytes;
import static uns.bridge.sparkplug.Decoding.deflate;
import static uns.bridge.sparkplug.Decoding.gzip;
import static uns.bridge.sparkplug.Decoding.json;
import static uns.bridge.sparkplug.Decoding.metric;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.sparkplug.proto.Payload;

class CompressionTest {

    private static final Payload INNER = Payload.newBuilder()
            .setTimestamp(1_700_000_000_000L)
            .addMetrics(metric(DataType.INT32).setIntValue(-8))
            .build();

    private static final String INNER_JSON =
            "{\"timestamp\":1700000000000,\"metrics\":[{\"datatype\":3,\"value\":-8}],\"seq\":8}";

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldInflateWhenNoAlgorithmIsNamed(boolean raw) throws Exception {
        assertThat(json(wrapper(deflate(INNER.toByteArray(), raw)).build())).isEqualTo(INNER_JSON);
    }

    @ParameterizedTest
    @CsvSource({"DEFLATE, true", "DEFLATE, false", "deflate, true", "Deflate, false"})
    void shouldInflateWhenDeflateIsNamed(String algorithm, boolean raw) throws Exception {
        assertThat(json(wrapper(deflate(INNER.toByteArray(), raw), algorithm))).isEqualTo(INNER_JSON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GZIP", "gzip", "GZip"})
    void shouldGunzipWhenGzipIsNamed(String algorithm) throws Exception {
        assertThat(json(wrapper(gzip(INNER.toByteArray()), algorithm))).isEqualTo(INNER_JSON);
    }

    @Test
    void shouldTakeTheInnerSeqAndTimestampWhenPresent() throws Exception {
        Payload inner = Payload.newBuilder().setTimestamp(1).setSeq(2).build();
        Payload outer = wrapper(deflate(inner.toByteArray(), false))
                .setTimestamp(3)
                .setSeq(4)
                .build();

        assertThat(json(outer)).isEqualTo("{\"timestamp\":1,\"seq\":2}");
    }

    @Test
    void shouldTakeTheTimestampOfTheWrapperWhenMissingInside() throws Exception {
        byte[] outer =
                wrapper(deflate(new byte[0], false)).setTimestamp(3).build().toByteArray();

        SparkplugDecoder.Part decoded = Decoding.whole(new SparkplugDecoder(100).decode(outer));

        assertThat(new String(decoded.json(), UTF_8)).isEqualTo("{\"timestamp\":3,\"seq\":8}");
        assertThat(decoded.timestampMs()).isEqualTo(3);
    }

    @Test
    void shouldInflateOneLevelOnlyWhenCompressedTwice() throws Exception {
        Payload middle = wrapper(bytes("0102")).setSeq(1).build();

        assertThat(json(wrapper(deflate(middle.toByteArray(), false)).build()))
                .isEqualTo("{\"seq\":1,\"uuid\":\"SPBV1.0_COMPRESSED\",\"body\":\"AQI=\"}");
    }

    @Test
    void shouldLeaveTheBodyAloneWhenTheUuidIsAnother() throws Exception {
        Payload payload = Payload.newBuilder()
                .setUuid("my-schema")
                .setBody(ByteString.copyFrom(deflate(INNER.toByteArray(), false)))
                .build();

        assertThat(json(payload)).startsWith("{\"uuid\":\"my-schema\",\"body\":\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DEFLATE", "RAW", "GZIP"})
    void shouldFailWhenTruncatedAnywhere(String form) throws Exception {
        byte[] body = compress(form, INNER.toByteArray());
        String algorithm = form.equals("GZIP") ? form : "DEFLATE";
        for (int length = 0; length < body.length; length++) {
            assertMalformed(wrapper(Arrays.copyOf(body, length), algorithm), 100);
        }
    }

    @ParameterizedTest
    @CsvSource({"DEFLATE, not zlib at all", "GZIP, not gzip at all", "GZIP, ''", "LZ4, x", "'', x"})
    void shouldFailWhenCorruptOrUnknown(String algorithm, String body) {
        assertMalformed(wrapper(body.getBytes(UTF_8), algorithm), 100);
    }

    @Test
    void shouldFailWhenTheChecksumDiffers() throws Exception {
        for (String form : new String[] {"DEFLATE", "GZIP"}) {
            byte[] body = compress(form, INNER.toByteArray());
            body[body.length - (form.equals("GZIP") ? 5 : 1)] ^= 1;
            assertMalformed(wrapper(body, form), 100);
        }
    }

    @Test
    void shouldFailWhenThereIsNoBody() {
        assertMalformed(wrapper(new byte[0]).clearBody().build(), 100);
    }

    @Test
    void shouldFailWhenADictionaryIsAskedFor() {
        Deflater deflater = new Deflater();
        deflater.setDictionary("dictionary".getBytes(UTF_8));
        deflater.setInput(INNER.toByteArray());
        deflater.finish();
        byte[] body = new byte[200];
        int length = deflater.deflate(body);
        deflater.end();

        assertMalformed(wrapper(Arrays.copyOf(body, length)).build(), 100);
    }

    @Test
    void shouldFailWhenWhatIsInsideIsNoPayload() {
        assertMalformed(wrapper(deflate(bytes("00 01 02"), false)).build(), 100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DEFLATE", "RAW", "GZIP"})
    void shouldBoundTheSizeWhenInflated(String form) throws Exception {
        byte[] inner = Payload.newBuilder()
                .setBody(ByteString.copyFrom(new byte[50_000]))
                .build()
                .toByteArray();
        Payload outer = wrapper(compress(form, inner), form.equals("GZIP") ? form : "DEFLATE");

        assertThat(Decoding.whole(new SparkplugDecoder(inner.length).decode(outer.toByteArray()))
                        .json())
                .hasSizeGreaterThan(50_000);
        assertMalformed(outer, inner.length - 1);
        assertMalformed(outer, 0);
    }

    @Test
    void shouldStopAtTheBoundWhenABomb() throws Exception {
        Payload bomb = wrapper(gzip(new byte[64 << 20]), "GZIP");

        assertMalformed(bomb, SparkplugSettings.DEFAULTS.maxPayloadBytes());
    }

    private static void assertMalformed(Payload payload, int maxInflatedBytes) {
        assertThatExceptionOfType(MalformedPayloadException.class)
                .isThrownBy(() -> new SparkplugDecoder(maxInflatedBytes).decode(payload.toByteArray()));
    }

    private static Payload.Builder wrapper(byte[] body) {
        return Payload.newBuilder().setUuid("SPBV1.0_COMPRESSED").setSeq(8).setBody(ByteString.copyFrom(body));
    }

    private static Payload wrapper(byte[] body, String algorithm) {
        return wrapper(body)
                .addMetrics(metric(DataType.STRING).setName("algorithm").setStringValue(algorithm))
                .build();
    }

    private static byte[] compress(String form, byte[] content) throws IOException {
        return form.equals("GZIP") ? gzip(content) : deflate(content, form.equals("RAW"));
    }
}
