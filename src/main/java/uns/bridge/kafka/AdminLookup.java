package uns.bridge.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import uns.bridge.kafka.TopicProbe.Absence;

/**
 * Finds out whether a topic that the producer can't find does not exist, and Kafka will not create it, or whether Kafka is
 * merely away. The producer's time-out tells the two apart only by what it last heard, which may be old.
 */
final class AdminLookup implements TopicProbe.Lookup {

    private static final int TIMEOUT_MS = 10_000;

    private final Map<String, Object> config = new HashMap<>();

    AdminLookup(KafkaSettings settings) {
        settings.config().forEach((key, value) -> {
            if (AdminClientConfig.configNames().contains(key)) {
                config.put(key, value);
            }
        });
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    }

    @Override
    public @Nullable Absence find(String topic) throws InterruptedException {
        Admin admin;
        try {
            admin = Admin.create(config);
        } catch (KafkaException e) {
            return null;
        }
        try {
            if (missing(admin.describeTopics(List.of(topic)).allTopicNames()) == null) {
                return null;
            }
            // Validated only, never created: it tells why Kafka does not create the topic by itself.
            Exception why = refusal(admin.createTopics(
                            List.of(new NewTopic(topic, Optional.empty(), Optional.empty())),
                            new CreateTopicsOptions().validateOnly(true))
                    .all());
            String reason = "topic " + topic + " does not exist and Kafka does not create it"
                    + (why == null ? " (auto.create.topics.enable)" : ": " + why.getMessage());
            return new Absence(reason, why != null);
        } catch (KafkaException | TimeoutException e) {
            return null; // Kafka is away after all: the record waits.
        } finally {
            admin.close(Duration.ZERO); // Its calls have their answer, or will not get one.
        }
    }

    private static @Nullable Exception missing(KafkaFuture<?> description)
            throws InterruptedException, TimeoutException {
        return objection(description, List.of(UnknownTopicOrPartitionException.class, InvalidTopicException.class));
    }

    /** Why Kafka will not create a topic, or null if it would. Too few brokers at the moment are no reason: they return. */
    static @Nullable Exception refusal(KafkaFuture<?> creation) throws InterruptedException, TimeoutException {
        return objection(
                creation,
                List.of(InvalidTopicException.class, PolicyViolationException.class, AuthorizationException.class));
    }

    /** The answer if it is one of {@code objections}, null if it is a yes. Throws where there was no other answer. */
    private static @Nullable Exception objection(KafkaFuture<?> answer, List<Class<? extends Exception>> objections)
            throws InterruptedException, TimeoutException {
        try {
            answer.get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
            return null;
        } catch (ExecutionException e) {
            for (Class<? extends Exception> objection : objections) {
                if (objection.isInstance(e.getCause())) {
                    return objection.cast(e.getCause());
                }
            }
            throw new KafkaException(e.getCause());
        }
    }
}
