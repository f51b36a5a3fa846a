package uns.bridge.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;
import uns.bridge.health.Health;

/**
 * The topics that the bridge may not write to. Finding that out may take the producer a look at the topics, during which all
 * other records wait; so after a refusal the records of that topic are refused at once for a while, which is longer after
 * each further one.
 *
 * <p>Safe for use by several threads.
 */
final class DeniedTopics {

    static final Duration FIRST_MEMORY = Duration.ofSeconds(5);
    static final Duration LONGEST_MEMORY = Duration.ofMinutes(1);

    /** A topic that nothing was written to for so long is not spoken of any more. */
    static final Duration FORGOTTEN = Duration.ofMinutes(10);

    private static final int MAX_REMEMBERED = 10_000;

    private record Denial(Exception cause, long untilNs, long lengthNs) {}

    private final Time time;
    private final Map<String, Denial> denials = new ConcurrentHashMap<>();

    DeniedTopics(Time time) {
        this.time = time;
    }

    /** What tells {@code listener}, and takes notice itself. */
    <T> KafkaSink.Listener<T> before(KafkaSink.Listener<T> listener) {
        return new KafkaSink.Listener<>() {
            @Override
            public void confirmed(T token) {
                listener.confirmed(token);
            }

            @Override
            public void refused(T token, Exception cause) {
                if (cause instanceof TopicAuthorizationException denied) {
                    denied.unauthorizedTopics().forEach(topic -> remember(topic, denied));
                }
                listener.refused(token, cause);
            }
        };
    }

    private void remember(String topic, Exception cause) {
        if (denials.size() >= MAX_REMEMBERED && !denials.containsKey(topic)) {
            return; // It is asked for each time, and the operator has seen enough.
        }
        long nowNs = time.nanoTime();
        denials.compute(topic, (name, before) -> {
            if (before != null && nowNs - before.untilNs < 0) {
                return before; // Refused from memory, or already on its way then.
            }
            long lengthNs =
                    before == null ? FIRST_MEMORY.toNanos() : Math.min(2 * before.lengthNs, LONGEST_MEMORY.toNanos());
            return new Denial(cause, nowNs + lengthNs, lengthNs);
        });
    }

    /** Why Kafka need not be asked to take a record of {@code topic} now, or null if it is to be. */
    @Nullable Exception of(String topic) {
        Denial denial = denials.isEmpty() ? null : denials.get(topic);
        return denial == null || time.nanoTime() - denial.untilNs >= 0 ? null : denial.cause;
    }

    /** Kafka has taken a record of {@code topic}. */
    void taken(String topic) {
        if (!denials.isEmpty()) {
            denials.remove(topic);
        }
    }

    /** Which they are, for the operator; empty if there are none. */
    String problem() {
        long nowNs = time.nanoTime();
        denials.values().removeIf(denial -> nowNs - denial.untilNs > FORGOTTEN.toNanos());
        List<String> topics = denials.keySet().stream().sorted().toList();
        if (topics.isEmpty()) {
            return Health.OK;
        }
        int others = topics.size() - 1;
        return "no permission to write to topic " + topics.get(0)
                + (others > 0 ? ", nor to " + others + " others" : "");
    }
}
