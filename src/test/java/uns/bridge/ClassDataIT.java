package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The archive of conf/class-data.sh, with the options that the unit and the image hand to Java. */
@DisabledOnOs(OS.WINDOWS)
class ClassDataIT {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin");
    private static final Pattern OPTION = Pattern.compile("-X[^\\s\"]+");

    @TempDir
    private Path folder;

    private Path jar;

    @BeforeEach
    void copyJar() throws IOException {
        jar = Files.copy(
                Path.of(System.getProperty("bridge.jar", "target/uns-kafka-bridge.jar")),
                folder.resolve("uns-kafka-bridge.jar"));
    }

    @Test
    void shouldHaveTheClassesOfAStart() throws Exception {
        assertThat(said(List.of("sh", "conf/class-data.sh", jar.toString()))).isEmpty();
        Path loaded = folder.resolve("loaded");
        List<String> command = command("conf/uns-kafka-bridge.service", "ExecStart=");
        command.add(1, "-Xlog:class+load:file=" + loaded);
        Files.writeString(folder.resolve("settings.yaml"), """
                mqtt: {host: localhost, port: 1}
                kafka: {config: {bootstrap.servers: 'localhost:1'}}
                sparkplug: {state_dir: none}
                http: {enabled: false}
                """);
        command.addAll(List.of("--conf", folder.toString()));

        Process bridge = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(60))
                    .until(() ->
                            Files.readString(loaded).contains("org.apache.kafka.clients.producer.internals.Sender "));
        } finally {
            bridge.destroyForcibly().waitFor();
        }

        assertThat(Files.readAllLines(loaded))
                .anyMatch(line -> line.contains("KafkaProducer source: shared objects file (top)"))
                .filteredOn(line -> line.contains("source: file:") || line.contains("source: jar:"))
                .hasSizeLessThan(50);
    }

    @ParameterizedTest
    @CsvSource({
        "conf/uns-kafka-bridge.service, ExecStart=",
        "Dockerfile, ENTRYPOINT",
        "Dockerfile, HEALTHCHECK",
    })
    void shouldStartWithoutAWordWhenTheArchiveDoesNotFit(String file, String marker) throws Exception {
        List<String> command = command(file, marker);
        command.add("--version");
        Path archive = folder.resolve("bridge.jsa");
        String version = said(command);
        assertThat(version).as("no archive").isEqualTo(Main.version() + "\n");

        Files.writeString(archive, "something else");
        assertThat(said(command)).as("no archive, but a file").isEqualTo(version);

        Files.delete(archive);
        List<String> training = new ArrayList<>(command);
        training.add(1, "-XX:ArchiveClassesAtExit=" + archive);
        training.removeIf(option -> option.startsWith("-XX:SharedArchiveFile"));
        assertThat(said(training)).isEqualTo(version);
        Files.setLastModifiedTime(jar, FileTime.fromMillis(0));
        assertThat(said(command)).as("of another jar").isEqualTo(version);
    }

    /** The start of the bridge as {@code file} says after {@code marker}, but here and without further arguments. */
    private List<String> command(String file, String marker) throws IOException {
        String text = Files.readString(Path.of(file));
        int from = text.indexOf("\n" + marker);
        List<String> options = OPTION.matcher(text.substring(from, text.indexOf("--conf", from)))
                .results()
                .map(MatchResult::group)
                .map(option -> option.replaceFirst("=/.*/", "=" + folder + "/"))
                .toList();
        assertThat(options).contains("-XX:SharedArchiveFile=" + folder.resolve("bridge.jsa"));
        List<String> command = new ArrayList<>(List.of(JAVA.resolve("java").toString()));
        command.addAll(options);
        command.addAll(List.of("-jar", jar.toString()));
        return command;
    }

    private static String said(List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.put("PATH", JAVA + ":" + environment.get("PATH"));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
