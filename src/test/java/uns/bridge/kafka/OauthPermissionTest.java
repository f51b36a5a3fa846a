package uns.bridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.config.SettingsFixture;

/** What Kafka's clients may ask for tokens. */
class OauthPermissionTest {

    private String urls;
    private String files;

    @BeforeEach
    void clear() {
        urls = System.clearProperty(OauthPermission.URLS);
        files = System.clearProperty(OauthPermission.FILES);
    }

    @AfterEach
    void restore() {
        restore(OauthPermission.URLS, urls);
        restore(OauthPermission.FILES, files);
    }

    private static void restore(String property, String value) {
        if (value == null) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, value);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sasl.mechanisms: OAUTHBEARER, sasl.oauthbearer.method: oidc, sasl.oauthbearer.client.id: CLIENT,"
                        + " sasl.oauthbearer.client.secret: SECRET, sasl.oauthbearer.scope: plant",
                "sasl.mechanism: OAUTHBEARER, sasl.oauthbearer.client.credentials.client.id: CLIENT,"
                        + " sasl.oauthbearer.client.credentials.client.secret: SECRET, sasl.oauthbearer.scope: plant,"
                        + " sasl.login.callback.handler.class:"
                        + " org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler,"
                        + " sasl.jaas.config:"
                        + " 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;'"
            })
    void shouldAskForATokenWhereTheSettingsSay(String login) {
        try (TokenEndpoint endpoint = new TokenEndpoint()) {
            SettingsFixture settings = SettingsFixture.settings(
                    "kafka: {config: {bootstrap.servers: 'localhost:1', security.protocol: SASL_PLAINTEXT, "
                            + "sasl.oauthbearer.token.endpoint.url: '" + endpoint.url() + "', "
                            + login.replace("CLIENT", TokenEndpoint.CLIENT).replace("SECRET", TokenEndpoint.SECRET)
                            + "}}");
            KafkaSettings kafka = KafkaSettings.read(settings.section("kafka"));
            assertThat(settings.problems()).isEmpty();
            assertThat(kafka.warnings()).isEmpty();

            new KafkaProducer<>(kafka.config()).close();

            assertThat(endpoint.requests())
                    .singleElement()
                    .asString()
                    .contains("grant_type=client_credentials")
                    .contains("scope=plant");
        }
    }

    @Test
    void shouldKeepWhatIsAllowedAlready() {
        System.setProperty(OauthPermission.URLS, "https://a/t");
        Map<String, String> texts = Map.of(
                "sasl.oauthbearer.token.endpoint.url", "https://b/t", "sasl.oauthbearer.assertion.file", "token.jwt");

        OauthPermission.grant(texts);
        OauthPermission.grant(texts);

        assertThat(System.getProperty(OauthPermission.URLS)).isEqualTo("https://a/t,https://b/t");
        assertThat(System.getProperty(OauthPermission.FILES))
                .isEqualTo(Path.of("token.jwt").toAbsolutePath().toString());
    }

    @Test
    void shouldAllowNothingWhenNothingIsWritten() {
        OauthPermission.grant(Map.of("security.protocol", "SSL"));

        assertThat(System.getProperty(OauthPermission.URLS)).isNull();
        assertThat(System.getProperty(OauthPermission.FILES)).isNull();
    }
}
