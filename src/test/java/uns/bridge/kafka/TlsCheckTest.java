package uns.bridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.config.SettingsFixture;
import uns.bridge.tls.Authority;
import uns.bridge.tls.Issued;
import uns.bridge.tls.KeyForm;

/** Every file of the TLS settings, by the names of Kafka and of librdkafka. */
class TlsCheckTest {

    @TempDir
    private static Path folder;

    @BeforeAll
    static void writeFiles() throws Exception {
        Instant now = Instant.now();
        Authority ca = Authority.named("Plant CA");
        Authority old = Authority.named("Old CA", now.minus(Authority.DAY), now.minusSeconds(60));
        Issued bridge = ca.issue("bridge");
        Issued expired = ca.issue("bridge", "EC", now.minus(Authority.DAY), now.minusSeconds(60));
        Issued ed25519 = ca.issue("bridge", "Ed25519", now.minus(Authority.DAY), now.plus(Authority.DAY));
        write("ca.pem", Issued.pem(ca.certificate()));
        write("bundle.pem", Issued.pem(old.certificate(), ca.certificate()));
        write("old-ca.pem", Issued.pem(old.certificate()));
        write("cert.pem", bridge.chainPem());
        write("key.pem", bridge.keyPem());
        write("sec1.pem", bridge.keyPem(KeyForm.TRADITIONAL));
        write("encrypted.pem", bridge.keyPem(KeyForm.TRADITIONAL_AES256));
        write("encrypted8.pem", bridge.keyPem(KeyForm.PBES2_AES256_SHA256));
        write("both.pem", bridge.keyPem() + bridge.chainPem());
        write("both-encrypted.pem", bridge.keyPem(KeyForm.PBE_SHA1_3DES) + bridge.chainPem());
        write("other.pem", ca.issue("bridge").keyPem());
        write("mixed.pem", ca.issue("bridge").keyPem() + bridge.chainPem());
        write("expired-both.pem", expired.keyPem() + expired.chainPem());
        write("expired.pem", expired.chainPem());
        write("expired-key.pem", expired.keyPem());
        write("ed25519.pem", ed25519.chainPem() + ed25519.keyPem());
        write("text.pem", "no PEM at all");
        write("damaged.pem", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n");
        Files.createDirectory(folder.resolve("empty"));
        bridge.writeKeyStore(folder.resolve("bridge.jks"));
        expired.writeKeyStore(folder.resolve("expired.jks"));
        Issued.writeTrustStore(folder.resolve("ca.jks"), ca.certificate());
        Issued.writeTrustStore(folder.resolve("old-ca.jks"), old.certificate());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ssl.ca.location: DIR/ca.pem",
                "ssl.ca.location: DIR/bundle.pem",
                "ssl.ca.location: DIR",
                "ssl.certificate.location: DIR/cert.pem, ssl.key.location: DIR/key.pem",
                "ssl.certificate.location: DIR/cert.pem, ssl.key.location: DIR/key.pem, ssl.key.password: needless",
                "ssl.certificate.location: DIR/cert.pem, ssl.key.location: DIR/sec1.pem",
                "ssl.certificate.location: DIR/cert.pem, ssl.key.location: DIR/encrypted.pem, ssl.key.password: s3cret",
                "ssl.certificate.location: DIR/cert.pem, ssl.key.location: DIR/encrypted8.pem, ssl.key.password: s3cret",
                "ssl.certificate.location: DIR/both.pem, ssl.key.location: DIR/both.pem",
                "ssl.keystore.type: PEM, ssl.keystore.location: DIR/both.pem",
                "ssl.keystore.type: PEM, ssl.keystore.location: DIR/both-encrypted.pem, ssl.key.password: s3cret",
                "ssl.truststore.type: PEM, ssl.truststore.location: DIR/ca.pem, ssl.keystore.location: DIR/bridge.jks,"
                        + " ssl.keystore.password: s3cret, ssl.key.password: s3cret",
                "ssl.truststore.location: DIR/ca.jks, ssl.truststore.password: s3cret"
            })
    void shouldTakeWhatCanBeUsed(String config) {
        assertThat(read(config).problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ssl.ca.location: DIR/none.pem | ssl.ca.location: the file DIR/none.pem does not exist",
                "ssl.ca.location: DIR/empty | ssl.ca.location: the file DIR/empty has no certificate in PEM form",
                "ssl.certificate.location: DIR, ssl.key.location: DIR/key.pem | ssl.certificate.location:"
                        + " the file DIR cannot be read: it is a folder",
                "ssl.ca.location: DIR/text.pem | ssl.ca.location: the file DIR/text.pem has no certificate in PEM form",
                "ssl.ca.location: DIR/old-ca.pem | ssl.ca.location: the file DIR/old-ca.pem has a certificate"
                        + " (CN=Old CA) that expired at",
                "ssl.ca.pem: x | ssl.ca.pem: the text of ssl.ca.pem has no certificate in PEM form",
                "ssl.certificate.location: DIR/none.pem, ssl.key.location: DIR/key.pem | ssl.certificate.location:"
                        + " the file DIR/none.pem does not exist",
                "ssl.certificate.location: DIR/cert.pem, ssl.key.location: DIR/none.pem | ssl.key.location:"
                        + " the file DIR/none.pem does not exist",
                "ssl.certificate.location: DIR/cert.pem, ssl.key.location: DIR/other.pem | ssl.key.location:"
                        + " the private key in DIR/other.pem does not belong to the first certificate in DIR/cert.pem",
                "ssl.certificate.location: DIR/expired.pem, ssl.key.location: DIR/expired-key.pem |"
                        + " ssl.certificate.location: the file DIR/expired.pem has a certificate (CN=bridge) that expired",
                "ssl.certificate.location: DIR/cert.pem, ssl.key.location: DIR/encrypted.pem | ssl.key.password:"
                        + " must be set, for the private key in DIR/encrypted.pem is encrypted",
                "ssl.certificate.location: DIR/cert.pem, ssl.key.location: DIR/encrypted.pem, ssl.key.password: wr0ng |"
                        + " ssl.key.password: does not decrypt the private key in DIR/encrypted.pem",
                "ssl.certificate.pem: x, ssl.key.location: DIR/key.pem | ssl.certificate.pem: the text of"
                        + " ssl.certificate.pem has no certificate",
                "ssl.certificate.location: DIR/ed25519.pem, ssl.key.location: DIR/ed25519.pem | ssl.key.location:",
                "ssl.truststore.location: DIR/none.jks | ssl.truststore.location: the file DIR/none.jks does not exist",
                "ssl.truststore.location: DIR/ca.pem | ssl.truststore.location: Failed to load SSL keystore DIR/ca.pem"
                        + " of type JKS: Invalid keystore format",
                "ssl.truststore.location: DIR/ca.jks, ssl.truststore.password: wr0ng | ssl.truststore.location:"
                        + " Failed to load SSL keystore DIR/ca.jks of type JKS:",
                "ssl.truststore.location: DIR/old-ca.jks | ssl.truststore.location: the file DIR/old-ca.jks has a"
                        + " certificate (CN=Old CA) that expired",
                "ssl.truststore.location: DIR/text.pem, ssl.truststore.type: PEM | ssl.truststore.location:",
                "ssl.keystore.location: DIR/none.p12, ssl.keystore.type: PKCS12 | ssl.keystore.location: the file"
                        + " DIR/none.p12 does not exist",
                "ssl.keystore.location: DIR/expired.jks, ssl.keystore.password: s3cret, ssl.key.password: s3cret |"
                        + " ssl.keystore.location: the file DIR/expired.jks has a certificate (CN=bridge) that expired",
                "ssl.keystore.location: DIR/bridge.jks, ssl.keystore.password: s3cret, ssl.key.password: wr0ng |"
                        + " ssl.keystore.location:",
                "ssl.keystore.location: DIR/mixed.pem, ssl.keystore.type: PEM | ssl.keystore.location: the private key in"
                        + " DIR/mixed.pem does not belong to the first certificate in DIR/mixed.pem (CN=bridge)",
                "ssl.keystore.location: DIR/expired-both.pem, ssl.keystore.type: PEM | ssl.keystore.location: the file"
                        + " DIR/expired-both.pem has a certificate (CN=bridge) that expired",
                "ssl.keystore.location: DIR/none.pem, ssl.keystore.type: PEM | ssl.keystore.location: the file"
                        + " DIR/none.pem does not exist",
            })
    void shouldNoteAProblemWithThePathWhenAFileCannotBeUsed(String config, String problem) {
        assertThat(read(config).problems())
                .singleElement()
                .asString()
                .startsWith("kafka.config." + inFolder(problem))
                .doesNotContain("wr0ng");
    }

