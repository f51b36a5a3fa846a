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
 * as key, the reason in headers. Used by the pipeline's thread.
 */
public final class DeadLetters {

    static final String ARRIVAL = "dead_letter.arrival";
    static final String REASON = "dead_letter.reason";
    static final String ORIGINAL_SIZE = "dead_letter.original-size";
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

    /**
     * The dead letter of {@code message}.
     *
     * @param cause the exception that told that it can't be delivered, if one did
     * @param nowMs milliseconds since the epoch
     * @param excerpt whether only the payload's beginning is to be kept and the user properties, which may be as large as
     *     any payload, are not, because the whole was refused as too large
     */
    public OutboundRecord of(
            InboundMessage message, String reason, @Nullable Exception cause, long nowMs, boolean excerpt) {
        byte[] payload = message.payload();
        if (excerpt && payload.length > InboundMessage.EXCERPT_BYTES) {
            payload = Arrays.copyOf(payload, InboundMessage.EXCERPT_BYTES);
        }
        List<Header> headers = new ArrayList<>(pipeline.headers(message));
        if (excerpt) {
            headers.removeIf(header -> header.name().startsWith(Route.USER_PROPERTY));
        }
        headers.add(Route.header(ARRIVAL, Long.toString(message.arrivalMs())));
        headers.add(Route.header(REASON, reason(reason, cause)));
        if (cause != null) {
            headers.add(Route.header("dead_letter.exception", cause.getClass().getName()));
        }
        headers.add(Route.header("dead_letter.time", Long.toString(nowMs)));
        if (payload.length < message.payloadSize()) {
            headers.add(Route.header(ORIGINAL_SIZE, Integer.toString(message.payloadSize())));
        }
        return new OutboundRecord(kafkaTopic, message.topic().getBytes(UTF_8), payload, nowMs, headers);
    }

    /** The dead letter of a message that was one before, {@code count} times with this one. */
    public OutboundRecord again(
            InboundMessage message, String reason, @Nullable Exception cause, long nowMs, int count) {
        OutboundRecord letter = of(message, reason, cause, nowMs, false);
        letter.headers().add(Route.header(COUNT, Integer.toString(count)));
        return letter;
    }

    private static String reason(String reason, @Nullable Exception cause) {
        String text = cause == null || cause.getMessage() == null ? reason : reason + ": " + cause.getMessage();
        return text.length() <= MAX_REASON_CHARS ? text : text.substring(0, MAX_REASON_CHARS);
    }
}
