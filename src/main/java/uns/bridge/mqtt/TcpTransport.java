package uns.bridge.mqtt;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;

/** TCP as it is. */
final class TcpTransport implements Transport {

    private final String host;
    private final int port;
    private final Socket socket = new Socket();

    TcpTransport(String host, int port) {
        this.host = host;
        this.port = port;
    }

    @Override
    public void connect(Duration timeout) throws IOException {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new UnknownHostException("unknown host " + host);
        }
        socket.setTcpNoDelay(true); // What is written is written whole.
        socket.setKeepAlive(true);
        socket.connect(address, (int) timeout.toMillis());
    }

    /** For what is layered over it. */
    Socket socket() {
        return socket;
    }

    @Override
    public InputStream input() throws IOException {
        return socket.getInputStream();
    }

    @Override
    public OutputStream output() throws IOException {
        return socket.getOutputStream();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more, closed or not.
        }
    }
}
