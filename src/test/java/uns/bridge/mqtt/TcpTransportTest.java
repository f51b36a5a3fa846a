package uns.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A host with several addresses, of which some do not answer. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TcpTransportTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String LISTENING = "127.0.0.1";
    private static final String DEAD = "127.0.0.2";
    private static final String HANGING = "127.0.0.3";

    private final List<Closeable> open = new ArrayList<>();
    private ServerSocket server;
    private int port;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getByName(LISTENING));
        open.add(server);
        port = server.getLocalPort();
    }

    @AfterEach
    void close() throws IOException {
        for (Closeable each : open) {
            each.close();
        }
    }

    @Test
    void shouldConnectToTheNextAddressWhenOneRefuses() throws Exception {
        TcpTransport transport = transport(DEAD, LISTENING);

        transport.connect(TIMEOUT);

        assertThat(transport.socket().getInetAddress()).isEqualTo(InetAddress.getByName(LISTENING));
        try (Socket accepted = server.accept()) {
            transport.output().write(7);
            assertThat(accepted.getInputStream().read()).isEqualTo(7);
        }
        transport.close();
    }

    @Test
    void shouldLeaveTimeForTheNextAddressWhenOneHangs() throws Exception {
        TcpTransport transport = transport(hanging(), LISTENING);

        transport.connect(Duration.ofSeconds(4));

        assertThat(transport.socket().getInetAddress()).isEqualTo(InetAddress.getByName(LISTENING));
        transport.close();
    }

    @Test
    void shouldSayHowEachAddressFailedWhenAllDo() {
        assertThatIOException()
                .isThrownBy(() -> transport(DEAD, "127.0.0.4").connect(TIMEOUT))
                .withMessage("127.0.0.2: Connection refused; 127.0.0.4: Connection refused")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    }

    @Test
    void shouldNameNoAddressWhenThereIsOneOnly() {
        assertThatIOException()
                .isThrownBy(() -> transport(DEAD).connect(TIMEOUT))
                .withMessage("Connection refused");
    }

    @Test
    void shouldNameTheHostWhenItIsUnknown() {
        TcpTransport transport = new TcpTransport("brokr", port, host -> {
            throw new UnknownHostException(host + ": Name or service not known");
        });
        assertThatIOException().isThrownBy(() -> transport.connect(TIMEOUT)).withMessage("unknown host brokr");
    }

    @Test
    void shouldTryNoOtherAddressWhenClosedMeanwhile() throws Exception {
        CountDownLatch resolved = new CountDownLatch(1);
        InetAddress[] addresses = addresses(hanging(), LISTENING);
        TcpTransport transport = new TcpTransport("broker", port, host -> {
            resolved.countDown();
            return addresses;
        });
        FutureTask<Void> connecting = new FutureTask<>(() -> {
            transport.connect(Duration.ofMinutes(2));
            return null;
        });
        new Thread(connecting, "connecting").start();
        resolved.await();

        transport.close();

        assertThat(failureOf(connecting)).isInstanceOf(IOException.class);
        assertNobodyConnected();
    }

    @Test
    void shouldTryNoAddressWhenClosedBefore() throws Exception {
        TcpTransport transport = transport(LISTENING);
        transport.close();
        assertThatIOException().isThrownBy(() -> transport.connect(TIMEOUT));
        assertNobodyConnected();
    }

    private void assertNobodyConnected() throws IOException {
        server.setSoTimeout(200);
        assertThatIOException().isThrownBy(() -> server.accept().close()).withMessageContaining("timed out");
    }

    private static Throwable failureOf(FutureTask<Void> task) throws InterruptedException {
        try {
            task.get();
            throw new AssertionError("connected");
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    private TcpTransport transport(String... addresses) {
        return new TcpTransport("broker", port, host -> {
            assertThat(host).isEqualTo("broker");
            return addresses(addresses);
        });
    }

    private static InetAddress[] addresses(String... addresses) throws UnknownHostException {
        InetAddress[] all = new InetAddress[addresses.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = InetAddress.getByName(addresses[i]);
        }
        return all;
    }

    /** An address that answers nobody: whoever connects waits for room in the queue of those who are not accepted. */
    private String hanging() throws IOException {
        open.add(new ServerSocket(port, 1, InetAddress.getByName(HANGING)));
        for (int i = 0; i < 2; i++) { // Linux lets in one more than was asked for.
            Socket queued = new Socket();
            open.add(queued);
            queued.connect(new InetSocketAddress(HANGING, port));
        }
        return HANGING;
    }
}
