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
import org.junit.jupiter.api.Test;

class LogTest {

    @Test
    void shouldWriteOneLineWhateverAMessageSays() throws Exception {
        LoggerContext context = new LoggerContext();
        context.putProperty("UNS_LOG_FORMAT", "text");
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(Main.class.getResource("/logback.xml"));
        OutputStreamAppender<ILoggingEvent> appender = (OutputStreamAppender<ILoggingEvent>)
                context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("stdout");
        Object[] arguments = {"a\nb\r\u001b[31m\tC:\\d $1"};

        byte[] line = appender.getEncoder()
                .encode(new LoggingEvent(
                        "", context.getLogger(LogTest.class), Level.WARN, "topic {}", null, arguments));

        context.stop();
        assertThat(new String(line, UTF_8).stripTrailing())
                .endsWith("WARN  [main] LogTest: topic a?b??[31m?C:\\d $1")
                .doesNotContain("\n");
    }
}
