package uns.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import uns.bridge.delivery.Books;
import uns.bridge.delivery.Delivery;
import uns.bridge.delivery.DeliveryTracker;

/** A wire over a real connection of the loopback interface, the broker's end of it, and what both did. */
final class WireFixture implements AutoCloseable {

    final DeliveryTracker tracker;
    final Wire wire;
    final Socket broker;
    private final InputStream input;

    WireFixture(DeliveryTracker tracker, long maxPayloadBytes) throws IOException {
        this.tracker = tracker;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Transport transport = new TcpTransport(server.getInetAddress().getHostAddress(), server.getLocalPort());
            transport.connect(Duration.ofSeconds(5));
            wire = new Wire(
                    transport, tracker, maxPayloadBytes, MqttVersion.MQTT_5, new SubscriptionIdentifiers(List.of()));
            broker = server.accept();
        }
        input = wire.input();
    }

    /** Writes a packet as Paho does, piece by piece. */
    void write(byte[] packet) throws IOException {
        wire.output().write(packet[0]);
        wire.output().write(packet, 1, packet.length - 1);
        wire.output().flush();
    }

    /** Writes what lets the wire begin to read, and takes it away at the broker. */
    void open() throws IOException {
        write(Packets.packet(0x10, new byte[0]));
        assertThat(receive(2)).containsExactly(0x10, 0);
    }

    /** Writes as the broker. */
    void send(byte[]... packets) throws IOException {
        broker.getOutputStream().write(Packets.concat(packets));
    }

    /** Reads as the broker. */
    byte[] receive(int count) throws IOException {
        return broker.getInputStream().readNBytes(count);
    }

    /** Reads as Paho. */
    byte[] read(int count) throws IOException {
        byte[] bytes = new byte[count];
        int from = 0;
        while (from < count) {
            from += input.read(bytes, from, count - from);
        }
        return bytes;
    }

    /** Reads as Paho, on a thread of its own. */
    Reading startReading(int count) {
        FutureTask<byte[]> result = new FutureTask<>(() -> read(count));
        Thread thread = new Thread(result, "reader");
        thread.setDaemon(true);
        thread.start();
        return new Reading(thread, result);
    }

    /** What was taken in, in order, since the last call. */
    List<Delivery> taken() {
        List<Delivery> taken = new ArrayList<>();
        try {
            for (Delivery next = tracker.next(Duration.ZERO); next != null; next = tracker.next(Duration.ZERO)) {
                taken.add(next);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return taken;
    }

    /** Confirms {@code deliveries}, which acknowledges them on their wire. */
    void confirm(List<Delivery> deliveries) {
        if (!deliveries.isEmpty()) {
            deliveries.forEach(tracker::complete);
            tracker.release();
        }
    }

    /** Checks that nothing is left over. */
    @Override
    public void close() throws IOException {
        wire.close();
        broker.close();
        confirm(taken());
        Books books = tracker.books();
        assertThat(books.balance()).as("%s", books).isTrue();
        assertThat(books.inFlight()).isZero();
    }

    /** A thread that reads. */
    record Reading(Thread thread, FutureTask<byte[]> result) {

        /** Whether it waits, and not for the network. */
        boolean isWaiting() {
            return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
        }

        boolean isReadingTheSocket() {
            return Arrays.stream(thread.getStackTrace())
                    .anyMatch(frame -> frame.getClassName().startsWith("sun.nio.ch."));
        }
    }
}
