package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.delivery.Delivery;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;

/** Connecting by WebSocket, and what flows through it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WebSocketTransportTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String PROTOCOL = "Sec-WebSocket-Protocol: mqtt\r\n";

    private final ServerSocket server;
    private final WebSocketTransport transport;

    WebSocketTransportTest() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        transport = transport(MqttVersion.MQTT_5);
    }

    @AfterEach
    void close() throws IOException {
        transport.close();
        server.close();
    }

    @Test
    void shouldAskAsMqttWantsIt() throws Exception {
        FutureTask<List<String>> request = answering("", PROTOCOL);

        transport.connect(TIMEOUT);

        assertThat(request.get())
                .startsWith("GET /mqtt?x=1 HTTP/1.1", "Host: localhost:" + server.getLocalPort())
                .contains(
                        "Upgrade: websocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Protocol: mqtt")
                .anyMatch(line -> line.matches("Sec-WebSocket-Key: [A-Za-z0-9+/]{22}=="));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqtt", "mqttv3.1"})
    void shouldTakeEitherNameWhenTheVersionIsMqtt31(String chosen) throws Exception {
        FutureTask<List<String>> request = answering("", "Sec-WebSocket-Protocol: " + chosen + "\r\n");
        WebSocketTransport old = transport(MqttVersion.MQTT_3_1);

        old.connect(TIMEOUT);

        assertThat(request.get()).contains("Sec-WebSocket-Protocol: mqtt, mqttv3.1");
        old.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 404 Not Found | no WebSocket at /mqtt?x=1: HTTP/1.1 404 Not Found; is mqtt.path right?",
                "HTTP/1.1 301 Moved~Location: https://b/ws | HTTP/1.1 301 Moved; the broker is at https://b/ws",
                "HTTP/1.1 401 Unauthorized | HTTP/1.1 401 Unauthorized; it wants a permission",
                "HTTP/1.0 200 OK | HTTP/1.0 200 OK; this is a web server",
                "HTTP/1.1 503 Service Unavailable | no WebSocket at /mqtt?x=1: HTTP/1.1 503 Service Unavailable",
                "HTTP/1.1 | no WebSocket at /mqtt?x=1: HTTP/1.1",
                "SSH-2.0-OpenSSH_9.0 | no WebSocket listener: the answer is not HTTP",
                "HTTP/1.1 101 Switching Protocols | Upgrade",
            })
    void shouldSayWhyWhenRefused(String answer, String reason) {
        answering(answer.replace("~", "\r\n") + "\r\n", "");

        assertThatThrownBy(() -> transport.connect(TIMEOUT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sec-WebSocket-Protocol: wamp | Sec-WebSocket-Protocol",
                "X-Other: 1 | Sec-WebSocket-Protocol",
                "Sec-WebSocket-Protocol: mqtt~Sec-WebSocket-Extensions: permessage-deflate | Sec-WebSocket-Extensions",
                "Sec-WebSocket-Protocol: mqtt~Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo= | Sec-WebSocket-Accept",
                "Sec-WebSocket-Protocol: mqtt~Upgrade: h2c | Upgrade",
            })
    void shouldRefuseAnAcceptanceThatIsWrong(String headers, String reason) {
        answering("", headers.replace("~", "\r\n") + "\r\n");

        assertThatThrownBy(() -> transport.connect(TIMEOUT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not the answer of a WebSocket listener for MQTT: " + reason);
    }

    @Test
    void shouldNotReadWithoutEndWhenTheAnswerHasNone() {
        answering("HTTP/1.1 200 OK\r\nX: " + "x".repeat(100_000), "");

        assertThatThrownBy(() -> transport.connect(TIMEOUT)).hasMessageContaining("more than 16 KiB");
    }

    @Test
    void shouldNotWaitWithoutEndWhenThereIsNoAnswer() {
        answering("HTTP/1.1 101 Switching", "");

        assertThatThrownBy(() -> transport.connect(Duration.ofMillis(300)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no answer to the WebSocket handshake");
    }

    @Test
    void shouldHintAtThePortWhenTheBrokerCloses() {
        run(() -> {
            try (Socket socket = server.accept()) {
                return WebSocketFront.request(socket.getInputStream());
            }
        });

        assertThatThrownBy(() -> transport.connect(TIMEOUT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("are mqtt.port and mqtt.path those of WebSockets?");
    }

    @Test
    void shouldMaskWhatItWritesAndCutWhatIsLong() throws Exception {
        FutureTask<byte[]> frames = run(() -> {
            Socket socket = server.accept();
            accept(socket, PROTOCOL);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] all = {};
            while (all.length < 10_125) {
                WebSocketFront.Frame frame = WebSocketFront.Frame.read(in);
                assertThat(frame.first()).isEqualTo(0x82);
                all = Packets.concat(all, frame.content());
            }
            return all;
        });
        transport.connect(TIMEOUT);
        byte[] packet = new byte[10_000];
        for (int i = 0; i < packet.length; i++) {
            packet[i] = (byte) i;
        }
        byte[] copy = packet.clone();

        transport.output().write(packet);
        transport.output().write(packet, 100, 125);

        assertThat(frames.get(10, TimeUnit.SECONDS)).startsWith(copy).hasSize(10_125);
        assertThat(packet).as("not masked in the caller's array").isEqualTo(copy);
    }

    /** What follows the handshake in one segment is not lost. */
    @Test
    void shouldReadFramesThatComeWithTheAcceptance() throws Exception {
        answering("", PROTOCOL + "\r\n\u0082\u0002ab");

        transport.connect(TIMEOUT);

        assertThat(transport.input().readNBytes(2)).containsExactly('a', 'b');
    }

    @ParameterizedTest
    @EnumSource(MqttVersion.class)
    void shouldCarryMqttWhenTheServerCutsItToPieces(MqttVersion version) throws Exception {
        DeliveryTracker tracker = new DeliveryTracker(100, 1 << 20);
        Health health = new Health();
        health.up(Health.Part.KAFKA);
        boolean five = version == MqttVersion.MQTT_5;
        byte[] properties = five ? new byte[] {0} : new byte[0];
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
                    switch (packet.first()) {
                        case ScriptedBroker.CONNECT ->
                            connection.send(five ? ScriptedBroker.CONNACK : ScriptedBroker.connack3(false, 0));
                        case ScriptedBroker.SUBSCRIBE ->
                            connection.send(five ? packet.suback(1, 1) : packet.suback3(1, 1));
                        default -> {}
                    }
                });
                WebSocketFront front = new WebSocketFront(broker.port())) {
            MqttSource source = new MqttSource(
                    MqttSourceTest.settings(front.port(), true, version, "/mqtt"),
                    List.of(),
                    null,
                    tracker,
                    health,
                    TIMEOUT);
            FutureTask<Boolean> run = run(source::run);
            await().until(health::isReady);
            byte[] payload = "x".repeat(1_000).getBytes(ISO_8859_1);

            broker.send(Packets.packet(
                    0x34, Packets.concat(Packets.text("plant/a"), Packets.uint16(9), properties, payload)));

            Delivery delivery = tracker.next(TIMEOUT);
            assertThat(delivery.message().payload()).isEqualTo(payload);
            tracker.complete(delivery);
            tracker.release();
            broker.next();
            broker.next();
            assertThat(broker.next().first()).isEqualTo(0x50);
            assertThat(front.pongs).hasSizeGreaterThan(1_000).containsOnly("8ahi");
            source.stop();
            assertThat(run.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Answers with {@code start}, or with an acceptance if that is empty, and {@code headers}; stays open. */
    private FutureTask<List<String>> answering(String start, String headers) {
        return run(() -> {
            Socket socket = server.accept();
            if (start.isEmpty()) {
                return accept(socket, headers);
            }
            List<String> request = WebSocketFront.request(socket.getInputStream());
            socket.getOutputStream().write((start + (start.endsWith("\r\n") ? "\r\n" : "")).getBytes(ISO_8859_1));
            return request;
        });
    }

    private static List<String> accept(Socket socket, String headers) throws IOException {
        List<String> request = WebSocketFront.request(socket.getInputStream());
        String end = headers.contains("\r\n\r\n") ? "" : "\r\n";
        socket.getOutputStream().write((WebSocketFront.acceptance(request) + headers + end).getBytes(ISO_8859_1));
        return request;
    }

    private static <T> FutureTask<T> run(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task, "web-socket-server");
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    private WebSocketTransport transport(MqttVersion version) {
        return new WebSocketTransport(
                new TcpTransport("localhost", server.getLocalPort()),
                new WebSocketHandshake("localhost", server.getLocalPort(), "/mqtt?x=1", version));
    }
}
