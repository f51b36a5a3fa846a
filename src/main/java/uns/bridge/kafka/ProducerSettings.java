package uns.bridge.kafka;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.JaasUtils;
import org.apache.kafka.common.security.oauthbearer.ClientJwtValidator;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Nearest;
import uns.bridge.config.Section;
import uns.bridge.config.ValueType;
import uns.bridge.kafka.LibrdkafkaNames.Rule;

/** The producer's settings: what the user wrote, in Kafka's way or librdkafka's, with defaults under it that lose nothing. */
final class ProducerSettings {

    private static final ConfigDef KAFKA = ProducerConfig.configDef();
    private static final int MAX_PORT = 65_535;
    private static final int DEFAULT_PORT = 9_092;

    /** A name or an IPv4 address, or an IPv6 address in brackets, perhaps with a protocol before it. */
    private static final String WITHOUT_PORT = "([A-Za-z_]+://)?([^:\\[\\]]+|\\[[^\\]]*])";

    /** Kafka's default. */
    private static final int REQUEST_TIMEOUT_MS = 30_000;

    private static final Map<String, String> SERIALIZERS = Map.of(
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName(),
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());

    /** Of all that compress the one that costs least where batches are small: lz4 takes 128 KiB of memory for each. */
    static final String COMPRESSION = "snappy";

