package uns.bridge.pipeline;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Section;
import uns.bridge.config.ValueType;
import uns.bridge.message.TopicFilter;

/**
 * What is to become of the messages of some MQTT topics, where it differs from what becomes of others.
 *
 * @param filter the MQTT topics it is for
 * @param topic names their Kafka topic, or null to leave that as it is
 * @param key makes the key of their records, or null to leave that the MQTT topic
 * @param format how their payloads are read
 * @param drop whether they become no records at all
 */
record TopicRule(
        TopicFilter filter,
        @Nullable NameTemplate topic,
        @Nullable NameTemplate key,
        Format format,
        boolean drop) {

    /** How a payload is read. */
    enum Format {
        /** Sparkplug B below {@code spBv1.0/}, JSON elsewhere. */
        AUTO,
        JSON,
        SPARKPLUG,
        /** Not at all: any bytes pass. */
        RAW
    }

    private static final ValueType<TopicFilter> FILTER = ValueType.text("an MQTT topic filter", TopicFilter::of);
    private static final ValueType<NameTemplate> KEY =
            ValueType.text("a text with parts like {topic}, {1} or {device}", NameTemplate::of);
    private static final ValueType<NameTemplate> TOPIC = ValueType.text(
            "a Kafka topic name of A-Z, a-z, 0-9, '.', '_' and '-', with parts like {topic}, {1} or {device}",
            TopicRule::topic);
    private static final ValueType<Format> FORMAT = ValueType.text("auto, json, sparkplug or raw", TopicRule::format);

    /** Reads the list {@code topic_mapping} of the section {@code kafka}; of its rules the first that matches counts. */
    static List<TopicRule> read(Section kafka) {
        return kafka.sectionList("topic_mapping").stream().map(TopicRule::rule).toList();
    }

    private static TopicRule rule(Section rule) {
        TopicFilter filter = rule.require("filter", FILTER, TopicFilter.of("#"));
        NameTemplate topic = rule.find("topic", TOPIC);
        NameTemplate key = rule.find("key", KEY);
        Format format = rule.get("format", FORMAT, Format.AUTO);
        boolean drop = rule.get("drop", ValueType.BOOLEAN, false);
        if (drop && (topic != null || key != null || rule.has("format"))) {
            rule.reject("drop", "leaves nothing for topic, key or format to apply to");
        }
        return new TopicRule(filter, topic, key, format, drop);
    }

    private static NameTemplate topic(String text) {
        NameTemplate template = NameTemplate.of(text);
        if (!template.literals().stream().allMatch(TopicMapper::isLegal)) {
            throw new IllegalArgumentException("Kafka allows no other characters");
        }
        return template;
    }

    private static Format format(String text) {
        try {
            return Format.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("no other format is known", e);
        }
    }
}
