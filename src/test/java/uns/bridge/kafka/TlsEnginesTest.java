package uns.bridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uns.bridge.tls.Authority;
import uns.bridge.tls.Issued;
import uns.bridge.tls.KeyForm;

class TlsEnginesTest {

    private static final Authority CA = Authority.named("Plant CA");
    private static final Authority NEXT_CA = Authority.named("Next CA");
    private static final Issued FIRST = CA.issue("first");
    private static final Issued RENEWED = NEXT_CA.issue("renewed");

    @TempDir
    private Path folder;

    private final TlsEngines engines = new TlsEngines();

    @BeforeEach
    void writeFiles() throws Exception {
        write("ca.pem", Issued.pem(CA.certificate()));
        write("cert.pem", FIRST.chainPem());
        write("key.pem", FIRST.keyPem(KeyForm.TRADITIONAL_AES256));
    }

    @Test
    void shouldUseRenewedPemFilesAtTheNextConnection() throws Exception {
        engines.configure(pemSettings());
        assertThat(trusted()).isEqualTo("CN=Plant CA");
        assertThat(own()).isEqualTo("CN=first");

        write("ca.pem", Issued.pem(NEXT_CA.certificate()));
        write("cert.pem", RENEWED.chainPem());
        write("key.pem", RENEWED.keyPem(KeyForm.PBES2_AES256_SHA256));
        connect();

        assertThat(trusted()).isEqualTo("CN=Next CA");
        assertThat(own()).isEqualTo("CN=renewed");
    }

    @Test
    void shouldUseARenewedKeyStoreOfJavaAtTheNextConnection() throws Exception {
        Path store = folder.resolve("own.jks");
        FIRST.writeKeyStore(store);
        engines.configure(settings(Map.of(
                "ssl.keystore.location", store.toString(),
                "ssl.keystore.password", Issued.PASSWORD,
                "ssl.key.password", Issued.PASSWORD)));

        RENEWED.writeKeyStore(store);
        connect();

        assertThat(own()).isEqualTo("CN=renewed");
    }

    @Test
    void shouldGoOnWithWhatItHasUntilTheRenewalIsComplete() throws Exception {
        engines.configure(pemSettings());

        write("cert.pem", RENEWED.chainPem()); // Its key is not there yet.
        connect();
        assertThat(own()).isEqualTo("CN=first");

        write("key.pem", RENEWED.keyPem());
        connect();
        assertThat(own()).isEqualTo("CN=renewed");
    }

    @Test
    void shouldSayWhyWhenItBeginsWithAFileThatCannotBeUsed() throws Exception {
        write("ca.pem", "damaged");

        assertThatThrownBy(() -> engines.configure(pemSettings()))
                .isInstanceOf(KafkaException.class)
                .hasMessageStartingWith(
                        "ssl.ca.location: the file " + folder.resolve("ca.pem") + " has no certificate");
    }

    private void connect() {
        assertThat(engines.createClientSslEngine("kafka", 9093, "https").getUseClientMode())
                .isTrue();
    }

    private String trusted() throws Exception {
        return subject(engines.truststore());
    }

    private String own() throws Exception {
        return subject(engines.keystore());
    }

    private static String subject(KeyStore store) throws Exception {
        String alias = Collections.list(store.aliases()).get(0);
        return ((X509Certificate) store.getCertificate(alias))
                .getSubjectX500Principal()
                .getName();
    }

    private Map<String, Object> pemSettings() {
        return settings(Map.of(
                "ssl.ca.location", folder.resolve("ca.pem").toString(),
                "ssl.certificate.location", folder.resolve("cert.pem").toString(),
                "ssl.key.location", folder.resolve("key.pem").toString(),
                "ssl.key.password", Issued.PASSWORD));
    }

    /** As Kafka's clients hand them over: those that they know parsed, the others as they are. */
    private static Map<String, Object> settings(Map<String, String> texts) {
        Map<String, Object> settings = new HashMap<>(texts);
        settings.putAll(new ConfigDef().withClientSslSupport().parse(texts));
        return settings;
    }

    private void write(String name, String text) throws Exception {
        Files.writeString(folder.resolve(name), text);
    }
}
