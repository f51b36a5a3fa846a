package uns.bridge.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.pipeline.TopicRule.Format;
import uns.bridge.sparkplug.SparkplugTopic;

/**
 * Tells where the messages of an MQTT topic go: by the first rule that matches, else under the name of their topic, in which
 * every {@code /}, and every other character that Kafka forbids, becomes {@code _}.
 *
 * <p>What then is still no legal name ({@code .}, {@code ..}, nothing, more than 249 characters) ends in a hash of the MQTT
 * topic, so that two of them never share a Kafka topic by accident.
 */
final class TopicMapper {

    /** The longest name Kafka takes, in characters. */
    static final int MAX_LENGTH = 249;

    private static final Logger LOG = LoggerFactory.getLogger(TopicMapper.class);
    private static final int HASH_BYTES = 8;

    /** So many names are compared with those that come later. */
    private static final int MAX_COMPARED = 50_000;

    private final List<TopicRule> rules;
    private final int maxTopics;
    private final String overflowTopic;
    private final Set<String> used = new HashSet<>();

    /** By the name that Kafka takes them for: the first that came. */
    private final Map<String, Named> compared = new HashMap<>();

    private boolean overflowing;

    private record Named(String kafkaTopic, String mqttTopic) {}

    /**
     * Where messages go.
     *
     * @param key of their records, as text
     * @param format how their payloads are read
     * @param drop whether they go nowhere
     */
    record Target(String kafkaTopic, String key, Format format, boolean drop) {}

    /**
     * Maps by {@code rules}.
     *
     * @param maxTopics how many Kafka topics are used, 0 for any number
     * @param overflowTopic where the messages of further ones go
     */
    TopicMapper(List<TopicRule> rules, int maxTopics, String overflowTopic) {
        this.rules = rules;
        this.maxTopics = maxTopics;
        this.overflowTopic = overflowTopic;
    }

    /** Where the messages of {@code mqttTopic} go, whose elements are {@code sparkplug} if it has such. */
    Target target(String mqttTopic, @Nullable SparkplugTopic sparkplug) {
        int rule = ruleOf(mqttTopic);
        return rule < rules.size()
                ? target(rules.get(rule), mqttTopic, sparkplug)
                : new Target(limited(kafkaTopic(mqttTopic), mqttTopic), mqttTopic, Format.AUTO, false);
    }

    /** The place of the first rule that matches, or that after the last if none does. */
    private int ruleOf(String mqttTopic) {
        int rule = 0;
        while (rule < rules.size() && !rules.get(rule).filter().matches(mqttTopic)) {
            rule++;
        }
        return rule;
    }

    /** By which rule the messages of {@code mqttTopic} go where they go, for the operator. */
    String describe(String mqttTopic) {
        int rule = ruleOf(mqttTopic);
        return rule < rules.size()
                ? "kafka.topic_mapping[" + rule + "], filter " + rules.get(rule).filter()
                : "none, so the name of the MQTT topic";
    }

    /** Where else messages may go because there are too many Kafka topics, or null if there is no such bound. */
    @Nullable String describeOverflow() {
        return maxTopics == 0
                ? null
                : overflowTopic + " instead, if it is not among the first " + maxTopics
                        + " Kafka topics since the start (kafka.max_topics)";
    }

    private Target target(TopicRule rule, String mqttTopic, @Nullable SparkplugTopic sparkplug) {
        NameTemplate key = rule.key();
        String keyText = key == null ? mqttTopic : key.fill(mqttTopic, sparkplug, mqttTopic);
        String name = kafkaTopic(mqttTopic);
        if (rule.drop()) {
            return new Target(name, keyText, rule.format(), true);
        }
        if (rule.topic() != null) {
            name = legal(rule.topic().fill(mqttTopic, sparkplug, name), mqttTopic);
        }
        return new Target(limited(name, mqttTopic), keyText, rule.format(), false);
    }

    /** {@code name}, or that of the overflow topic where it is one more than there may be. */
    private String limited(String name, String mqttTopic) {
        if (maxTopics > 0 && !used.contains(name)) {
            if (used.size() >= maxTopics) {
                overflow(name, mqttTopic);
                return overflowTopic;
            }
            used.add(name);
        }
        compare(name, mqttTopic);
        return name;
    }

    private void overflow(String name, String mqttTopic) {
        if (!overflowing) {
            overflowing = true;
            LOG.warn(
                    "{} Kafka topics are in use, as many as kafka.max_topics allows: {} of MQTT topic {}, and what else is"
                            + " new, goes to {} from now on",
                    maxTopics,
                    name,
                    mqttTopic,
                    overflowTopic);
        }
    }

    /** Kafka does not create a topic whose name differs from that of another only by {@code .} and {@code _}. */
    private void compare(String name, String mqttTopic) {
        String alike = name.replace('.', '_');
        Named first = compared.get(alike);
        if (first == null) {
            if (compared.size() < MAX_COMPARED) {
                compared.put(alike, new Named(name, mqttTopic));
            }
        } else if (!first.kafkaTopic().equals(name)) {
            LOG.warn(
                    "Kafka cannot tell the topics {} (of MQTT topic {}) and {} (of MQTT topic {}) apart, and may refuse the"
                            + " second; give one of them another name in kafka.topic_mapping",
                    first.kafkaTopic(),
                    first.mqttTopic(),
                    name,
                    mqttTopic);
            compared.put(alike, new Named(name, mqttTopic)); // So that each pair is told of once in a row.
        }
    }

    /** The Kafka topic of {@code mqttTopic} without a rule, always legal: {@code [A-Za-z0-9._-]}, 1 to 249 characters. */
    static String kafkaTopic(String mqttTopic) {
        return legal(mqttTopic, mqttTopic);
    }

    private static String legal(String text, String mqttTopic) {
        StringBuilder name = new StringBuilder(text.length());
        text.codePoints().forEach(c -> name.append(isLegal(c) ? (char) c : '_'));
        boolean dots = name.toString().equals(".") || name.toString().equals("..");
        if (!dots && !name.isEmpty() && name.length() <= MAX_LENGTH) {
            return name.toString();
        }
        String suffix = "_" + hash(mqttTopic);
        name.setLength(Math.min(name.length(), MAX_LENGTH - suffix.length()));
        return name + suffix;
    }

    /** Whether all of {@code text} may stand in the name of a Kafka topic. */
    static boolean isLegal(String text) {
        return text.codePoints().allMatch(TopicMapper::isLegal);
    }

    private static boolean isLegal(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }

    private static String hash(String topic) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(topic.getBytes(UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
