package uns.bridge.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static uns.bridge.message.Messages.message;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.Messages;
import uns.bridge.message.MqttProperties;
import uns.bridge.message.MqttProperties.UserProperty;
import uns.bridge.message.OutboundRecord;
import uns.bridge.sparkplug.SparkplugSettings;

class DeadLettersTest {

    private static final long NOW_MS = 1_800_000_000_000L;
    private static final int EXCERPT = 64 * 1_024;

    private final DeadLetters deadLetters = new DeadLetters(
            "dead",
            new Pipeline(
                    new PipelineSettings(Map.of(), "timestamp", false, List.of(), 0, "overflow"),
                    SparkplugSettings.DEFAULTS));

    @Test
    void shouldKeepTheOriginalBytesAndSayWhy() {
        InboundMessage message = message("spBv1.0/G/NDATA/E", "no protobuf");

        OutboundRecord letter = letter(message, "not readable", null, false);

        assertThat(letter.topic()).isEqualTo("dead");
        assertThat(new String(letter.key(), UTF_8)).isEqualTo("spBv1.0/G/NDATA/E");
        assertThat(letter.value()).isSameAs(message.payload());
        assertThat(letter.timestampMs()).isEqualTo(NOW_MS);
        assertThat(headers(letter))
                .containsExactly(
                        "mqtt.qos=1",
                        "mqtt.retained=false",
                        "mqtt.duplicate=false",
                        "sparkplug.group=G",
                        "sparkplug.type=NDATA",
                        "sparkplug.edge=E",
                        "dead_letter.arrival=1700000000000",
                        "dead_letter.reason=not readable",
                        "dead_letter.time=1800000000000");
    }

    @Test
    void shouldNameTheExceptionWhenOneToldSo() {
        OutboundRecord letter = letter(message("t", "x"), "refused", new IllegalStateException("for a reason"), false);
        assertThat(headers(letter))
                .endsWith(
                        "dead_letter.reason=refused: for a reason",
                        "dead_letter.exception=java.lang.IllegalStateException",
                        "dead_letter.time=1800000000000");
        OutboundRecord silent = letter(message("t", "x"), "refused", new RuntimeException(), false);
        assertThat(headers(silent)).contains("dead_letter.reason=refused");
    }

    @Test
    void shouldShortenTheReasonWhenItIsLong() {
        Exception cause = new Exception("x".repeat(5_000));
        OutboundRecord letter = letter(message("t", "x"), "refused", cause, false);
        assertThat(headers(letter)).contains("dead_letter.reason=refused: " + "x".repeat(991));
    }

    @Test
    void shouldKeepThePropertiesOfTheMessage() {
        MqttProperties properties = new MqttProperties("text/plain", null, null, List.of(new UserProperty("a", "1")));
        OutboundRecord letter = letter(message("t", new byte[] {1}, 1, properties), "no", null, false);
        assertThat(headers(letter)).contains("mqtt.content-type=text/plain", "mqtt.user.a=1");
    }

    @Test
    void shouldKeepOnlyTheBeginningWhenAskedForAnExcerpt() {
        byte[] payload = new byte[EXCERPT + 1];
        Arrays.fill(payload, (byte) 7);
        InboundMessage message = message("t", payload);

        OutboundRecord letter = letter(message, "too large", null, true);

        assertThat(letter.value()).isEqualTo(Arrays.copyOf(payload, EXCERPT));
        assertThat(headers(letter)).contains("dead_letter.original-size=" + (EXCERPT + 1));
        assertThat(headers(letter(message, "too large", null, false)))
                .noneMatch(header -> header.startsWith("dead_letter.original-size"));
    }

    @Test
    void shouldKeepAllWhenTheExcerptWouldBeNoShorter() {
        InboundMessage message = message("t", new byte[EXCERPT]);
        assertThat(letter(message, "too large", null, true).value()).isSameAs(message.payload());
    }

    @Test
    void shouldTellTheOriginalSizeWhenOnlyTheBeginningWasEverHeld() {
        InboundMessage message = Messages.truncated("t", new byte[EXCERPT], 100_000_000);
        OutboundRecord letter = letter(message, "too large", null, false);
        assertThat(letter.value()).isSameAs(message.payload());
        assertThat(headers(letter)).contains("dead_letter.original-size=100000000");
    }

