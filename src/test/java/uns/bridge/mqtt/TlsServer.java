package uns.bridge.mqtt;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import uns.bridge.tls.Issued;

/** A server that sends back what it is sent, by TLS, one connection after the other. */
final class TlsServer implements AutoCloseable {

    private static final char[] NO_PASSWORD = {};

    /** What the server saw of a client: its protocol, its suite, the name it asked for, the subject of its certificate. */
    record Seen(String protocol, String cipherSuite, List<String> serverNames, String client) {}

    private final SSLContext context;
    private final String[] protocols;
    private final boolean withClient;
    private final ServerSocket server;
    private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
    private volatile @Nullable Socket client;

    /** @param clientAuthority whose certificates clients must have, or null if they need none */
    TlsServer(Issued own, @Nullable X509Certificate clientAuthority, String... protocols) throws Exception {
        KeyStore keys = empty();
        keys.setKeyEntry(
                "own", own.keys().getPrivate(), NO_PASSWORD, own.chain().toArray(new Certificate[0]));
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
        keyManagers.init(keys, NO_PASSWORD);
        KeyStore trusted = empty();
        trusted.setCertificateEntry("ca", clientAuthority == null ? own.certificate() : clientAuthority);
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
        trustManagers.init(trusted);
        context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        this.protocols = protocols.clone();
        this.withClient = clientAuthority != null;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "tls-server");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return server.getLocalPort();
    }

    Seen next() throws InterruptedException {
        Seen next = seen.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no client came through");
        }
        return next;
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket tcp = server.accept()) {
                client = tcp;
                SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(tcp, null, false);
                socket.setNeedClientAuth(withClient);
                socket.setEnabledProtocols(protocols);
                socket.startHandshake();
                seen.add(describe((ExtendedSSLSession) socket.getSession()));
                socket.getInputStream().transferTo(socket.getOutputStream());
            } catch (IOException e) {
                // The end of the connection, or of the server.
            }
        }
    }

    private Seen describe(ExtendedSSLSession session) throws IOException {
        return new Seen(
                session.getProtocol(),
                session.getCipherSuite(),
                session.getRequestedServerNames().stream()
                        .map(SNIServerName::getEncoded)
                        .map(name -> new String(name, StandardCharsets.UTF_8))
                        .toList(),
                withClient ? session.getPeerPrincipal().getName() : "");
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    @Override
    public void close() throws IOException {
        server.close();
        if (client != null) {
            client.close();
        }
    }
}
