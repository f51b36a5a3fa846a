package uns.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.config.SettingsFixture;

class HttpSettingsTest {

    private static final String ALLOWED =
            "http.token: must be of letters, digits and signs of ASCII, without blanks (RFC 6750, 2.1)";

    @ParameterizedTest
    @ValueSource(strings = {"t\u00f6ken", "a token", "\u20ac"})
    void shouldRefuseATokenWhenNoHeaderCanCarryIt(String token) {
        for (SettingsFixture settings : List.of(
                SettingsFixture.of("http: {token: \"" + token + "\"}", "", Map.of()),
                SettingsFixture.of("", "http: {token: \"" + token + "\"}", Map.of()),
                SettingsFixture.of("", "", Map.of("UNS_HTTP__TOKEN", token)))) {
            HttpSettings.read(settings.section("http"));

            assertThat(settings.problems())
                    .anySatisfy(problem -> assertThat(problem).startsWith(ALLOWED))
                    .noneMatch(problem -> problem.contains(token));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mF_9.B5f-4.1JqM==", "s3cret!", "~+/"})
    void shouldTakeATokenThatAHeaderCanCarry(String token) {
        SettingsFixture settings = SettingsFixture.of("", "http: {token: '" + token + "'}", Map.of());

        HttpSettings.read(settings.section("http"));

        assertThat(settings.problems()).isEmpty();
    }
}
