package uns.bridge.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import uns.bridge.config.Secret;

class IdentityTest {

    private static final Authority CA = Authority.named("Plant CA");
    private static final Map<String, Issued> BY_ALGORITHM = Stream.of("RSA", "EC", "Ed25519")
            .collect(Collectors.toMap(
                    algorithm -> algorithm,
                    algorithm -> CA.issue(
                            "line-4",
                            algorithm,
                            Instant.now().minus(Authority.DAY),
                            Instant.now().plus(Authority.DAY))));

    @TempDir
    private Path folder;

    static Stream<Arguments> everyForm() {
        return Stream.of(KeyForm.values())
                .flatMap(form -> BY_ALGORITHM.keySet().stream()
                        // Ed25519 has no form of its own before PKCS#8.
                        .filter(algorithm ->
                                !algorithm.equals("Ed25519") || !form.name().startsWith("TRAD"))
                        .map(algorithm -> Arguments.of(form, algorithm)));
    }

    @ParameterizedTest
    @MethodSource("everyForm")
    void shouldReadTheKeyWhenInAnyForm(KeyForm form, String algorithm) throws Exception {
        Issued issued = BY_ALGORITHM.get(algorithm);
        Path certfile = write("cert.pem", "a comment\r\n" + issued.chainPem());
        Path keyfile = write("key.pem", "Bag Attributes\n  friendlyName: x\n" + issued.keyPem(form));
        Secret password = form.encrypted() ? new Secret(Issued.PASSWORD) : null;

        Identity identity = Identity.load(certfile, keyfile, password);

        // That it is this very key was checked: it fits the certificate.
        assertThat(identity.key().getAlgorithm())
                .isEqualTo(issued.keys().getPrivate().getAlgorithm());
        assertThat(identity.chain()).containsExactly(issued.certificate());
        assertThat(identity.toString()).isEqualTo("Identity[CN=line-4]");
    }

    @ParameterizedTest
    @MethodSource("everyForm")
    void shouldBlameThePasswordWhenItIsWrongOrMissing(KeyForm form, String algorithm) throws Exception {
        if (!form.encrypted()) {
            return;
        }
        Issued issued = BY_ALGORITHM.get(algorithm);
        Path certfile = write("cert.pem", issued.chainPem());
        Path keyfile = write("key.pem", issued.keyPem(form));

        assertThatThrownBy(() -> Identity.load(certfile, keyfile, new Secret("wr0ng")))
                .isInstanceOfSatisfying(
                        TlsFileException.class, e -> assertThat(e.setting()).isEqualTo("keyfile_password"))
                .hasMessage("does not decrypt the private key in " + keyfile)
                .hasNoCause();
        assertThatThrownBy(() -> Identity.load(certfile, keyfile, null))
                .isInstanceOfSatisfying(
                        TlsFileException.class, e -> assertThat(e.setting()).isEqualTo("keyfile_password"))
                .hasMessageContainingAll("must be set", keyfile.toString());
    }

    @ParameterizedTest
    @MethodSource("everyForm")
    void shouldIgnoreThePasswordWhenTheKeyIsNotEncrypted(KeyForm form, String algorithm) throws Exception {
        if (form.encrypted()) {
            return;
        }
        Issued issued = BY_ALGORITHM.get(algorithm);
        Path certfile = write("both.pem", issued.keyPem(form) + issued.chainPem());

        assertThat(Identity.load(certfile, null, new Secret("unused")).chain()).isEqualTo(issued.chain());
    }

    @Test
    void shouldReadTheKeyWhenParametersOfTheCurveComeFirst() throws Exception {
        Issued issued = BY_ALGORITHM.get("EC");
        String prime256v1 = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
        Path certfile = write("cert.pem", issued.chainPem());
        Path keyfile = write("key.pem", prime256v1 + issued.keyPem(KeyForm.TRADITIONAL));

        assertThat(Identity.load(certfile, keyfile, null).chain()).isEqualTo(issued.chain());
    }

    @Test
    void shouldKeepTheChainInItsOrder() throws Exception {
        Issued issued = CA.intermediate("Line CA").issue("line-4");
        Path both = write("both.pem", issued.chainPem() + issued.keyPem());

        assertThat(Identity.load(both, null, null).chain()).hasSize(2).isEqualTo(issued.chain());
    }

    private Path write(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), text);
    }
}
