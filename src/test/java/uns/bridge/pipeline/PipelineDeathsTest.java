package uns.bridge.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static uns.bridge.message.Messages.ARRIVAL_MS;
import static uns.bridge.message.Messages.message;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.config.SettingsFixture;
import uns.bridge.edge.DataType;
import uns.bridge.edge.Metric;
import uns.bridge.edge.SparkplugWriter;
import uns.bridge.message.OutboundRecord;
import uns.bridge.sparkplug.SparkplugSettings;

/** The records of the devices of an edge node that has died. */
class PipelineDeathsTest {

    private static final String SYNTHETIC = "{\"timestamp\":" + ARRIVAL_MS + ",\"synthetic\":true}";

    private Pipeline pipeline = pipeline(true, false);

    @BeforeEach
    void bear() {
        bear(pipeline);
    }

    private static void bear(Pipeline pipeline) {
        send(pipeline, "NBIRTH/E", 0L, bdSeq(7));
        send(pipeline, "DBIRTH/E/b", 1L);
        send(pipeline, "DBIRTH/E/a c", 2L);
        send(pipeline, "DBIRTH/E/B", 3L);
    }

    @Test
    void shouldTellTheDeathOfEachDeviceWhenItsEdgeNodeDies() {
        List<OutboundRecord> records = send(pipeline, "NDEATH/E", null, bdSeq(7));

        assertThat(records)
                .extracting(PipelineDeathsTest::key)
                .containsExactly(
                        "spBv1.0/G/NDEATH/E", "spBv1.0/G/DDEATH/E/B", "spBv1.0/G/DDEATH/E/a c", "spBv1.0/G/DDEATH/E/b");
        OutboundRecord death = records.get(2);
        assertThat(death.topic()).isEqualTo("spBv1.0_G_DDEATH_E_a_c");
        assertThat(json(death)).isEqualTo(SYNTHETIC);
        assertThat(death.timestampMs()).isEqualTo(ARRIVAL_MS);
        assertThat(death.headers())
                .extracting(header -> header.name() + "=" + new String(header.value(), UTF_8))
                .containsExactly(
                        "sparkplug.group=G", "sparkplug.type=DDEATH", "sparkplug.edge=E", "sparkplug.device=a c");
    }

    @Test
    void shouldTellThemAfterTheMetricsWhenEachIsARecord() {
        pipeline = pipeline(true, true);
        bear(pipeline);

        List<OutboundRecord> records = send(pipeline, "NDEATH/E", null, bdSeq(7));

        assertThat(records)
                .extracting(PipelineDeathsTest::key)
                .containsExactly(
                        "spBv1.0/G/NDEATH/E/bdSeq",
                        "spBv1.0/G/DDEATH/E/B",
                        "spBv1.0/G/DDEATH/E/a c",
                        "spBv1.0/G/DDEATH/E/b");
        assertThat(json(records.get(1))).isEqualTo(SYNTHETIC);
    }

    @Test
    void shouldTellOfThoseAloneThatAreAlive() {
        send(pipeline, "DDEATH/E/b", 4L);
        send(pipeline, "DBIRTH/F/x", 0L);

        assertThat(send(pipeline, "NDEATH/E", null, bdSeq(7)))
                .extracting(PipelineDeathsTest::key)
                .containsExactly("spBv1.0/G/NDEATH/E", "spBv1.0/G/DDEATH/E/B", "spBv1.0/G/DDEATH/E/a c");
    }

    @Test
    void shouldInventNothingWhenTheDeathIsStale() {
        assertThat(send(pipeline, "NDEATH/E", null, bdSeq(6))).hasSize(1);
        assertThat(send(pipeline, "NDEATH/E", null, bdSeq(7))).hasSize(4);
    }

    @Test
    void shouldInventNothingWhenTheDeathIsTheSecond() {
        send(pipeline, "NDEATH/E", null, bdSeq(7));
        send(pipeline, "DBIRTH/E/late", 5L);

        assertThat(send(pipeline, "NDEATH/E", null, bdSeq(7))).hasSize(1);
    }

    @Test
    void shouldInventNothingWhenBornAgainWithoutDevices() {
        send(pipeline, "NBIRTH/E", 0L, bdSeq(8));

        assertThat(send(pipeline, "NDEATH/E", null, bdSeq(8))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldInventNothingWhenSwitchedOff(boolean perMetric) {
        pipeline = pipeline(false, perMetric);
        bear(pipeline);

        assertThat(send(pipeline, "NDEATH/E", null, bdSeq(7))).hasSize(1);
    }

    private static List<OutboundRecord> send(Pipeline pipeline, String levels, @Nullable Long seq, Metric... metrics) {
        byte[] payload = SparkplugWriter.payload(1_000L, seq, List.of(metrics));
        return ((Outcome.Forward) pipeline.process(message("spBv1.0/G/" + levels, payload))).records();
    }

    private static Metric bdSeq(long value) {
        return Metric.of("bdSeq", DataType.INT64, value);
    }

    private static Pipeline pipeline(boolean deathRecords, boolean perMetric) {
        return new Pipeline(
                new PipelineSettings(Map.of(), "timestamp", perMetric, List.of(), 0, "overflow"),
                SparkplugSettings.read(SettingsFixture.settings("sparkplug: {death_records: " + deathRecords + "}")
                        .section("sparkplug")));
    }

    private static String key(OutboundRecord record) {
        return new String(record.key(), UTF_8);
    }

    private static String json(OutboundRecord record) {
        return new String(requireNonNull(record.value()), UTF_8);
    }
}
