package uns.bridge.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.OutboundRecord;
import uns.bridge.message.OutboundRecord.Header;

/**
 * Makes the dead letter of a message that can never become an ordinary record: its original bytes as value, its MQTT topic
 * as key, the reason in headers.
 */
public final class DeadLetters {

    static final String ARRIVAL = "dead_letter.arrival";
    static final String REASON = "dead_letter.reason";
    static final String ORIGINAL_SIZE = "dead_letter.original-size";
    static final String WITHOUT_PROPERTIES = "dead_letter.without-properties";
    static final String COUNT = "dead_letter.count";

    private static final int MAX_REASON_CHARS = 1_000;

    private final String kafkaTopic;
    private final Pipeline pipeline;

    /**
     * Creates dead letters.
     *
     * @param kafkaTopic the dead-letter topic
     * @param pipeline knows the headers of a message
     */
    public DeadLetters(String kafkaTopic, Pipeline pipeline) {
        this.kafkaTopic = kafkaTopic;
        this.pipeline = pipeline;
    }

    /** {@code message} as the dead-letter topic has it, but for the reason. */
    public OutboundRecord original(InboundMessage message) {
        List<Header> headers = new ArrayList<>(pipeline.headers(message));
        headers.add(Route.header(ARRIVAL, Long.toString(message.arrivalMs())));
        if (message.truncated()) {
            headers.add(Route.header(ORIGINAL_SIZE, Integer.toString(message.payloadSize())));
        }
        return new OutboundRecord(
                kafkaTopic, message.topic().getBytes(UTF_8), message.payload(), message.arrivalMs(), headers);
    }

    /** The same, but for the arrival, of a message whose one record has its key and its payload unchanged. */
    public OutboundRecord original(OutboundRecord record) {
        return new OutboundRecord(kafkaTopic, record.key(), record.value(), record.timestampMs(), record.headers());
    }

    /**
     * The dead letter of a message.
     *
     * @param arrivalMs when it arrived, where {@code original} does not tell, in milliseconds since the epoch
     * @param cause the exception that told that it can't be delivered, if one did
     * @param nowMs milliseconds since the epoch
     */
    public OutboundRecord of(
            OutboundRecord original, long arrivalMs, String reason, @Nullable Exception cause, long nowMs) {
        List<Header> headers = new ArrayList<>(original.headers());
        if (headers.stream().noneMatch(header -> header.name().equals(ARRIVAL))) {
            headers.add(Route.header(ARRIVAL, Long.toString(arrivalMs)));
        }
        headers.add(Route.header(REASON, reason(reason, cause)));
        if (cause != null) {
            headers.add(Route.header("dead_letter.exception", cause.getClass().getName()));
        }
        headers.add(Route.header("dead_letter.time", Long.toString(nowMs)));
        return new OutboundRecord(kafkaTopic, original.key(), original.value(), nowMs, headers);
    }

    /**
     * What of a dead letter is kept where the whole was refused as too large: the payload's beginning, and not the user
     * properties, which may be as large as any payload. Null if there is nothing to leave out.
     */
    public @Nullable OutboundRecord excerpt(OutboundRecord letter) {
        List<Header> headers = new ArrayList<>(letter.headers());
        headers.removeIf(header -> header.name().startsWith(Route.USER_PROPERTY));
        byte[] payload = letter.value();
        if (payload == null || payload.length <= InboundMessage.EXCERPT_BYTES) {
            if (headers.size() == letter.headers().size()) {
                return null;
            }
            headers.add(Route.header(WITHOUT_PROPERTIES, "true"));
            return new OutboundRecord(letter.topic(), letter.key(), payload, letter.timestampMs(), headers);
        }
        if (headers.stream().noneMatch(header -> header.name().equals(ORIGINAL_SIZE))) {
            headers.add(Route.header(ORIGINAL_SIZE, Integer.toString(payload.length)));
        }
        byte[] beginning = Arrays.copyOf(payload, InboundMessage.EXCERPT_BYTES);
        return new OutboundRecord(letter.topic(), letter.key(), beginning, letter.timestampMs(), headers);
    }

    /** The dead letter of a message that was one before, {@code count} times with this one. */
    public OutboundRecord again(
            InboundMessage message, String reason, @Nullable Exception cause, long nowMs, int count) {
        OutboundRecord letter = of(original(message), message.arrivalMs(), reason, cause, nowMs);
        letter.headers().add(Route.header(COUNT, Integer.toString(count)));
        return letter;
    }

    /**
     * The same letter, to be written now. Kafka may have refused it for its time, and where it waited in the spool the settings
     * may have named another topic.
     *
     * @param nowMs milliseconds since the epoch
     */
    public OutboundRecord current(OutboundRecord letter, long nowMs) {
        return new OutboundRecord(kafkaTopic, letter.key(), letter.value(), nowMs, letter.headers());
    }

    private static String reason(String reason, @Nullable Exception cause) {
        String text = cause == null || cause.getMessage() == null ? reason : reason + ": " + cause.getMessage();
        return text.length() <= MAX_REASON_CHARS ? text : text.substring(0, MAX_REASON_CHARS);
    }
}
