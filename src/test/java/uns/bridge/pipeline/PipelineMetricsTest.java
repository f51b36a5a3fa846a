package uns.bridge.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static uns.bridge.message.Messages.message;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uns.bridge.edge.DataType;
import uns.bridge.edge.Metric;
import uns.bridge.edge.SparkplugWriter;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.OutboundRecord;
import uns.bridge.message.TopicFilter;
import uns.bridge.sparkplug.SparkplugSettings;

/** The records of the metrics of Sparkplug payloads, where each is one of its own. */
class PipelineMetricsTest {

    private static final String DATA = "spBv1.0/G/NDATA/E";

    private final Pipeline pipeline = pipeline(Map.of());

    @Test
    void shouldMakeARecordOfEachMetric() {
        process("spBv1.0/G/NBIRTH/E", "12 07 0A 01 6D 10 01 20 03 18 00"); // m, alias 1, Int32; seq 0

        List<OutboundRecord> records = process(
                DATA,
                "08 E8 87 BA BB C8 2E" // timestamp 1600000001000
                        + "12 15 10 01 18 85 80 BA BB C8 2E 28 01 50 FF FF FF FF 0F 30 01 38 00" // historical
                        + "12 11 0A 01 6E 18 F4 83 BA BB C8 2E 20 0C 28 00 7A 01 78" // n, String
                        + "12 04 10 01 38 01" // alias 1, null
                        + "18 01");

        assertThat(records).extracting(PipelineMetricsTest::key).containsExactly(DATA + "/m", DATA + "/n", DATA + "/m");
        assertThat(records)
                .extracting(PipelineMetricsTest::json)
                .containsExactly(
                        "{\"name\":\"m\",\"alias\":1,\"timestamp\":1600000000005,\"datatype\":3,\"is_transient\":true,"
                                + "\"is_null\":false,\"value\":-1,\"seq\":1,\"index\":0,\"historical\":true}",
                        "{\"name\":\"n\",\"timestamp\":1600000000500,\"datatype\":12,\"value\":\"x\","
                                + "\"seq\":1,\"index\":1,\"historical\":false}",
                        "{\"name\":\"m\",\"alias\":1,\"timestamp\":1600000001000,\"datatype\":3,\"is_null\":true,"
                                + "\"seq\":1,\"index\":2,\"historical\":false}");
        assertThat(records)
                .extracting(OutboundRecord::timestampMs)
                .containsExactly(1_600_000_000_005L, 1_600_000_000_500L, 1_600_000_001_000L);
        assertThat(records).allSatisfy(record -> {
            assertThat(record.topic()).isEqualTo("spBv1.0_G_NDATA_E");
            assertThat(headers(record))
                    .containsExactly(
                            "mqtt.qos=1",
                            "mqtt.retained=false",
                            "mqtt.duplicate=false",
                            "sparkplug.group=G",
                            "sparkplug.type=NDATA",
                            "sparkplug.edge=E");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "12 05 0A 03 61 2F 62, /a/b",
        "12 05 0A 03 C3 A4 20, '/ä '",
        "12 02 10 07, /#7",
        "12 04 0A 00 10 07, /#7",
        "12 0B 10 FF FF FF FF FF FF FF FF FF 01, /#18446744073709551615",
        "12 00, /",
    })
    void shouldNameTheMetricInTheKey(String payload, String suffix) {
        assertThat(process(DATA, payload))
                .singleElement()
                .satisfies(record -> assertThat(key(record)).isEqualTo(DATA + suffix));
    }

    @Test
    void shouldFlagUnresolvedMetricsAloneAndTheGapOnAll() {
        process("spBv1.0/G/NBIRTH/E", "12 07 0A 01 6D 10 01 20 03 18 00");

        List<OutboundRecord> records = process(DATA, "12 02 10 01 12 02 10 02 12 02 10 03 18 04");

        assertThat(records)
                .extracting(record -> headers(record).stream().skip(6).toList())
                .containsExactly(
                        List.of("sparkplug.gap=3"),
                        List.of("sparkplug.unresolved=1", "sparkplug.gap=3"),
                        List.of("sparkplug.unresolved=1", "sparkplug.gap=3"));
        assertThat(requireNonNull(pipeline.births()).counters(0).unresolved()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "08 80 80 BA BB C8 2E, 18 81 80 BA BB C8 2E, 1600000000001, 0", // of the payload, of the metric
        "08 80 80 BA BB C8 2E, '', 1600000000000, 0",
        "'', 18 81 80 BA BB C8 2E, 1600000000001, 0",
        "'', '', 1700000000000, 0",
        "08 80 80 BA BB C8 2E, 18 FF FF FF FF FF FF FF FF 7F, 1700000000000, 1", // none that Kafka takes
        "08 FF FF FF FF FF FF FF FF FF 01, '', 1700000000000, 1",
        "08 80 80 BA BB C8 2E, 18 00, 1700000000000, 1", // none that a clock shows
        "08 80 80 BA BB C8 2E, 18 80 E2 CF AA 06, 1700000000000, 1", // in seconds
        "08 00, '', 1700000000000, 1",
        "08 00, 18 81 80 BA BB C8 2E, 1600000000001, 0",
    })
    void shouldCarryTheTimeOfTheMetricOrOfThePayloadOrOfArrival(
            String payloadTime, String metricTime, long expected, long fallbacks) {
        String metric = String.format("12 %02X 10 01 ", 2 + HexFormat.of().parseHex(plain(metricTime)).length);

        OutboundRecord record = process(DATA, payloadTime + metric + metricTime).get(0);

        assertThat(record.timestampMs()).isEqualTo(expected);
        assertThat(json(record).contains("\"timestamp\":")).isEqualTo(!(payloadTime + metricTime).isEmpty());
        assertThat(pipeline.timestampFallbacks()).isEqualTo(fallbacks);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "spBv1.0/G/DDEATH/E/D | 08 05 18 01",
                "spBv1.0/G/NDATA/E | 22 01 75 2A 01 62",
                "spBv1.0/G/NDATA/E | ''",
                "spBv1.0/STATE/scada | 7B 7D",
                "STATE/scada | 4F 4E 4C 49 4E 45",
                "acme/json | 7B 22 6D 65 74 72 69 63 73 22 3A 5B 7B 7D 5D 7D", // {"metrics":[{}]}
            })
    void shouldMakeTheRecordOfTheMessageWhenThereAreNoMetrics(String topic, String payload) {
        Pipeline whole = new Pipeline(
                new PipelineSettings(Map.of(), "timestamp", false, List.of(), 0, "overflow"),
                SparkplugSettings.DEFAULTS);
        InboundMessage message = message(topic, HexFormat.of().parseHex(plain(payload)));

        assertThat(((Outcome.Forward) pipeline.process(message)).records())
                .usingRecursiveComparison()
                .isEqualTo(((Outcome.Forward) whole.process(message)).records());
    }

