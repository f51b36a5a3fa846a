package uns.bridge.kafka;

import java.util.Map;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;

/** Writes and checks {@code sasl.jaas.config}: the login module and its options, in the syntax of JAAS configuration files. */
final class JaasText {

    private JaasText() {}

    /** One required module; the options' values may hold any character. */
    static String of(String module, Map<String, String> options) {
        StringBuilder text = new StringBuilder(module).append(" required");
        options.forEach((name, value) -> text.append(' ')
                .append(name)
                .append("=\"")
                .append(escaped(value))
                .append('"'));
        return text.append(';').toString();
    }

    /** Whether Kafka can read {@code text}. Why not is left out, for its parser quotes the text. */
    static boolean isLogin(String text) {
        try {
            JaasContext.loadClientContext(Map.of(SaslConfigs.SASL_JAAS_CONFIG, new Password(text)));
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    /** Kafka reads it by a {@link java.io.StreamTokenizer}, which knows C's escapes, and ends a text at the end of a line. */
    private static String escaped(String value) {
        return value.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }
}
