package uns.bridge.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Asks a bridge on this machine how it is. It runs every few seconds in a process of its own, so it is plain: the JDK's
 * HTTP client alone takes longer to load than the whole of this.
 */
public final class HealthCheck {

    private static final int TIMEOUT_MS = 3_000;
    private static final int MAX_ANSWER_BYTES = 64 * 1024;

    private HealthCheck() {}

    /**
     * What the bridge said.
     *
     * @param well whether it answered with code 200
     * @param text its answer, or why there is none
     */
    public record Result(boolean well, String text) {}

    /** Asks for {@code path} where {@code settings} say that the bridge listens. */
    public static Result ask(HttpSettings settings, String path) {
        if (!settings.enabled()) {
            return new Result(false, "http.enabled is false");
        }
        try (Socket socket = connect(settings)) {
            // Without credentials, which whoever has taken the port would get.
            String request = "GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(UTF_8));
            socket.getOutputStream().flush();
            return read(socket.getInputStream());
        } catch (IOException e) {
            return new Result(
                    false, "no answer from " + settings.host() + ":" + settings.port() + ": " + e.getMessage());
        }
    }

    private static Result read(InputStream in) throws IOException {
        String answer = new String(in.readNBytes(MAX_ANSWER_BYTES), UTF_8);
        int body = answer.indexOf("\r\n\r\n");
        String statusLine = answer.lines().findFirst().orElse("");
        if (body < 0 || !statusLine.startsWith("HTTP/1.")) {
            throw new IOException("this is no HTTP");
        }
        boolean well = statusLine.startsWith(" 200", "HTTP/1.1".length());
        return new Result(well, answer.substring(body).strip());
    }

    @SuppressWarnings("AddressSelection") // One address is meant.
    private static Socket connect(HttpSettings settings) throws IOException {
        InetAddress host = InetAddress.getByName(settings.host());
        if (host.isAnyLocalAddress()) {
            host = InetAddress.getLoopbackAddress();
        }
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, settings.port()), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            return settings.tls() == null
                    ? socket
                    : unverified().getSocketFactory().createSocket(socket, settings.host(), settings.port(), true);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** The certificate is for the names that others know the bridge by, and this connection does not leave the machine. */
    private static SSLContext unverified() {
        TrustManager any = new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String authType) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String authType) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {any}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }
}
