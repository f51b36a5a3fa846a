package uns.bridge.tls;

import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/** Cipher suites by the names of OpenSSL, which Python's {@code ssl} and librdkafka take, and by those of Java (IANA). */
public final class CipherSuites {

    /** OpenSSL's name and Java's; of TLS 1.3 and whatever is not here both are the same. */
    private static final Map<String, String> BY_OPENSSL_NAME = table("""
            ECDHE-ECDSA-AES256-GCM-SHA384  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
            ECDHE-RSA-AES256-GCM-SHA384    TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
            DHE-RSA-AES256-GCM-SHA384      TLS_DHE_RSA_WITH_AES_256_GCM_SHA384
            ECDHE-ECDSA-CHACHA20-POLY1305  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
            ECDHE-RSA-CHACHA20-POLY1305    TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
            DHE-RSA-CHACHA20-POLY1305      TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256
            ECDHE-ECDSA-AES128-GCM-SHA256  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
            ECDHE-RSA-AES128-GCM-SHA256    TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
            DHE-RSA-AES128-GCM-SHA256      TLS_DHE_RSA_WITH_AES_128_GCM_SHA256
            ECDHE-ECDSA-AES256-SHA384      TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384
            ECDHE-RSA-AES256-SHA384        TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384
            DHE-RSA-AES256-SHA256          TLS_DHE_RSA_WITH_AES_256_CBC_SHA256
            ECDHE-ECDSA-AES128-SHA256      TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256
            ECDHE-RSA-AES128-SHA256        TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256
            DHE-RSA-AES128-SHA256          TLS_DHE_RSA_WITH_AES_128_CBC_SHA256
            ECDHE-ECDSA-AES256-SHA         TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA
            ECDHE-RSA-AES256-SHA           TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA
            DHE-RSA-AES256-SHA             TLS_DHE_RSA_WITH_AES_256_CBC_SHA
            ECDHE-ECDSA-AES128-SHA         TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA
            ECDHE-RSA-AES128-SHA           TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA
            DHE-RSA-AES128-SHA             TLS_DHE_RSA_WITH_AES_128_CBC_SHA
            AES256-GCM-SHA384              TLS_RSA_WITH_AES_256_GCM_SHA384
            AES128-GCM-SHA256              TLS_RSA_WITH_AES_128_GCM_SHA256
            AES256-SHA256                  TLS_RSA_WITH_AES_256_CBC_SHA256
            AES128-SHA256                  TLS_RSA_WITH_AES_128_CBC_SHA256
            AES256-SHA                     TLS_RSA_WITH_AES_256_CBC_SHA
            AES128-SHA                     TLS_RSA_WITH_AES_128_CBC_SHA
            """);

    private static final Set<String> OF_TLS_1_3 =
            Set.of("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256");

    /** Keywords of OpenSSL that stand for what Java offers by itself. */
    private static final Set<String> DEFAULTS = Set.of("DEFAULT", "HIGH", "ALL");

    /** What Java never offers, so that excluding it changes nothing. */
    private static final Set<String> NEVER_OFFERED = Set.of(
            "aNULL",
            "eNULL",
            "NULL",
            "ADH",
            "AECDH",
            "EXP",
            "EXPORT",
            "LOW",
            "MEDIUM",
            "DES",
            "3DES",
            "RC2",
            "RC4",
            "MD5",
            "PSK",
            "SRP",
            "IDEA",
            "SEED",
            "CAMELLIA",
            "ARIA",
            "aDSS",
            "DSS",
            "kDH",
            "KRB5");

    private CipherSuites() {}

    /** What is allowed, for a complaint. */
    public static String allowed() {
        return "names of cipher suites, separated by colons: of OpenSSL ("
                + String.join(", ", new TreeSet<>(BY_OPENSSL_NAME.keySet())) + "), of TLS 1.3 ("
                + String.join(", ", new TreeSet<>(OF_TLS_1_3)) + "), of Java (such as TLS_RSA_WITH_AES_128_CBC_SHA), "
                + "DEFAULT or HIGH for those that Java has by default, or one of them excluded (!name)";
    }

