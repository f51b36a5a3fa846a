package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LogTest {

    private static final Pattern SAMPLE = Pattern.compile("(?s)    (<configuration>.*?</configuration>)");

    private static Stream<String> configurations() throws IOException {
        Matcher sample = SAMPLE.matcher(Files.readString(Path.of("README.md")));
        assertThat(sample.find()).isTrue();
        return Stream.of(Files.readString(Path.of("src/main/resources/logback.xml")), sample.group(1));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void shouldWriteOneLineWhateverAMessageSays(String configuration) throws Exception {
        assertThat(written(configuration, "a\nb\r\u001b[31m\tC:\\d $1\u009b", null)
                        .stripTrailing())
                .endsWith("WARN  [main] LogTest: topic a?b??[31m?C:\\d $1?")
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void shouldIndentAStackTraceWhateverAnExceptionSays(String configuration) throws Exception {
        Exception cause = new IllegalStateException("a\n2026-01-01 ERROR [main] b\r\u001b[31m\tC:\\d $1");
        Exception thrown = new IllegalArgumentException("outer\rline", cause);

        List<String> lines = written(configuration, "t", thrown).lines().toList();

        assertThat(lines)
                .contains(
                        "java.lang.IllegalStateException: a",
                        "  2026-01-01 ERROR [main] b??[31m\tC:\\d $1",
                        "  Wrapped by: java.lang.IllegalArgumentException: outer?line")
                .anyMatch(line -> line.startsWith("\tat uns.bridge.LogTest."));
        assertThat(lines.subList(2, lines.size()))
                .allMatch(line -> Character.isWhitespace(line.charAt(0)))
                .noneMatch(line -> line.contains("\u001b"));
    }

    private static String written(String configuration, String topic, @Nullable Exception thrown) throws Exception {
        LoggerContext context = new LoggerContext();
        context.putProperty("UNS_LOG_FORMAT", "text");
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(new ByteArrayInputStream(configuration.getBytes(UTF_8)));
        OutputStreamAppender<ILoggingEvent> appender = (OutputStreamAppender<ILoggingEvent>)
                context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("stdout");
        byte[] text = appender.getEncoder()
                .encode(new LoggingEvent(
                        "", context.getLogger(LogTest.class), Level.WARN, "topic {}", thrown, new Object[] {topic}));
        context.stop();
        return new String(text, UTF_8);
    }
}
