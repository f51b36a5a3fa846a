package uns.bridge.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The names in certificates, and whether a host is meant by them (RFC 6125). The JDK's own check refuses host names with an
 * underscore, which plants and container networks have.
 */
final class Names {

    /** GeneralName tags (RFC 5280, 4.2.1.6). */
    private static final int DNS_NAME = 2;

    private static final int IP_ADDRESS = 7;

    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";

    /** Only what is an address already: nothing is to be looked up. */
    private static final Pattern ADDRESS =
            Pattern.compile(OCTET + "(\\." + OCTET + "){3}|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*");

    private Names() {}

    static String subject(X509Certificate certificate) {
        return printable(certificate.getSubjectX500Principal());
    }

    static String issuer(X509Certificate certificate) {
        return printable(certificate.getIssuerX500Principal());
    }

    /** Whether {@code host} is an IP address and not a name. */
    static boolean isAddress(String host) {
        return address(host) != null;
    }

    /** The host names and addresses that {@code certificate} is for. */
    static List<String> hosts(X509Certificate certificate) {
        List<String> hosts = new ArrayList<>(hostNames(certificate));
        hosts.addAll(alternativeNames(certificate, IP_ADDRESS));
        return hosts;
    }

    /** Whether {@code certificate} is for {@code host}, a name or an address. */
    static boolean match(String host, X509Certificate certificate) {
        InetAddress address = address(host);
        if (address != null) {
            return alternativeNames(certificate, IP_ADDRESS).stream().anyMatch(name -> address.equals(address(name)));
        }
        String name = withoutTrailingDot(host).toLowerCase(Locale.ROOT);
        return hostNames(certificate).stream().anyMatch(pattern -> matches(name, pattern.toLowerCase(Locale.ROOT)));
    }

    /** The name as it stands in certificates and in SNI. */
    static String withoutTrailingDot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    /** A wildcard is the whole first label and stands for one label, with two more at least (RFC 6125, 6.4.3). */
    private static boolean matches(String host, String pattern) {
        if (!pattern.startsWith("*.")) {
            return host.equals(withoutTrailingDot(pattern));
        }
        String parent = withoutTrailingDot(pattern).substring(1);
        int firstDot = host.indexOf('.');
        return firstDot > 0
                && parent.indexOf('.', 1) > 0
                && host.substring(firstDot).equals(parent);
    }

    /** The common name counts only where there is no DNS name, as with OpenSSL and the JDK. */
    private static List<String> hostNames(X509Certificate certificate) {
        List<String> names = alternativeNames(certificate, DNS_NAME);
        String commonName = names.isEmpty() ? commonName(certificate) : null;
        return commonName == null ? names : List.of(commonName);
    }

    private static List<String> alternativeNames(X509Certificate certificate, int kind) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            for (List<?> each : all == null ? List.<List<?>>of() : all) {
                if (each.get(0).equals(kind) && each.get(1) instanceof String name) {
                    names.add(name);
                }
            }
        } catch (CertificateParsingException e) {
            return List.of(); // Of no use to anybody, so it is for no host.
        }
        return names;
    }

    private static @Nullable String commonName(X509Certificate certificate) {
        try {
            String name = certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
            for (Rdn part : new LdapName(name).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String commonName) {
                    return commonName;
                }
            }
        } catch (InvalidNameException e) {
            return null;
        }
        return null;
    }

    private static @Nullable InetAddress address(String host) {
        Matcher address = ADDRESS.matcher(host);
        try {
            return address.matches() ? InetAddress.getByName(host) : null;
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** A server writes its own name: it must not write into the log as it likes. */
    private static String printable(X500Principal name) {
        String text = name.getName(X500Principal.RFC2253).replaceAll("\\p{Cntrl}", "?");
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }
}
