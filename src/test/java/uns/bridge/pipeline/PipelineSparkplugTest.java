package uns.bridge.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    private final Pipeline pipeline = pipeline(true);

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
        Pipeline plain = pipeline(false);
        plain.process(message("spBv1.0/G/NBIRTH/E", HexFormat.of().parseHex(BIRTH.replace(" ", ""))));

        OutboundRecord record = ((Outcome.Forward) plain.process(
                        message("spBv1.0/G/NDATA/E", HexFormat.of().parseHex((DATA + "09").replace(" ", "")))))
                .record();

        assertThat(json(record)).isEqualTo("{\"metrics\":[{\"alias\":1,\"value\":4294967295}],\"seq\":9}");
        assertThat(headers(record))
                .noneMatch(h -> h.startsWith("sparkplug.unresolved") || h.startsWith("sparkplug.gap"));
        assertThat(plain.births()).isNull();
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
        OutboundRecord record = ((Outcome.Forward) pipeline.process(message(topic, payload.getBytes(UTF_8)))).record();

        assertThat(json(record)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"STATE/scada/x, ONLINE", "STATE/scada, online?", "spBv1.0/STATE/scada, ONLINE", "a/STATE/b, ONLINE"})
    void shouldRejectWhenNoStateOfAHost(String topic, String payload) {
        assertThat(pipeline.process(message(topic, payload.getBytes(UTF_8)))).isInstanceOf(Outcome.Reject.class);
    }

    private OutboundRecord record(String topic, String hex) {
        byte[] payload = HexFormat.of().parseHex(hex.replace(" ", ""));
        return ((Outcome.Forward) pipeline.process(message(topic, payload))).record();
    }

    private static Pipeline pipeline(boolean resolve) {
        return new Pipeline(
                new PipelineSettings(Map.of(), "timestamp"), new SparkplugSettings(resolve, Duration.ofSeconds(5)));
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
