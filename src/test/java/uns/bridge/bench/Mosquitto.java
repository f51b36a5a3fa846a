package uns.bridge.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import uns.bridge.brokers.MosquittoBroker;
import uns.bridge.brokers.PacketScanner;
import uns.bridge.brokers.Ports;

/**
 * An Eclipse Mosquitto of its own, where it is installed: it queues any number of messages for a persistent session, for
 * a measured process to drain.
 */
final class Mosquitto implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Child process;
    private final int port;

    private Mosquitto(Child process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Where Mosquitto is installed. */
    static Optional<Path> executable() {
        return MosquittoBroker.executable();
    }

    static Mosquitto start(Path executable) throws IOException, InterruptedException {
        int port = Ports.free();
        Path config = Files.createTempFile("bench-mosquitto-", ".conf");
        config.toFile().deleteOnExit();
        // By default it would drop all but 1,000 queued messages and keep 20 in flight.
        Files.writeString(config, """
                listener %d 127.0.0.1
                allow_anonymous true
                persistence false
                max_queued_messages 0
                max_inflight_messages 0
                log_type error
                """.formatted(port));
        Child process = Child.start(
                "mosquitto", List.of(executable.toString(), "-c", config.toString()), Map.of(), Path.of("."));
        Mosquitto mosquitto = new Mosquitto(process, port);
        mosquitto.awaitListening();
        return mosquitto;
    }

    /**
     * Queues messages for the session of the measured process, has the process drain them and measures that, after the
     * first {@code warmup} of them.
     */
    Sample drain(Row row, Workload workload, long warmup, long messages, Child kafka, String bootstrapServers)
            throws IOException, InterruptedException {
        exchange(MqttPackets.connect(Configuration.CLIENT_ID), MqttPackets.subscribeToAll());
        publish(workload, warmup + messages);
        try (AckTap tap = new AckTap(port);
                Child measured = row.start(workload, tap.port(), bootstrapServers)) {
            Sample.Meter meter = new Sample.Meter(measured, process::cpu, kafka::cpu);
            await(tap, 1, measured);
            measured.allocatedBytes(); // Which takes its time at first.
            await(tap, warmup, measured);
            long warm = tap.acknowledged();
            Sample.Reading start = meter.read();
            await(tap, warmup + messages, measured);
            return start.until(meter.read(), warmup + messages - warm);
        }
    }

    @Override
    public void close() {
        process.close();
    }

    private static void await(AckTap tap, long count, Child measured) throws InterruptedException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (!tap.await(count, 200)) {
            measured.ensureAlive();
            if (System.nanoTime() > deadline) {
                throw measured.failure("has acknowledged only %d of %d messages within %d s"
                        .formatted(tap.acknowledged(), count, TIMEOUT.toSeconds()));
            }
        }
    }

    private void awaitListening() throws InterruptedException {
        for (int attempt = 0; ; attempt++) {
            try {
                exchange();
                return;
            } catch (IOException e) {
                if (attempt == 100) {
                    throw process.failure("does not listen: " + e.getMessage());
                }
                Thread.sleep(50);
            }
        }
    }

    /** Sends each packet and waits for its answer, then disconnects. */
    private void exchange(byte[]... packets) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            PacketScanner scanner = new PacketScanner();
            for (byte[] packet : packets) {
                socket.getOutputStream().write(packet);
                boolean[] answered = new boolean[1];
                while (!answered[0]) {
                    feed(socket.getInputStream(), scanner, (firstByte, buffer, body, length) -> answered[0] = true);
                }
            }
            socket.getOutputStream().write(MqttPackets.disconnect());
        }
    }

    /** Publishes, at QoS 1, and returns when Mosquitto has acknowledged everything. */
    private void publish(Workload workload, long count) throws IOException, InterruptedException {
        PublishFlow flow = new PublishFlow(workload);
        flow.publish(count);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            Thread reader = new Thread(() -> readAcknowledgements(socket, flow), "publisher-reader");
            reader.setDaemon(true);
            // Mosquitto announces no Receive Maximum, and takes more than this no faster.
            flow.open(4_000);
            flow.reply(MqttPackets.connect("bench-publisher"));
            reader.start();
            Thread writer = new Thread(() -> write(socket, flow), "publisher-writer");
            writer.setDaemon(true);
            writer.start();
            boolean done = flow.await(TIMEOUT);
            flow.close();
            if (!done) {
                throw process.failure("took only %d of %d messages".formatted(flow.acknowledged(), count));
            }
        }
    }

    private static void write(Socket socket, PublishFlow flow) {
        try {
            flow.pump(socket.getOutputStream());
        } catch (IOException | InterruptedException e) {
            flow.close();
        }
    }

    private static void readAcknowledgements(Socket socket, PublishFlow flow) {
        PacketScanner scanner = new PacketScanner();
        PublishFlow.Acknowledgements acknowledgements = new PublishFlow.Acknowledgements();
        try {
            while (true) {
                feed(socket.getInputStream(), scanner, (firstByte, buffer, body, length) -> {
                    if (firstByte >> 4 == MqttPackets.PUBACK) {
                        acknowledgements.add(MqttPackets.PUBACK, buffer, body, length);
                    } else if (firstByte >> 4 == MqttPackets.CONNACK) {
                        flow.start();
                    }
                });
                flow.acknowledged(acknowledgements);
                acknowledgements.clear();
            }
        } catch (IOException e) {
            // Closed by us once everything has been acknowledged.
        }
    }

    private static void feed(InputStream in, PacketScanner scanner, PacketScanner.Handler handler) throws IOException {
        byte[] chunk = new byte[16 * 1024];
        int n = in.read(chunk);
        if (n < 0) {
            throw new IOException("closed by the broker");
        }
        scanner.feed(chunk, n, handler);
    }
}
