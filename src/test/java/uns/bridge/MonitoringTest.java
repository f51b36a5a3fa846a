package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;
import uns.bridge.status.ExposedMetrics;

/** The alerts and the dashboard know only metrics and labels that the bridge has. */
class MonitoringTest {

    private static final Path ALERTS = Path.of("conf/monitoring/alerts.yaml");
    private static final Path DASHBOARD = Path.of("conf/monitoring/dashboard.json");
    private static final Path ALERTS_TEST = Path.of("src/test/resources/uns/bridge/alerts-test.yaml");

    /** Debian's package {@code prometheus} has it. */
    private static final Path PROMTOOL = Path.of("/usr/bin/promtool");

    /** A metric of an expression, with its labels, if there are any. */
    private static final Pattern SELECTOR =
            Pattern.compile("\\b((?:uns_bridge|kafka_producer|jvm|process|system)_[a-z0-9_]+)(?:\\{([^}]*)})?");

    private static final Pattern EQUALS = Pattern.compile("([a-z]+)=(\"[^\"]*\")");

    static boolean hasPromtool() {
        return Files.isExecutable(PROMTOOL);
    }

    @Test
    void shouldKnowOnlySeriesThatAreThere(@TempDir Path confDir) throws Exception {
        List<String> series = ExposedMetrics.scrape(confDir)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .toList();
        TreeSet<String> unknown = new TreeSet<>();
        List<String> expressions = expressions();
        for (String expression : expressions) {
            List<MatchResult> selectors = SELECTOR.matcher(expression).results().toList();
            for (MatchResult selector : selectors) {
                List<String> labels = selector.group(2) == null
                        ? List.of()
                        : EQUALS.matcher(selector.group(2))
                                .results()
                                .map(label -> label.group(1) + "=" + label.group(2))
                                .toList();
                boolean there = series.stream()
                        .anyMatch(line -> line.split("[ {]", 2)[0].equals(selector.group(1))
                                && labels.stream().allMatch(line::contains));
                if (!there) {
                    unknown.add(selector.group());
                }
            }
        }
        assertThat(expressions).hasSizeGreaterThan(40);
        assertThat(unknown).isEmpty();
    }

    @Test
    @EnabledIf("hasPromtool")
    void shouldRaiseTheAlertsWhenTheyAreDue() throws Exception {
        promtool("check", "rules", ALERTS.toString());
        promtool("test", "rules", ALERTS_TEST.toString());
    }

    @Test
    @EnabledIf("hasPromtool")
    void shouldShowExpressionsThatPrometheusUnderstands(@TempDir Path folder) throws Exception {
        List<Map<String, String>> rules = new ArrayList<>();
        for (String expression : dashboard()) {
            String expr = expression.replace("$__rate_interval", "5m").replace("$instance", ".*");
            rules.add(Map.of("record", "panel_" + rules.size(), "expr", expr));
        }
        Path file = folder.resolve("rules.yaml");
        Files.writeString(
                file, new Yaml().dump(Map.of("groups", List.of(Map.of("name", "dashboard", "rules", rules)))));

        promtool("check", "rules", file.toString());
    }

    private static List<String> expressions() throws Exception {
        List<String> expressions = new ArrayList<>(dashboard());
        Map<String, List<Map<String, List<Map<String, String>>>>> alerts = new Yaml().load(Files.readString(ALERTS));
        alerts.get("groups").get(0).get("rules").forEach(rule -> expressions.add(rule.get("expr")));
        return expressions;
    }

    private static List<String> dashboard() throws Exception {
        List<String> expressions = new ArrayList<>();
        for (JsonNode expression :
                new ObjectMapper().readTree(Files.readString(DASHBOARD)).findValues("expr")) {
            expressions.add(expression.asText());
        }
        return expressions;
    }

    private static void promtool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(PROMTOOL.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
