package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.MqttProperties;
import uns.bridge.message.OutboundRecord;
import uns.bridge.message.TopicFilter;
import uns.bridge.pipeline.DeadLetters;
import uns.bridge.pipeline.Outcome;
import uns.bridge.pipeline.Pipeline;

/**
 * Tells what becomes of the messages of an MQTT topic, without a connection: by the bridge's own pipeline, which knows no
 * birth here.
 */
final class Explanation {

    private static final int MAX_TOPIC_BYTES = 65_535;

    private final Settings settings;
    private final Pipeline pipeline;
    private final long nowMs;
    private final List<String> lines = new ArrayList<>();

    private Explanation(Settings settings, long nowMs) {
        this.settings = settings;
        this.pipeline = new Pipeline(settings.pipeline(), settings.sparkplug());
        this.nowMs = nowMs;
    }

    /**
     * What becomes of a message, one line each.
     *
     * @param topic the MQTT topic it is published to
     * @param payload what is published, or null to tell what follows from the topic alone
     * @param nowMs when it is to arrive, milliseconds since the epoch
     * @throws IllegalArgumentException if nothing can be published to {@code topic} (MQTT 5, 4.7)
     */
    static List<String> of(Settings settings, String topic, byte @Nullable [] payload, long nowMs) {
        if (topic.isEmpty()
                || topic.chars().anyMatch(c -> c == '+' || c == '#' || c == '\0')
                || topic.getBytes(UTF_8).length > MAX_TOPIC_BYTES) {
            throw new IllegalArgumentException(
                    "not an MQTT topic: it is empty, has '+', '#' or NUL, or more than 65,535 bytes");
        }
        Explanation explanation = new Explanation(settings, nowMs);
        explanation.lines.add("MQTT topic: " + topic);
        explanation.subscriptions(topic);
        explanation.lines.addAll(explanation.pipeline.describe(topic));
        if (payload != null) {
            explanation.outcome(topic, payload);
        }
        return explanation.lines;
    }

    private void subscriptions(String topic) {
        List<String> subscriptions = new ArrayList<>(settings.mqtt().subscriptionsTo(topic));
        for (TopicFilter filter : Bridge.kept(settings.sparkplug())) {
            if (filter.matches(topic)) {
                subscriptions.add(filter + ", for sparkplug.certificates");
            }
        }
        if (subscriptions.isEmpty()) {
            lines.add("subscribed by: no filter of mqtt.topics, so the bridge never receives it; if it did:");
        }
        subscriptions.forEach(filter -> lines.add("subscribed by: " + filter));
    }

    private void outcome(String topic, byte[] payload) {
        boolean held = payload.length <= settings.mqtt().maxInFlightBytes();
        InboundMessage message = new InboundMessage(
                topic,
                held ? payload : Arrays.copyOf(payload, InboundMessage.EXCERPT_BYTES),
                payload.length,
                settings.mqtt().qos(),
                false,
                false,
                nowMs,
                MqttProperties.NONE);
        Outcome outcome = pipeline.process(message);
        if (outcome instanceof Outcome.Forward forward) {
            for (int i = 0; i < forward.records().size(); i++) {
                lines.add("record " + (i + 1) + " of " + forward.records().size() + ":");
                record(forward.records().get(i));
            }
        } else if (outcome instanceof Outcome.Reject reject) {
            lines.add("dead letter:");
            DeadLetters deadLetters = new DeadLetters(settings.kafka().deadLetterTopic(), pipeline);
            record(deadLetters.of(
                    deadLetters.original(message), message.arrivalMs(), reject.reason(), reject.cause(), nowMs));
        } else {
            lines.add("no record");
        }
    }

    private void record(OutboundRecord record) {
        lines.add("  Kafka topic: " + record.topic());
        lines.add("  key: " + text(record.key()));
        lines.add("  timestamp: " + record.timestampMs() + " (" + Instant.ofEpochMilli(record.timestampMs()) + "), "
                + (record.timestampMs() == nowMs ? "the time of arrival, here now" : "that of the payload"));
        record.headers().forEach(header -> lines.add("  header " + header.name() + ": " + text(header.value())));
        byte[] value = record.value();
        lines.add("  value: " + (value == null ? "null (a tombstone)" : text(value)));
    }

    /** Bytes that are no text in UTF-8 are shown by their hexadecimal digits. */
    private static String text(byte[] bytes) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return bytes.length + " bytes that are no text, in hex "
                    + HexFormat.of().formatHex(bytes);
        }
    }
}