    private static final long BUFFER_MEMORY = 16 << 20;

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry(ProducerConfig.CLIENT_ID_CONFIG, "uns-kafka-bridge"),
            Map.entry(ProducerConfig.ACKS_CONFIG, "all"),
            // With more, a new partition may take the second batch before the first, which idempotence does not
            // prevent:
            // a broker accepts any first sequence number of a producer that it does not know.
            Map.entry(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1"),
            // Kafka may be away for days: a record waits, and with it the MQTT acknowledgement.
            Map.entry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, String.valueOf(Integer.MAX_VALUE)),
            Map.entry(ProducerConfig.COMPRESSION_TYPE_CONFIG, COMPRESSION),
            Map.entry(ProducerConfig.LINGER_MS_CONFIG, "5"),
            // Each topic written to has a batch of its own, which takes so much from the first record on, and snappy
            // some 70 KiB beside it: together with BUFFER_MEMORY this bounds both to about 90 MiB.
            Map.entry(ProducerConfig.BATCH_SIZE_CONFIG, "16384"),
            // What is too large is for Kafka to say, whose limit differs from topic to topic.
            Map.entry(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, String.valueOf(16 << 20)),
            Map.entry(ProducerConfig.MAX_BLOCK_MS_CONFIG, "15000"),
            // A day: a topic that is written once an hour must not hold up all others while it is looked up again.
            Map.entry(ProducerConfig.METADATA_MAX_IDLE_CONFIG, "86400000"),
            // The producer's metrics of each topic once more, for Kafka brokers that ask for them, which few do
            // (KIP-714).
            Map.entry(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, "false"));

    private final Section section;
    private final List<String> warnings;
    private final Map<String, String> texts = new TreeMap<>();
    private final LibrdkafkaSettings librdkafka;

    private ProducerSettings(Section section, List<String> warnings) {
        this.section = section;
        this.warnings = warnings;
        this.librdkafka = new LibrdkafkaSettings(section, texts, warnings);
    }

    /**
     * Reads the section {@code kafka.config}.
     *
     * @param section without maps in it
     * @param warnings takes what should be reconsidered
     */
    static Map<String, Object> read(Section section, List<String> warnings) {
        return new ProducerSettings(section, warnings).read();
    }

    private Map<String, Object> read() {
        section.rejectWithoutValue(key -> KAFKA.configKeys().containsKey(key) || LibrdkafkaNames.rule(key) != null);
        for (String key : section.keys()) {
            readWritten(key);
        }
        librdkafka.compose();
        texts.computeIfPresent(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, (key, servers) -> withPorts(servers));
        DEFAULTS.forEach((key, value) -> texts.computeIfAbsent(key, k -> section.get(k, ValueType.TEXT, value)));
        texts.computeIfAbsent(
                ProducerConfig.BUFFER_MEMORY_CONFIG, key -> section.get(key, ValueType.TEXT, bufferMemory()));
        shortenRequestTimeout();
        texts.computeIfAbsent(
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                key -> section.get(key, ValueType.TEXT, String.valueOf(DeliveryPromise.idempotencePossible(texts))));
        texts.putAll(SERIALIZERS);
        boolean ownTls = !texts.containsKey(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG);
        if (ownTls && protocol().endsWith("SSL")) {
            texts.put(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG, TlsEngines.class.getName());
        }
        if (!texts.containsKey(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG)) {
            section.reject(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "must be set");
        }
        if (OAuthBearerLoginModule.OAUTHBEARER_MECHANISM.equals(texts.get(SaslConfigs.SASL_MECHANISM))) {
            // Kafka's default serves brokers too, and needs a library for that.
            texts.putIfAbsent(SaslConfigs.SASL_OAUTHBEARER_JWT_VALIDATOR_CLASS, ClientJwtValidator.class.getName());
        }
        if (validate()) {
            if (ownTls) {
                new TlsCheck(this::reject).run(texts);
            }
            OauthPermission.grant(texts);
            DeliveryPromise promise = new DeliveryPromise(KAFKA.parse(texts));
            promise.contradictions().forEach(this::reject);
            promise.warnings()
                    .forEach(
                            (key, reason) -> warnings.add("kafka.config." + librdkafka.writtenAs(key) + ": " + reason));
        }
        checkLogin();
        warnOfIdleTls();
        return new HashMap<>(texts);
    }

    /** The producer takes no record that would never find room, nor any where a batch would not: there is room for both. */
    private String bufferMemory() {
        long largest =
                Math.max(number(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), number(ProducerConfig.BATCH_SIZE_CONFIG));
        return String.valueOf(Math.max(BUFFER_MEMORY, largest));
    }

    /** To librdkafka the time for a delivery bounds that for one answer; the producer would not start. */
    private void shortenRequestTimeout() {
        long timeout = number(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG) - number(ProducerConfig.LINGER_MS_CONFIG);
        if (timeout > 0 && timeout < REQUEST_TIMEOUT_MS) {
            texts.computeIfAbsent(
                    ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                    key -> section.get(key, ValueType.TEXT, String.valueOf(timeout)));
        }
    }

    /** As librdkafka reads a list of servers: a port may be left out, and so may what is between two commas. */
    private static String withPorts(String servers) {
        return Arrays.stream(servers.split(",", -1))
                .map(String::strip)
                .filter(server -> !server.isEmpty())
                .map(server -> server.matches(WITHOUT_PORT) ? server + ":" + DEFAULT_PORT : server)
                .collect(Collectors.joining(","));
    }

    /** 0 where it is no whole number from 0, which is told elsewhere. */
    private long number(String key) {
        String text = texts.getOrDefault(key, "");
        return text.matches("[0-9]{1,10}") ? Long.parseLong(text) : 0;
    }

    private void readWritten(String key) {
        ConfigKey known = KAFKA.configKeys().get(key);
        Rule rule = LibrdkafkaNames.rule(key);
        ValueType<String> type = isSecret(key, known, rule) ? ValueType.TEXT.hidden() : ValueType.TEXT;
        String text = String.join(",", section.list(key, type, List.of()));
        if (SERIALIZERS.containsKey(key)) {
            warnings.add("kafka.config." + key + ": ignored, for the bridge writes bytes");
            return;
        }
        if (key.equals(ProducerConfig.TRANSACTIONAL_ID_CONFIG)) {
            section.reject(key, "transactions are not supported");
            return;
        }
        if (rule != null) {
            librdkafka.take(key, rule, text);
            return;
        }
        if (known == null) {
            Set<String> names = ProducerConfig.configNames();
            section.warn(key, "unknown to the Kafka producer" + Nearest.hint(key, names));
        }
        librdkafka.put(key, known != null && known.type == ConfigDef.Type.BOOLEAN ? booleanText(text) : text, key);
    }

    private static boolean isSecret(String key, @Nullable ConfigKey known, @Nullable Rule rule) {
        if (rule != null) {
            return LibrdkafkaNames.isSecret(key);
        }
        // Of an unknown key nobody knows whether it is secret.
        return known == null || known.type == ConfigDef.Type.PASSWORD;
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
            if (!value.errorMessages().isEmpty() && section.has(librdkafka.writtenAs(value.name()))) {
                reject(value.name(), "expected " + allowed(value.name()));
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
                reject(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "expected host:port, separated by commas");
                return false;
            }
        }
        return true;
    }

    /** Notes a problem under the name that was written. */
    private void reject(String kafkaName, String why) {
        section.reject(librdkafka.writtenAs(kafkaName), why);
    }

    /** Kafka would be asked again and again, and never let the bridge in. */
    private void checkLogin() {
        String login = texts.get(SaslConfigs.SASL_JAAS_CONFIG);
        if (!protocol().startsWith("SASL_")) {
            if (login != null || texts.containsKey(SaslConfigs.SASL_MECHANISM)) {
                warnings.add("kafka.config.security.protocol: " + protocol() + " is without SASL, so that no setting of"
                        + " sasl has an effect; for SASL it is SASL_SSL or SASL_PLAINTEXT");
            }
            return;
        }
        if (login != null && !JaasText.isLogin(login)) {
            reject(
                    SaslConfigs.SASL_JAAS_CONFIG,
                    "is no login of the form <module> required name=\"value\" ...; with quotes and semicolon");
        } else if (login == null && System.getProperty(JaasUtils.JAVA_LOGIN_CONFIG_PARAM) == null) {
            warnings.add(
                    "kafka.config.security.protocol: there is no login for SASL; set sasl.username and sasl.password,"
                            + " or sasl.jaas.config");
        }
    }

    private String protocol() {
        return texts.getOrDefault(
                        CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, CommonClientConfigs.DEFAULT_SECURITY_PROTOCOL)
                .toUpperCase(Locale.ROOT);
    }

    private void warnOfIdleTls() {
        boolean written = !TlsCheck.written(texts, TlsCheck.OF_AUTHORITIES).isEmpty()
                || !TlsCheck.written(texts, TlsCheck.OF_CERTIFICATE).isEmpty();
        if (written && !protocol().endsWith("SSL")) {
            warnings.add("kafka.config.security.protocol: " + protocol() + " is without TLS, so that no setting of ssl"
                    + " has an effect; for TLS it is SSL or SASL_SSL");
        }
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
