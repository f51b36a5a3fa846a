package uns.bridge.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The properties of a PUBLISH packet (MQTT 5, 3.3.2.3) that the application which published it meant for its readers.
 *
 * @param contentType Content Type
 * @param responseTopic Response Topic
 * @param correlationData Correlation Data
 * @param userProperties User Properties, in order, names may repeat
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by identity only.
public record MqttProperties(
        @Nullable String contentType,
        @Nullable String responseTopic,
        byte @Nullable [] correlationData,
        List<UserProperty> userProperties) {

    public static final MqttProperties NONE = new MqttProperties(null, null, null, List.of());

    public record UserProperty(String name, String value) {}
}
