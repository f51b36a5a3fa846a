package uns.bridge.kafka;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.jspecify.annotations.Nullable;

/**
 * The settings of librdkafka (its CONFIGURATION.md), the client of Kafka's Python users, whose names or values differ from
 * those of the Kafka producer. What is written in its way means the same here; its defaults are not taken over.
 */
final class LibrdkafkaNames {

    /** What becomes of a setting. */
    sealed interface Rule {}

    /** It is {@code kafkaName} to the Kafka producer, with the value that {@code value} makes of it. */
    record Renamed(String kafkaName, UnaryOperator<String> value) implements Rule {}

    /** It makes {@code kafkaName} together with others, in a way of its own: {@link LibrdkafkaSettings}. */
    record Composed(String kafkaName) implements Rule {}

    /** The Kafka producer has nothing like it; {@code remark} is what to do instead, or empty. */
    record Without(String remark) implements Rule {}

    private static final int KIB = 1024;
    private static final int MAX_INT_DIGITS = 15;

    /** As good as never: 24 days. */
    private static final String LONGEST_MS = String.valueOf(Integer.MAX_VALUE);

    private static final Set<String> SECRETS = Set.of(
            "sasl.password",
            "ssl.key.pem",
            "ssl.ca.pem",
            "ssl.certificate.pem",
            "https.ca.pem",
            "sasl.oauthbearer.client.secret",
            "sasl.oauthbearer.config",
            "sasl.oauthbearer.assertion.private.key.pem");

    private static final Map<String, Rule> RULES = new LinkedHashMap<>();

