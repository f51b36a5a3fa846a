package uns.bridge.tls;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** Whether a server is trusted; where it is not, the exception says why in plain words. */
public final class ServerTrust extends X509ExtendedTrustManager {

    private final @Nullable X509ExtendedTrustManager authorities;
    private final String source;
    private final @Nullable String host;
    private volatile List<X509Certificate> seen = List.of();

    private ServerTrust(@Nullable X509ExtendedTrustManager authorities, String source, @Nullable String host) {
        this.authorities = authorities;
        this.source = source;
        this.host = host;
    }

    /** Trusts any server. */
    public static ServerTrust ofAny() {
        return new ServerTrust(null, "", null);
    }

    /**
     * Trusts what the authorities of {@code caCerts} vouch for.
     *
     * @param caCerts a file, or null for the authorities that Java trusts
     * @param host what the certificate must be for, or null if that does not matter
     */
    static ServerTrust of(@Nullable Path caCerts, @Nullable String host) throws TlsFileException {
        try {
            KeyStore store = null;
            if (caCerts != null) {
                store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                for (X509Certificate certificate : authorities(caCerts)) {
                    store.setCertificateEntry("ca" + store.size(), certificate);
                }
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            String source =
                    caCerts == null ? "Java's own truststore (ca_certs is not set)" : caCerts.toAbsolutePath() + "";
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager authorities) {
                    return new ServerTrust(authorities, source, host);
                }
            }
            throw new IllegalStateException("this Java has no trust manager");
        } catch (GeneralSecurityException | IOException e) {
            if (e instanceof TlsFileException unusable) {
                throw unusable;
            }
            throw new TlsFileException(TlsSettings.CA_CERTS, "the trusted certificates cannot be used");
        }
    }

    static List<X509Certificate> authorities(Path caCerts) throws TlsFileException {
        return PemFile.read(TlsSettings.CA_CERTS, caCerts).authorities();
    }

    /** The certificates that the server has shown, its own first, trusted or not; empty before. */
    List<X509Certificate> seen() {
        return seen;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        seen = List.of(chain);
        if (authorities == null) {
            return;
        }
        try {
            authorities.checkServerTrusted(chain, authType, socket);
        } catch (CertificateException e) {
            throw new CertificateException(explain(chain, authorities, e), e);
        }
        if (host != null && !Names.match(host, chain[0])) {
            throw new CertificateException("the server's certificate is not for the host " + host + " but for "
                    + Names.hosts(chain[0]) + "; its chain is " + describe(chain));
        }
    }

    private String explain(X509Certificate[] chain, X509ExtendedTrustManager trusted, CertificateException e) {
        Instant now = Instant.now();
        for (X509Certificate certificate : chain) {
            String wrong = Validity.problem(certificate, now);
            if (wrong != null) {
                return "the server's certificate (" + Names.subject(certificate) + ") " + wrong;
            }
        }
        X509Certificate last = chain[chain.length - 1];
        X500Principal issuer = last.getIssuerX500Principal();
        Stream<X500Principal> known =
                Arrays.stream(trusted.getAcceptedIssuers()).map(X509Certificate::getSubjectX500Principal);
        String why = known.anyMatch(issuer::equals)
                ? "the certificate of its issuer in " + source + " does not fit it: " + reason(e)
                : "its issuer (" + Names.issuer(last) + ") is not among the certificates in " + source;
        return "the server's certificate is not trusted: " + why + "; its chain is " + describe(chain);
    }

    private static String reason(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    private static String describe(X509Certificate[] chain) {
        return Arrays.stream(chain)
                .map(certificate -> Names.subject(certificate) + " issued by " + Names.issuer(certificate))
                .collect(Collectors.joining(", ", "[", "]"));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        checkServerTrusted(chain, authType, (Socket) null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType, (Socket) null);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("only servers are checked");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities == null ? new X509Certificate[0] : authorities.getAcceptedIssuers();
    }
}
