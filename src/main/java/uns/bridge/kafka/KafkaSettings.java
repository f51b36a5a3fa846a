package uns.bridge.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SslConfigs;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Section;
import uns.bridge.config.ValueType;

/**
 * How records are written to Kafka.
 *
 * @param config the settings of the producer in effect, serializers of bytes included
 * @param topicCreation how the bridge creates topics; null: it leaves that to Kafka
 * @param warnings what in them should be reconsidered, one sentence each, without secrets
 */
public record KafkaSettings(
        Map<String, Object> config,
        String deadLetterTopic,
        @Nullable TopicCreation topicCreation,
        List<String> warnings) {

    public static final String DEFAULT_DEAD_LETTER_TOPIC = "uns_bridge_dead_letter";

    private static final ValueType<String> TOPIC = ValueType.text(
            "a Kafka topic name: 1 to 249 of the letters A-Z, a-z, 0-9, '.', '_' and '-', and not '.' or '..'",
            KafkaSettings::topic);

    public KafkaSettings {
        config = Map.copyOf(config);
        warnings = List.copyOf(warnings);
    }

    /** Reads the section {@code kafka}. */
    public static KafkaSettings read(Section kafka) {
        List<String> warnings = new ArrayList<>();
        Map<String, Object> config =
                ProducerSettings.read(kafka.section("config").flattened(), warnings);
        return new KafkaSettings(
                config,
                kafka.get("dead_letter_topic", TOPIC, DEFAULT_DEAD_LETTER_TOPIC),
                TopicCreation.read(kafka.section("create_topics")),
                warnings);
    }

    /** What records may hold of the memory on their way, in bytes. */
    long bufferMemoryBytes() {
        return Long.parseLong(
                String.valueOf(config.get(ProducerConfig.BUFFER_MEMORY_CONFIG)).strip());
    }

    /** For how long the producer may take no record before Kafka counts as away. */
    Duration maxBlock() {
        return Duration.ofMillis(Long.parseLong(
                String.valueOf(config.get(ProducerConfig.MAX_BLOCK_MS_CONFIG)).strip()));
    }

    /** The settings of a producer that works on this machine, and never waits, for {@link KafkaSink} does so itself. */
    Map<String, Object> unblockedConfig() {
        Map<String, Object> unblocked = new HashMap<>(config);
        unblocked.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "0");
        UsableCompression.ensure(unblocked);
        return unblocked;
    }

    private static String topic(String text) {
        if (!text.matches("[A-Za-z0-9._-]{1,249}") || text.equals(".") || text.equals("..")) {
            throw new IllegalArgumentException("Kafka would not create it");
        }
        return text;
    }

    /** Until when the certificates for TLS are valid, by the key of the setting; without those that cannot be read now. */
    public Map<String, Instant> certificateEnds() {
        String protocol = String.valueOf(config.get(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG));
        boolean own = TlsEngines.class
                .getName()
                .equals(String.valueOf(config.get(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG)));
        Map<String, String> texts = new HashMap<>();
        config.forEach((key, value) -> texts.put(key, String.valueOf(value)));
        return own && protocol.toUpperCase(Locale.ROOT).endsWith("SSL") ? TlsEnds.of(texts) : Map.of();
    }

    /** Without the values of the producer's settings, some of which are secret. */
    @Override
    public String toString() {
        return "KafkaSettings[config=" + config.keySet() + ", deadLetterTopic=" + deadLetterTopic + ", topicCreation="
                + topicCreation + "]";
    }
}
