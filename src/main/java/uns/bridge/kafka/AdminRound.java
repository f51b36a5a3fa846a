package uns.bridge.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Creates topics through Kafka's admin client, which it keeps while it is of use. */
final class AdminRound implements TopicCreator.Round {

    private final Supplier<Admin> admins;
    private final TopicCreation creation;
    private @Nullable Admin admin;

    AdminRound(Map<String, Object> config, TopicCreation creation) {
        this(() -> Admin.create(config), creation);
    }

    AdminRound(Supplier<Admin> admins, TopicCreation creation) {
        this.admins = admins;
        this.creation = creation;
    }

    @Override
    public void run(Set<String> topics, BiConsumer<String, @Nullable Exception> answer) throws InterruptedException {
        try {
            if (admin == null) {
                admin = admins.get();
            }
            // Whether it exists comes first: whoever may write to a topic may not be allowed to create it.
            create(admin, missing(admin, topics, answer), answer);
        } catch (TimeoutException e) {
            close();
            throw new KafkaException("Kafka does not answer", e);
        } catch (RuntimeException e) {
            close(); // After some failures, of authentication for one, an admin client is of no more use.
            throw e;
        }
    }

    private static List<String> missing(Admin admin, Set<String> topics, BiConsumer<String, @Nullable Exception> answer)
            throws InterruptedException, TimeoutException {
        List<String> missing = new ArrayList<>();
        for (Map.Entry<String, ? extends KafkaFuture<?>> topic :
                admin.describeTopics(topics).topicNameValues().entrySet()) {
            Exception objection = AdminLookup.objection(
                    topic.getValue(),
                    List.of(
                            UnknownTopicOrPartitionException.class,
                            InvalidTopicException.class,
                            TopicAuthorizationException.class));
            if (objection instanceof UnknownTopicOrPartitionException) {
                missing.add(topic.getKey());
            } else if (objection instanceof InvalidTopicException) {
                answer.accept(topic.getKey(), objection);
            } else {
                answer.accept(
                        topic.getKey(), null); // What it may not see the producer may not write, and will be told.
            }
        }
        return missing;
    }

    private void create(Admin admin, List<String> missing, BiConsumer<String, @Nullable Exception> answer)
            throws InterruptedException, TimeoutException {
        // Of those that collide the first one; the others come in the next round, and Kafka refuses them.
        Map<String, NewTopic> topics = new LinkedHashMap<>();
        missing.forEach(topic -> topics.putIfAbsent(TopicQuestion.unified(topic), creation.topic(topic)));
        KafkaException unclear = null;
        for (Map.Entry<String, KafkaFuture<Void>> topic :
                admin.createTopics(topics.values()).values().entrySet()) {
            try {
                Exception refusal = AdminLookup.refusal(topic.getValue());
                if (refusal instanceof PolicyViolationException && missing.size() > 1) {
                    create(admin, List.of(topic.getKey()), answer); // They may have been too many partitions together.
                } else if (refusal != null) {
                    answer.accept(topic.getKey(), refusal);
                }
            } catch (KafkaException e) {
                // Another may have created it at the same moment. The others of this request have their own answers.
                unclear = e.getCause() instanceof TopicExistsException ? unclear : e;
            }
        }
        if (unclear != null) {
            throw unclear;
        }
    }

    @Override
    public void close() {
        if (admin != null) {
            admin.close(Duration.ZERO);
            admin = null;
        }
    }
}
