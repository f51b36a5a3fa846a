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
 */
public record PipelineSettings(Map<TopicFilter, List<String>> ignoredAttributes, String timestampAttribute) {

    public static final String DEFAULT_TIMESTAMP_ATTRIBUTE = "timestamp";

    private static final ValueType<String> ATTRIBUTE =
            ValueType.text("an attribute like 'a' or 'a.b'", PipelineSettings::attribute);

    public PipelineSettings {
        Map<TopicFilter, List<String>> copy = new LinkedHashMap<>();
        ignoredAttributes.forEach((filter, attributes) -> copy.put(filter, List.copyOf(attributes)));
        ignoredAttributes = Collections.unmodifiableMap(copy);
    }

    /** Reads the keys of the section {@code mqtt} that say what to do with a message. */
    public static PipelineSettings read(Section mqtt) {
        Section ignored = mqtt.section("ignored_attributes");
        Map<TopicFilter, List<String>> attributes = new LinkedHashMap<>();
        for (String key : ignored.keys()) {
            TopicFilter filter = filter(ignored, key);
            List<String> names = ignored.list(key, ATTRIBUTE, List.of());
            if (filter != null) {
                attributes.put(filter, names);
            }
        }
        return new PipelineSettings(
                attributes, mqtt.get("timestamp_attribute", ValueType.TEXT, DEFAULT_TIMESTAMP_ATTRIBUTE));
    }

    private static @Nullable TopicFilter filter(Section ignored, String key) {
        try {
            return TopicFilter.of(key);
        } catch (IllegalArgumentException e) {
            ignored.reject(key, "not an MQTT topic filter: " + e.getMessage());
            return null;
        }
    }

    private static String attribute(String text) {
        if (List.of(text.split("\\.", -1)).contains("")) {
            throw new IllegalArgumentException("a level between two dots is empty");
        }
        return text;
    }
}