    /**
     * Java's names for a list of OpenSSL, in its order. As with OpenSSL, a list that names no suite of TLS 1.3 leaves those
     * as they are, and suites that are switched off are left out (Java 24 and later have no RSA key exchange).
     *
     * @throws IllegalArgumentException if a name is not known, or nothing remains
     */
    public static List<String> parse(String list) {
        return parse(list, Jdk.OFFERED, Jdk.BY_DEFAULT);
    }

    /**
     * The same for a Java of which more is known.
     *
     * @param offered what it can offer
     * @param byDefault what it offers by itself
     */
    static List<String> parse(String list, Set<String> offered, Set<String> byDefault) {
        Set<String> suites = new LinkedHashSet<>();
        Set<String> excluded = new LinkedHashSet<>();
        String switchedOff = "";
        for (String item : list.split("[:,; ]+", -1)) {
            if (DEFAULTS.contains(item)) {
                suites.addAll(byDefault);
            } else if (item.startsWith("!") || item.startsWith("-")) {
                String name = item.substring(1);
                if (!NEVER_OFFERED.contains(name)) {
                    excluded.add(suite(name, offered));
                }
            } else if (offered.contains(suite(item, offered))) {
                suites.add(suite(item, offered));
            } else {
                switchedOff = ", for " + item + " is switched off in this Java (jdk.tls.disabledAlgorithms)";
            }
        }
        suites.removeAll(excluded);
        if (suites.isEmpty()) {
            throw new IllegalArgumentException("nothing remains of it" + switchedOff);
        }
        if (suites.stream().noneMatch(OF_TLS_1_3::contains)) {
            byDefault.stream()
                    .filter(suite -> OF_TLS_1_3.contains(suite) && !excluded.contains(suite))
                    .forEach(suites::add);
        }
        return List.copyOf(suites);
    }

    /**
     * Of a list of Java's names, separated by commas, those that are not switched off. Nothing is added to them.
     *
     * @throws IllegalArgumentException if a name is not known, or nothing remains
     */
    public static List<String> ofJava(String list) {
        return ofJava(list, Jdk.OFFERED);
    }

    static List<String> ofJava(String list, Set<String> offered) {
        List<String> names = Arrays.stream(list.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        String unknown = names.stream().filter(name -> !isSuite(name, offered)).collect(Collectors.joining(", "));
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(unknown + ": not known to this Java, or switched off in it");
        }
        List<String> suites = names.stream().filter(offered::contains).toList();
        if (suites.isEmpty()) {
            throw new IllegalArgumentException(
                    "nothing remains of it, for all is switched off in this Java (jdk.tls.disabledAlgorithms)");
        }
        return suites;
    }

    private static String suite(String name, Set<String> offered) {
        String suite = BY_OPENSSL_NAME.getOrDefault(name, name);
        if (isSuite(suite, offered)) {
            return suite;
        }
        throw new IllegalArgumentException(name + " is not known");
    }

    /** Whether Java has it, though it may be switched off. */
    private static boolean isSuite(String name, Set<String> offered) {
        return offered.contains(name) || BY_OPENSSL_NAME.containsValue(name);
    }

    private static Map<String, String> table(String text) {
        return text.lines()
                .map(line -> line.split(" +", -1))
                .collect(Collectors.toMap(row -> row[0], row -> row[1], (a, b) -> a, LinkedHashMap::new));
    }

    /** Asked only where a list is read: until Java has its TLS loaded takes a good part of a start. */
    private static final class Jdk {

        static final Set<String> OFFERED = new LinkedHashSet<>();
        static final Set<String> BY_DEFAULT = new LinkedHashSet<>();

        static {
            try {
                SSLContext jdk = SSLContext.getDefault();
                OFFERED.addAll(Arrays.asList(jdk.getSupportedSSLParameters().getCipherSuites()));
                BY_DEFAULT.addAll(Arrays.asList(jdk.getDefaultSSLParameters().getCipherSuites()));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("this Java has no TLS", e);
            }
        }
    }
}
