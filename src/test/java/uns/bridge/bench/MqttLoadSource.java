package uns.bridge.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import uns.bridge.brokers.PacketScanner;

/**
 * An MQTT 5 server that does nothing but send: it welcomes any client, grants any subscription and publishes a workload to
 * whoever subscribed, within the client's Receive Maximum. It costs a small fraction of a real broker, so that what is
 * measured is the client.
 *
 * <p>One client at a time. The session does not outlive a connection (Session Present is always 0), yet no message is
 * lost with it: what was not acknowledged is sent again on the next one, so that the source also serves to test lost
 * connections. Thread-safe.
 */
final class MqttLoadSource implements AutoCloseable {

    private final PublishFlow flow;
    private final ServerSocket server;
    private final Thread acceptor;
    private final AtomicInteger connections = new AtomicInteger();
    private volatile Socket client = new Socket();

    /** A source on a free port of the loopback interface. */
    MqttLoadSource(Workload workload) throws IOException {
        flow = new PublishFlow(workload);
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        acceptor = new Thread(this::accept, "load-source-" + server.getLocalPort());
        acceptor.setDaemon(true);
        acceptor.start();
    }

    int port() {
        return server.getLocalPort();
    }

    /** Waits for a subscriber; false if {@code timeout} passes before. */
    boolean awaitSubscribed(Duration timeout) throws InterruptedException {
        return flow.awaitStart(timeout);
    }

    /** Publishes {@code count} further messages, as soon as there is a subscriber. */
    void publish(long count) {
        flow.publish(count);
    }

    /** Publishes them at a fixed rate, and times them: from when each was due to its PUBACK, or PUBREC. */
    Pace publish(int count, int perSecond) {
        return flow.publish(count, perSecond);
    }

    /**
     * Waits until every message published has been acknowledged (with QoS 0: one of QoS 1 behind it); false if
     * {@code timeout} passes before.
     */
    boolean awaitAcknowledged(Duration timeout) throws InterruptedException {
        return flow.await(timeout);
    }

    long acknowledged() {
        return flow.acknowledged();
    }

    long complaints() {
        return flow.complaints();
    }

    /** How many connections there have been. */
    int connections() {
        return connections.get();
    }

    /** Cuts the connection without a DISCONNECT. */
    void cut() throws IOException {
        client.close();
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
    }

    private void accept() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                socket.setTcpNoDelay(true);
                client = socket;
                connections.incrementAndGet();
                new Connection(socket).serve();
            } catch (IOException e) {
                // Closed by us or by the client; what was in flight is sent again on the next connection.
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private final class Connection implements PacketScanner.Handler {

        private final Socket socket;
        private final PublishFlow.Acknowledgements acknowledgements = new PublishFlow.Acknowledgements();
        private final Thread writer = new Thread(this::write, "load-source-writer");

        Connection(Socket socket) {
            this.socket = socket;
        }

        void serve() throws IOException, InterruptedException {
            PacketScanner scanner = new PacketScanner();
            InputStream in = socket.getInputStream();
            byte[] chunk = new byte[16 * 1024];
            try {
                for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                    scanner.feed(chunk, n, this);
                    if (acknowledgements.count() > 0) {
                        flow.acknowledged(acknowledgements);
                        acknowledgements.clear();
                    }
                }
            } finally {
                flow.close();
                socket.close();
                writer.join();
            }
        }

        @Override
        public void packet(int firstByte, byte[] buffer, int body, int length) {
            switch (firstByte >> 4) {
                case MqttPackets.PUBACK, MqttPackets.PUBREC, MqttPackets.PUBCOMP ->
                    acknowledgements.add(firstByte >> 4, buffer, body, length);
                case MqttPackets.CONNECT -> connected(MqttPackets.receiveMaximum(buffer, body, length));
                case MqttPackets.SUBSCRIBE -> {
                    flow.reply(MqttPackets.suback(buffer, body, length));
                    flow.start();
                }
                case MqttPackets.UNSUBSCRIBE -> flow.reply(MqttPackets.unsuback(buffer, body, length));
                case MqttPackets.PINGREQ -> flow.reply(MqttPackets.packet(13 << 4, new byte[0]));
                case MqttPackets.PUBLISH -> published(firstByte >> 1 & 3, buffer, body);
                default -> flow.close();
            }
        }

        private void connected(int receiveMaximum) {
            boolean mqtt5 = receiveMaximum > 0;
            flow.open(Math.max(1, receiveMaximum));
            byte unsupportedProtocolVersion = (byte) 0x84;
            flow.reply(MqttPackets.packet(
                    MqttPackets.CONNACK << 4, new byte[] {0, mqtt5 ? 0 : unsupportedProtocolVersion, 0}));
            writer.start();
        }

        /** Clients may publish too, a Sparkplug host application for one: taken and thrown away. */
        private void published(int qos, byte[] buffer, int body) {
            if (qos == 1) {
                int id = body + 2 + ((buffer[body] & 0xff) << 8 | buffer[body + 1] & 0xff);
                flow.reply(MqttPackets.packet(MqttPackets.PUBACK << 4, new byte[] {buffer[id], buffer[id + 1]}));
            }
        }

        private void write() {
            try (OutputStream out = socket.getOutputStream()) {
                flow.pump(out);
            } catch (IOException | InterruptedException e) {
                // The connection is gone, which the reading side has noticed or is about to.
            }
        }
    }
}