    @Test
    void shouldMakeARecordOfEachMetricWhenOneIsMalformed() {
        // { name: "a" }, then a metric whose name claims five bytes and has one.
        Outcome outcome =
                pipeline.process(message(DATA, HexFormat.of().parseHex(plain("12 03 0A 01 61 12 03 0A 05 61"))));

        assertThat(((Outcome.Forward) outcome).records())
                .extracting(record -> new String(requireNonNull(record.value()), UTF_8))
                .containsExactly(
                        "{\"name\":\"a\",\"index\":0,\"historical\":false}",
                        "{\"value\":\"CgVh\",\"malformed\":true,\"index\":1,\"historical\":false}");
    }

    @Test
    void shouldRejectAsAWholeWhenAllMetricsAreMalformed() {
        Outcome outcome = pipeline.process(message(DATA, HexFormat.of().parseHex(plain("12 03 0A 05 61"))));

        assertThat(outcome).isInstanceOf(Outcome.Reject.class);
    }

    /** Each key has the topic, and there may be as many as the payload has room for. */
    @Test
    void shouldRejectWhenTheKeysWouldTakeTooMuchMemory() {
        String topic = "spBv1.0/G/NDATA/" + "e".repeat(60_000);
        byte[] payload = HexFormat.of().parseHex("1200".repeat(2_000));

        assertThat(pipeline.process(message(topic, payload))).isInstanceOf(Outcome.Reject.class);
        assertThat(pipeline.process(message(DATA, payload))).isInstanceOf(Outcome.Forward.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "metrics.timestamp | {'name':'m','alias':1,'datatype':3,'value':4,'seq':9,'index':0,'historical':false}",
                "seq | {'name':'m','alias':1,'timestamp':1600000001000,'datatype':3,'value':4,'index':0,'historical':false}",
                "metrics.is_historical | {'name':'m','alias':1,'timestamp':1600000001000,'datatype':3,'value':4,'seq':9,'index':0}",
                "index | {'name':'m','alias':1,'timestamp':1600000001000,'datatype':3,'value':4,'seq':9,'historical':false}",
                "metrics.value.x | "
                        + "{'name':'m','alias':1,'timestamp':1600000001000,'datatype':3,'value':4,'seq':9,'index':0,'historical':false}",
            })
    void shouldLeaveOutOfTheMetricWhatIsIgnoredInPayloads(String path, String expected) {
        Pipeline filtering = pipeline(Map.of(TopicFilter.of("spBv1.0/#"), List.of(path)));

        List<OutboundRecord> records = records(filtering, DATA, aMetric());

        assertThat(records).singleElement().satisfies(record -> {
            assertThat(json(record)).isEqualTo(expected.replace('\'', '"'));
            assertThat(key(record)).isEqualTo(DATA + "/m");
            assertThat(record.timestampMs()).isEqualTo(1_600_000_001_000L);
        });
    }

    @Test
    void shouldMakeOneRecordWhenAllMetricsAreIgnored() {
        Pipeline filtering = pipeline(Map.of(TopicFilter.of("spBv1.0/#"), List.of("metrics")));

        List<OutboundRecord> records = records(filtering, DATA, aMetric());

        assertThat(records).singleElement().satisfies(record -> {
            assertThat(json(record)).isEqualTo("{\"timestamp\":1600000001000,\"seq\":9}");
            assertThat(key(record)).isEqualTo(DATA);
        });
    }

    private static byte[] aMetric() {
        return SparkplugWriter.payload(1_600_000_001_000L, 9L, List.of(Metric.of("m", 1, DataType.INT32, 4)));
    }

    private List<OutboundRecord> process(String topic, String hex) {
        return records(pipeline, topic, HexFormat.of().parseHex(plain(hex)));
    }

    private static List<OutboundRecord> records(Pipeline pipeline, String topic, byte[] payload) {
        return ((Outcome.Forward) pipeline.process(message(topic, payload))).records();
    }

    private static Pipeline pipeline(Map<TopicFilter, List<String>> ignored) {
        return new Pipeline(
                new PipelineSettings(ignored, "timestamp", true, List.of(), 0, "overflow"), SparkplugSettings.DEFAULTS);
    }

    private static String plain(String hex) {
        return hex.replace(" ", "");
    }

    private static String key(OutboundRecord record) {
        return new String(record.key(), UTF_8);
    }

    private static String json(OutboundRecord record) {
        return new String(requireNonNull(record.value()), UTF_8);
    }

    private static List<String> headers(OutboundRecord record) {
        return record.headers().stream()
                .map(header -> header.name() + "=" + new String(header.value(), UTF_8))
                .toList();
    }
}
