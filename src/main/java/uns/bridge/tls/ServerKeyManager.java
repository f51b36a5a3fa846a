package uns.bridge.tls;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Shows clients the one identity there is. It is read again when its files have changed, and kept while they are of no use. */
final class ServerKeyManager extends X509ExtendedKeyManager {

    private static final String ALIAS = "server";

    private final TlsServer settings;

    /** Guarded by this. */
    private Identity identity;

    /** When the files were changed that it was read from. Guarded by this. */
    private List<FileTime> modified;

    ServerKeyManager(TlsServer settings) throws TlsFileException {
        this.settings = settings;
        this.modified = modified();
        this.identity = settings.load();
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        renew();
        return identity().key().getAlgorithm().equals(keyType) ? ALIAS : null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return chooseEngineServerAlias(keyType, issuers, null);
    }

    private synchronized Identity identity() {
        return identity;
    }

    private synchronized void renew() {
        List<FileTime> now = modified();
        if (!now.equals(modified)) {
            try {
                identity = settings.load();
                modified = now;
            } catch (TlsFileException e) {
                // Perhaps only one of the two files is the new one yet: the next connection looks again.
            }
        }
    }

    private List<FileTime> modified() {
        List<FileTime> times = new ArrayList<>();
        Path keyfile = settings.keyfile();
        for (Path file : keyfile == null ? List.of(settings.certfile()) : List.of(settings.certfile(), keyfile)) {
            try {
                times.add(Files.getLastModifiedTime(file));
            } catch (IOException e) {
                times.add(FileTime.fromMillis(0));
            }
        }
        return times;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(@Nullable String alias) {
        return identity().chain().toArray(new X509Certificate[0]);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(@Nullable String alias) {
        return identity().key();
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
