package uns.bridge.mqtt;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An MQTT broker that answers as its script says, one connection after the other, and notes what it is sent. */
final class ScriptedBroker implements AutoCloseable {

    static final int CONNECT = 0x10;
    static final int SUBSCRIBE = 0x82;
    static final int DISCONNECT = 0xE0;
    static final byte[] CONNACK = Packets.packet(0x20, new byte[] {0, 0, 0});

    /** CONNACK and SUBACK before MQTT 5, which has added properties. */
    static byte[] connack3(boolean sessionPresent, int returnCode) {
        return Packets.packet(0x20, new byte[] {(byte) (sessionPresent ? 1 : 0), (byte) returnCode});
    }

    /** What to do with a packet; the connection ends when an IOException is thrown. */
    interface Script {
        void answer(Connection connection, Received received) throws IOException;
    }

    /** A packet of the client. */
    record Received(int first, byte[] body) {

        /** The answer to this SUBSCRIBE. */
        byte[] suback(int... reasonCodes) {
            byte[] codes = new byte[reasonCodes.length];
            for (int i = 0; i < codes.length; i++) {
                codes[i] = (byte) reasonCodes[i];
            }
            return Packets.packet(0x90, Packets.concat(new byte[] {body[0], body[1], 0}, codes));
        }

        byte[] suback3(int... returnCodes) {
            byte[] codes = new byte[returnCodes.length];
            for (int i = 0; i < codes.length; i++) {
                codes[i] = (byte) returnCodes[i];
            }
            return Packets.packet(0x90, Packets.concat(new byte[] {body[0], body[1]}, codes));
        }
    }

    /** The connection with the client; the first has the number 1. */
    record Connection(Socket socket, int number) {

        void send(byte[] packet) throws IOException {
            socket.getOutputStream().write(packet);
        }

        /** Ends without a word. */
        void cut() throws IOException {
            throw new IOException("cut by the script");
        }
    }

    private final ServerSocket server;
    private final Script script;
    private final AtomicInteger connections = new AtomicInteger();
    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private volatile Socket client = new Socket();

    ScriptedBroker(Script script) throws IOException {
        this.script = script;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "scripted-broker");
        thread.setDaemon(true);
        thread.start();
    }

    /** One that welcomes every client and grants as {@code reasonCodes} say. */
    static ScriptedBroker granting(int... reasonCodes) throws IOException {
        return new ScriptedBroker((connection, packet) -> welcome(connection, packet, reasonCodes));
    }

    static void welcome(Connection connection, Received packet, int... reasonCodes) throws IOException {
        switch (packet.first()) {
            case CONNECT -> connection.send(CONNACK);
            case SUBSCRIBE -> connection.send(packet.suback(reasonCodes));
            default -> {}
        }
    }

    int port() {
        return server.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    /** The next packet that the client sent, on whichever connection. */
    Received next() throws InterruptedException {
        Received packet = received.poll(10, TimeUnit.SECONDS);
        if (packet == null) {
            throw new AssertionError("the client sends nothing");
        }
        return packet;
    }

    /** Sends to the client that is connected. */
    void send(byte[] packet) throws IOException {
        client.getOutputStream().write(packet);
    }

    /** Ends the connection without a word. */
    void cut() throws IOException {
        client.close();
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                client = socket;
                Connection connection = new Connection(socket, connections.incrementAndGet());
                DataInputStream in = new DataInputStream(socket.getInputStream());
                while (true) {
                    int first = in.readUnsignedByte();
                    int length = 0;
                    int b;
                    int shift = 0;
                    do {
                        b = in.readUnsignedByte();
                        length |= (b & 0x7F) << shift;
                        shift += 7;
                    } while (b > 0x7F);
                    Received packet = new Received(first, in.readNBytes(length));
                    received.add(packet);
                    script.answer(connection, packet);
                }
            } catch (IOException e) {
                // The end of the connection, or of the broker.
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        client.close();
    }
}
