package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uns.bridge.config.SettingsFixture;

class MainTest {

    private static final String SETTINGS =
            "mqtt: {host: broker, topics: [a/#], version: 4, clean_session: true}\nkafka: {config: {bootstrap.servers: 'k:9092', acks: 1}}";

    private final PrintStream out = System.out;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @TempDir
    private Path conf;

    @BeforeEach
    void capture() {
        System.setOut(new PrintStream(printed, true, UTF_8));
    }

    @AfterEach
    void restore() {
        System.setOut(out);
    }

    @Test
    void shouldPrintWhatIsInEffectWhenOnlyChecking() throws Exception {
        SettingsFixture.write(conf, SETTINGS, "mqtt: {username: me, password: s3cr3t}");

        int code = Main.run(new String[] {"--check", "--conf", conf.toString()}, Map.of("UNS_MQTT__QOS", "2"));

        assertThat(code).isZero();
        assertThat(printed.toString(UTF_8))
                .contains("mqtt.host = broker (settings.yaml)")
                .contains("mqtt.port = 1883 (default)")
                .contains("mqtt.password = <hidden> (.secrets.yaml)")
                .contains("mqtt.qos = ", "UNS_MQTT__QOS")
                .contains("warning: kafka.config.acks: not 'all'", "warning: mqtt.clean_session: ")
                .doesNotContain("s3cr3t");
    }

    @Test
    void shouldPrintTheRecordWhenAskedToExplain() throws Exception {
        SettingsFixture.write(conf, SETTINGS, "");
        Path payload = Files.writeString(conf.resolve("payload.json"), "{\"v\": 2.50}");

        int code = Main.run(
                new String[] {"--explain", "a/b", "--payload", payload.toString(), "--conf", conf.toString()},
                Map.of());

        assertThat(code).isZero();
        assertThat(printed.toString(UTF_8))
                .contains("subscribed by: a/#", "Kafka topic: a_b", "  value: {\"v\": 2.50}");
    }

    @ParameterizedTest
    @CsvSource({"--explain a/#", "--explain a --payload /absent/file", "--payload x", "--explain"})
    void shouldEndWithTwoWhenThereIsNothingToExplain(String arguments) throws Exception {
        SettingsFixture.write(conf, SETTINGS, "");
        String all = "--conf " + conf + " " + arguments;

        assertThat(Main.run(all.split(" "), Map.of())).isEqualTo(2);
        assertThat(printed.toString(UTF_8)).isEmpty();
    }

    @Test
    void shouldEndWithTwoWhenTheCheckFails() throws Exception {
        SettingsFixture.write(conf, "mqtt: {host: broker, qos: 7}", "");

        assertThat(Main.run(new String[] {"--conf", conf.toString(), "--check"}, Map.of()))
                .isEqualTo(2);
        assertThat(printed.toString(UTF_8)).isEmpty();
    }
}
