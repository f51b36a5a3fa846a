package uns.bridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CipherSuitesTest {

    /** The names of OpenSSL's ciphers(1). */
    @ParameterizedTest
    @CsvSource({
        "ECDHE-ECDSA-AES256-GCM-SHA384, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "ECDHE-RSA-AES256-SHA384,       TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
        "ECDHE-RSA-AES128-SHA,          TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        "ECDHE-RSA-CHACHA20-POLY1305,   TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        "DHE-RSA-AES256-GCM-SHA384,     TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
        "DHE-DSS-AES128-SHA256,         TLS_DHE_DSS_WITH_AES_128_CBC_SHA256",
        "AES256-GCM-SHA384,             TLS_RSA_WITH_AES_256_GCM_SHA384",
        "AES128-SHA,                    TLS_RSA_WITH_AES_128_CBC_SHA",
        "TLS_CHACHA20_POLY1305_SHA256,  TLS_CHACHA20_POLY1305_SHA256",
        "TLS_RSA_WITH_AES_128_CBC_SHA,  TLS_RSA_WITH_AES_128_CBC_SHA",
    })
    void shouldFindTheSuiteOfAName(String name, String suite) {
        List<String> unknown = new ArrayList<>();

        assertThat(CipherSuites.javaNames(name, unknown)).containsExactly(suite);
        assertThat(unknown).isEmpty();
    }

    @Test
    void shouldKeepTheOrderAndTellWhatJavaDoesNotKnow() {
        List<String> unknown = new ArrayList<>();

        assertThat(CipherSuites.javaNames("AES256-SHA:HIGH:!aNULL, AES128-SHA::CAMELLIA128-SHA", unknown))
                .containsExactly("TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA");
        assertThat(unknown).containsExactly("HIGH", "!aNULL", "CAMELLIA128-SHA");
    }
}
