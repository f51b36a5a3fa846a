package uns.bridge.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import uns.bridge.config.Nearest;
import uns.bridge.config.Section;
import uns.bridge.config.ValueType;

/** The producer's settings: what the user wrote, with defaults under it that lose nothing. */
final class ProducerSettings {

    private static final ConfigDef KAFKA = ProducerConfig.configDef();
    private static final int MAX_PORT = 65_535;
    private static final Map<String, String> SERIALIZERS = Map.of(
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName(),
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry(ProducerConfig.CLIENT_ID_CONFIG, "uns-kafka-bridge"),
            Map.entry(ProducerConfig.ACKS_CONFIG, "all"),
            Map.entry(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "5"),
            // Kafka may be away for days: a record waits, and with it the MQTT acknowledgement.
            Map.entry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, String.valueOf(Integer.MAX_VALUE)),
            Map.entry(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4"),
            Map.entry(ProducerConfig.LINGER_MS_CONFIG, "5"),
            Map.entry(ProducerConfig.BATCH_SIZE_CONFIG, "65536"),
            // What is too large is for Kafka to say, whose limit differs from topic to topic.
            Map.entry(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, String.valueOf(16 << 20)),
            Map.entry(ProducerConfig.BUFFER_MEMORY_CONFIG, String.valueOf(64 << 20)),
            Map.entry(ProducerConfig.MAX_BLOCK_MS_CONFIG, "15000"),
            // A day: a topic that is written once an hour must not hold up all others while it is looked up again.
            Map.entry(ProducerConfig.METADATA_MAX_IDLE_CONFIG, "86400000"));

    private final Section section;
    private final Map<String, String> texts = new TreeMap<>();

    private ProducerSettings(Section section) {
        this.section = section;
    }

    /**
     * Reads the section {@code kafka.config}.
     *
     * @param section without maps in it
     * @param warnings takes what should be reconsidered
     */
    static Map<String, Object> read(Section section, List<String> warnings) {
        return new ProducerSettings(section).read(warnings);
    }

    private Map<String, Object> read(List<String> warnings) {
        for (String key : section.keys()) {
            readWritten(key, warnings);
        }
        DEFAULTS.forEach((key, value) -> texts.computeIfAbsent(key, k -> section.get(k, ValueType.TEXT, value)));
        texts.computeIfAbsent(
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                key -> section.get(key, ValueType.TEXT, String.valueOf(DeliveryPromise.idempotencePossible(texts))));
        texts.putAll(SERIALIZERS);
        if (!section.has(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG)) {
            section.reject(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "must be set");
        }
        if (validate()) {
            DeliveryPromise promise = new DeliveryPromise(KAFKA.parse(texts));
            promise.contradictions().forEach(section::reject);
            warnings.addAll(promise.warnings());
        }
        return new HashMap<>(texts);
    }

    private void readWritten(String key, List<String> warnings) {
        ConfigKey known = KAFKA.configKeys().get(key);
        // Of an unknown key nobody knows whether it is secret: librdkafka's sasl.password would be.
        boolean secret = known == null || known.type == ConfigDef.Type.PASSWORD;
        ValueType<String> type = secret ? ValueType.TEXT.hidden() : ValueType.TEXT;
        String text = String.join(",", section.list(key, type, List.of()));
        if (SERIALIZERS.containsKey(key)) {
            warnings.add("kafka.config." + key + ": ignored, for the bridge writes bytes");
            return;
        }
        if (key.equals(ProducerConfig.TRANSACTIONAL_ID_CONFIG)) {
            section.reject(key, "transactions are not supported");
            return;
        }
        if (known == null) {
            Set<String> names = ProducerConfig.configNames();
            warnings.add("kafka.config." + key + ": unknown to the Kafka producer" + Nearest.hint(key, names));
        }
        texts.put(key, known != null && known.type == ConfigDef.Type.BOOLEAN ? booleanText(text) : text);
    }

    /** YAML knows more names for true and false than Kafka does. */
    private static String booleanText(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "yes", "on" -> "true";
            case "no", "off" -> "false";
            default -> text;
        };
    }

    /** Whether Kafka accepts each value; its own messages are not used, for they quote the value. */
    private boolean validate() {
        boolean valid = true;
        for (ConfigValue value : KAFKA.validate(texts)) {
            if (!value.errorMessages().isEmpty() && section.has(value.name())) {
                section.reject(value.name(), "expected " + allowed(value.name()));
                valid = false;
            }
        }
        return valid && bootstrapServersValid();
    }

    private boolean bootstrapServersValid() {
        String servers = texts.get(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG);
        if (servers == null) {
            return false;
        }
        for (String server : servers.split(",", -1)) {
            if (!isAddress(server.strip())) {
                section.reject(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "expected host:port, separated by commas");
                return false;
            }
        }
        return true;
    }

    private static boolean isAddress(String server) {
        String port = server.substring(server.lastIndexOf(':') + 1);
        return Utils.getHost(server) != null && port.matches("[0-9]{1,5}") && Integer.parseInt(port) <= MAX_PORT;
    }

    private static String allowed(String key) {
        ConfigKey known = KAFKA.configKeys().get(key);
        if (known == null) {
            return "another value";
        }
        String rule = known.validator == null ? "" : known.validator.toString().strip();
        return "what Kafka allows: " + known.type.name().toLowerCase(Locale.ROOT) + (rule.isEmpty() ? "" : " " + rule);
    }
}
