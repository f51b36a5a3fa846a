package uns.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uns.bridge.config.SettingsFixture;
import uns.bridge.status.ExposedMetrics;

/** README.md describes the settings there are, with the defaults they have, and the metrics. */
class ReadmeTest {

    /** A row of the configuration tables: key and default. */
    private static final Pattern ROW = Pattern.compile(
            "^\\| `((?:mqtt|sparkplug|kafka|spool|http|watchdog)\\.[a-z_.]+|drain_timeout)` \\| ([^|]*) \\| .*\\| .*\\|$");

    /** A setting in effect, as the bridge logs it: key, value, origin. */
    private static final Pattern DESCRIPTION = Pattern.compile("([a-z_.]+) = (.*) \\(.*\\)");

    /** What has no default, a default that differs from host to host, or is a map. */
    private static final Map<String, String> SPECIAL = Map.of(
            "mqtt.host", "must be set",
            "kafka.config.bootstrap.servers", "must be set",
            "mqtt.client_id", "`uns-kafka-bridge-<host name>`",
            "mqtt.ignored_attributes", "`{}`",
            "kafka.create_topics.config", "`{}`");

    /** A row of the tables of metrics: name, type. */
    private static final Pattern METRIC = Pattern.compile("^\\| `([a-z0-9_]+)` \\| (counter|gauge|histogram) \\| .*$");

    /** Those of the JVM and the process are documented elsewhere, and differ from one Java to the next. */
    private static final Pattern OF_JAVA = Pattern.compile("(jvm|process|system)_.*");

    @Test
    void shouldDescribeEveryMetric(@TempDir Path confDir) throws Exception {
        Map<String, String> exposed = ExposedMetrics.types(ExposedMetrics.scrape(confDir));
        exposed.keySet().removeIf(name -> OF_JAVA.matcher(name).matches());

        Map<String, String> documented = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("README.md"))) {
            Matcher row = METRIC.matcher(line);
            if (row.matches()) {
                documented.put(row.group(1), row.group(2));
            }
        }
        assertThat(documented).isEqualTo(exposed);
    }

    @Test
    void shouldDescribeEverySettingWithItsDefault(@TempDir Path confDir) throws Exception {
        SettingsFixture.write(
                confDir, "mqtt: {host: h, client_id: c}\nkafka: {config: {bootstrap.servers: 'k:9092'}}", "");
        Map<String, String> known = new TreeMap<>();
        for (String line : Settings.load(confDir, Map.of()).description()) {
            Matcher setting = DESCRIPTION.matcher(line);
            assertThat(setting.matches()).as(line).isTrue();
            known.put(setting.group(1), setting.group(2).equals("none") ? "none" : "`" + setting.group(2) + "`");
        }
        known.putAll(SPECIAL);

        Map<String, String> documented = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("README.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                documented.put(row.group(1), row.group(2));
            }
        }
        assertThat(documented).isEqualTo(known);
    }
}
