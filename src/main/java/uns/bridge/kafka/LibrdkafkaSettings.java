package uns.bridge.kafka;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SecurityConfig;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.security.scram.ScramLoginModule;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Section;
import uns.bridge.kafka.LibrdkafkaNames.Renamed;
import uns.bridge.kafka.LibrdkafkaNames.Rule;
import uns.bridge.kafka.LibrdkafkaNames.Without;
import uns.bridge.tls.CipherSuites;

/**
 * Turns settings written in the way of librdkafka into those of the Kafka producer, by the rules of {@link LibrdkafkaNames}.
 * Each setting may be written once, by one of its names.
 */
final class LibrdkafkaSettings {

    /** With one of these TLS is not that of Java, and may have cipher suites that Java does not know. */
    private static final List<String> ANOTHER_TLS = List.of(
            SslConfigs.SSL_PROVIDER_CONFIG,
            SecurityConfig.SECURITY_PROVIDERS_CONFIG,
            SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG);

    private final Section section;
    private final Map<String, String> texts;
    private final List<String> warnings;

    /** What was written, by Kafka's name. */
    private final Map<String, String> writtenAs = new HashMap<>();

    /** What is composed once all is known. */
    private final Map<String, String> parts = new LinkedHashMap<>();

    /**
     * Reads nothing itself.
     *
     * @param section {@code kafka.config}, where problems are noted
     * @param texts takes the producer's settings
     * @param warnings takes what has no counterpart
     */
    LibrdkafkaSettings(Section section, Map<String, String> texts, List<String> warnings) {
        this.section = section;
        this.texts = texts;
        this.warnings = warnings;
    }

    /** Takes what is written as {@code key}, for which there is {@code rule}. */
    void take(String key, Rule rule, String text) {
        if (rule instanceof Renamed renamed) {
            put(renamed.kafkaName(), renamed.value().apply(text), key);
        } else if (rule instanceof Without without) {
            warnings.add("kafka.config." + key + ": left out, for the Kafka producer has nothing like this setting of"
                    + " librdkafka" + (without.remark().isEmpty() ? "" : "; " + without.remark()));
        } else {
            parts.put(key, text);
        }
    }

    /** Sets {@code kafkaName} on behalf of {@code key}, which may be the same. */
    void put(String kafkaName, String text, String key) {
        String other = writtenAs.putIfAbsent(kafkaName, key);
        if (other != null && !other.equals(key)) {
            section.reject(key, "says the same as " + other + "; leave one of them out");
            return;
        }
        texts.put(kafkaName, text);
        if (!key.equals(kafkaName)) {
            section.remark(key, "-> " + kafkaName);
        }
    }

    /** The key under which the user finds {@code kafkaName}. */
    String writtenAs(String kafkaName) {
        return writtenAs.getOrDefault(kafkaName, kafkaName);
    }

    /** Composes what takes several settings; to be called after all were taken. */
    void compose() {
        composeLogin();
        composeOauth();
        composeTruststore();
        composeKeystore();
        composeCipherSuites();
        composeVerification();
        composeCompressionLevel();
        composePartitioner();
    }

    private void composeLogin() {
        String key = parts.containsKey("sasl.username") ? "sasl.username" : "sasl.password";
        String username = parts.get("sasl.username");
        String password = parts.get("sasl.password");
        if (username == null && password == null) {
            return;
        }
        String mechanism = texts.getOrDefault(SaslConfigs.SASL_MECHANISM, "");
        String module = mechanism.equals("PLAIN")
                ? PlainLoginModule.class.getName()
                : mechanism.startsWith("SCRAM-") ? ScramLoginModule.class.getName() : null;
        if (username == null || password == null) {
            section.reject(username == null ? "sasl.username" : "sasl.password", "must be set, as " + key + " is");
        } else if (module == null) {
            section.reject(key, "needs sasl.mechanism PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512");
        } else {
            Map<String, String> options = new LinkedHashMap<>();
            options.put("username", username);
            options.put("password", password);
            put(SaslConfigs.SASL_JAAS_CONFIG, JaasText.of(module, options), key);
            section.remark("sasl.password", "-> " + SaslConfigs.SASL_JAAS_CONFIG);
        }
    }

    private void composeOauth() {
        String method = parts.get("sasl.oauthbearer.method");
        String extensions = parts.get("sasl.oauthbearer.extensions");
        if (!"oidc".equals(method)) {
            if (method != null || extensions != null) {
                section.reject(
                        method == null ? "sasl.oauthbearer.extensions" : "sasl.oauthbearer.method",
                        "takes effect with sasl.oauthbearer.method oidc only; otherwise write sasl.jaas.config");
            }
            return;
        }
        Map<String, String> options = new LinkedHashMap<>();
        for (String extension : extensions == null ? new String[0] : extensions.split(",", -1)) {
            int equals = extension.indexOf('=');
            if (equals <= 0) {
                section.reject("sasl.oauthbearer.extensions", "expected name=value, separated by commas");
                return;
            }
            options.put("extension_" + extension.substring(0, equals).strip(), extension.substring(equals + 1));
        }
        String key = "sasl.oauthbearer.method";
        put(SaslConfigs.SASL_LOGIN_CALLBACK_HANDLER_CLASS, OAuthBearerLoginCallbackHandler.class.getName(), key);
        put(SaslConfigs.SASL_JAAS_CONFIG, JaasText.of(OAuthBearerLoginModule.class.getName(), options), key);
    }

