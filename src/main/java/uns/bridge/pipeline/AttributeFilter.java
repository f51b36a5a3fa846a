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

    /** Where the metrics are in a Sparkplug payload. */
    static final String METRICS = "metrics";

    private static final String OF_METRICS = METRICS + ".";

    private final Map<TopicFilter, List<String>> ignored;

    /** One tree for all topics that the same filters match, so that many topics cost no more than many rules. */
    private final Map<List<TopicFilter>, AttributeTree> trees = new HashMap<>();

    /** The same for metrics that have left their payload. */
    private final Map<List<TopicFilter>, AttributeTree> metricTrees = new HashMap<>();

    AttributeFilter(Map<TopicFilter, List<String>> ignored) {
        this.ignored = ignored;
    }

    /** The attributes that messages of {@code mqttTopic} lose, or null if no filter matches. */
    @Nullable AttributeTree ignoredIn(String mqttTopic) {
        List<TopicFilter> matching = matching(mqttTopic);
        return matching.isEmpty() ? null : trees.computeIfAbsent(matching, filters -> AttributeTree.of(paths(filters)));
    }

    /**
     * The attributes that each metric loses that becomes a record of its own, or null if no filter matches. What is ignored
     * in the metrics of payloads is ignored there, and what is ignored in payloads as well: it is in each of the records.
     */
    @Nullable AttributeTree ignoredInMetrics(String mqttTopic) {
        List<TopicFilter> matching = matching(mqttTopic);
        return matching.isEmpty() ? null : metricTrees.computeIfAbsent(matching, this::metricTree);
    }

    /** What messages of {@code mqttTopic} lose, one text for each topic filter that matches, for the operator. */
    List<String> describe(String mqttTopic) {
        return matching(mqttTopic).stream()
                .map(filter -> String.join(", ", ignored.getOrDefault(filter, List.of())) + " (by " + filter + ")")
                .toList();
    }

    private AttributeTree metricTree(List<TopicFilter> matching) {
        return AttributeTree.of(
                paths(matching).stream().map(AttributeFilter::inMetric).toList());
    }

    private static String inMetric(String path) {
        String own = path.startsWith(OF_METRICS) ? path.substring(OF_METRICS.length()) : path;
        return own.equals("is_historical") ? "historical" : own;
    }

    private List<TopicFilter> matching(String mqttTopic) {
        return ignored.keySet().stream().filter(f -> f.matches(mqttTopic)).toList();
    }

    private List<String> paths(List<TopicFilter> matching) {
        List<String> paths = new ArrayList<>();
        for (TopicFilter filter : matching) {
            paths.addAll(ignored.getOrDefault(filter, List.of()));
        }
        return paths;
    }
}
