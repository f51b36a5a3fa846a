package uns.bridge.kafka;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import uns.bridge.tls.TlsFileException;
import uns.bridge.tls.Validity;

/** Until when the certificates for TLS to Kafka are valid, whatever form they are kept in. */
final class TlsEnds {

    /** The settings with the authorities. */
    private static final List<String> AUTHORITIES = List.of(
            SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG,
            SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG,
            TlsEngines.AUTHORITIES + TlsEngines.LOCATION,
            TlsEngines.AUTHORITIES + TlsEngines.PEM);

    /** The settings with the bridge's own certificate. */
    private static final List<String> CERTIFICATE = List.of(
            SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG,
            SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG,
            TlsEngines.CERTIFICATE + TlsEngines.LOCATION,
            TlsEngines.CERTIFICATE + TlsEngines.PEM);

    private TlsEnds() {}

    /**
     * Until when the certificates are valid, by the setting that names them; without those that cannot be read now.
     *
     * @param texts as for {@link TlsCheck#run}
     */
    static Map<String, Instant> of(Map<String, String> texts) {
        Map<String, Instant> ends = new TreeMap<>();
        putEnd(ends, TlsCheck.written(texts, TlsCheck.OF_AUTHORITIES), AUTHORITIES);
        putEnd(ends, TlsCheck.written(texts, TlsCheck.OF_CERTIFICATE), CERTIFICATE);
        return ends;
    }

    private static void putEnd(Map<String, Instant> ends, Map<String, String> written, List<String> names) {
        String name = names.stream().filter(written::containsKey).findFirst().orElse(null);
        // Of a file that is not there, Kafka logs a stack trace.
        if (name == null
                || (name.endsWith(TlsEngines.LOCATION) && !Files.isReadable(Path.of(written.getOrDefault(name, ""))))) {
            return;
        }
        Map<String, Object> settings = new HashMap<>(written);
        settings.putAll(TlsCheck.TLS.parse(written));
        try (DefaultSslEngineFactory engines = new DefaultSslEngineFactory()) {
            engines.configure(TlsEngines.kafkaSettings(settings));
            KeyStore keys = engines.keystore();
            KeyStore store = keys == null ? engines.truststore() : keys;
            if (store != null) {
                List<X509Certificate> certificates = certificates(store);
                ends.put(
                        name,
                        keys == null ? Validity.endOfAuthorities(certificates) : Validity.endOfChain(certificates));
            }
        } catch (TlsFileException | KafkaException e) {
            ends.remove(name); // The next connection says why.
        }
    }

    private static List<X509Certificate> certificates(KeyStore store) {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            for (String alias : Collections.list(store.aliases())) {
                Certificate[] chain = store.isKeyEntry(alias)
                        ? store.getCertificateChain(alias)
                        : new Certificate[] {store.getCertificate(alias)};
                for (Certificate each : chain) {
                    if (each instanceof X509Certificate certificate) {
                        certificates.add(certificate);
                    }
                }
            }
        } catch (KeyStoreException e) {
            throw new IllegalStateException("a store that was loaded", e);
        }
        return certificates;
    }
}
