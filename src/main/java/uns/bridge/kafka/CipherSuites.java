package uns.bridge.kafka;

import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The cipher suites of this Java by their names in OpenSSL: {@code ECDHE-RSA-AES128-GCM-SHA256}. */
final class CipherSuites {

    private static final Map<String, String> BY_OPENSSL_NAME = byOpenSslName();

    private CipherSuites() {}

    /**
     * The suites of a list in the manner of OpenSSL, by Java's names.
     *
     * @param list names between colons, commas or blanks; Java's names, which those of TLS 1.3 are in OpenSSL too, stay
     * @param unknown takes what Java does not know, group words such as {@code HIGH} or {@code !aNULL} included
     */
    static List<String> javaNames(String list, List<String> unknown) {
        List<String> names = new ArrayList<>();
        for (String name : list.split("[:, ]+", -1)) {
            String javaName = BY_OPENSSL_NAME.get(name);
            if (javaName != null || BY_OPENSSL_NAME.containsValue(name)) {
                names.add(javaName == null ? name : javaName);
            } else if (!name.isEmpty()) {
                unknown.add(name);
            }
        }
        return names;
    }

    private static Map<String, String> byOpenSslName() {
        Map<String, String> names = new LinkedHashMap<>();
        try {
            for (String suite :
                    SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites()) {
                String openSslName = openSslName(suite);
                names.put(openSslName == null ? suite : openSslName, suite);
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Java without TLS", e);
        }
        return names;
    }

    /** OpenSSL joins by hyphens and leaves out what goes without saying: TLS, RSA key exchange, CBC, ChaCha20's SHA-256. */
    private static @Nullable String openSslName(String suite) {
        int with = suite.indexOf("_WITH_");
        if (with < 0 || !suite.startsWith("TLS_")) {
            return null;
        }
        String keyExchange = suite.substring("TLS_".length(), with);
        String cipher = suite.substring(with + "_WITH_".length())
                .replace("AES_", "AES")
                .replace("_CBC_", "_")
                .replace("POLY1305_SHA256", "POLY1305");
        return (keyExchange.equals("RSA") ? cipher : keyExchange + "_" + cipher).replace('_', '-');
    }
}
