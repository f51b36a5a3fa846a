package uns.bridge.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uns.bridge.json.AttributeTree;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.MqttProperties;
import uns.bridge.message.OutboundRecord.Header;
import uns.bridge.sparkplug.SparkplugTopic;

/** Everything about a message that follows from its MQTT topic alone, worked out once per topic. */
final class Route {

    /** How the names of the headers of user properties begin. */
    static final String USER_PROPERTY = "mqtt.user.";

    private static final Header[] QOS = {
        header("mqtt.qos", "0"), header("mqtt.qos", "1"), header("mqtt.qos", "2"),
    };
    private static final Header[] RETAINED = {header("mqtt.retained", "false"), header("mqtt.retained", "true")};
    private static final Header[] DUPLICATE = {header("mqtt.duplicate", "false"), header("mqtt.duplicate", "true")};

    final String kafkaTopic;
    final byte[] key;
    final boolean sparkplug;
    final boolean legacyState;

    /** The elements of the topic, or null if it is none of an edge node or a device. */
    final @Nullable SparkplugTopic sparkplugTopic;

    final @Nullable AttributeTree ignored;

    private final List<Header> sparkplugHeaders;

    /** The headers of messages without properties of their own, by QoS, RETAIN and DUP; made when first needed. */
    private final List<@Nullable List<Header>> plainHeaders =
            new ArrayList<>(Collections.nCopies(QOS.length * RETAINED.length * DUPLICATE.length, null));

    Route(String mqttTopic, @Nullable AttributeTree ignored) {
        this.kafkaTopic = TopicMapper.kafkaTopic(mqttTopic);
        this.key = mqttTopic.getBytes(UTF_8);
        this.sparkplug = SparkplugTopic.inNamespace(mqttTopic) && !SparkplugTopic.isState(mqttTopic);
        this.legacyState = SparkplugTopic.isLegacyState(mqttTopic);
        this.sparkplugTopic = SparkplugTopic.parse(mqttTopic);
        this.ignored = ignored;
        this.sparkplugHeaders = sparkplugHeaders(sparkplugTopic);
    }

    /** The headers of {@code message}'s record. */
    List<Header> headers(InboundMessage message) {
        int retained = message.retained() ? 1 : 0;
        int duplicate = message.duplicate() ? 1 : 0;
        int flags = (message.qos() << 2) | (retained << 1) | duplicate;
        List<Header> plain = plainHeaders.get(flags);
        if (plain == null) {
            plain = new ArrayList<>(List.of(QOS[message.qos()], RETAINED[retained], DUPLICATE[duplicate]));
            plain.addAll(sparkplugHeaders);
            plainHeaders.set(flags, plain);
        }
        MqttProperties properties = message.properties();
        if (properties.equals(MqttProperties.NONE)) {
            return plain;
        }
        List<Header> headers = new ArrayList<>(plain);
        if (properties.contentType() != null) {
            headers.add(header("mqtt.content-type", properties.contentType()));
        }
        if (properties.responseTopic() != null) {
            headers.add(header("mqtt.response-topic", properties.responseTopic()));
        }
        if (properties.correlationData() != null) {
            headers.add(new Header("mqtt.correlation-data", properties.correlationData()));
        }
        for (MqttProperties.UserProperty property : properties.userProperties()) {
            headers.add(header(USER_PROPERTY + property.name(), property.value()));
        }
        return headers;
    }

    private static List<Header> sparkplugHeaders(@Nullable SparkplugTopic topic) {
        if (topic == null) {
            return List.of();
        }
        List<Header> headers = new ArrayList<>();
        headers.add(header("sparkplug.group", topic.group()));
        headers.add(header("sparkplug.type", topic.type().name()));
        headers.add(header("sparkplug.edge", topic.edge()));
        if (topic.device() != null) {
            headers.add(header("sparkplug.device", topic.device()));
        }
        return headers;
    }

    static Header header(String name, String value) {
        return new Header(name, value.getBytes(UTF_8));
    }
}
