package uns.bridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A Kafka that creates one topic at a time, as one with thousands of partitions for each does, and none of two. */
class AdminRoundTest {

    private final List<Set<String>> requests = new ArrayList<>();
    private final Set<String> forbidden = Set.of("forbidden");
    private final Map<String, @Nullable Exception> answers = new HashMap<>();
    private final AdminRound round = new AdminRound(this::admin, new TopicCreation(null, 3, Map.of()));

    @Test
    void shouldAskForEachTopicAloneWhenKafkaRefusesThemTogether() throws InterruptedException {
        round.run(Set.of("a", "b", "forbidden"), answers::put);

        assertThat(requests).hasSize(4).contains(Set.of("a"), Set.of("b"), Set.of("forbidden"));
        assertThat(answers).containsOnlyKeys("forbidden");
        assertThat(answers.get("forbidden")).hasMessage("a rule of its own");
    }

    @Test
    void shouldAskOnceWhenKafkaRefusesOneTopic() throws InterruptedException {
        round.run(Set.of("forbidden"), answers::put);

        assertThat(requests).hasSize(1);
        assertThat(answers).containsOnlyKeys("forbidden");
    }

    @Test
    void shouldNotAskForNamesThatCollideTogether() throws InterruptedException {
        round.run(new LinkedHashSet<>(List.of("a.b", "a_b")), answers::put);

        assertThat(requests).hasSize(1);
        assertThat(requests.get(0)).hasSize(1);
    }

    private Admin admin() {
        return (Admin) Proxy.newProxyInstance(
                Admin.class.getClassLoader(), new Class<?>[] {Admin.class}, (proxy, method, arguments) -> {
                    Collection<?> topics = (Collection<?>) arguments[0];
                    return switch (method.getName()) {
                        case "describeTopics" ->
                            new Described(futures(topics, t -> new UnknownTopicOrPartitionException()));
                        case "createTopics" -> create(topics);
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                });
    }

    private CreateTopicsResult create(Collection<?> topics) {
        List<String> names =
                topics.stream().map(topic -> ((NewTopic) topic).name()).toList();
        requests.add(Set.copyOf(names));
        return new Created(futures(names, name -> {
            if (names.size() > 1) {
                return new PolicyViolationException("Excessively large number of partitions per request.");
            }
            return forbidden.contains(name) ? new PolicyViolationException("a rule of its own") : null;
        }));
    }

    private static <T> Map<String, KafkaFuture<T>> futures(
            Collection<?> topics, Function<String, @Nullable Exception> failure) {
        return topics.stream().collect(Collectors.toMap(String::valueOf, topic -> {
            KafkaFutureImpl<T> future = new KafkaFutureImpl<>();
            Exception e = failure.apply(String.valueOf(topic));
            if (e == null) {
                future.complete(null);
            } else {
                future.completeExceptionally(e);
            }
            return future;
        }));
    }

    private static final class Described extends DescribeTopicsResult {
        Described(Map<String, KafkaFuture<TopicDescription>> futures) {
            super(null, futures);
        }
    }

    private static final class Created extends CreateTopicsResult {
        Created(Map<String, KafkaFuture<TopicMetadataAndConfig>> futures) {
            super(futures);
        }
    }
}
