package uns.bridge.tls;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** TLS for one connection, by TLS 1.2 or 1.3, with the files as they are when it is made. */
public final class TlsClient {

    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final TlsSettings settings;
    private final String host;
    private final int port;
    private final ClientKeyManager keys;
    private final ServerTrust trust;
    private final SSLContext context;
    private volatile boolean handshaken;

    /**
     * Reads the files.
     *
     * @param host the name or address of the server, for SNI (RFC 6066, 3) and the check of its certificate
     * @throws TlsFileException if a file cannot be used (any more)
     */
    public TlsClient(TlsSettings settings, String host, int port) throws TlsFileException {
        this.settings = settings;
        this.host = host;
        this.port = port;
        Path certfile = settings.certfile();
        keys = new ClientKeyManager(
                certfile == null ? null : Identity.load(certfile, settings.keyfile(), settings.keyfilePassword()));
        trust = settings.verified()
                ? ServerTrust.of(settings.caCerts(), settings.hostChecked() ? host : null)
                : ServerTrust.ofAny();
        try {
            context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keys}, new TrustManager[] {trust}, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    /**
     * Makes the handshake over a connected socket. To end the connection close that socket: closing the one that is returned
     * may wait for a writer.
     *
     * @param timeout how long the server may be silent during the handshake
     * @throws IOException if it fails, with the reason for the operator
     */
    public SSLSocket handshake(Socket connected, Duration timeout) throws IOException {
        try {
            connected.setSoTimeout((int) timeout.toMillis());
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(connected, host, port, false);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(PROTOCOLS);
            if (!settings.cipherSuites().isEmpty()) {
                parameters.setCipherSuites(settings.cipherSuites().toArray(new String[0]));
            }
            parameters.setServerNames(serverNames());
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            handshaken = true;
            connected.setSoTimeout(0);
            return socket;
        } catch (SocketTimeoutException e) {
            throw new IOException(
                    "no answer to the TLS handshake within " + timeout.toSeconds() + " s" + likelyCause(), e);
        } catch (IOException e) {
            throw explain(e);
        }
    }

    /** The certificates that the server has shown, its own first, trusted or not; empty before. */
    List<X509Certificate> serverCertificates() {
        return trust.seen();
    }

    /**
     * Explains what ended the handshake, or the connection before the server sent anything: with TLS 1.3 a server tells only
     * then that it does not accept the client's certificate.
     */
    public IOException explain(IOException e) {
        if (e instanceof SSLException) {
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof CertificateException && cause.getMessage() != null) {
                    return new IOException(cause.getMessage(), e);
                }
                if (cause instanceof EOFException || cause instanceof SocketException) {
                    return closed(e);
                }
            }
            return new IOException(inWords(String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT), e), e);
        }
        return e instanceof SocketException || e instanceof EOFException ? closed(e) : e;
    }

    private IOException closed(IOException e) {
        if (handshaken && !keys.asked()) {
            return e;
        }
        return new IOException(
                "the server ended the connection " + (handshaken ? "right after" : "during") + " the TLS handshake"
                        + likelyCause(),
                e);
    }

    private String inWords(String message, IOException e) {
        if (message.contains("unrecognized ssl message")) {
            return "the server does not speak TLS" + likelyCause();
        } else if (message.contains("certificate_required")) {
            return "the server asks for a client certificate" + clientCertificate();
        } else if (message.contains("protocol_version") || message.contains("chosen protocol")) {
            return "the server speaks neither TLS 1.2 nor TLS 1.3";
        } else if (message.contains("unknown_ca")
                || message.contains("bad_certificate")
                || message.contains("certificate_")
                || message.contains("unsupported_certificate")) {
            return "the server does not accept the client certificate (" + message + ")" + clientCertificate();
        } else if (message.contains("handshake_failure") || message.contains("insufficient_security")) {
            return "the server refuses the TLS handshake (" + message + "): "
                    + (keys.asked()
                            ? "it asks for a client certificate" + clientCertificate()
                            : "perhaps it has no cipher suite in common, see ciphers");
        }
        return "TLS failed: " + e.getMessage();
    }

    private String clientCertificate() {
        return settings.certfile() == null ? ", and certfile is not set" : ", and got that of " + settings.certfile();
    }

    private String likelyCause() {
        if (!keys.asked()) {
            return "; is " + host + ":" + port + " a port for TLS?";
        }
        return " after it asked for a client certificate" + clientCertificate();
    }

    /** None for an address (RFC 6066, 3), nor for a name with an underscore: servers on Java would refuse that. */
    private List<SNIServerName> serverNames() {
        try {
            return Names.isAddress(host) ? List.of() : List.of(new SNIHostName(Names.withoutTrailingDot(host)));
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }
}
