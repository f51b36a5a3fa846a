package uns.bridge.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The certificates that a server shows to anybody who asks: to be told of, not to be trusted. */
public final class ServerCertificates {

    private static final TlsSettings UNVERIFIED = new TlsSettings(null, null, null, null, false, false, List.of());

    private ServerCertificates() {}

    /**
     * One line for each certificate, the server's own first; also of a server that then refuses the handshake. Asked is the
     * first address of the host that takes a connection.
     *
     * @param timeout how long each step may take; the addresses share that of connecting
     * @return empty if the server shows none, for it speaks no TLS or cannot be reached
     */
    public static List<String> of(String host, int port, Duration timeout) {
        try {
            InetAddress[] addresses = InetAddress.getAllByName(host);
            for (InetAddress address : addresses) {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(address, port), (int) timeout.toMillis() / addresses.length);
                    return of(host, port, socket, timeout);
                } catch (IOException e) {
                    // The next one may answer.
                }
            }
        } catch (UnknownHostException e) {
            // It is not reached.
        }
        return List.of();
    }

    private static List<String> of(String host, int port, Socket connected, Duration timeout) throws IOException {
        TlsClient client = new TlsClient(UNVERIFIED, host, port);
        try {
            client.handshake(connected, timeout).close();
        } catch (IOException e) {
            // A server that wants a certificate first has shown its own by then.
        }
        return describe(client.serverCertificates());
    }

    private static List<String> describe(List<X509Certificate> chain) {
        List<String> lines = new ArrayList<>();
        for (X509Certificate certificate : chain) {
            String hosts = lines.isEmpty() ? ", for " + Names.hosts(certificate) : "";
            String line = Names.subject(certificate) + ", issued by " + Names.issuer(certificate) + ", valid from "
                    + certificate.getNotBefore().toInstant() + " to "
                    + certificate.getNotAfter().toInstant() + hosts;
            lines.add(line.replaceAll("\\p{Cntrl}", "?"));
        }
        return lines;
    }
}
