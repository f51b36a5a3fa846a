package uns.bridge.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CipherSuitesTest {

    private static final List<String> TLS_1_3 =
            List.of("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256");

    @ParameterizedTest
    @CsvSource({
        "ECDHE-RSA-AES256-GCM-SHA384, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "DHE-RSA-AES128-SHA, TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    })
    void shouldKeepTls13WhenOnlySuitesOfTls12AreNamed(String name, String suite) {
        assertThat(CipherSuites.parse(name)).startsWith(suite).hasSize(4).containsAll(TLS_1_3);
    }

    @Test
    void shouldKeepTheOrderWhenSeveralAreNamed() {
        assertThat(CipherSuites.parse("TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256,DHE-RSA-AES256-SHA256"))
                .containsExactly(
                        "TLS_AES_128_GCM_SHA256",
                        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                        "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256");
    }

    @Test
    void shouldOfferNothingElseWhenOnlySuitesOfTls13AreNamed() {
        assertThat(CipherSuites.parse("TLS_AES_256_GCM_SHA384")).containsExactly("TLS_AES_256_GCM_SHA384");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HIGH", "DEFAULT", "ALL:!aNULL", "HIGH:!aNULL:!eNULL:!MD5:!3DES:-RC4"})
    void shouldTakeWhatJavaHasByDefaultWhenAKeywordSaysSo(String keywords) throws Exception {
        assertThat(CipherSuites.parse(keywords))
                .containsExactly(
                        SSLContext.getDefault().getDefaultSSLParameters().getCipherSuites());
    }

    @Test
    void shouldLeaveOutWhatIsExcluded() {
        assertThat(CipherSuites.parse("!ECDHE-RSA-AES128-SHA:HIGH:!TLS_AES_128_GCM_SHA256"))
                .hasSizeGreaterThan(10)
                .doesNotContain("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_AES_128_GCM_SHA256");
    }

    /** As Java 24 and later are without RSA key exchange. */
    @ParameterizedTest
    @CsvSource({
        "ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_RSA_WITH_AES_128_CBC_SHA:ECDHE-RSA-AES128-GCM-SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "!AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    })
    void shouldLeaveOutWhatIsSwitchedOffWhenOthersRemain(String list, String suite) {
        assertThat(CipherSuites.parse(list, Set.of(suite), Set.of())).containsExactly(suite);
    }

    @Test
    void shouldRefuseWhenAllIsSwitchedOff() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CipherSuites.parse("AES128-SHA", Set.of("TLS_AES_128_GCM_SHA256"), Set.of()))
                .withMessage("nothing remains of it, for AES128-SHA is switched off in this Java"
                        + " (jdk.tls.disabledAlgorithms)");
    }

    @Test
    void shouldAddNothingWhenTheNamesAreThoseOfJava() {
        assertThat(CipherSuites.ofJava(" TLS_DHE_RSA_WITH_AES_128_CBC_SHA , TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"))
                .containsExactly("TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA");
    }

    @Test
    void shouldLeaveOutWhatIsSwitchedOffWhenTheNamesAreThoseOfJava() {
        Set<String> offered = Set.of("TLS_AES_128_GCM_SHA256");

        assertThat(CipherSuites.ofJava("TLS_RSA_WITH_AES_128_CBC_SHA,TLS_AES_128_GCM_SHA256", offered))
                .containsExactly("TLS_AES_128_GCM_SHA256");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CipherSuites.ofJava("TLS_RSA_WITH_AES_128_CBC_SHA", offered))
                .withMessage("nothing remains of it, for all is switched off in this Java"
                        + " (jdk.tls.disabledAlgorithms)");
    }

    /** Every OpenSSL name of the table is one that this Java offers, or the table is wrong; but for what is switched off. */
    @Test
    void shouldKnowOnlyNamesThatJavaHas() throws Exception {
        String names = CipherSuites.allowed().replaceFirst(".*OpenSSL \\(([^)]*)\\).*", "$1");
        List<String> offered =
                List.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
        int withRsaKeyExchange = offered.contains("TLS_RSA_WITH_AES_128_CBC_SHA") ? 6 : 0;
        assertThat(CipherSuites.parse(names.replace(", ", ":")))
                .hasSize(21 + withRsaKeyExchange + 3)
                .containsAll(TLS_1_3);
    }

    @ParameterizedTest
    @CsvSource({
        "FOO, FOO is not known",
        "ECDHE+AESGCM, ECDHE+AESGCM is not known",
        "DEFAULT@SECLEVEL=1, DEFAULT@SECLEVEL=1 is not known",
        "!FOO:HIGH, FOO is not known",
        "RC4-SHA, RC4-SHA is not known",
        "DHE-RSA-AES128-SHA:!DHE-RSA-AES128-SHA, nothing remains",
        "!aNULL, nothing remains",
    })
    void shouldRefuseWhenANameIsNotKnown(String list, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CipherSuites.parse(list))
                .withMessageContaining(reason);
    }
}
