package uns.bridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SectionTest {

    private static final ValueType<Integer> DIGIT = ValueType.integer(0, 9);

    @Test
    void shouldTellPathValueRuleAndPlaceWhenAValueIsBad() {
        SettingsFixture settings = SettingsFixture.settings("a:\n  b:\n    c: 12\n");

        assertThat(settings.section("a").section("b").get("c", DIGIT, 3)).isEqualTo(3);
        assertThat(settings.problems())
                .containsExactly(
                        "a.b.c: expected a whole number from 0 to 9, but got the number 12 (settings.yaml, line 3)");
    }

    @Test
    void shouldTellPathAndPlaceWhenWarned() {
        SettingsFixture settings = SettingsFixture.settings("a:\n  b: 1\n");

        settings.section("a").warn("b", "has no effect");

        assertThat(settings.root().warnings()).containsExactly("a.b: has no effect (settings.yaml, line 2)");
        assertThat(settings.problems()).isEmpty();
    }

    @Test
    void shouldNoteAProblemWhenAMandatoryValueIsMissingOrEmpty() {
        SettingsFixture settings = SettingsFixture.settings("a: {x: '', y: ~}");

        for (String key : List.of("x", "y", "z")) {
            assertThat(settings.section("a").require(key, ValueType.TEXT, "-")).isEqualTo("-");
        }
        assertThat(settings.problems()).containsExactly("a.x: must be set", "a.y: must be set", "a.z: must be set");
    }

    @Test
    void shouldNameTheItemWhenAListHasABadOne() {
        SettingsFixture settings = SettingsFixture.settings("l: [1, 12, x, [2]]");

        assertThat(settings.root().list("l", DIGIT, List.of(5))).containsExactly(5);
        assertThat(settings.problems())
                .extracting(line -> line.substring(0, 5))
                .containsExactly("l[1]:", "l[2]:", "l[3]:");
    }

    @Test
    void shouldExplainWhenASectionIsNotAMap() {
        SettingsFixture settings = SettingsFixture.settings("a: text");

        assertThat(settings.section("a").isEmpty()).isTrue();
        assertThat(settings.problems())
                .containsExactly("a: expected a map, but got the text \"text\" (settings.yaml, line 1)");
    }

    @Test
    void shouldNameTheNearestKeyWhenAKeyIsUnknown() {
        SettingsFixture settings = SettingsFixture.of("a: {prot: 1}\nhistorian: {}", "a: {hsot: s3cret}", Map.of());
        settings.section("a").find("port", DIGIT);
        settings.section("a").find("host", ValueType.TEXT);

        assertThat(settings.problems())
                .containsExactlyInAnyOrder(
                        "historian: unknown; known are [a] (settings.yaml, line 2)",
                        "a.prot: unknown; did you mean 'port'? (settings.yaml, line 1)",
                        "a.hsot: unknown; did you mean 'host'? (.secrets.yaml, line 1)");
    }

    @Test
    void shouldDescribeWhereFromAndHideSecretsWhenRead() {
        SettingsFixture settings = SettingsFixture.of(
                "a: {host: broker, password: s3cret, l: [x, 'y']}",
                "a: {user: s3cret}",
                Map.of("UNS_A__PORT", "7", "UNS_A__M", "[s3cret]"));
        Section a = settings.section("a");
        a.find("host", ValueType.TEXT);
        a.find("user", ValueType.TEXT);
        a.find("password", ValueType.SECRET);
        a.find("other", ValueType.TEXT);
        a.get("port", DIGIT, 1);
        a.get("qos", DIGIT, 1);
        a.list("l", ValueType.TEXT, List.of());
        a.list("m", ValueType.TEXT, List.of());
        a.list("n", ValueType.TEXT, List.of("z"));

        assertThat(settings.root().describe())
                .containsExactly(
                        "a.host = broker (settings.yaml)",
                        "a.l = [x, y] (settings.yaml)",
                        "a.m = <hidden> (environment UNS_A__M)",
                        "a.n = [z] (default)",
                        "a.other = none (default)",
                        "a.password = <hidden> (settings.yaml)",
                        "a.port = <hidden> (environment UNS_A__PORT)",
                        "a.qos = 1 (default)",
                        "a.user = <hidden> (.secrets.yaml)");
    }

    @Test
    void shouldHideWhenASecretIsRejected() {
        SettingsFixture settings = SettingsFixture.of("a: s3cret\nb: seen", "c: s3cret", Map.of("UNS_D", "s3cret"));
        Section root = settings.root();
        root.find("a", ValueType.SECRET);
        for (String key : List.of("a", "b", "c", "d")) {
            root.reject(key, "no");
        }

        assertThat(settings.problems())
                .containsExactly(
                        "a: no; got <hidden> (settings.yaml, line 1)",
                        "b: no; got the text \"seen\" (settings.yaml, line 2)",
                        "c: no; got <hidden> (.secrets.yaml, line 1)",
                        "d: no; got <hidden> (environment UNS_D)");
    }

    @Test
    void shouldNotShowASecretThatABlankHasLeftInAKey() {
        SettingsFixture settings = SettingsFixture.of(
                "a: {prot:1}",
                "a: {password:s3cret, port:s3cret: 1}\ntoken:s3cret:",
                Map.of("UNS_A", "{user=\"u\", password=\"s3cret\"}", "UNS_M", "{acme/+/#: x}"));
        settings.section("a").find("port", DIGIT);
        settings.section("a").find("password", ValueType.SECRET);
        settings.section("m").find("acme/+/#", ValueType.TEXT);

        String hint = ": unknown; a name and its value need a colon and a blank between them";
        assertThat(settings.problems())
                .containsExactlyInAnyOrder(
                        "a.prot:1" + hint + " (settings.yaml, line 1)",
                        "a.password<hidden>" + hint + " (.secrets.yaml, line 1)",
                        "a.port<hidden>" + hint + " (.secrets.yaml, line 1)",
                        "token<hidden>" + hint + " (.secrets.yaml, line 2)",
                        "a.user<hidden>" + hint + " (environment UNS_A)",
                        "a.password<hidden>" + hint + " (environment UNS_A)");
        assertThat(settings.root().describe()).contains("m.acme/+/# = <hidden> (environment UNS_M)");
    }

    @Test
    void shouldJoinKeysByDotsWhenFlattened() {
        SettingsFixture settings = SettingsFixture.of(
                "a: {sasl: {mechanism: PLAIN, x: {y: 1}}, linger.ms: 5, acks: '', acks2: {}}",
                "",
                Map.of("UNS_A__LINGER__MS", "20"));
        Section flat = settings.section("a").flattened();

        assertThat(flat.keys()).containsExactlyInAnyOrder("sasl.mechanism", "sasl.x.y", "linger.ms");
        assertThat(flat.find("linger.ms", ValueType.TEXT)).isEqualTo("20");
        assertThat(settings.problems()).isEmpty();
    }

    @Test
    void shouldNoteAProblemWhenOneFileSaysTheSameFlatAndNested() {
        SettingsFixture settings = SettingsFixture.settings("a:\n  s.m: 1\n  s: {m: 2}\n");
        settings.section("a").flattened();

        assertThat(settings.problems())
                .containsExactly("a.s.m: written twice, also at settings.yaml, line 2 (settings.yaml, line 3)");
    }
}
