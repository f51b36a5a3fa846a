package uns.bridge.mqtt;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import uns.bridge.tls.TlsClient;
import uns.bridge.tls.TlsSettings;

/** TLS over TCP. The files of the settings are read at each {@link #connect}, so renewed certificates need no restart. */
final class TlsTransport implements Transport {

    private final String host;
    private final int port;
    private final TlsSettings settings;
    private final TcpTransport tcp;
    private @Nullable InputStream input;
    private @Nullable OutputStream output;

    /** Whether the server has sent anything. */
    private volatile boolean begun;

    TlsTransport(String host, int port, TlsSettings settings) {
        this.host = host;
        this.port = port;
        this.settings = settings;
        this.tcp = new TcpTransport(host, port);
    }

    @Override
    public void connect(Duration timeout) throws IOException {
        TlsClient tls = new TlsClient(settings, host, port);
        tcp.connect(timeout);
        SSLSocket socket = tls.handshake(tcp.socket(), timeout);
        input = new Input(socket.getInputStream(), tls);
        output = new Output(socket.getOutputStream(), tls);
    }

    @Override
    public InputStream input() throws IOException {
        return connected(input);
    }

    @Override
    public OutputStream output() throws IOException {
        return connected(output);
    }

    /** Ends TCP and not TLS: a close_notify would wait for whoever writes, and MQTT says goodbye by itself. */
    @Override
    public void close() {
        tcp.close();
    }

    private static <T> T connected(@Nullable T stream) throws IOException {
        if (stream == null) {
            throw new IOException("not connected");
        }
        return stream;
    }

    /** With TLS 1.3 a server tells only after the handshake that it does not accept the client's certificate. */
    private final class Input extends FilterInputStream {

        private final TlsClient tls;

        Input(InputStream in, TlsClient tls) {
            super(in);
            this.tls = tls;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (begun) {
                return in.read(bytes, offset, length);
            }
            try {
                int count = in.read(bytes, offset, length);
                if (count < 0) {
                    throw new EOFException("closed by the server");
                }
                begun = true;
                return count;
            } catch (IOException e) {
                throw tls.explain(e);
            }
        }
    }

    /** The server may have refused and gone before anything is written. */
    private final class Output extends FilterOutputStream {

        private final TlsClient tls;

        Output(OutputStream out, TlsClient tls) {
            super(out);
            this.tls = tls;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                throw begun ? e : tls.explain(e);
            }
        }
    }
}
