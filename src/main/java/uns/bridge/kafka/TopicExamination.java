package uns.bridge.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import uns.bridge.doctor.Examination;

/** Whether topics may be written to, would be created where they are missing, and keep what the bridge promises. */
final class TopicExamination {

    private static final String STEP = "topic";
    private static final int MAX_NAMED = 3;

    private final KafkaSettings settings;
    private final Admin admin;
    private final Examination examination;

    TopicExamination(KafkaSettings settings, Admin admin, Examination examination) {
        this.settings = settings;
        this.admin = admin;
        this.examination = examination;
    }

    /** See {@link KafkaExamination}. */
    void run(Collection<String> topics, Map<String, String> samples) throws InterruptedException {
        try {
            Config broker = brokerConfig();
            for (String topic : topics) {
                existing(topic, broker);
            }
            for (Map.Entry<String, String> sample : samples.entrySet()) {
                sample(sample.getKey(), sample.getValue(), broker);
            }
        } catch (ExecutionException e) {
            examination.failed(STEP, KafkaExamination.describe(e));
        } catch (TimeoutException e) {
            examination.failed(STEP, "timed out: Kafka does not answer questions about topics");
        }
    }

    private void existing(String topic, @Nullable Config broker)
            throws ExecutionException, TimeoutException, InterruptedException {
        try {
            TopicDescription found = describe(topic);
            if (!mayWrite(found)) {
                examination.failed(STEP, topic + ": no permission to write");
                return;
            }
            List<TopicPartitionInfo> partitions = found.partitions();
            examination.ok(
                    STEP,
                    topic + ": may be written; partitions " + partitions.size() + ", replicas "
                            + TopicPromise.leastReplicas(partitions));
            TopicPromise.tellOfLeaders(topic, partitions, examination);
            Config config = config(new ConfigResource(ConfigResource.Type.TOPIC, topic));
            if (config == null) {
                examination.note(STEP, topic + ": its settings are not visible to the bridge (DescribeConfigs)");
            } else {
                Object acks = settings.config().get(ProducerConfig.ACKS_CONFIG);
                boolean acksAll = "all".equals(acks) || "-1".equals(acks);
                new TopicPromise(topic, topic.equals(settings.deadLetterTopic()), config, partitions, acksAll)
                        .tell(examination);
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                examination.failed(STEP, topic + ": no permission to write, or even to see it");
            } else if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                String problem = creation(topic, broker);
                if (problem != null) {
                    examination.failed(STEP, problem);
                }
            } else {
                throw e;
            }
        }
    }

    /** A topic that nobody needs, in the place of those that nobody knows yet. */
    private void sample(String topic, String prefix, @Nullable Config broker)
            throws ExecutionException, TimeoutException, InterruptedException {
        try {
            describe(topic);
            examination.ok(STEP, prefix + "...: may be seen");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                unseen(prefix);
            } else if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                String problem = creation(topic, broker);
                if (problem != null) {
                    examination.warning(STEP, problem + "; messages of new MQTT topics would become dead letters");
                }
            } else {
                throw e;
            }
        }
    }

    /** Topics may be permitted one by one: then those that exist tell. */
    private void unseen(String prefix) throws ExecutionException, TimeoutException, InterruptedException {
        List<String> writable = new ArrayList<>();
        List<String> visible = KafkaExamination.answer(admin.listTopics().names()).stream()
                .filter(name -> name.startsWith(prefix))
                .sorted()
                .toList();
        for (TopicDescription found : KafkaExamination.answer(
                        admin.describeTopics(visible, withOperations()).allTopicNames())
                .values()) {
            if (mayWrite(found)) {
                writable.add(found.name());
            }
        }
        if (writable.isEmpty()) {
            examination.failed(STEP, prefix + "...: no permission to write to topics whose names begin so");
        } else {
            examination.warning(
                    STEP,
                    prefix + "...: only " + writable.size() + " topics may be written ("
                            + String.join(", ", writable.subList(0, Math.min(MAX_NAMED, writable.size())))
                            + (writable.size() > MAX_NAMED ? ", ..." : "")
                            + "); the messages for others would become dead letters");
        }
    }

    /** Tells that a missing topic would be created, or returns why not. */
    private @Nullable String creation(String topic, @Nullable Config broker)
            throws TimeoutException, InterruptedException {
        TopicCreation creation = settings.topicCreation();
        NewTopic wanted =
                creation == null ? new NewTopic(topic, Optional.empty(), Optional.empty()) : creation.topic(topic);
        try {
            KafkaExamination.answer(admin.createTopics(List.of(wanted), new CreateTopicsOptions().validateOnly(true))
                    .all());
        } catch (ExecutionException e) {
            Exception why = e.getCause() instanceof Exception cause ? cause : e;
            return AdminLookup.reason(topic, why);
        }
        String auto = broker == null ? null : value(broker, "auto.create.topics.enable");
        if (creation == null && "false".equals(auto)) {
            return AdminLookup.reason(topic, null);
        }
        String who = creation != null ? "the bridge" : "Kafka";
        String unsure = creation == null && auto == null ? ", if auto.create.topics.enable says so" : "";
        examination.ok(STEP, topic + ": not there yet; " + who + " creates it with its first record" + unsure);
        return null;
    }

    private TopicDescription describe(String topic) throws ExecutionException, TimeoutException, InterruptedException {
        Map<String, TopicDescription> found = KafkaExamination.answer(
                admin.describeTopics(List.of(topic), withOperations()).allTopicNames());
        return found.values().iterator().next();
    }

    private static DescribeTopicsOptions withOperations() {
        return new DescribeTopicsOptions().includeAuthorizedOperations(true);
    }

    /** Brokers of old tell of no operations; then the first record has to show it. */
    private static boolean mayWrite(TopicDescription topic) {
        return topic.authorizedOperations() == null
                || topic.authorizedOperations().contains(AclOperation.WRITE)
                || topic.authorizedOperations().contains(AclOperation.ALL);
    }

    private @Nullable Config brokerConfig() throws ExecutionException, TimeoutException, InterruptedException {
        Node controller = KafkaExamination.answer(admin.describeCluster().nodes())
                .iterator()
                .next();
        return config(new ConfigResource(ConfigResource.Type.BROKER, controller.idString()));
    }

    /** Null where it may not be seen. */
    private @Nullable Config config(ConfigResource resource)
            throws ExecutionException, TimeoutException, InterruptedException {
        try {
            return KafkaExamination.answer(
                            admin.describeConfigs(List.of(resource)).all())
                    .get(resource);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                return null;
            }
            throw e;
        }
    }

    private static @Nullable String value(Config config, String key) {
        return config.get(key) == null ? null : config.get(key).value();
    }
}
