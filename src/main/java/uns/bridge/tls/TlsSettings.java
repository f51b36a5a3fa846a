package uns.bridge.tls;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Secret;
import uns.bridge.config.Section;
import uns.bridge.config.ValueType;

/**
 * How a server is spoken to by TLS.
 *
 * @param caCerts the authorities that may vouch for the server; null for those that Java trusts
 * @param certfile the client's own certificate and those between it and the root; null for none
 * @param keyfile the private key; null if it stands in {@code certfile}
 * @param verified whether the server's certificate is checked at all
 * @param hostChecked whether that certificate must be for the host that was asked for
 * @param cipherSuites Java's names of those that are offered; empty for those that Java has by default
 */
public record TlsSettings(
        @Nullable Path caCerts,
        @Nullable Path certfile,
        @Nullable Path keyfile,
        @Nullable Secret keyfilePassword,
        boolean verified,
        boolean hostChecked,
        List<String> cipherSuites) {

    static final String CA_CERTS = "ca_certs";
    static final String CERTFILE = "certfile";
    static final String KEYFILE = "keyfile";
    static final String KEYFILE_PASSWORD = "keyfile_password";

    static final ValueType<Path> FILE = ValueType.text("the path of a file that exists", TlsSettings::file);
    private static final ValueType<List<String>> CIPHERS = ValueType.text(CipherSuites.allowed(), CipherSuites::parse);

    public TlsSettings {
        cipherSuites = List.copyOf(cipherSuites);
    }

    /** Reads a section {@code tls} and the files that it names; null if nothing is written in it, for no TLS. */
    public static @Nullable TlsSettings read(Section tls) {
        Path caCerts = tls.find(CA_CERTS, FILE);
        Path certfile = tls.find(CERTFILE, FILE);
        Path keyfile = tls.find(KEYFILE, FILE);
        Secret password = tls.find(KEYFILE_PASSWORD, ValueType.SECRET);
        // The Python bridge made CERT_OPTIONAL of false, which on a client is the same as CERT_REQUIRED.
        boolean verified = tls.find("cert_reqs", ValueType.BOOLEAN) != null;
        boolean insecure = tls.get("insecure_cert", ValueType.BOOLEAN, false);
        List<String> cipherSuites = tls.find("ciphers", CIPHERS);
        if (caCerts != null) {
            check(tls, () -> ServerTrust.authorities(caCerts));
        }
        if (certfile != null) {
            checkIdentity(tls, certfile, keyfile, password);
        } else if (!tls.has(CERTFILE)) {
            requireCertfile(tls, KEYFILE);
            requireCertfile(tls, KEYFILE_PASSWORD);
        }
        return tls.isEmpty()
                ? null
                : new TlsSettings(
                        caCerts,
                        certfile,
                        keyfile,
                        password,
                        verified,
                        verified && !insecure,
                        cipherSuites == null ? List.of() : cipherSuites);
    }

    /** What is allowed but dangerous, each beginning with the key it is about. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (!verified) {
            warnings.add("cert_reqs is not set, so the server's certificate is not verified and anybody in between can"
                    + " read and change everything: set cert_reqs to true, and ca_certs to the file with the"
                    + " certificate of the authority that issued the server's");
        } else if (!hostChecked) {
            warnings.add("insecure_cert is true, so any server with a certificate of the same authorities can pose as"
                    + " this one: remove it, and give the server a certificate with its host name");
        }
        return warnings;
    }

    static void checkIdentity(Section tls, Path certfile, @Nullable Path keyfile, @Nullable Secret password) {
        boolean usable = check(tls, () -> Identity.loadChain(certfile));
        if (keyfile != null || !tls.has(KEYFILE)) {
            usable &= check(tls, () -> Identity.loadKey(certfile, keyfile, password));
            if (usable) {
                check(tls, () -> Identity.load(certfile, keyfile, password));
            }
        }
    }

    static void requireCertfile(Section tls, String key) {
        if (tls.has(key)) {
            tls.reject(key, "needs a certfile, with the certificate for the key");
        }
    }

    private static boolean check(Section tls, Check check) {
        try {
            check.run();
            return true;
        } catch (TlsFileException e) {
            tls.reject(e.setting(), String.valueOf(e.getMessage()));
            return false;
        }
    }

    private interface Check {
        void run() throws TlsFileException;
    }

    private static Path file(String text) {
        // An invalid path is an IllegalArgumentException as well.
        Path path = Path.of(text);
        if (!Files.exists(path)) {
            throw new IllegalArgumentException("there is no " + path.toAbsolutePath());
        }
        return path;
    }

    /** Until when the certificates are valid, by the key of the setting; without those that cannot be read now. */
    public Map<String, Instant> certificateEnds() {
        return certificateEnds(caCerts, certfile);
    }

    static Map<String, Instant> certificateEnds(@Nullable Path caCerts, @Nullable Path certfile) {
        Map<String, Instant> ends = new HashMap<>();
        putEnd(ends, CA_CERTS, caCerts, Validity::endOfAuthorities);
        putEnd(ends, CERTFILE, certfile, Validity::endOfChain);
        return ends;
    }

    private static void putEnd(
            Map<String, Instant> ends, String key, @Nullable Path file, Function<List<X509Certificate>, Instant> end) {
        try {
            if (file != null) {
                ends.put(key, end.apply(PemFile.read(key, file).certificates()));
            }
        } catch (TlsFileException e) {
            ends.remove(key); // The next connection says why.
        }
    }
}
