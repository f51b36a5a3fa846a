package uns.bridge.kafka;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Section;
import uns.bridge.config.ValueType;

/**
 * How the bridge creates topics: {@code kafka.create_topics}.
 *
 * @param partitions 1 or more; null: as the broker does by default
 * @param replicationFactor 1 or more; null: as the broker does by default
 * @param config settings of the topic by Kafka's names; what they may be the broker knows
 */
public record TopicCreation(
        @Nullable Integer partitions, @Nullable Integer replicationFactor, Map<String, String> config) {

    private static final ValueType<Integer> PARTITIONS = ValueType.integer(1, 100_000);
    private static final ValueType<Integer> REPLICATION_FACTOR = ValueType.integer(1, Short.MAX_VALUE);

    /** How the settings of a topic are named. */
    private static final String NAME = "[a-z]+(\\.[a-z]+)+";

    private static final int MAX_RECORDS_PER_REQUEST = 10_000;

    /** More in one request would keep Kafka's controller from its other work. */
    private static final int MAX_TOPICS_PER_REQUEST = 500;

    /** More than nearly any broker makes by default; where one does, each topic is asked for alone in the end. */
    private static final int MANY_PARTITIONS = 99;

    public TopicCreation {
        config = Map.copyOf(config);
    }

    /** Reads the section {@code kafka.create_topics}; null if there is nothing in it. */
    static @Nullable TopicCreation read(Section section) {
        Integer partitions = section.find("partitions", PARTITIONS);
        Integer replicationFactor = section.find("replication_factor", REPLICATION_FACTOR);
        Section written = section.section("config").flattened();
        written.rejectWithoutValue(key -> key.matches(NAME));
        Map<String, String> config = new LinkedHashMap<>();
        for (String key : written.keys()) {
            config.put(key, String.join(",", written.list(key, ValueType.TEXT, List.of())));
        }
        boolean absent = partitions == null && replicationFactor == null && config.isEmpty();
        return absent ? null : new TopicCreation(partitions, replicationFactor, config);
    }

    /**
     * How many topics may be asked for in one request. Kafka refuses all of it, for good as it seems, where it makes more than
     * 10,000 records of topics, partitions and settings, or more than 10,000 partitions.
     */
    int topicsPerRequest() {
        int eachTopic = 1 + (partitions == null ? MANY_PARTITIONS : partitions) + config.size();
        return Math.max(1, Math.min(MAX_TOPICS_PER_REQUEST, MAX_RECORDS_PER_REQUEST / eachTopic));
    }

    NewTopic topic(String name) {
        Optional<Short> factor = Optional.ofNullable(replicationFactor).map(Integer::shortValue);
        return new NewTopic(name, Optional.ofNullable(partitions), factor).configs(config);
    }
}
