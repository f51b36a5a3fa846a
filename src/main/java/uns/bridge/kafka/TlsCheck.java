package uns.bridge.kafka;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Secret;
import uns.bridge.tls.Identity;
import uns.bridge.tls.PemFile;
import uns.bridge.tls.TlsFileException;
import uns.bridge.tls.Validity;

/**
 * Reads at the start what TLS to Kafka will be made of. The producer does so only when it is made, again and again, and says
 * nothing of a certificate that has expired.
 */
final class TlsCheck {

    static final ConfigDef TLS = new ConfigDef().withClientSslSupport();

    /** Of the settings with certificates and keys the ones to blame for what is wrong with them, the likeliest first. */
    private static final List<String> BLAMED = List.of(
            SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG,
            SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG,
            SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG,
            SslConfigs.SSL_KEYSTORE_KEY_CONFIG,
            TlsEngines.KEY + TlsEngines.LOCATION,
            TlsEngines.KEY + TlsEngines.PEM);

    /** How the settings of one side begin, and those of the other. */
    static final List<String> OF_AUTHORITIES = List.of(TlsEngines.AUTHORITIES + ".", "ssl.truststore.");

    static final List<String> OF_CERTIFICATE =
            List.of(TlsEngines.CERTIFICATE + ".", TlsEngines.KEY + ".", "ssl.keystore.");

    private final BiConsumer<String, String> reject;

    /**
     * @param reject takes the name of a setting and why it cannot be used
     */
    TlsCheck(BiConsumer<String, String> reject) {
        this.reject = reject;
    }

    /**
     * @param texts valid settings of the producer, with those of librdkafka that {@link TlsEngines} reads
     */
    void run(Map<String, String> texts) {
        check(texts, OF_AUTHORITIES);
        check(texts, OF_CERTIFICATE);
    }

    /** One side by itself, so that every problem is found, and by its name. */
    private void check(Map<String, String> texts, List<String> prefixes) {
        Map<String, String> written = written(texts, prefixes);
        String blamed = BLAMED.stream().filter(written::containsKey).findFirst().orElse(null);
        Map<String, Object> settings = new HashMap<>(written);
        settings.putAll(TLS.parse(written));
        try (DefaultSslEngineFactory engines = new DefaultSslEngineFactory()) {
            Map<String, Object> stores = TlsEngines.kafkaSettings(settings);
            if (blamed == null || !readable(blamed, written)) {
                return;
            }
            engines.configure(stores);
            String wrong = complaint(engines.keystore() == null ? engines.truststore() : engines.keystore());
            if (wrong != null) {
                reject.accept(blamed, "the file " + written.get(blamed) + " " + wrong);
                return;
            }
            checkFit(written);
        } catch (TlsFileException e) {
            reject.accept(e.setting(), String.valueOf(e.getMessage()));
        } catch (InvalidPathException e) {
            reject.accept(written.keySet().iterator().next(), "is no path");
        } catch (KafkaException e) {
            reject.accept(String.valueOf(blamed), reason(e));
        }
    }

    /** Of {@code texts} those that begin so. */
    static Map<String, String> written(Map<String, String> texts, List<String> prefixes) {
        Map<String, String> written = new TreeMap<>(texts);
        written.keySet().removeIf(key -> prefixes.stream().noneMatch(key::startsWith));
        return written;
    }

    /** Kafka reads it as well, but with a stack trace in the log where it is not there. */
    private boolean readable(String key, Map<String, String> written) {
        if (!key.endsWith(TlsEngines.LOCATION)) {
            return true;
        }
        Path file = Path.of(written.getOrDefault(key, ""));
        if (!Files.isReadable(file)) {
            reject.accept(
                    key,
                    "the file " + file.toAbsolutePath()
                            + (Files.exists(file)
                                    ? " may not be read by the user that runs the bridge"
                                    : " does not exist"));
            return false;
        }
        return true;
    }

    /** Kafka takes a key in PEM form that is not the certificate's, and its brokers then refuse each connection. */
    private static void checkFit(Map<String, String> written) throws TlsFileException {
        if (!DefaultSslEngineFactory.PEM_TYPE.equals(written.get(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG))) {
            return;
        }
        String file = written.get(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG);
        String password = written.get(SslConfigs.SSL_KEY_PASSWORD_CONFIG);
        PemFile chain = file == null
                ? text(written, SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG)
                : PemFile.read(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG, Path.of(file));
        PemFile key = file == null ? text(written, SslConfigs.SSL_KEYSTORE_KEY_CONFIG) : chain;
        Identity.of(chain, key, SslConfigs.SSL_KEY_PASSWORD_CONFIG, password == null ? null : new Secret(password));
    }

    private static PemFile text(Map<String, String> written, String setting) throws TlsFileException {
        return PemFile.of(setting, written.getOrDefault(setting, ""));
    }

    /** About the keys' certificates or, where there are only authorities, about all of them. */
    private static @Nullable String complaint(@Nullable KeyStore store) {
        if (store == null) {
            return null;
        }
        String complaint = null;
        try {
            for (String alias : Collections.list(store.aliases())) {
                if (store.getCertificate(alias) instanceof X509Certificate certificate) {
                    String wrong = Validity.complaint(certificate, Instant.now());
                    if (wrong == null) {
                        return null;
                    }
                    complaint = wrong;
                }
            }
        } catch (KeyStoreException e) {
            throw new IllegalStateException("a store that was loaded", e);
        }
        return complaint;
    }

    /** Kafka's exceptions wrap those of the JDK's key stores, whose messages hold no secrets. */
    private static String reason(KafkaException e) {
        StringBuilder reason = new StringBuilder();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof KafkaException || cause instanceof IOException) {
                reason.append(reason.isEmpty() ? "" : ": ").append(cause.getMessage());
            }
        }
        return reason.toString();
    }
}
