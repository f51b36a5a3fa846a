package uns.bridge.kafka;

import java.nio.file.Path;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.security.auth.SslEngineFactory;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.config.Secret;
import uns.bridge.health.LimitedLog;
import uns.bridge.tls.Identity;
import uns.bridge.tls.PemFile;
import uns.bridge.tls.PemText;
import uns.bridge.tls.TlsFileException;

/**
 * Kafka's own TLS, with the files as they are when a connection is made, so that renewed certificates need no restart; and
 * with the PEM files of librdkafka's settings. Kafka's clients make it by its class name ({@code ssl.engine.factory.class}).
 */
public final class TlsEngines implements SslEngineFactory {

    static final String AUTHORITIES = "ssl.ca";
    static final String CERTIFICATE = "ssl.certificate";
    static final String KEY = "ssl.key";

    /** What follows those, for a file and for a text. */
    static final String LOCATION = ".location";

    static final String PEM = ".pem";

    private static final Logger LOG = LoggerFactory.getLogger(TlsEngines.class);

    private final LimitedLog unusable = new LimitedLog();
    private Map<String, ?> settings = Map.of();
    private DefaultSslEngineFactory engines = new DefaultSslEngineFactory();

    @Override
    public void configure(Map<String, ?> configs) {
        settings = configs;
        engines = load();
    }

    @Override
    public SSLEngine createClientSslEngine(String host, int port, String endpointIdentification) {
        try {
            engines = load();
        } catch (KafkaException e) {
            // It may be half renewed only. What was used so far is of no less use than nothing.
            unusable.log(suppressed ->
                    LOG.warn("TLS to Kafka goes on with the files as they were: {}", KafkaErrors.describe(e)));
        }
        return engines.createClientSslEngine(host, port, endpointIdentification);
    }

    private DefaultSslEngineFactory load() {
        try {
            DefaultSslEngineFactory loaded = new DefaultSslEngineFactory();
            loaded.configure(kafkaSettings(settings));
            return loaded;
        } catch (TlsFileException e) {
            throw new InvalidConfigurationException(e.setting() + ": " + e.getMessage());
        }
    }

    /**
     * Those settings with the PEM files of librdkafka's read into what Kafka has for them.
     *
     * @throws TlsFileException if one cannot be used
     */
    static Map<String, Object> kafkaSettings(Map<String, ?> settings) throws TlsFileException {
        Map<String, Object> kafka = new HashMap<>(settings);
        PemFile authorities = pem(settings, AUTHORITIES);
        if (authorities != null) {
            kafka.put(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, DefaultSslEngineFactory.PEM_TYPE);
            kafka.put(
                    SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG, new Password(PemText.of(authorities.authorities())));
        }
        PemFile certificate = pem(settings, CERTIFICATE);
        PemFile key = pem(settings, KEY);
        if (certificate != null && key != null) {
            Identity identity = Identity.of(
                    certificate,
                    key,
                    SslConfigs.SSL_KEY_PASSWORD_CONFIG,
                    // Kafka would refuse a password of a key that has none.
                    kafka.remove(SslConfigs.SSL_KEY_PASSWORD_CONFIG) instanceof Password password
                            ? new Secret(password.value())
                            : null);
            kafka.put(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, DefaultSslEngineFactory.PEM_TYPE);
            kafka.put(SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG, new Password(PemText.of(identity.chain())));
            kafka.put(SslConfigs.SSL_KEYSTORE_KEY_CONFIG, new Password(PemText.of(identity.key())));
        }
        return kafka;
    }

    private static @Nullable PemFile pem(Map<String, ?> settings, String name) throws TlsFileException {
        if (settings.get(name + LOCATION) instanceof String location) {
            Path path = Path.of(location);
            return name.equals(AUTHORITIES)
                    ? PemFile.readAll(name + LOCATION, path)
                    : PemFile.read(name + LOCATION, path);
        }
        return settings.get(name + PEM) instanceof String text ? PemFile.of(name + PEM, text) : null;
    }

    @Override
    public SSLEngine createServerSslEngine(String host, int port) {
        return engines.createServerSslEngine(host, port);
    }

    @Override
    public boolean shouldBeRebuilt(Map<String, Object> nextConfigs) {
        return engines.shouldBeRebuilt(nextConfigs);
    }

    @Override
    public Set<String> reconfigurableConfigs() {
        return engines.reconfigurableConfigs();
    }

    @Override
    public @Nullable KeyStore keystore() {
        return engines.keystore();
    }

    @Override
    public @Nullable KeyStore truststore() {
        return engines.truststore();
    }

    @Override
    public void close() {
        engines.close();
    }
}
