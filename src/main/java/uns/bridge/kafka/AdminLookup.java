package uns.bridge.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthenticationException;
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

    /** None at all would have it wait without end for a thread that a resolver of names holds up. */
    private static final Duration CLOSING = Duration.ofMillis(100);

    private final Map<String, Object> config;
    private final @Nullable TopicCreation creation;
    private String problem = "";

    AdminLookup(KafkaSettings settings) {
        config = adminConfig(settings);
        creation = settings.topicCreation();
    }

    /** What of the producer's settings an admin client takes. */
    static Map<String, Object> adminConfig(KafkaSettings settings) {
        Map<String, Object> config = new HashMap<>();
        settings.config().forEach((key, value) -> {
            // Some of TLS are known to TlsEngines alone.
            if (AdminClientConfig.configNames().contains(key) || key.startsWith("ssl.")) {
                config.put(key, value);
            }
        });
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
        return config;
    }

    @Override
    public Map<String, Absence> find(String topic, Collection<String> others) throws InterruptedException {
        problem = "";
        Admin admin;
        try {
            admin = Admin.create(config);
        } catch (KafkaException e) {
            problem = KafkaErrors.describe(e);
            return Map.of();
        }
        try {
            Set<String> topics = new HashSet<>(others);
            topics.add(topic);
            Map<String, KafkaFuture<TopicDescription>> descriptions =
                    admin.describeTopics(topics).topicNameValues();
            if (missing(Objects.requireNonNull(descriptions.get(topic))) == null) {
                return Map.of();
            }
            // Where the bridge creates no topics this is validated only: it tells why Kafka does not create it by
            // itself.
            NewTopic wanted =
                    creation == null ? new NewTopic(topic, Optional.empty(), Optional.empty()) : creation.topic(topic);
            Exception why = refusal(
                    admin.createTopics(List.of(wanted), new CreateTopicsOptions().validateOnly(creation == null))
                            .all());
            if (why == null && creation != null) {
                return Map.of(); // It exists again.
            }
            Map<String, Absence> absences = new LinkedHashMap<>();
            absences.put(topic, new Absence(reason(topic, why), why != null));
            // Then it was not for its name: if it was for the bridge alone Kafka would have told the producer.
            boolean createsNone = why == null || why instanceof AuthorizationException;
            for (String other : others) {
                KafkaFuture<?> description = Objects.requireNonNull(descriptions.get(other));
                if (createsNone && isKnownToBeMissing(description)) {
                    absences.put(other, new Absence(reason(other, why), why != null));
                }
            }
            return absences;
        } catch (KafkaException | TimeoutException e) {
            problem = KafkaErrors.describe(e);
            return Map.of(); // Kafka is away after all, or lacks brokers: the record waits.
        } finally {
            admin.close(CLOSING); // Its calls have their answer, or will not get one.
        }
    }

    @Override
    public String problem() {
        return problem;
    }

    /** Why there is no such topic, for the operator. */
    static String reason(String topic, @Nullable Exception refusal) {
        String text = "topic " + topic + " does not exist and Kafka does not create it";
        if (refusal == null) {
            return text + " (auto.create.topics.enable)";
        }
        return text + ": "
                + (refusal instanceof AuthorizationException ? "the bridge has no permission to create topics: " : "")
                + refusal.getMessage();
    }

    /** One that has no answer of use when the first has its own need not keep it waiting. */
    private static boolean isKnownToBeMissing(KafkaFuture<?> description) throws InterruptedException {
        try {
            return description.isDone() && missing(description) != null;
        } catch (KafkaException | TimeoutException e) {
            return false;
        }
    }

    private static @Nullable Exception missing(KafkaFuture<?> description)
            throws InterruptedException, TimeoutException {
        return objection(description, List.of(UnknownTopicOrPartitionException.class, InvalidTopicException.class));
    }

    /**
     * Why Kafka will not create a topic, or null if it would. Too few brokers at the moment are no reason: they return. Nor are
     * bad settings of new topics, which would turn the messages of each of them into dead letters: they can be mended.
     */
    static @Nullable Exception refusal(KafkaFuture<?> creation) throws InterruptedException, TimeoutException {
        return objection(
                creation,
                List.of(InvalidTopicException.class, PolicyViolationException.class, AuthorizationException.class));
    }

    /** The answer if it is one of {@code objections}, null if it is a yes. Throws where there was no other answer. */
    static @Nullable Exception objection(KafkaFuture<?> answer, List<Class<? extends Exception>> objections)
            throws InterruptedException, TimeoutException {
        try {
            answer.get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
            return null;
        } catch (ExecutionException e) {
            // To Kafka a failed login is an invalid configuration as well.
            boolean loggedIn = !(e.getCause() instanceof AuthenticationException);
            for (Class<? extends Exception> objection : objections) {
                if (loggedIn && objection.isInstance(e.getCause())) {
                    return objection.cast(e.getCause());
                }
            }
            throw new KafkaException("Kafka gives no answer of use", e.getCause());
        }
    }
}
