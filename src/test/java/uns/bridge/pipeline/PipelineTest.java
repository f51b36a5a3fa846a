package uns.bridge.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static uns.bridge.message.Messages.ARRIVAL_MS;
import static uns.bridge.message.Messages.message;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.edge.DataType;
import uns.bridge.edge.Metric;
import uns.bridge.edge.SparkplugWriter;
import uns.bridge.json.MalformedJsonException;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.Messages;
import uns.bridge.message.MqttProperties;
import uns.bridge.message.MqttProperties.UserProperty;
import uns.bridge.message.OutboundRecord;
import uns.bridge.message.OutboundRecord.Header;
import uns.bridge.message.TopicFilter;
import uns.bridge.sparkplug.MalformedPayloadException;
import uns.bridge.sparkplug.SparkplugSettings;

class PipelineTest {

    private static final byte[] SPARKPLUG =
            SparkplugWriter.payload(1_600_000_000_000L, 3L, List.of(Metric.of("m", DataType.INT32, 42)));
    private static final String[] PLAIN_HEADERS = {"mqtt.qos=1", "mqtt.retained=false", "mqtt.duplicate=false"};

    private final Pipeline pipeline = pipeline(Map.of());

    @Test
    void shouldForwardJsonByteForByte() {
        InboundMessage message = message("plant/a", " {\"b\" : 1.50, \"a\":[1e400] }\n");

        OutboundRecord record = forwarded(message);

        assertThat(record.value()).isSameAs(message.payload());
        assertThat(record.topic()).isEqualTo("plant_a");
        assertThat(new String(record.key(), UTF_8)).isEqualTo("plant/a");
        assertThat(record.timestampMs()).isEqualTo(ARRIVAL_MS);
        assertThat(headers(record)).containsExactly(PLAIN_HEADERS);
    }

    @Test
    void shouldForwardSparkplugAsJson() {
        OutboundRecord record = forwarded(message("spBv1.0/G 1/DDATA/E1/D1", SPARKPLUG));

        assertThat(new String(value(record), UTF_8))
                .isEqualTo(
                        "{\"timestamp\":1600000000000,\"metrics\":[{\"name\":\"m\",\"datatype\":3,\"value\":42}],\"seq\":3}");
        assertThat(record.topic()).isEqualTo("spBv1.0_G_1_DDATA_E1_D1");
        assertThat(new String(record.key(), UTF_8)).isEqualTo("spBv1.0/G 1/DDATA/E1/D1");
        assertThat(record.timestampMs()).isEqualTo(1_600_000_000_000L);
        assertThat(headers(record))
                .startsWith(PLAIN_HEADERS)
                .endsWith("sparkplug.group=G 1", "sparkplug.type=DDATA", "sparkplug.edge=E1", "sparkplug.device=D1")
                .hasSize(7);
    }

    @Test
    void shouldHaveNoDeviceHeaderWhenTheEdgeNodeItselfSpeaks() {
        OutboundRecord record = forwarded(message("spBv1.0/G/NBIRTH/E", SPARKPLUG));
        assertThat(headers(record))
                .startsWith(PLAIN_HEADERS)
                .endsWith("sparkplug.group=G", "sparkplug.type=NBIRTH", "sparkplug.edge=E")
                .hasSize(6);
    }