    /** Else a message whose properties exceed what Kafka takes would be refused for ever, and hold up all others. */
    @Test
    void shouldLeaveUserPropertiesOutWhenAskedForAnExcerpt() {
        UserProperty large = new UserProperty("name", "v".repeat(60_000));
        MqttProperties properties = new MqttProperties("text/plain", null, null, Collections.nCopies(40, large));
        InboundMessage message = message("t", new byte[] {1}, 1, properties);

        OutboundRecord letter = letter(message, "too large", null, true);

        assertThat(headers(letter))
                .contains("mqtt.qos=1", "mqtt.content-type=text/plain", "dead_letter.reason=too large")
                .noneMatch(header -> header.startsWith("mqtt.user."));
        assertThat(letter.value()).isSameAs(message.payload());
    }

    @Test
    void shouldGiveTheMessageBackWhenTheLetterIsRead() {
        MqttProperties properties = new MqttProperties(
                "text/plain",
                "answer/here",
                new byte[] {0, (byte) 0xFF},
                List.of(new UserProperty("a", "1"), new UserProperty("b", "é"), new UserProperty("a", "2")));
        InboundMessage message =
                new InboundMessage("plant/ä", new byte[] {1, 2}, 2, 2, true, true, Messages.ARRIVAL_MS, properties);

        BuriedMessage first = read(letter(message, "not JSON", null, false));
        BuriedMessage second = read(deadLetters.again(first.message(), "not JSON", null, NOW_MS, 2));

        assertThat(first.count()).isEqualTo(1);
        assertThat(first.message()).usingRecursiveComparison().isEqualTo(message);
        assertThat(second.count()).isEqualTo(2);
        assertThat(second.message()).usingRecursiveComparison().isEqualTo(message);
        assertThat(read(letter(message("t", "x"), "no", null, false)).message().properties())
                .isSameAs(MqttProperties.NONE);
    }

    /** Of a message that comes from the spool there is only its record. */
    @Test
    void shouldTellTheArrivalWhenItIsMadeOfTheRecord() {
        OutboundRecord record =
                new OutboundRecord("plant_a", "plant/a".getBytes(UTF_8), new byte[] {'1'}, 5, List.of());

        OutboundRecord letter = deadLetters.of(deadLetters.original(record), 1_700, "no", null, NOW_MS);

        assertThat(read(letter).message().topic()).isEqualTo("plant/a");
        assertThat(read(letter).message().arrivalMs()).isEqualTo(1_700);
    }

    @Test
    void shouldTakeTheTimeOfTheRecordWhenTheLetterDoesNotTellTheArrival() {
        OutboundRecord letter = letter(message("t", "x"), "no", null, false);
        letter.headers().removeIf(header -> header.name().equals("dead_letter.arrival"));

        assertThat(read(letter).message().arrivalMs()).isEqualTo(NOW_MS);
    }

    @Test
    void shouldGiveNoMessageBackWhenItIsNotWholeOrNotOurs() {
        OutboundRecord excerpt =
                letter(Messages.truncated("t", new byte[EXCERPT], 100_000_000), "too large", null, false);
        OutboundRecord whole = letter(message("t", "x"), "no", null, false);

        UserProperty property = new UserProperty("a", "1");
        InboundMessage described =
                message("t", new byte[] {1}, 1, new MqttProperties(null, null, null, List.of(property)));
        OutboundRecord withoutProperties = letter(described, "too large", null, true);

        assertThat(BuriedMessage.of(excerpt.key(), excerpt.value(), NOW_MS, excerpt.headers()))
                .isNull();
        assertThat(headers(withoutProperties)).contains("dead_letter.without-properties=true");
        assertThat(BuriedMessage.of(
                        withoutProperties.key(), withoutProperties.value(), NOW_MS, withoutProperties.headers()))
                .isNull();
        assertThat(BuriedMessage.of(null, whole.value(), NOW_MS, whole.headers()))
                .isNull();
        assertThat(BuriedMessage.of(whole.key(), whole.value(), NOW_MS, List.of()))
                .isNull();
    }

    private static BuriedMessage read(OutboundRecord letter) {
        return Objects.requireNonNull(
                BuriedMessage.of(letter.key(), letter.value(), letter.timestampMs(), letter.headers()));
    }

    private OutboundRecord letter(InboundMessage message, String reason, @Nullable Exception cause, boolean excerpt) {
        OutboundRecord letter = deadLetters.of(deadLetters.original(message), 1, reason, cause, NOW_MS);
        OutboundRecord shorter = excerpt ? deadLetters.excerpt(letter) : null;
        return shorter == null ? letter : shorter;
    }

    private static List<String> headers(OutboundRecord letter) {
        return letter.headers().stream()
                .map(header -> header.name() + "=" + new String(header.value(), UTF_8))
                .toList();
    }
}
