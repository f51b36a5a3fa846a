package uns.bridge.kafka;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds records back until their topic exists, each topic's in their order, and lets those of other topics pass. How many it
 * holds is bounded by whoever hands them over. For one thread.
 */
final class AwaitedTopics<S> {

    /**
     * What was held back for a topic.
     *
     * @param refusal why Kafka will not have the topic; null: it exists
     */
    record Released<S>(String topic, @Nullable Exception refusal, List<S> sendings) {}

    private record Held<S>(List<S> sendings, long sinceNs) {}

    private final TopicCreator creator;
    private final Time time;
    private final Set<String> existing = new HashSet<>();

    /** In the order they were asked for. */
    private final Map<String, Held<S>> held = new LinkedHashMap<>();

    AwaitedTopics(TopicCreator creator, Time time) {
        this.creator = creator;
        this.time = time;
    }

    boolean exists(String topic) {
        return existing.contains(topic);
    }

    /** Holds {@code sending} back until {@code topic} exists. */
    void hold(String topic, S sending) {
        held.computeIfAbsent(topic, t -> {
                    creator.ask(t);
                    return new Held<>(new ArrayList<>(), time.nanoTime());
                })
                .sendings
                .add(sending);
    }

    /** The next topic that has its answer; null if there is none at the moment. */
    @Nullable Released<S> poll() {
        TopicCreator.Answer answer = creator.poll();
        if (answer == null) {
            return null;
        }
        if (answer.refusal() == null) {
            existing.add(answer.topic());
        }
        Held<S> records = held.remove(answer.topic());
        return new Released<>(answer.topic(), answer.refusal(), records == null ? List.of() : records.sendings());
    }

    /** What has been waited for longer than {@code ns}, in words; null if nothing has. */
    @Nullable String overdue(long ns) {
        if (held.isEmpty()) {
            return null;
        }
        Map.Entry<String, Held<S>> first = held.entrySet().iterator().next();
        if (time.nanoTime() - first.getValue().sinceNs() <= ns) {
            return null;
        }
        String problem = creator.problem();
        return "Kafka has not created topic " + first.getKey() + " yet" + (problem.isEmpty() ? "" : ": " + problem);
    }

    /** The first of what has been waited for longest; null if nothing is. */
    @Nullable S oldest() {
        return held.isEmpty() ? null : held.values().iterator().next().sendings.get(0);
    }

    void forEach(Consumer<S> action) {
        held.values().forEach(each -> each.sendings.forEach(action));
    }

    void close() {
        creator.close();
    }
}