    @Test
    void shouldForwardTheStateOfAHostAsTheJsonItIs() {
        InboundMessage message = message("spBv1.0/STATE/scada", "{\"online\":true,\"timestamp\":1600000000007}");

        OutboundRecord record = forwarded(message);

        assertThat(record.value()).isSameAs(message.payload());
        assertThat(record.timestampMs()).isEqualTo(1_600_000_000_007L);
        assertThat(headers(record)).containsExactly(PLAIN_HEADERS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plant/a", "spBv1.0/G/NDATA/E", "spBv1.0/STATE/scada"})
    void shouldForwardATombstoneWhenThePayloadIsEmpty(String topic) {
        OutboundRecord record = forwarded(message(topic, new byte[0]));

        assertThat(record.value()).isNull();
        assertThat(new String(record.key(), UTF_8)).isEqualTo(topic);
        assertThat(record.timestampMs()).isEqualTo(ARRIVAL_MS);
        assertThat(headers(record)).startsWith(PLAIN_HEADERS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plant/a", "spBv1.0/G/NDATA/E"})
    void shouldRejectWhenOnlyTheBeginningWasKept(String topic) {
        Outcome.Reject reject = rejected(Messages.truncated(topic, "{}".getBytes(UTF_8), 1_000_000));
        assertThat(reject.reason()).isEqualTo("payload of 1000000 bytes is too large to be held");
        assertThat(reject.cause()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plant/a              | {\"a\":1     | not JSON",
                "plant/a              | ONLINE       | not JSON",
                "spBv1.0/STATE/scada  | ONLINE       | not JSON",
                "spBv1.0/G/NDATA/E    | {\"a\":1}    | not a Sparkplug B payload",
                "spBv1.0/G/WHAT/E     | {\"a\":1}    | not a Sparkplug B payload",
            })
    void shouldRejectWhatIsNotWhatTheTopicSays(String topic, String payload, String reason) {
        Outcome.Reject reject = rejected(message(topic, payload));
        assertThat(reject.reason()).isEqualTo(reason);
        assertThat(reject.cause()).isInstanceOfAny(MalformedJsonException.class, MalformedPayloadException.class);
    }

    @Test
    void shouldLeaveAttributesOutWhenAFilterMatches() {
        Pipeline filtering = pipeline(Map.of(
                TopicFilter.of("spBv1.0/#"), List.of("seq", "metrics.datatype"),
                TopicFilter.of("plant/+"), List.of("b")));

        assertThat(new String(value(forwarded(filtering, message("spBv1.0/G/NDATA/E", SPARKPLUG))), UTF_8))
                .isEqualTo("{\"timestamp\":1600000000000,\"metrics\":[{\"name\":\"m\",\"value\":42}]}");
        assertThat(new String(value(forwarded(filtering, message("plant/a", "{\"a\":1.0,\"b\":2}"))), UTF_8))
                .isEqualTo("{\"a\":1.0}");
        assertThat(new String(value(forwarded(filtering, message("plant/a/b", "{\"b\":2}"))), UTF_8))
                .isEqualTo("{\"b\":2}");
    }

    @Test
    void shouldTakeTheTimestampOfTheMessageEvenIfItIsLeftOut() {
        Pipeline filtering = pipeline(Map.of(TopicFilter.of("#"), List.of("timestamp")));
        OutboundRecord record = forwarded(filtering, message("plant/a", "{\"timestamp\":1600000000009,\"a\":1}"));
        assertThat(new String(value(record), UTF_8)).isEqualTo("{\"a\":1}");
        assertThat(record.timestampMs()).isEqualTo(1_600_000_000_009L);
    }

    /**
     * A message arrives at 1,700,000,000,000; one hour ahead of it is too far, 59 minutes are not. Before 2000 it is seconds,
     * or the time of a clock that was never set.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "946684800000                | 946684800000  | 0",
                "946684799999                | 1700000000000 | 1",
                "0                           | 1700000000000 | 1",
                "1700000000                  | 1700000000000 | 1",
                "1700000000.5                | 1700000000000 | 1",
                "1699999999999               | 1699999999999 | 0",
                "1700003540000               | 1700003540000 | 0",
                "1700003540001               | 1700000000000 | 1",
                "9223372036854775807         | 1700000000000 | 1",
                "9223372036854775808         | 1700000000000 | 1",
                "-1                          | 1700000000000 | 1",
                "1e999                       | 1700000000000 | 1",
                "\"2023-11-14T22:13:20.5Z\"  | 1700000000500 | 0",
                "\"2000-01-01T00:00:00Z\"    | 946684800000  | 0",
                "\"1970-01-01T00:01:00Z\"    | 1700000000000 | 1",
                "\"yesterday\"               | 1700000000000 | 1",
                "[1]                         | 1700000000000 | 1",
                "null                        | 1700000000000 | 0",
            })
    void shouldFallBackToTheArrivalAndCountWhenTheTimestampCannotBeRight(String own, long timestampMs, long fallbacks) {
        OutboundRecord record = forwarded(message("plant/a", "{\"timestamp\":" + own + "}"));
        assertThat(record.timestampMs()).isEqualTo(timestampMs);
        assertThat(pipeline.timestampFallbacks()).isEqualTo(fallbacks);
    }

    @Test
    void shouldFallBackToTheArrivalWhenSparkplugHasNoTimestamp() {
        OutboundRecord none = forwarded(message("spBv1.0/G/NDEATH/E", SparkplugWriter.payload(null, null, List.of())));
        assertThat(none.timestampMs()).isEqualTo(ARRIVAL_MS);
        assertThat(pipeline.timestampFallbacks()).isZero();
    }

    /** Beyond 63 bits, zero, a minute after the start of a device without a clock, and in seconds. */
    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 60_000, 1_700_000_000})
    void shouldFallBackToTheArrivalAndCountWhenTheTimestampOfSparkplugCannotBeRight(long own) {
        byte[] payload = SparkplugWriter.payload(own, 1L, List.of());

        OutboundRecord record = forwarded(message("spBv1.0/G/NDATA/E", payload));

        assertThat(record.timestampMs()).isEqualTo(ARRIVAL_MS);
        assertThat(new String(value(record), UTF_8)).contains("\"timestamp\":" + Long.toUnsignedString(own));
        assertThat(pipeline.timestampFallbacks()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "0, false, false",
        "0, true, false",
        "1, false, false",
        "1, true, false",
        "1, false, true",
        "1, true, true",
        "2, false, false",
        "2, true, false",
        "2, false, true",
        "2, true, true",
    })
    void shouldTellTheFlagsInHeaders(int qos, boolean retained, boolean duplicate) {
        byte[] payload = "1".getBytes(UTF_8);
        InboundMessage message =
                new InboundMessage("t", payload, 1, qos, retained, duplicate, ARRIVAL_MS, MqttProperties.NONE);
        assertThat(headers(forwarded(message)))
                .containsExactly("mqtt.qos=" + qos, "mqtt.retained=" + retained, "mqtt.duplicate=" + duplicate);
    }

    @Test
    void shouldTellThePropertiesInHeadersInOrder() {
        byte[] correlation = {0, (byte) 0xFF};
        MqttProperties properties = new MqttProperties(
                "text/json",
                "answers",
                correlation,
                List.of(new UserProperty("b", "1"), new UserProperty("a", "ä"), new UserProperty("b", "")));

        OutboundRecord record = forwarded(message("t", "1".getBytes(UTF_8), 1, properties));

        assertThat(record.headers())
                .extracting(Header::name)
                .containsExactly(
                        "mqtt.qos",
                        "mqtt.retained",
                        "mqtt.duplicate",
                        "mqtt.content-type",
                        "mqtt.response-topic",
                        "mqtt.correlation-data",
                        "mqtt.user.b",
                        "mqtt.user.a",
                        "mqtt.user.b");
        assertThat(headers(record))
                .contains("mqtt.content-type=text/json", "mqtt.response-topic=answers")
                .endsWith("mqtt.user.b=1", "mqtt.user.a=ä", "mqtt.user.b=");
        assertThat(record.headers().get(5).value()).isEqualTo(correlation);
        assertThat(headers(forwarded(message("t", "1")))).as("the next one").containsExactly(PLAIN_HEADERS);
    }

    @Test
    void shouldTellPropertiesByThemselvesInHeaders() {
        MqttProperties correlationOnly = new MqttProperties(null, null, new byte[] {1}, List.of());
        assertThat(forwarded(message("t", "1".getBytes(UTF_8), 1, correlationOnly))
                        .headers())
                .extracting(Header::name)
                .endsWith("mqtt.correlation-data");
    }

    @Test
    void shouldRememberNoMoreTopicsThanTheBound() {
        byte[] payload = "1".getBytes(UTF_8);
        byte[] oftenUsed = forwarded(message("used often", payload)).key();
        byte[] usedOnce = forwarded(message("used once", payload)).key();
        for (int i = 0; i < Pipeline.MAX_ROUTES + 1_000; i++) {
            OutboundRecord record = forwarded(message("t/" + i, payload));
            assertThat(record.topic()).isEqualTo("t_" + i);
            if (i % 10_000 == 0) {
                assertThat(forwarded(message("used often", payload)).key()).isSameAs(oftenUsed);
            }
        }

        assertThat(forwarded(message("used often", payload)).key()).isSameAs(oftenUsed);
        assertThat(forwarded(message("used once", payload)).key())
                .isEqualTo(usedOnce)
                .isNotSameAs(usedOnce);
    }

    @Test
    void shouldForwardOrRejectWhateverThePayload() {
        Pipeline filtering = pipeline(Map.of(
                TopicFilter.of("filtered/#"), List.of("a.b", "c"), TopicFilter.of("spBv1.0/F/#"), List.of("seq")));
        String[] topics = {"plant/a", "filtered/a", "spBv1.0/G/NDATA/E", "spBv1.0/F/DDATA/E/D", "spBv1.0/STATE/scada"};
        Random random = new Random(2);
        int forwarded = 0;
        for (int i = 0; i < 10_000; i++) {
            byte[] payload = payload(random);
            Outcome outcome = filtering.process(message(topics[i % topics.length], payload));
            if (outcome instanceof Outcome.Forward forward) {
                forwarded++;
                assertThat(forward.records()).singleElement().satisfies(record -> {
                    assertThat(record.timestampMs())
                            .isBetween(Pipeline.EARLIEST_MS, ARRIVAL_MS + Pipeline.MAX_AHEAD_MS);
                    assertThat(record.value() == null).isEqualTo(payload.length == 0);
                });
            } else {
                assertThat(outcome).isInstanceOf(Outcome.Reject.class);
            }
        }
        assertThat(forwarded).isBetween(500, 9_500);
    }

    /** Random bytes, or a good payload that is whole, cut short or changed in some places. */
    private static byte[] payload(Random random) {
        if (random.nextInt(4) == 0) {
            byte[] noise = new byte[random.nextInt(300)];
            random.nextBytes(noise);
            return noise;
        }
        byte[] good = random.nextBoolean() ? json(random) : sparkplug(random);
        int kind = random.nextInt(3);
        if (kind == 0) {
            return Arrays.copyOf(good, random.nextInt(good.length + 1));
        }
        for (int changes = kind == 1 ? 0 : random.nextInt(1, 5); changes > 0; changes--) {
            good[random.nextInt(good.length)] = (byte) random.nextInt();
        }
        return good;
    }

    private static byte[] json(Random random) {
        return ("{\"timestamp\":" + random.nextLong() + ",\"a\":{\"b\":[1,2.5e3,\"ä\\u00e4\"],\"x\":null},\"c\":"
                        + random.nextDouble() + ",\"d\":\"" + "z".repeat(random.nextInt(100)) + "\"}")
                .getBytes(UTF_8);
    }

    private static byte[] sparkplug(Random random) {
        List<Metric> metrics = new ArrayList<>();
        for (DataType type : DataType.values()) {
            metrics.add(
                    switch (type) {
                        case BOOLEAN -> Metric.of("m", type, random.nextBoolean());
                        case STRING, TEXT -> Metric.of("m", 4, type, "text" + random.nextInt());
                        case FLOAT, DOUBLE -> Metric.of("m", type, Double.longBitsToDouble(random.nextLong()));
                        default -> Metric.of("m", type, random.nextLong()).at(random.nextLong());
                    });
        }
        return SparkplugWriter.payload(random.nextLong(), random.nextLong(), metrics);
    }

    private static byte[] value(OutboundRecord record) {
        byte @Nullable [] value = record.value();
        assertThat(value).isNotNull();
        return value;
    }

    private static List<String> headers(OutboundRecord record) {
        return record.headers().stream()
                .map(header -> header.name() + "=" + new String(header.value(), UTF_8))
                .toList();
    }

    private OutboundRecord forwarded(InboundMessage message) {
        return forwarded(pipeline, message);
    }

    private static OutboundRecord forwarded(Pipeline pipeline, InboundMessage message) {
        Outcome outcome = pipeline.process(message);
        assertThat(outcome).isInstanceOf(Outcome.Forward.class);
        List<OutboundRecord> records = ((Outcome.Forward) outcome).records();
        assertThat(records).hasSize(1);
        return records.get(0);
    }

    private Outcome.Reject rejected(InboundMessage message) {
        Outcome outcome = pipeline.process(message);
        assertThat(outcome).isInstanceOf(Outcome.Reject.class);
        return (Outcome.Reject) outcome;
    }

    private static Pipeline pipeline(Map<TopicFilter, List<String>> ignored) {
        return new Pipeline(
                new PipelineSettings(ignored, "timestamp", false, List.of(), 0, "overflow"),
                SparkplugSettings.DEFAULTS);
    }
}
