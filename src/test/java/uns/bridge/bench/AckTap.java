package uns.bridge.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import uns.bridge.brokers.PacketScanner;

/**
 * Stands between an MQTT client and a broker that cannot be asked how far the client is, and counts the PUBACKs on their
 * way. One connection; thread-safe.
 */
final class AckTap implements AutoCloseable {

    private final int brokerPort;
    private final ServerSocket server;
    private long acknowledged;

    AckTap(int brokerPort) throws IOException {
        this.brokerPort = brokerPort;
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        thread("tap-to-broker", this::forward);
    }

    int port() {
        return server.getLocalPort();
    }

    synchronized long acknowledged() {
        return acknowledged;
    }

    /** Waits until at least {@code count} messages have been acknowledged; false if {@code millis} pass before. */
    synchronized boolean await(long count, long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        while (acknowledged < count) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(left / 1_000_000 + 1);
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void forward() {
        try (Socket client = server.accept();
                Socket broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort)) {
            client.setTcpNoDelay(true);
            broker.setTcpNoDelay(true);
            thread("tap-to-client", () -> copyToClient(broker, client));
            PacketScanner scanner = new PacketScanner();
            InputStream in = client.getInputStream();
            OutputStream out = broker.getOutputStream();
            byte[] chunk = new byte[64 * 1024];
            long[] counted = new long[1];
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                out.write(chunk, 0, n);
                counted[0] = 0;
                scanner.feed(chunk, n, (firstByte, buffer, body, length) -> {
                    if (firstByte >> 4 == MqttPackets.PUBACK) {
                        counted[0]++;
                    }
                });
                count(counted[0]);
            }
        } catch (IOException e) {
            // Either side has gone, and with it the measurement.
        }
    }

    private synchronized void count(long more) {
        acknowledged += more;
        notifyAll();
    }

    private static void copyToClient(Socket broker, Socket client) {
        try {
            broker.getInputStream().transferTo(client.getOutputStream());
            client.close();
        } catch (IOException e) {
            // As above.
        }
    }

    private static void thread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
