package uns.bridge.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uns.bridge.config.SettingsFixture;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.MqttProperties;
import uns.bridge.message.OutboundRecord;
import uns.bridge.sparkplug.SparkplugSettings;

/** What the records of Sparkplug messages say beyond the message. */
class PipelineSparkplugTest {

    /** metric { name: "m", alias: 1, datatype: Int32 }, seq: 0. */
    private static final String BIRTH = "12 07 0A 01 6D 10 01 20 03 18 00";

    /** metric { alias: 1, int_value: -1 }, seq: n. */
    private static final String DATA = "12 08 10 01 50 FF FF FF FF 0F 18 ";

    private final Pipeline pipeline = pipeline("resolve: true");

    @Test
    void shouldResolveWhenBorn() {
        record("spBv1.0/G/NBIRTH/E", BIRTH);

        OutboundRecord record = record("spBv1.0/G/NDATA/E", DATA + "01");

        assertThat(json(record))
                .isEqualTo("{\"metrics\":[{\"name\":\"m\",\"alias\":1,\"datatype\":3,\"value\":-1}],\"seq\":1}");
        assertThat(headers(record))
                .noneMatch(h -> h.startsWith("sparkplug.unresolved") || h.startsWith("sparkplug.gap"));
    }

    @Test
    void shouldFlagWhenUnresolvedOrAfterAGap() {
        record("spBv1.0/G/NBIRTH/E", BIRTH);

        OutboundRecord record = record("spBv1.0/G/DDATA/E/D", DATA + "04");

        assertThat(json(record)).isEqualTo("{\"metrics\":[{\"alias\":1,\"value\":4294967295}],\"seq\":4}");
        assertThat(headers(record))
                .containsExactly(
                        "mqtt.qos=1",
                        "mqtt.retained=false",
                        "mqtt.duplicate=false",
                        "sparkplug.group=G",
                        "sparkplug.type=DDATA",
                        "sparkplug.edge=E",
                        "sparkplug.device=D",
                        "sparkplug.unresolved=1",
                        "sparkplug.gap=3");
        assertThat(Objects.requireNonNull(pipeline.births()).counters(0).gaps()).isOne();
    }

    @Test
    void shouldLeaveEachMessageToItselfWhenSwitchedOff() {
        Pipeline plain = pipeline("resolve: false");
        plain.process(message("spBv1.0/G/NBIRTH/E", HexFormat.of().parseHex(BIRTH.replace(" ", ""))));

        OutboundRecord record = only(plain.process(
                message("spBv1.0/G/NDATA/E", HexFormat.of().parseHex((DATA + "09").replace(" ", "")))));

        assertThat(json(record)).isEqualTo("{\"metrics\":[{\"alias\":1,\"value\":4294967295}],\"seq\":9}");
        assertThat(headers(record))
                .noneMatch(h -> h.startsWith("sparkplug.unresolved") || h.startsWith("sparkplug.gap"));
        assertThat(plain.births()).isNull();
    }

    @Test
    void shouldRejectWhenACompressedPayloadIsLargerThanConfigured() throws IOException {
        Pipeline small = pipeline("max_payload: 1024");

        assertThat(small.process(message("spBv1.0/G/NDATA/E", compressed(1_024))))
                .isInstanceOf(Outcome.Forward.class);
        assertThat(small.process(message("spBv1.0/G/NDATA/E", compressed(1_025))))
                .isInstanceOfSatisfying(
                        Outcome.Reject.class,
                        reject -> assertThat(reject.cause())
                                .hasMessage("the compressed body inflates to more than 1024 bytes"));
    }

