package uns.bridge.mqtt;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** TCP as it is, to the first address of the host that takes a connection. */
final class TcpTransport implements Transport {

    /** Finds the addresses of a host, in the order in which they are tried; at least one. */
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /** What each address has, however many there are. */
    private static final Duration MIN_TIMEOUT = Duration.ofSeconds(2);

    private final String host;
    private final int port;
    private final Resolver resolver;

    /** Of the address that is tried, or was the last. */
    private volatile Socket socket = new Socket();

    private volatile boolean closed;

    TcpTransport(String host, int port) {
        this(host, port, InetAddress::getAllByName);
    }

    TcpTransport(String host, int port, Resolver resolver) {
        this.host = host;
        this.port = port;
        this.resolver = resolver;
    }

    /** The addresses share the time, each at least {@link #MIN_TIMEOUT}; what one leaves is for those after it. */
    @Override
    public void connect(Duration timeout) throws IOException {
        InetAddress[] addresses = addresses();
        List<IOException> failures = new ArrayList<>();
        long endNs = System.nanoTime() + timeout.toNanos();
        for (int left = addresses.length; left > 0; left--) {
            long shareMs = (endNs - System.nanoTime()) / 1_000_000 / left;
            try {
                connect(addresses[addresses.length - left], (int) Math.max(shareMs, MIN_TIMEOUT.toMillis()));
                return;
            } catch (IOException e) {
                if (closed) {
                    throw e;
                }
                failures.add(e);
            }
        }
        throw failure(addresses, failures);
    }

    private InetAddress[] addresses() throws UnknownHostException {
        try {
            return resolver.resolve(host);
        } catch (UnknownHostException e) {
            UnknownHostException unknown = new UnknownHostException("unknown host " + host);
            unknown.initCause(e);
            throw unknown;
        }
    }

    private void connect(InetAddress address, int timeoutMs) throws IOException {
        Socket next = new Socket();
        socket = next;
        if (closed) { // Asked only now, for close() may have closed the one before.
            throw new SocketException("closed");
        }
        try {
            next.setTcpNoDelay(true); // What is written is written whole.
            next.setKeepAlive(true);
            next.connect(new InetSocketAddress(address, port), timeoutMs);
        } catch (IOException e) {
            next.close();
            throw e;
        }
    }

    /** That of the last address, with those before it; of several the message says which failed how. */
    private static IOException failure(InetAddress[] addresses, List<IOException> failures) {
        int before = addresses.length - 1;
        IOException last = failures.get(before);
        if (before == 0) {
            return last;
        }
        String each = IntStream.rangeClosed(0, before)
                .mapToObj(i ->
                        addresses[i].getHostAddress() + ": " + failures.get(i).getMessage())
                .collect(Collectors.joining("; "));
        IOException all = new IOException(each, last);
        failures.subList(0, before).forEach(all::addSuppressed);
        return all;
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
        closed = true;
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more, closed or not.
        }
    }
}
