package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * WebSockets in front of an MQTT broker, as inconvenient as RFC 6455 allows: what the broker sends goes to the client byte by
 * byte, in fragments with a PING between them; what the client answers to them is noted.
 */
final class WebSocketFront implements AutoCloseable {

    private static final byte[] PING_BETWEEN = {(byte) 0x89, 2, 'h', 'i'};

    final BlockingQueue<String> pongs = new LinkedBlockingQueue<>();
    private final ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    private final int brokerPort;

    WebSocketFront(int brokerPort) throws IOException {
        this.brokerPort = brokerPort;
        start(this::serve);
    }

    int port() {
        return server.getLocalPort();
    }

    /** The request up to its empty line. */
    static List<String> request(InputStream in) throws IOException {
        StringBuilder request = new StringBuilder();
        while (!request.toString().endsWith("\r\n\r\n")) {
            request.append((char) in.read());
        }
        return request.toString().lines().toList();
    }

    /** The headers that accept {@code request}, each ended, without the empty line. */
    static String acceptance(List<String> request) {
        String name = "Sec-WebSocket-Key: ";
        String key = request.stream()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .orElseThrow()
                .substring(name.length());
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(ISO_8859_1));
            return "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
                    + "sec-websocket-accept: " + Base64.getEncoder().encodeToString(hash) + "\r\n";
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** A frame of the client, unmasked. */
    record Frame(int first, byte[] content) {

        static Frame read(DataInputStream in) throws IOException {
            int first = in.readUnsignedByte();
            int length = in.readUnsignedByte() - 0x80; // Masked.
            if (length == 126) {
                length = in.readUnsignedShort();
            }
            byte[] mask = in.readNBytes(4);
            byte[] content = in.readNBytes(length);
            for (int i = 0; i < length; i++) {
                content[i] ^= mask[i % 4];
            }
            return new Frame(first, content);
        }
    }

    private void serve() throws IOException {
        while (true) {
            Socket client = server.accept();
            client.setTcpNoDelay(true);
            client.getOutputStream()
                    .write((acceptance(request(client.getInputStream())) + "Sec-WebSocket-Protocol: mqtt\r\n\r\n")
                            .getBytes(ISO_8859_1));
            Socket broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort);
            start(() -> toBroker(client, broker));
            start(() -> toClient(broker, client));
        }
    }

    private void toBroker(Socket client, Socket broker) throws IOException {
        try (broker) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            while (true) {
                Frame frame = Frame.read(in);
                if (frame.first() == 0x82) {
                    broker.getOutputStream().write(frame.content());
                } else {
                    pongs.add(Integer.toHexString(frame.first()) + new String(frame.content(), ISO_8859_1));
                }
            }
        }
    }

    private static void toClient(Socket broker, Socket client) throws IOException {
        try (client) {
            OutputStream out = client.getOutputStream();
            byte[] chunk = new byte[64];
            for (int count = broker.getInputStream().read(chunk);
                    count > 0;
                    count = broker.getInputStream().read(chunk)) {
                for (int i = 0; i < count; i++) {
                    boolean last = i == count - 1;
                    out.write((last ? 0x80 : 0) | (i == 0 ? 2 : 0));
                    out.write(1);
                    out.write(chunk[i]);
                    out.write(PING_BETWEEN);
                }
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // The end of a connection, or of the server.
                    }
                },
                "web-socket-front");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