    @Test
    void shouldLearnAndSkipWhenTheBrokerHasKeptABirth() {
        Pipeline learning = pipeline("certificates: true");
        for (String payload : List.of(BIRTH, "12 7F", "")) {
            assertThat(learning.process(message("$sparkplug/certificates/spBv1.0/G/NBIRTH/E", bytes(payload))))
                    .isEqualTo(new Outcome.Skip());
        }
        for (String other : List.of("spBv1.0/G/NDATA/E", "spBv1.0/G/NBIRTH", "x")) {
            assertThat(learning.process(message("$sparkplug/certificates/" + other, bytes(DATA + "00"))))
                    .isEqualTo(new Outcome.Skip());
        }

        Outcome data = learning.process(message("spBv1.0/G/NDATA/E", bytes(DATA + "09")));

        assertThat(json(only(data)))
                .isEqualTo("{\"metrics\":[{\"name\":\"m\",\"alias\":1,\"datatype\":3,\"value\":-1}],\"seq\":9}");
    }

    @Test
    void shouldBeARecordLikeAnyOtherWhenKeptBirthsAreNotRead() {
        assertThat(json(record("$sparkplug/certificates/spBv1.0/G/NBIRTH/E", BIRTH)))
                .isEqualTo("{\"metrics\":[{\"name\":\"m\",\"alias\":1,\"datatype\":3}],\"seq\":0}");

        assertThat(json(record("spBv1.0/G/NDATA/E", DATA + "01"))).doesNotContain("name");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "STATE/scada, ONLINE, '{\"online\":true}'",
                "STATE/scada, OFFLINE, '{\"online\":false}'",
                "STATE/scada, '{\"online\": true}', '{\"online\": true}'",
                "spBv1.0/STATE/scada, '{\"online\":true,\"timestamp\":5}', '{\"online\":true,\"timestamp\":5}'",
            })
    void shouldBeJsonWhenTheStateOfAHost(String topic, String payload, String expected) {
        OutboundRecord record = only(pipeline.process(message(topic, payload.getBytes(UTF_8))));

        assertThat(json(record)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"STATE/scada/x, ONLINE", "STATE/scada, online?", "spBv1.0/STATE/scada, ONLINE", "a/STATE/b, ONLINE"})
    void shouldRejectWhenNoStateOfAHost(String topic, String payload) {
        assertThat(pipeline.process(message(topic, payload.getBytes(UTF_8)))).isInstanceOf(Outcome.Reject.class);
    }

    private OutboundRecord record(String topic, String hex) {
        byte[] payload = HexFormat.of().parseHex(hex.replace(" ", ""));
        return only(pipeline.process(message(topic, payload)));
    }

    private static OutboundRecord only(Outcome outcome) {
        List<OutboundRecord> records = ((Outcome.Forward) outcome).records();
        assertThat(records).hasSize(1);
        return records.get(0);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static Pipeline pipeline(String sparkplug) {
        return new Pipeline(
                new PipelineSettings(Map.of(), "timestamp", false, List.of(), 0, "overflow"),
                SparkplugSettings.read(SettingsFixture.settings("sparkplug: {" + sparkplug + "}")
                        .section("sparkplug")));
    }

    /** A payload whose compressed content, a body of zeros, takes {@code size} bytes. */
    private static byte[] compressed(int size) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(content)) {
            int zeros = size - 3; // 5: body, its length in two bytes
            gzip.write(new byte[] {0x2A, (byte) (zeros & 0x7F | 0x80), (byte) (zeros >> 7)});
            gzip.write(new byte[zeros]);
        }
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        // metric { name: "algorithm", string_value: "GZIP" }, uuid
        payload.writeBytes(HexFormat.of().parseHex("1211" + "0A09616C676F726974686D" + "7A04475A4950" + "2212"));
        payload.writeBytes("SPBV1.0_COMPRESSED".getBytes(UTF_8));
        payload.writeBytes(new byte[] {0x2A, (byte) content.size()});
        content.writeTo(payload);
        return payload.toByteArray();
    }

    private static InboundMessage message(String topic, byte[] payload) {
        return new InboundMessage(
                topic, payload, payload.length, 1, false, false, 1_700_000_000_000L, MqttProperties.NONE);
    }

    private static String json(OutboundRecord record) {
        return new String(Objects.requireNonNull(record.value()), UTF_8);
    }

    private static List<String> headers(OutboundRecord record) {
        return record.headers().stream()
                .map(header -> header.name() + "=" + new String(header.value(), UTF_8))
                .toList();
    }
}