    private void composeTruststore() {
        String key = either("ssl.ca.location", "ssl.ca.pem");
        if (key == null || clashes(key, "ssl.truststore.")) {
            return;
        }
        if ("probe".equals(parts.get("ssl.ca.location"))) {
            section.remark(key, "-> the certificates of Java");
        } else {
            leave(key, SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG);
        }
    }

    private void composeKeystore() {
        String certificate = either("ssl.certificate.location", "ssl.certificate.pem");
        String key = either("ssl.key.location", "ssl.key.pem");
        if (certificate == null && key == null) {
            return;
        }
        if (certificate == null || key == null) {
            String missing = certificate == null ? "ssl.certificate.location" : "ssl.key.location";
            section.reject(missing, "must be set, as " + (certificate == null ? key : certificate) + " is");
        } else if (!clashes(key, "ssl.keystore.")) {
            leave(certificate, SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG);
            leave(key, SslConfigs.SSL_KEYSTORE_KEY_CONFIG);
        }
    }

    /** Leaves it to {@link TlsEngines} to make {@code kafkaName} of it, for each connection anew. */
    private void leave(String key, String kafkaName) {
        if (writtenAs.containsKey(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG)) {
            section.reject(key, "has no effect with " + SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG);
        }
        texts.put(key, parts.getOrDefault(key, ""));
        section.remark(key, "-> " + kafkaName);
    }

    /** The one of two keys that is written, or null. */
    private @Nullable String either(String location, String pem) {
        if (parts.containsKey(location) && parts.containsKey(pem)) {
            section.reject(pem, "says the same as " + location + "; leave one of them out");
        }
        return parts.containsKey(location) ? location : parts.containsKey(pem) ? pem : null;
    }

    private boolean clashes(String key, String prefix) {
        for (String other : writtenAs.values()) {
            if (other.startsWith(prefix)) {
                section.reject(key, "says the same as " + other + "; leave one of them out");
                return true;
            }
        }
        return false;
    }

    private void composeCipherSuites() {
        String key = SslConfigs.SSL_CIPHER_SUITES_CONFIG;
        String list = parts.get(key);
        if (list == null) {
            return;
        }
        boolean namesOfJava = list.matches("[^:-]*[,_][^:-]*");
        if (namesOfJava && ANOTHER_TLS.stream().anyMatch(texts::containsKey)) {
            put(key, list, key);
            return;
        }
        try {
            List<String> suites = namesOfJava ? CipherSuites.ofJava(list) : CipherSuites.parse(list);
            put(key, String.join(",", suites), key);
            if (namesOfJava && suites.size() < list.split(",", -1).length) {
                warnings.add("kafka.config." + key + ": in part left out, for not all of these are switched on in this"
                        + " Java (jdk.tls.disabledAlgorithms)");
            }
        } catch (IllegalArgumentException e) {
            section.reject(key, "expected " + CipherSuites.allowed(), String.valueOf(e.getMessage()));
        }
    }

    private void composeVerification() {
        String key = "enable.ssl.certificate.verification";
        String text = parts.getOrDefault(key, "true").toLowerCase(Locale.ROOT);
        switch (text) {
            case "true", "yes", "on" -> {}
            case "false", "no", "off" -> {
                put(SslConfigs.SSL_TRUSTMANAGER_ALGORITHM_CONFIG, UnverifiedServer.ALGORITHM, key);
                put(SecurityConfig.SECURITY_PROVIDERS_CONFIG, UnverifiedServer.class.getName(), key);
                warnings.add("kafka.config." + key + ": false, so neither the certificate nor the host name of Kafka is"
                        + " checked, and anyone in between can read and change records and passwords; set"
                        + " ssl.ca.location instead");
            }
            default -> section.reject(key, "expected true or false");
        }
    }

    private void composeCompressionLevel() {
        String level = parts.get("compression.level");
        if (level == null || level.equals("-1")) {
            return;
        }
        String codec = texts.getOrDefault(ProducerConfig.COMPRESSION_TYPE_CONFIG, ProducerSettings.COMPRESSION);
        switch (codec) {
            case "gzip", "lz4", "zstd" -> put("compression." + codec + ".level", level, "compression.level");
            default -> warnings.add("kafka.config.compression.level: left out, for " + codec + " has no levels");
        }
    }

    /** Kafka's own partitioner is what librdkafka calls {@code murmur2_random}. */
    private void composePartitioner() {
        String partitioner = parts.get("partitioner");
        if (partitioner != null && !partitioner.startsWith("murmur2")) {
            warnings.add("kafka.config.partitioner: left out, for the Kafka producer knows murmur2 only; a key may get"
                    + " another partition than from librdkafka");
        }
    }
}
