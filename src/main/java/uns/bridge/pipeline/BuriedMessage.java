package uns.bridge.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.MqttProperties;
import uns.bridge.message.MqttProperties.UserProperty;
import uns.bridge.message.OutboundRecord.Header;

/**
 * The message of a dead letter, as it arrived once.
 *
 * @param count how often it has become a dead letter, 1 or more
 */
public record BuriedMessage(InboundMessage message, int count) {

    /**
     * Reads a record of the dead-letter topic.
     *
     * @param timestampMs the record's; when a letter that does not tell has arrived, roughly
     * @return null if there is no whole message in it: it has only a part of one, or the bridge did not write it
     */
    public static @Nullable BuriedMessage of(
            byte @Nullable [] key, byte @Nullable [] value, long timestampMs, List<Header> headers) {
        if (key == null
                || text(headers, DeadLetters.REASON) == null
                || text(headers, DeadLetters.ORIGINAL_SIZE) != null
                || text(headers, DeadLetters.WITHOUT_PROPERTIES) != null) {
            return null;
        }
        byte[] payload = value == null ? new byte[0] : value;
        InboundMessage message = new InboundMessage(
                new String(key, UTF_8),
                payload,
                payload.length,
                (int) Math.min(2, number(headers, "mqtt.qos", 0)),
                "true".equals(text(headers, "mqtt.retained")),
                "true".equals(text(headers, "mqtt.duplicate")),
                number(headers, DeadLetters.ARRIVAL, timestampMs),
                properties(headers));
        return new BuriedMessage(message, (int) Math.min(Integer.MAX_VALUE - 1, number(headers, DeadLetters.COUNT, 1)));
    }

    private static MqttProperties properties(List<Header> headers) {
        List<UserProperty> user = new ArrayList<>();
        byte[] correlationData = null;
        for (Header header : headers) {
            if (header.name().startsWith(Route.USER_PROPERTY)) {
                user.add(new UserProperty(
                        header.name().substring(Route.USER_PROPERTY.length()), new String(header.value(), UTF_8)));
            } else if (header.name().equals("mqtt.correlation-data")) {
                correlationData = header.value();
            }
        }
        String contentType = text(headers, "mqtt.content-type");
        String responseTopic = text(headers, "mqtt.response-topic");
        return contentType == null && responseTopic == null && correlationData == null && user.isEmpty()
                ? MqttProperties.NONE
                : new MqttProperties(contentType, responseTopic, correlationData, user);
    }

    private static @Nullable String text(List<Header> headers, String name) {
        for (Header header : headers) {
            if (header.name().equals(name)) {
                return new String(header.value(), UTF_8);
            }
        }
        return null;
    }

    /** What is no number of ours, not negative, is as good as missing. */
    private static long number(List<Header> headers, String name, long missing) {
        String text = text(headers, name);
        try {
            return text == null ? missing : Math.max(0, Long.parseLong(text));
        } catch (NumberFormatException e) {
            return missing;
        }
    }
}
