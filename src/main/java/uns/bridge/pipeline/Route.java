package uns.bridge.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uns.bridge.json.AttributeTree;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.MqttProperties;
import uns.bridge.message.OutboundRecord.Header;
import uns.bridge.sparkplug.Sender;
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

    /** Whether messages become no records. */
    final boolean drop;

    /** Whether payloads pass as they are. */
    final boolean raw;

    final boolean sparkplug;
    final boolean legacyState;

    /** The edge node or device of the topic, or null if it is of none. */
    final @Nullable Sender sender;

    /** Whether it is one where an MQTT broker keeps births. */
    final boolean certificate;

    /** What was published to there at first, or null if it is no birth. */
    final @Nullable SparkplugTopic certificateOf;

    final @Nullable AttributeTree ignored;

    /** What is ignored in a metric that becomes a record of its own. */
    final @Nullable AttributeTree ignoredInMetrics;

    /** The elements of the topic. */
    final List<Header> sparkplugHeaders;

    /** How many messages have come since {@link BusyTopics} has looked. */
    long messages;

    /** The headers of messages without properties of their own, by QoS, RETAIN and DUP; made when first needed. */
    private final List<@Nullable List<Header>> plainHeaders =
            new ArrayList<>(Collections.nCopies(QOS.length * RETAINED.length * DUPLICATE.length, null));

    Route(String mqttTopic, AttributeFilter filter, TopicMapper mapper) {
        SparkplugTopic topic = SparkplugTopic.parse(mqttTopic);
        this.sender = topic == null ? null : new Sender(topic);
        TopicMapper.Target target = mapper.target(mqttTopic, topic);
        this.kafkaTopic = target.kafkaTopic();
        this.key = target.key().getBytes(UTF_8);
        this.drop = target.drop();
        this.raw = target.format() == TopicRule.Format.RAW;
        this.certificate = SparkplugTopic.isCertificate(mqttTopic);
        this.certificateOf = SparkplugTopic.ofCertificate(mqttTopic);
        this.sparkplug = switch (target.format()) {
            case AUTO ->
                certificateOf != null || (SparkplugTopic.inNamespace(mqttTopic) && !SparkplugTopic.isState(mqttTopic));
            case SPARKPLUG -> true;
            case JSON, RAW -> false;
        };
        this.legacyState = SparkplugTopic.isLegacyState(mqttTopic);
        this.ignored = filter.ignoredIn(mqttTopic);
        this.ignoredInMetrics = sparkplug ? filter.ignoredInMetrics(mqttTopic) : null;
        this.sparkplugHeaders = sparkplugHeaders(topic);
    }

    /** What becomes of a message that is not dropped, one line each, for the operator. */
    List<String> describe(boolean perMetric, String timestampAttribute) {
        String value;
        String timestamp = "time of arrival";
        if (raw) {
            value = "the payload as it is";
        } else if (sparkplug) {
            value = "JSON of a Sparkplug B payload, " + (perMetric ? "a record for each metric" : "one record");
            timestamp = "that of the payload" + (perMetric ? ", or of the metric" : "") + ", else time of arrival";
        } else {
            value = legacyState ? "JSON of a host's state" : "the payload, which must be JSON";
            timestamp = "attribute " + timestampAttribute + " of the payload, else time of arrival";
        }
        return List.of(
                "value: " + value,
                "Kafka topic: " + kafkaTopic,
                "key: " + new String(key, UTF_8) + (sparkplug && perMetric ? ", followed by / and the metric" : ""),
                "timestamp: " + timestamp);
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

    /**
     * The headers of {@code message}'s record with what consumers can't see in that alone.
     *
     * @param unresolved how many metrics in it are not resolved
     * @param gap how many messages are missing before it
     */
    List<Header> headers(InboundMessage message, int unresolved, int gap) {
        List<Header> plain = headers(message);
        if (unresolved == 0 && gap == 0) {
            return plain;
        }
        List<Header> flagged = new ArrayList<>(plain);
        if (unresolved > 0) {
            flagged.add(header("sparkplug.unresolved", Integer.toString(unresolved)));
        }
        if (gap > 0) {
            flagged.add(header("sparkplug.gap", Integer.toString(gap)));
        }
        return flagged;
    }

    /** The key of the record of one metric: that of all, followed by {@code /} and its name. */
    byte[] key(String metric) {
        byte[] name = metric.getBytes(UTF_8);
        byte[] metricKey = Arrays.copyOf(key, key.length + 1 + name.length);
        metricKey[key.length] = '/';
        System.arraycopy(name, 0, metricKey, key.length + 1, name.length);
        return metricKey;
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
