package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The unit for systemd, where systemd and the Java that it names are installed. */
@EnabledIf("hasSystemd")
class SystemdUnitTest {

    private static final Path ANALYZE = Path.of("/usr/bin/systemd-analyze");
    private static final Path JAVA = Path.of("/usr/bin/java");
    private static final String UNIT = "conf/uns-kafka-bridge.service";

    static boolean hasSystemd() {
        return Files.isExecutable(ANALYZE) && Files.isExecutable(JAVA);
    }

    @Test
    void shouldBeUnderstood() throws Exception {
        List<String> complaints = analyze("verify", UNIT)
                .lines()
                .filter(line -> line.contains("uns-kafka-bridge.service"))
                // As systemd before 254 says.
                .filter(line -> !line.contains("'RestartSteps'") && !line.contains("'RestartMaxDelaySec'"))
                .toList();

        assertThat(complaints).isEmpty();
    }

    @Test
    void shouldExposeLittle() throws Exception {
        assertThat(analyze("security", "--offline=true", "--threshold=15", "--no-pager", UNIT))
                .contains("Overall exposure level");
    }

    private static String analyze(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(ANALYZE.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
