package uns.bridge.brokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The faults must be the ones they are called, or a test of the bridge proves something else. */
class TcpProxyTest {
    private ServerSocket echo;
    private TcpProxy proxy;

    @BeforeEach
    void start() throws IOException {
        echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::echo, "echo");
        thread.setDaemon(true);
        thread.start();
        proxy = new TcpProxy("127.0.0.1", echo.getLocalPort());
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        echo.close();
        await().until(() -> proxy.connections() == 0);
    }

    @Test
    void shouldForwardBothWays() throws IOException {
        try (Socket client = connect()) {
            assertThat(echoed(client, 42)).isEqualTo(42);
        }
        await().until(() -> proxy.connections() == 0);
    }

    @Test
    void shouldResetOpenConnectionsAndAcceptNewOnesWhenCut() throws IOException {
        try (Socket client = connect()) {
            echoed(client, 1);

            proxy.cut();

            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
        try (Socket client = connect()) {
            assertThat(echoed(client, 2)).isEqualTo(2);
        }
    }

    @Test
    void shouldCloseOpenConnectionsInOrderWhenHangingUp() throws IOException {
        try (Socket client = connect()) {
            echoed(client, 1);

            proxy.hangUp();

            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void shouldRefuseNewConnectionsOnlyUntilAcceptingAgain() throws IOException {
        try (Socket open = connect()) {
            echoed(open, 1);

            proxy.refuse();

            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
            assertThat(echoed(open, 2)).isEqualTo(2);
        }
        proxy.accept();
        try (Socket client = connect()) {
            assertThat(echoed(client, 3)).isEqualTo(3);
        }
    }

    @Test
    void shouldStaySilentWhenInBlackHole() throws IOException {
        try (Socket before = connect()) {
            echoed(before, 1);

            proxy.blackhole();

            assertSilent(before);
            try (Socket during = connect()) {
                assertSilent(during);
            }
            proxy.accept();
            assertSilent(before);
            try (Socket after = connect()) {
                assertThat(echoed(after, 2)).isEqualTo(2);
            }
        }
    }

    @Test
    void shouldForwardNoFasterThanToldUntilAcceptingAgain() throws IOException {
        try (Socket client = connect()) {
            proxy.slow(1_000);
            long start = System.nanoTime();
            client.getOutputStream().write(new byte[500]);
            client.getInputStream().readNBytes(500);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(300));

            client.getOutputStream().write(new byte[100_000]);
            proxy.accept();
            // Slow as before, these would take well over a minute.
            assertThat(client.getInputStream().readNBytes(100_000)).hasSize(100_000);
        }
    }

    @Test
    void shouldResetWhenTargetIsGone() throws IOException {
        try (TcpProxy toNowhere = new TcpProxy("127.0.0.1", Ports.free());
                Socket client = new Socket(toNowhere.host(), toNowhere.port())) {
            client.setSoTimeout(5_000);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(proxy.host(), proxy.port());
        socket.setSoTimeout(5_000);
        return socket;
    }

    private static int echoed(Socket client, int value) throws IOException {
        client.getOutputStream().write(value);
        return client.getInputStream().read();
    }

    private static void assertSilent(Socket client) throws IOException {
        client.setSoTimeout(300);
        assertThatThrownBy(() -> echoed(client, 7)).isInstanceOf(SocketTimeoutException.class);
    }

    private void echo() {
        while (!echo.isClosed()) {
            try {
                Socket socket = echo.accept();
                Thread thread = new Thread(() -> echo(socket), "echo-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException e) {
            // The proxy has cut it.
            return;
        }
    }
}