    static {
        renamed("metadata.broker.list", ProducerConfig.BOOTSTRAP_SERVERS_CONFIG);
        renamed("request.required.acks", ProducerConfig.ACKS_CONFIG);
        renamed("message.send.max.retries", ProducerConfig.RETRIES_CONFIG);
        renamed("max.in.flight", ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION);
        renamed("message.timeout.ms", ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "0", LONGEST_MS);
        renamed("delivery.timeout.ms", ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "0", LONGEST_MS);
        renamed("message.max.bytes", ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
        renamed("queue.buffering.max.ms", ProducerConfig.LINGER_MS_CONFIG, LibrdkafkaNames::wholeNumber);
        renamed("linger.ms", ProducerConfig.LINGER_MS_CONFIG, LibrdkafkaNames::wholeNumber);
        renamed("queue.buffering.max.kbytes", ProducerConfig.BUFFER_MEMORY_CONFIG, LibrdkafkaNames::bytesOfKib);
        renamed("compression.codec", ProducerConfig.COMPRESSION_TYPE_CONFIG);
        composed("compression.level", "compression.gzip.level, compression.lz4.level or compression.zstd.level");
        composed("partitioner", ProducerConfig.PARTITIONER_CLASS_CONFIG);
        renamed("socket.timeout.ms", ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG);
        renamed("socket.send.buffer.bytes", ProducerConfig.SEND_BUFFER_CONFIG, "0", "-1");
        renamed("socket.receive.buffer.bytes", ProducerConfig.RECEIVE_BUFFER_CONFIG, "0", "-1");
        renamed("connections.max.idle.ms", ProducerConfig.CONNECTIONS_MAX_IDLE_MS_CONFIG, "0", "-1");
        renamed("topic.metadata.refresh.interval.ms", ProducerConfig.METADATA_MAX_AGE_CONFIG, "-1", LONGEST_MS);

        renamed("sasl.mechanisms", SaslConfigs.SASL_MECHANISM);
        composed("sasl.username", SaslConfigs.SASL_JAAS_CONFIG);
        composed("sasl.password", SaslConfigs.SASL_JAAS_CONFIG);
        composed("sasl.oauthbearer.method", SaslConfigs.SASL_LOGIN_CALLBACK_HANDLER_CLASS);
        composed("sasl.oauthbearer.extensions", SaslConfigs.SASL_JAAS_CONFIG);
        renamed("sasl.oauthbearer.client.id", SaslConfigs.SASL_OAUTHBEARER_CLIENT_CREDENTIALS_CLIENT_ID);
        renamed("sasl.oauthbearer.client.secret", SaslConfigs.SASL_OAUTHBEARER_CLIENT_CREDENTIALS_CLIENT_SECRET);

        composed("ssl.ca.location", SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG);
        composed("ssl.ca.pem", SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG);
        composed("ssl.certificate.location", SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG);
        composed("ssl.certificate.pem", SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG);
        composed("ssl.key.location", SslConfigs.SSL_KEYSTORE_KEY_CONFIG);
        composed("ssl.key.pem", SslConfigs.SSL_KEYSTORE_KEY_CONFIG);
        composed("ssl.cipher.suites", SslConfigs.SSL_CIPHER_SUITES_CONFIG);
        composed("enable.ssl.certificate.verification", SslConfigs.SSL_TRUSTMANAGER_ALGORITHM_CONFIG);
        renamed(
                "ssl.endpoint.identification.algorithm",
                SslConfigs.SSL_ENDPOINT_IDENTIFICATION_ALGORITHM_CONFIG,
                "none",
                "");

        without("the bridge never gives a record up for those after it", "enable.gapless.guarantee");
        without("buffer.memory limits the bytes instead", "queue.buffering.max.messages");
        without("batch.size limits the bytes instead", "batch.num.messages");
        without("records have keys, so nothing sticks", "sticky.partitioning.linger.ms");
        without("set the level of org.apache.kafka in logback.xml", "debug", "log_level", "log.connection.close");
        without("the summary of each minute is in the log", "statistics.interval.ms");
        without("the broker, or kafka.create_topics, creates topics", "allow.auto.create.topics");
        without("see networkaddress.cache.ttl of Java", "broker.address.ttl");
        without("see java.net.preferIPv4Stack of Java", "broker.address.family");
        without("see jdk.tls.namedGroups of Java", "ssl.curves.list");
        without("see jdk.tls.client.SignatureSchemes of Java", "ssl.sigalgs.list");
        without("revoked certificates are not found out", "ssl.crl.location");
        without("see ssl.ca.location", "ssl.ca.certificate.stores");
        without("see ssl.provider", "ssl.providers", "ssl.engine.location", "ssl.engine.id");
        without("Kafka's JAAS options tell it", "https.ca.location", "https.ca.pem");
        without(
                "write sasl.jaas.config",
                "sasl.kerberos.principal",
                "sasl.kerberos.keytab",
                "sasl.oauthbearer.config",
                "enable.sasl.oauthbearer.unsecure.jwt");
        without(
                "see sasl.oauthbearer.jwt.retriever.class",
                "sasl.oauthbearer.grant.type",
                "sasl.oauthbearer.metadata.authentication.type");
        without("see sasl.oauthbearer.assertion.private.key.file", "sasl.oauthbearer.assertion.private.key.pem");
        without("see sasl.oauthbearer.assertion.template.file", "sasl.oauthbearer.assertion.jwt.template.file");
        without(
                "",
                "builtin.features",
                "message.copy.max.bytes",
                "receive.message.max.bytes",
                "topic.metadata.refresh.fast.interval.ms",
                "topic.metadata.refresh.fast.cnt",
                "topic.metadata.refresh.sparse",
                "topic.metadata.propagation.max.ms",
                "topic.blacklist",
                "socket.blocking.max.ms",
                "socket.keepalive.enable",
                "socket.nagle.disable",
                "socket.max.fails",
                "reconnect.backoff.jitter.ms",
                "enabled_events",
                "log.queue",
                "log.thread.name",
                "enable.random.seed",
                "internal.termination.signal",
                "api.version.request",
                "api.version.request.timeout.ms",
                "api.version.fallback.ms",
                "broker.version.fallback",
                "plugin.library.paths",
                "queue.buffering.backpressure.threshold",
                "queuing.strategy",
                "delivery.report.only.error",
                "produce.offset.report");
        without(
                "it is a setting of consumers",
                "group.id",
                "group.instance.id",
                "group.protocol",
                "auto.offset.reset",
                "enable.auto.commit",
                "enable.auto.offset.store",
                "enable.partition.eof",
                "session.timeout.ms",
                "max.poll.interval.ms",
                "fetch.message.max.bytes",
                "isolation.level");
    }

    private LibrdkafkaNames() {}

    /** What becomes of {@code key}; null if librdkafka does not have it, or has it as the Kafka producer does. */
    static @Nullable Rule rule(String key) {
        return RULES.get(key);
    }

    static Map<String, Rule> rules() {
        return Map.copyOf(RULES);
    }

    /** Whether the value of {@code key}, which has a rule, must not be seen. */
    static boolean isSecret(String key) {
        return SECRETS.contains(key);
    }

    private static void renamed(String name, String kafkaName, UnaryOperator<String> value) {
        RULES.put(name, new Renamed(kafkaName, value));
    }

    private static void renamed(String name, String kafkaName) {
        renamed(name, kafkaName, UnaryOperator.identity());
    }

    /** Of all values only {@code special} is written differently. */
    private static void renamed(String name, String kafkaName, String special, String kafkaValue) {
        renamed(name, kafkaName, text -> text.equals(special) ? kafkaValue : text);
    }

    private static void composed(String name, String kafkaName) {
        RULES.put(name, new Composed(kafkaName));
    }

    private static void without(String remark, String... names) {
        for (String name : names) {
            RULES.put(name, new Without(remark));
        }
    }

    /** librdkafka takes fractions. What is no number at all is left for Kafka to refuse. */
    private static String wholeNumber(String text) {
        return text.matches("[0-9]{1,9}\\.[0-9]{1,9}") ? String.valueOf(Math.round(Double.parseDouble(text))) : text;
    }

    private static String bytesOfKib(String text) {
        return text.matches("[0-9]{1," + MAX_INT_DIGITS + "}") ? String.valueOf(Long.parseLong(text) * KIB) : text;
    }
}
