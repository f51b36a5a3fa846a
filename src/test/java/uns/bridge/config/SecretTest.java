package uns.bridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SecretTest {

    @Test
    void shouldHideTheTextWhenPrinted() {
        Secret secret = new Secret("s3cret");

        assertThat(secret).hasToString("<hidden>").isEqualTo(new Secret("s3cret"));
        assertThat(secret.reveal()).isEqualTo("s3cret");
    }
}
