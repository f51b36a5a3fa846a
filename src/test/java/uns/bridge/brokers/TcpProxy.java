package uns.bridge.brokers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a client and a broker and fails on demand, in the ways a network does.
 *
 * <p>It starts forwarding. All methods may be called from any thread.
 */
public final class TcpProxy implements AutoCloseable {

    /** Told what each side of one connection has sent, before the other side gets it, if it does. One thread for each side. */
    public interface Tap {

        /** The first {@code length} of {@code bytes}, valid during the call only. */
        void fromClient(byte[] bytes, int length);

        /** The first {@code length} of {@code bytes}, valid during the call only. */
        void fromBroker(byte[] bytes, int length);
    }

    private static final Tap NO_TAP = new Tap() {
        @Override
        public void fromClient(byte[] bytes, int length) {
            // Nobody listens.
        }

        @Override
        public void fromBroker(byte[] bytes, int length) {
            // Nobody listens.
        }
    };

    private final String targetHost;
    private final int targetPort;
    private final Supplier<Tap> taps;
    private final int port = Ports.free();
    private final Set<Link> links = ConcurrentHashMap.newKeySet();

    private volatile boolean swallowing;

    /** Zero for as many as there are. */
    private volatile int bytesPerSecond;

    private @Nullable ServerSocket listener;
    private @Nullable Thread acceptor;

    public TcpProxy(String targetHost, int targetPort) {
        this(targetHost, targetPort, () -> NO_TAP);
    }

    /** @param taps one for each connection */
    public TcpProxy(String targetHost, int targetPort, Supplier<Tap> taps) {
        this.targetHost = targetHost;
        this.targetPort = targetPort;
        this.taps = taps;
        accept();
    }

    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    public String address() {
        return host() + ":" + port;
    }

    /** How many connections are open, those in a black hole included. */
    public int connections() {
        return links.size();
    }

    /** Ends every connection with a reset (RST), as a crashed host or a firewall does. New ones are still accepted. */
    public void cut() {
        links.forEach(Link::reset);
    }

    /** Ends every connection in order (FIN), as a broker that closes its side does. New ones are still accepted. */
    public void hangUp() {
        links.forEach(Link::end);
    }

    /** Lets new connections be refused, as on a host whose broker is not running. Those open stay open. */
    public synchronized void refuse() {
        if (listener == null) {
            return;
        }
        try {
            listener.close();
            // The port listens on for as long as the thread is still in accept().
            if (acceptor != null) {
                acceptor.join();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            listener = null;
        }
    }

    /**
     * Swallows all bytes in both directions from now on, without closing anything, as a network that drops packets does:
     * each side sees a silent peer. New connections are accepted, and are as silent.
     */
    public void blackhole() {
        swallowing = true;
        links.forEach(link -> link.swallowing = true);
    }

    /** Forwards no more than {@code bytes} a second in each direction of each connection, until {@link #accept}. */
    public void slow(int bytes) {
        bytesPerSecond = bytes;
    }

    /**
     * Accepts and forwards new connections, after {@link #refuse}, {@link #blackhole} or {@link #slow}. Those which were in the black
     * hole have lost bytes and never recover: they stay silent until they are closed or {@link #cut}.
     */
    public synchronized void accept() {
        swallowing = false;
        bytesPerSecond = 0;
        if (listener != null) {
            return;
        }
        try {
            ServerSocket fresh = new ServerSocket();
            // Connections of the listener before may still be in TIME_WAIT on this port.
            fresh.setReuseAddress(true);
            fresh.bind(new InetSocketAddress(InetAddress.getByName(host()), port));
            listener = fresh;
            acceptor = thread("accept", () -> acceptFrom(fresh));
        } catch (IOException e) {
            throw new UncheckedIOException("The proxy cannot listen on port " + port, e);
        }
    }

    /** Refuses new connections and cuts all others. */
    @Override
    public void close() {
        refuse();
        cut();
    }

    private void acceptFrom(ServerSocket source) {
        while (!source.isClosed()) {
            try {
                Socket client = source.accept();
                thread("connect", () -> connect(client, source));
            } catch (IOException e) {
                if (!source.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void connect(Socket client, ServerSocket source) {
        Socket broker = new Socket();
        Link link = new Link(client, broker);
        links.add(link);
        link.swallowing = swallowing;
        try {
            client.setTcpNoDelay(true);
            broker.setTcpNoDelay(true);
            broker.connect(new InetSocketAddress(targetHost, targetPort), 5_000);
        } catch (IOException e) {
            link.reset();
            return;
        }
        Tap tap = taps.get();
        thread("to-broker", () -> link.forward(client, broker, tap::fromClient));
        thread("to-client", () -> link.forward(broker, client, tap::fromBroker));
        // Whoever refused or closed while this connection was being made has not seen it in the set.
        if (source.isClosed()) {
            link.reset();
        }
    }

    private Thread thread(String name, Runnable work) {
        Thread thread = new Thread(work, "proxy-" + port + "-" + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** One client's connection and its continuation to the broker. */
    private final class Link {
        private final Socket client;
        private final Socket broker;
        private volatile boolean swallowing;

        Link(Socket client, Socket broker) {
            this.client = client;
            this.broker = broker;
        }

        void forward(Socket from, Socket to, ObjIntConsumer<byte[]> tap) {
            byte[] buffer = new byte[64 * 1024];
            try {
                int count = from.getInputStream().read(buffer);
                while (count >= 0) {
                    tap.accept(buffer, count);
                    write(buffer, count, to);
                    count = from.getInputStream().read(buffer);
                }
                if (!swallowing) {
                    end();
                }
            } catch (IOException e) {
                if (!swallowing) {
                    reset();
                }
            }
        }

        private void write(byte[] buffer, int count, Socket to) throws IOException {
            int written = 0;
            while (written < count && !swallowing) {
                int rate = bytesPerSecond;
                int part = rate == 0 ? count - written : Math.min(count - written, Math.max(1, rate / 10));
                to.getOutputStream().write(buffer, written, part);
                written += part;
                if (rate > 0) {
                    LockSupport.parkNanos(part * 1_000_000_000L / rate);
                }
            }
        }

        void end() {
            links.remove(this);
            close(client);
            close(broker);
        }

        void reset() {
            linger(client);
            linger(broker);
            end();
        }

        /** Closing with a linger time of zero sends RST in the place of FIN. */
        private static void linger(Socket socket) {
            try {
                socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            } catch (IOException e) {
                // It is closed already, which is all that matters.
                return;
            }
        }

        private static void close(Socket socket) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
