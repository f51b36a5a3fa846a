package uns.bridge.tls;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Secret;
import uns.bridge.config.Section;
import uns.bridge.config.ValueType;

/**
 * How clients are spoken to by TLS. They are not asked for a certificate.
 *
 * @param certfile the server's certificate and those between it and the root
 * @param keyfile the private key; null if it stands in {@code certfile}
 */
public record TlsServer(
        Path certfile, @Nullable Path keyfile, @Nullable Secret keyfilePassword) {

    /** Reads a section {@code tls} and the files that it names; null if nothing is written in it, for no TLS. */
    public static @Nullable TlsServer read(Section tls) {
        Path certfile = tls.find(TlsSettings.CERTFILE, TlsSettings.FILE);
        Path keyfile = tls.find(TlsSettings.KEYFILE, TlsSettings.FILE);
        Secret password = tls.find(TlsSettings.KEYFILE_PASSWORD, ValueType.SECRET);
        if (certfile != null) {
            TlsSettings.checkIdentity(tls, certfile, keyfile, password);
            return new TlsServer(certfile, keyfile, password);
        }
        if (!tls.has(TlsSettings.CERTFILE)) {
            TlsSettings.requireCertfile(tls, TlsSettings.KEYFILE);
            TlsSettings.requireCertfile(tls, TlsSettings.KEYFILE_PASSWORD);
        }
        return null;
    }

    /**
     * TLS with the files as they are now; when they are renewed, connections from then on have the new ones.
     *
     * @throws TlsFileException if a file cannot be used
     */
    public SSLContext context() throws TlsFileException {
        KeyManager[] keys = {new ServerKeyManager(this)};
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    /** Until when the certificates are valid, by the key of the setting; without those that cannot be read now. */
    public Map<String, Instant> certificateEnds() {
        return TlsSettings.certificateEnds(null, certfile);
    }

    Identity load() throws TlsFileException {
        return Identity.load(certfile, keyfile, keyfilePassword);
    }
}
