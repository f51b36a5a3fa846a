package uns.bridge.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.config.Secret;
import uns.bridge.config.SettingsFixture;

class TlsSettingsTest {

    @TempDir
    private static Path folder;

    @BeforeAll
    static void writeFiles() throws Exception {
        Instant now = Instant.now();
        Authority ca = Authority.named("Plant CA");
        Authority old = Authority.named("Old CA", now.minus(Authority.DAY), now.minusSeconds(60));
        Issued client = ca.issue("line-4");
        write("ca.pem", Issued.pem(ca.certificate()));
        write("bundle.pem", Issued.pem(old.certificate(), ca.certificate()));
        write("old-ca.pem", Issued.pem(old.certificate()));
        write("cert.pem", client.chainPem());
        write("key.pem", client.keyPem());
        write("both.pem", client.chainPem() + client.keyPem());
        write("encrypted.pem", client.keyPem(KeyForm.PBES2_AES256_SHA256));
        write("other.pem", ca.issue("line-4").keyPem());
        write("other-both.pem", client.chainPem() + ca.issue("line-4").keyPem());
        write("rsa.pem", ca.issue("x", "RSA", now, now.plus(Authority.DAY)).keyPem());
        write(
                "expired.pem",
                ca.issue("line-4", "EC", now.minus(Authority.DAY), now.minusSeconds(60))
                        .chainPem());
        write(
                "early.pem",
                ca.issue("line-4", "EC", now.plusSeconds(600), now.plus(Authority.DAY))
                        .chainPem());
        write("empty.pem", "");
        write("text.pem", "no PEM at all");
        write("cut.pem", client.chainPem().substring(0, 300));
        write("garbled.pem", client.chainPem().replaceFirst("\n[A-Za-z0-9+/]{10}", "\n!!!!!!!!!!"));
        write("no-certificate.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        Files.write(folder.resolve("ca.der"), ca.certificate().getEncoded());
        Files.createDirectory(folder.resolve("folder"));
    }

    @Test
    void shouldBeNoTlsWhenNothingIsWritten() {
        for (String yaml : List.of("{}", "{tls: {}}", "{tls: }", "{tls: {ca_certs: , keyfile_password: ''}}")) {
            SettingsFixture settings = SettingsFixture.settings("s: " + yaml);

            assertThat(TlsSettings.read(settings.section("s").section("tls"))).isNull();
            assertThat(settings.problems()).isEmpty();
        }
    }

    @Test
    void shouldReadEveryKeyWhenWritten() {
        TlsSettings tls = read("""
                ca_certs: DIR/ca.pem
                certfile: DIR/cert.pem
                keyfile: DIR/encrypted.pem
                keyfile_password: s3cret
                cert_reqs: true
                ciphers: TLS_AES_128_GCM_SHA256
                """);

        assertThat(tls)
                .isEqualTo(new TlsSettings(
                        folder.resolve("ca.pem"),
                        folder.resolve("cert.pem"),
                        folder.resolve("encrypted.pem"),
                        new Secret("s3cret"),
                        true,
                        true,
                        List.of("TLS_AES_128_GCM_SHA256")));
        assertThat(tls.toString()).doesNotContain("s3cret");
        assertThat(tls.warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ca_certs: DIR/ca.pem | false | false | cert_reqs is not set",
                "insecure_cert: true | false | false | cert_reqs is not set",
                "insecure_cert: false | false | false | cert_reqs is not set",
                "cert_reqs: true | true | true | ",
                "cert_reqs: false | true | true | ",
                "{cert_reqs: true, insecure_cert: false} | true | true | ",
                "{cert_reqs: true, insecure_cert: true} | true | false | insecure_cert is true",
            })
    void shouldVerifyAsThePythonBridgeDoes(String yaml, boolean verified, boolean hostChecked, String warning) {
        TlsSettings tls = read(yaml);

        assertThat(tls.verified()).isEqualTo(verified);
        assertThat(tls.hostChecked()).isEqualTo(hostChecked);
        if (warning == null) {
            assertThat(tls.warnings()).isEmpty();
        } else {
            assertThat(tls.warnings()).singleElement().asString().startsWith(warning);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ca_certs: DIR/bundle.pem",
                "certfile: DIR/both.pem",
                "certfile: DIR/both.pem\nkeyfile: DIR/both.pem",
                "certfile: DIR/both.pem\nkeyfile_password: unused",
                "ca_certs: DIR/both.pem",
            })
    void shouldAcceptWhatOpensslAccepts(String yaml) {
        assertThat(read(yaml)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ca_certs: DIR/none.pem | ca_certs: expected the path of a file that exists | there is no DIR/none.pem",
                "ca_certs: [a] | ca_certs: expected the path of a file that exists | a list",
                "ca_certs: DIR/folder | ca_certs: the file DIR/folder cannot be read | it is a folder",
                "ca_certs: DIR/empty.pem | ca_certs: the file DIR/empty.pem | has no certificate in PEM form",
                "ca_certs: DIR/text.pem | ca_certs: the file DIR/text.pem | has no certificate in PEM form",
                "ca_certs: DIR/ca.der | ca_certs: the file DIR/ca.der | has no certificate in PEM form",
                "ca_certs: DIR/key.pem | ca_certs: the file DIR/key.pem | has no certificate in PEM form",
                "ca_certs: DIR/cut.pem | ca_certs: the file DIR/cut.pem | is damaged",
                "ca_certs: DIR/garbled.pem | ca_certs: the file DIR/garbled.pem | is damaged",
                "ca_certs: DIR/no-certificate.pem | ca_certs: the file DIR/no-certificate.pem | is damaged",
                "ca_certs: DIR/old-ca.pem | ca_certs: the file DIR/old-ca.pem | (CN=Old CA) that expired at",
                "certfile: DIR/none.pem | certfile: expected the path of a file that exists | DIR/none.pem",
                "certfile: DIR/cert.pem | certfile: the file DIR/cert.pem | has no private key",
                "certfile: DIR/key.pem | certfile: the file DIR/key.pem | has no certificate",
                "certfile: DIR/other-both.pem | certfile: the private key in DIR/other-both.pem | does not belong",
                "certfile: DIR/expired.pem, keyfile: DIR/key.pem | certfile: the file DIR/expired.pem | expired at",
                "certfile: DIR/early.pem, keyfile: DIR/key.pem | certfile: the file DIR/early.pem | not valid before",
                "certfile: DIR/cert.pem, keyfile: DIR/none.pem | keyfile: expected the path | DIR/none.pem",
                "certfile: DIR/cert.pem, keyfile: DIR/ca.pem | keyfile: the file DIR/ca.pem | has no private key",
                "certfile: DIR/cert.pem, keyfile: DIR/cut.pem | keyfile: the file DIR/cut.pem | is damaged",
                "certfile: DIR/cert.pem, keyfile: DIR/other.pem | keyfile: the private key in DIR/other.pem | CN=line-4",
                "certfile: DIR/cert.pem, keyfile: DIR/rsa.pem | keyfile: the private key in DIR/rsa.pem | CN=line-4",
                "certfile: DIR/cert.pem, keyfile: DIR/encrypted.pem | keyfile_password: must be set | DIR/encrypted.pem",
                "certfile: DIR/cert.pem, keyfile: DIR/encrypted.pem, keyfile_password: wr0ng "
                        + "| keyfile_password: does not decrypt the private key in DIR/encrypted.pem | <hidden>",
                "keyfile: DIR/key.pem | keyfile: needs a certfile | DIR/key.pem",
                "keyfile_password: wr0ng | keyfile_password: needs a certfile | <hidden>",
                "cert_reqs: 2 | cert_reqs: expected true or false | the number 2",
                "cert_reqs: 'true' | cert_reqs: expected true or false | the text",
                "insecure_cert: maybe | insecure_cert: expected true or false | maybe",
                "ciphers: FOO | ciphers: expected names of cipher suites | ECDHE-RSA-AES128-GCM-SHA256",
                "ca_cert: x | ca_cert: unknown; did you mean 'ca_certs'? | line 1",
            })
    void shouldNoteAProblemWhenAValueOrItsFileIsBad(String line, String start, String part) {
        SettingsFixture settings = SettingsFixture.settings("tls: {" + inFolder(line) + "}");

        TlsSettings.read(settings.section("tls"));

        assertThat(settings.problems())
                .singleElement()
                .asString()
                .startsWith("tls." + inFolder(start))
                .contains(inFolder(part))
                .doesNotContain("wr0ng");
    }

    @Test
    void shouldNoteEveryProblemAtOnce() {
        SettingsFixture settings = SettingsFixture.settings(inFolder("""
                tls:
                  ca_certs: DIR/old-ca.pem
                  certfile: DIR/expired.pem
                  keyfile: DIR/encrypted.pem
                  keyfile_password: wr0ng
                  ciphers: FOO
                  insecure_cert: 1
                """));

        TlsSettings.read(settings.section("tls"));

        assertThat(settings.problems()).hasSize(5).noneMatch(problem -> problem.contains("wr0ng"));
    }

    @Test
    void shouldNameTheFileButNotTheValueWhenWrittenAmongSecrets() {
        SettingsFixture settings = SettingsFixture.secrets(
                inFolder("tls: {ca_certs: DIR/old-ca.pem, certfile: s3cret, ciphers: s3cret, keyfile: DIR/key.pem}"));

        TlsSettings.read(settings.section("tls"));

        assertThat(settings.problems())
                .hasSize(3)
                .noneMatch(problem -> problem.contains("s3cret"))
                .anyMatch(
                        problem -> problem.contains(folder.resolve("old-ca.pem").toString()));
    }

    private static TlsSettings read(String yaml) {
        SettingsFixture settings =
                SettingsFixture.settings("tls:\n  " + inFolder(yaml).replace("\n", "\n  "));
        TlsSettings tls = TlsSettings.read(settings.section("tls"));
        assertThat(settings.problems()).isEmpty();
        return tls;
    }

    private static String inFolder(String text) {
        return text.replace("DIR", folder.toString());
    }

    private static void write(String name, String text) throws Exception {
        Files.writeString(folder.resolve(name), text);
    }
}
