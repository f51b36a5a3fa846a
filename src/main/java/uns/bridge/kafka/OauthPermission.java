package uns.bridge.kafka;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.config.SaslConfigs;

/**
 * Lets Kafka's clients use the addresses and files of OAuth that are in the settings. They ask for that by system properties,
 * so that nobody who may write only settings of connectors and the like can make them call or read anything. Whoever writes
 * the settings of the bridge is the one who runs it.
 */
final class OauthPermission {

    static final String URLS = "org.apache.kafka.sasl.oauthbearer.allowed.urls";
    static final String FILES = "org.apache.kafka.sasl.oauthbearer.allowed.files";

    private OauthPermission() {}

    /**
     * Adds to the properties of this process; what they have already stays.
     *
     * @param texts the settings of the producer
     */
    static void grant(Map<String, String> texts) {
        add(
                URLS,
                UnaryOperator.identity(),
                texts,
                SaslConfigs.SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL,
                SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_URL);
        add(
                FILES,
                path -> new File(path).getAbsolutePath(),
                texts,
                SaslConfigs.SASL_OAUTHBEARER_ASSERTION_FILE,
                SaslConfigs.SASL_OAUTHBEARER_ASSERTION_PRIVATE_KEY_FILE,
                SaslConfigs.SASL_OAUTHBEARER_ASSERTION_TEMPLATE_FILE);
    }

    private static synchronized void add(
            String property, UnaryOperator<String> form, Map<String, String> texts, String... keys) {
        String before = System.getProperty(property, "");
        List<String> allowed = new ArrayList<>(before.isBlank() ? List.of() : List.of(before.split(",", -1)));
        for (String key : keys) {
            String text = texts.get(key);
            if (text != null && !allowed.contains(form.apply(text.strip()))) {
                allowed.add(form.apply(text.strip()));
            }
        }
        if (!allowed.isEmpty()) {
            System.setProperty(property, String.join(",", allowed));
        }
    }
}