    @Test
    void shouldNameTheKeyWhenTheTextsDoNotBelongTogether() {
        Authority ca = Authority.named("Plant CA");
        Issued bridge = ca.issue("bridge");
        String chain = "ssl.keystore.type: PEM, ssl.keystore.certificate.chain: " + quoted(bridge.chainPem());
        Issued other = ca.issue("other");

        assertThat(read(chain + ", ssl.keystore.key: " + quoted(bridge.keyPem()))
                        .problems())
                .isEmpty();
        assertThat(read(chain + ", ssl.keystore.key: " + quoted(other.keyPem())).problems())
                .singleElement()
                .asString()
                .startsWith("kafka.config.ssl.keystore.key: the private key in the text of ssl.keystore.key does not"
                        + " belong to the first certificate in the text of ssl.keystore.certificate.chain (CN=bridge)");
    }

    @Test
    void shouldNoteTheProblemsOfBothSidesAtOnce() {
        assertThat(read("ssl.ca.location: DIR/none.pem, ssl.certificate.location: DIR/cert.pem, ssl.key.location:"
                                + " DIR/other.pem")
                        .problems())
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ssl.ca.location: DIR/ca.pem",
                "ssl.ca.pem: PEM",
                "ssl.truststore.type: PEM," + " ssl.truststore.certificates: PEM"
            })
    void shouldWarnWhenThereIsNoTls(String config) throws Exception {
        String pem = quoted(Files.readString(folder.resolve("ca.pem")));
        SettingsFixture settings = fixture(config.replaceFirst("PEM$", Matcher.quoteReplacement(pem)));

        List<String> warnings = KafkaSettings.read(settings.section("kafka")).warnings();

        assertThat(warnings)
                .singleElement()
                .asString()
                .startsWith("kafka.config.security.protocol: PLAINTEXT is without TLS");
    }

    private static SettingsFixture read(String config) {
        SettingsFixture settings = fixture("security.protocol: SSL, " + config);
        assertThat(KafkaSettings.read(settings.section("kafka")).warnings()).isEmpty();
        return settings;
    }

    private static SettingsFixture fixture(String config) {
        return SettingsFixture.settings("kafka: {config: {bootstrap.servers: 'k:1', " + inFolder(config) + "}}");
    }

    private static String quoted(String text) {
        return '"' + text.replace("\n", "\\n") + '"';
    }

    private static String inFolder(String text) {
        return text.replace("DIR", folder.toString());
    }

    private static void write(String name, String text) throws Exception {
        Files.writeString(folder.resolve(name), text);
    }
}
