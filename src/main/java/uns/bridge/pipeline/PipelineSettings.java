package uns.bridge.pipeline;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Section;
import uns.bridge.config.ValueType;
import uns.bridge.message.TopicFilter;

/**
 * How a message becomes a record.
 *
 * @param ignoredAttributes the attributes to leave out of the messages of a topic filter, in the order written; the
 *     levels of an attribute are separated by {@code .}
 * @param timestampAttribute the attribute of a JSON payload that holds the time of the message
 * @param perMetric whether each metric of a Sparkplug payload becomes a record of its own
 * @param topicRules where messages go, of which the first that matches counts
 * @param maxTopics how many Kafka topics are written to at most, 0 for any number
 * @param overflowTopic the Kafka topic for what would go to further ones
 */
public record PipelineSettings(
        Map<TopicFilter, List<String>> ignoredAttributes,
        String timestampAttribute,
        boolean perMetric,
        List<TopicRule> topicRules,
        int maxTopics,
        String overflowTopic) {

    public static final String DEFAULT_TIMESTAMP_ATTRIBUTE = "timestamp";

    private static final ValueType<String> ATTRIBUTE =
            ValueType.text("an attribute like 'a' or 'a.b'", PipelineSettings::attribute);

    private static final String DEFAULT_OVERFLOW_TOPIC = "uns_bridge_overflow";
    private static final ValueType<Integer> MAX_TOPICS = ValueType.integer(0, 1_000_000);
    private static final ValueType<String> TOPIC = ValueType.text(
            "a Kafka topic name: 1 to 249 of the letters A-Z, a-z, 0-9, '.', '_' and '-', and not '.' or '..'",
            PipelineSettings::topic);

    private static final String MESSAGE = "message";
    private static final String METRIC = "metric";
    private static final ValueType<String> VALUE = ValueType.text("message or metric", PipelineSettings::value);

    public PipelineSettings {
        Map<TopicFilter, List<String>> copy = new LinkedHashMap<>();
        ignoredAttributes.forEach((filter, attributes) -> copy.put(filter, List.copyOf(attributes)));
        ignoredAttributes = Collections.unmodifiableMap(copy);
        topicRules = List.copyOf(topicRules);
    }

    /** Reads the keys of the sections {@code mqtt} and {@code kafka} that say what to do with a message. */
    public static PipelineSettings read(Section mqtt, Section kafka) {
        Section ignored = mqtt.section("ignored_attributes");
        ignored.rejectWithoutValue(filter -> false);
        Map<TopicFilter, List<String>> attributes = new LinkedHashMap<>();
        for (String key : ignored.keys()) {
            TopicFilter filter = filter(ignored, key);
            List<String> names = ignored.list(key, ATTRIBUTE, List.of());
            if (filter != null) {
                attributes.put(filter, names);
            }
        }
        return new PipelineSettings(
                attributes,
                mqtt.get("timestamp_attribute", ValueType.TEXT, DEFAULT_TIMESTAMP_ATTRIBUTE),
                kafka.get("value", VALUE, MESSAGE).equals(METRIC),
                TopicRule.read(kafka),
                kafka.get("max_topics", MAX_TOPICS, 0),
                kafka.get("overflow_topic", TOPIC, DEFAULT_OVERFLOW_TOPIC));
    }

    /** The MQTT topics that have a rule. */
    public List<TopicFilter> ruleFilters() {
        return topicRules.stream().map(TopicRule::filter).toList();
    }

    private static @Nullable TopicFilter filter(Section ignored, String key) {
        try {
            return TopicFilter.of(key);
        } catch (IllegalArgumentException e) {
            ignored.reject(key, "not an MQTT topic filter: " + e.getMessage());
            return null;
        }
    }

    private static String topic(String text) {
        if (!TopicMapper.kafkaTopic(text).equals(text)) {
            throw new IllegalArgumentException("Kafka would not create it");
        }
        return text;
    }

    private static String value(String text) {
        if (!text.equals(MESSAGE) && !text.equals(METRIC)) {
            throw new IllegalArgumentException("a record is of nothing else");
        }
        return text;
    }

    private static String attribute(String text) {
        if (List.of(text.split("\\.", -1)).contains("")) {
            throw new IllegalArgumentException("a level between two dots is empty");
        }
        return text;
    }
}
