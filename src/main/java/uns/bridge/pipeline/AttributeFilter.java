package uns.bridge.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uns.bridge.json.AttributeTree;
import uns.bridge.message.TopicFilter;

/** Tells which attributes the messages of an MQTT topic lose: those of every topic filter that matches. */
final class AttributeFilter {

    private final Map<TopicFilter, List<String>> ignored;

    /** One tree for all topics that the same filters match, so that many topics cost no more than many rules. */
    private final Map<List<TopicFilter>, AttributeTree> trees = new HashMap<>();

    AttributeFilter(Map<TopicFilter, List<String>> ignored) {
        this.ignored = ignored;
    }

    /** The attributes that messages of {@code mqttTopic} lose, or null if no filter matches. */
    @Nullable AttributeTree ignoredIn(String mqttTopic) {
        List<TopicFilter> matching =
                ignored.keySet().stream().filter(f -> f.matches(mqttTopic)).toList();
        return matching.isEmpty() ? null : trees.computeIfAbsent(matching, this::tree);
    }

    private AttributeTree tree(List<TopicFilter> matching) {
        List<String> paths = new ArrayList<>();
        for (TopicFilter filter : matching) {
            paths.addAll(ignored.getOrDefault(filter, List.of()));
        }
        return AttributeTree.of(paths);
    }
}
