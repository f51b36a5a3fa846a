package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class LogTest {

    @Test
    void shouldWriteOneLineWhateverAMessageSays() throws Exception {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        PrintStream out = System.out;
        LoggerContext context = new LoggerContext();
        System.setOut(new PrintStream(written, true, UTF_8));
        try {
            context.putProperty("UNS_LOG_FORMAT", "text");
            JoranConfigurator configurator = new JoranConfigurator();
            configurator.setContext(context);
            configurator.doConfigure(Main.class.getResource("/logback.xml"));
            context.getLogger(LogTest.class).warn("topic {}", "a\nb\r\u001b[31m\tC:\\d $1");
        } finally {
            System.setOut(out);
            context.stop();
        }
        assertThat(written.toString(UTF_8).stripTrailing())
                .endsWith("WARN  [main] LogTest: topic a?b??[31m?C:\\d $1")
                .doesNotContain("\n");
    }
}
