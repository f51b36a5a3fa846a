package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.tls.Authority;
import uns.bridge.tls.Issued;
import uns.bridge.tls.TlsClient;
import uns.bridge.tls.TlsSettings;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsTransportTest {

    private static final String[] BOTH = {"TLSv1.3", "TLSv1.2"};
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Authority CA = Authority.named("Plant CA");
    private static final Authority OTHER_CA = Authority.named("Other CA");
    private static final Issued SERVER = CA.issue("broker", "localhost", "127.0.0.1");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void shouldCarryBytesBothWaysWhenTheServerIsTrusted(String protocol) throws Exception {
        try (TlsServer server = new TlsServer(SERVER, null, protocol)) {
            Transport transport = transport("localhost", server.port(), trusting(CA));
            transport.connect(TIMEOUT);
            byte[] large = new byte[100_000];
            large[99_999] = 7;

            FutureTask<Void> writing = new FutureTask<>(() -> {
                transport.output().write(large);
                return null;
            });
            start(writing);

            assertThat(transport.input().read()).isZero();
            assertThat(transport.input().readNBytes(99_999)).endsWith(7);
            writing.get();
            TlsServer.Seen seen = server.next();
            assertThat(seen.protocol()).isEqualTo(protocol);
            assertThat(seen.serverNames()).containsExactly("localhost");
            transport.close();
            transport.close(); // Once more does no harm.
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void shouldSendItsCertificateWhenAsked(String protocol) throws Exception {
        Issued client = CA.intermediate("Line CA").issue("line-4");
        try (TlsServer server = new TlsServer(SERVER, CA.certificate(), protocol)) {
            Transport transport = transport("localhost", server.port(), identified(client));
            transport.connect(TIMEOUT);
            assertEchoes(transport);
            assertThat(server.next().client()).isEqualTo("CN=line-4");
            transport.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void shouldSayThatACertificateIsWantedWhenItHasNone(String protocol) throws Exception {
        try (TlsServer server = new TlsServer(SERVER, CA.certificate(), protocol)) {
            Transport transport = transport("localhost", server.port(), trusting(CA));
            assertThatIOException()
                    .isThrownBy(() -> connectAndRead(transport))
                    .withMessageContaining("client certificate")
                    .withMessageContaining("certfile is not set");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void shouldSayThatItsCertificateIsNotAcceptedWhenTheServerDoesNotTrustIt(String protocol) throws Exception {
        try (TlsServer server = new TlsServer(SERVER, CA.certificate(), protocol)) {
            Transport transport = transport("localhost", server.port(), identified(OTHER_CA.issue("line-4")));
            assertThatIOException()
                    .isThrownBy(() -> connectAndRead(transport))
                    .withMessageContaining("client certificate")
                    .withMessageContaining("got that of " + folder.resolve("cert.pem"));
        }
    }

    @Test
    void shouldNameTheIssuerWhenTheServerIsNotTrusted() throws Exception {
        assertRefused(
                SERVER,
                "localhost",
                trusting(OTHER_CA),
                "not trusted: its issuer (CN=Plant CA) is not among the certificates in " + folder.resolve("ca.pem"),
                "[CN=broker issued by CN=Plant CA]");
    }

    @Test
    void shouldNameJavasTruststoreWhenNoAuthorityIsSet() throws Exception {
        assertRefused(
                SERVER, "localhost", settings(null, null, true, true), "Java's own truststore (ca_certs is not set)");
    }

    @Test
    void shouldSaySoWhenAnotherAuthorityHasTheSameName() throws Exception {
        assertRefused(SERVER, "localhost", trusting(Authority.named("Plant CA")), "does not fit it");
    }

    @Test
    void shouldNameTheHostsWhenTheCertificateIsForOthers() throws Exception {
        assertRefused(
                CA.issue("x", "broker.plant", "10.0.0.1"),
                "localhost",
                trusting(CA),
                "is not for the host localhost but for [broker.plant, 10.0.0.1]",
                "[CN=x issued by CN=Plant CA]");
    }

    @Test
    void shouldNameTheDateWhenTheServerExpired() throws Exception {
        Instant end = Instant.now().minusSeconds(60);
        assertRefused(
                CA.issue("x", "EC", end.minus(Authority.DAY), end, "localhost"),
                "localhost",
                trusting(CA),
                "(CN=x) expired at " + end.toString().substring(0, 16));
    }

    @Test
    void shouldNotTrustAnExpiredCertificateWhenItIsItsOwnAuthority() throws Exception {
        Instant end = Instant.now().minusSeconds(60);
        Issued expired = CA.issue("x", "EC", end.minus(Authority.DAY), end, "localhost");
        Path file = Files.writeString(folder.resolve("ca.pem"), Issued.pem(CA.certificate()) + expired.chainPem());
        assertRefused(expired, "localhost", settings(file, null, true, true), "(CN=x) expired at ");
    }

    @Test
    void shouldTrustACertificateWhenItIsPinned() throws Exception {
        Path file = Files.writeString(folder.resolve("pinned.pem"), SERVER.chainPem());
        assertConnects(SERVER, "localhost", settings(file, null, true, true));
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, true", "localhost, false"})
    void shouldConnectWhenTheHostMatchesOrDoesNotMatter(String host, boolean checked) throws Exception {
        Issued server = CA.issue("x", "127.0.0.1", "other.host");
        Path file = Files.writeString(folder.resolve("ca.pem"), Issued.pem(CA.certificate()));
        assertConnects(server, host, settings(file, null, true, checked));
    }

    @Test
    void shouldConnectToAnyServerWhenNothingIsVerified() throws Exception {
        Instant end = Instant.now().minusSeconds(60);
        Issued worst = OTHER_CA.issue("x", "EC", end.minus(Authority.DAY), end, "other.host");
        assertConnects(worst, "localhost", settings(null, null, false, false));
    }

    /** No resolver knows such a name here, so TLS is made over a connection to its number. */
    @Test
    void shouldConnectWhenTheNameOfTheHostHasAnUnderscore() throws Exception {
        Issued server = CA.issue("x", "my_broker.plant");
        Path file = Files.writeString(folder.resolve("ca.pem"), Issued.pem(CA.certificate()));
        try (TlsServer echo = new TlsServer(server, null, BOTH);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), echo.port())) {
            new TlsClient(settings(file, null, true, true), "my_broker.plant", echo.port()).handshake(socket, TIMEOUT);
            assertThat(echo.next().serverNames()).isEmpty();
        }
    }

    @Test
    void shouldOfferOnlyTheCipherSuitesThatAreSet() throws Exception {
        Path file = Files.writeString(folder.resolve("ca.pem"), Issued.pem(CA.certificate()));
        String suite = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
        TlsSettings only = new TlsSettings(file, null, null, null, true, true, List.of(suite));
        try (TlsServer server = new TlsServer(SERVER, null, BOTH)) {
            Transport transport = transport("localhost", server.port(), only);
            transport.connect(TIMEOUT);
            assertThat(server.next().cipherSuite()).isEqualTo(suite);
            transport.close();
        }
        try (TlsServer server = new TlsServer(SERVER, null, "TLSv1.3")) {
            Transport transport = transport("localhost", server.port(), only);
            assertThatIOException().isThrownBy(() -> transport.connect(TIMEOUT)).withMessageContaining("TLS 1.");
        }
    }

    @Test
    void shouldReadTheFilesAgainAtEachConnection() throws Exception {
        try (TlsServer server = new TlsServer(SERVER, null, BOTH)) {
            TlsSettings settings = trusting(OTHER_CA);
            Transport first = transport("localhost", server.port(), settings);
            assertThatIOException().isThrownBy(() -> first.connect(TIMEOUT)).withMessageContaining("not trusted");

            Files.writeString(folder.resolve("ca.pem"), "garbage");
            Transport second = transport("localhost", server.port(), settings);
            assertThatIOException()
                    .isThrownBy(() -> second.connect(TIMEOUT))
                    .withMessageContaining(folder.resolve("ca.pem").toString());

            trusting(CA);
            Transport third = transport("localhost", server.port(), settings);
            third.connect(TIMEOUT);
            assertEchoes(third);
            third.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 400 Bad Request\r\n\r\n"})
    void shouldAskWhetherThePortIsForTlsWhenTheServerDoesNotSpeakIt(String answer) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            start(new FutureTask<>(() -> {
                try (Socket socket = server.accept()) {
                    assertThat(socket.getInputStream().read()).isPositive();
                    socket.getOutputStream().write(answer.getBytes(US_ASCII));
                }
                return null;
            }));
            Transport transport = transport("localhost", server.getLocalPort(), trusting(CA));
            assertThatIOException()
                    .isThrownBy(() -> transport.connect(TIMEOUT))
                    .withMessageContaining("is localhost:" + server.getLocalPort() + " a port for TLS?");
        }
    }

    @Test
    void shouldNotWaitForeverWhenTheServerIsSilent() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Transport transport = transport("localhost", server.getLocalPort(), trusting(CA));
            assertThatIOException()
                    .isThrownBy(() -> transport.connect(Duration.ofSeconds(1)))
                    .withMessageContaining("no answer to the TLS handshake within 1 s");
        }
    }

    @Test
    void shouldEndTheHandshakeWhenClosed() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Transport transport = transport("localhost", server.getLocalPort(), trusting(CA));
            FutureTask<Void> connecting = new FutureTask<>(() -> {
                transport.connect(Duration.ofSeconds(50));
                return null;
            });
            start(connecting);
            try (Socket accepted = server.accept()) {
                assertThat(accepted.getInputStream().read()).isPositive();
                transport.close();
                assertThat(connecting).failsWithin(TIMEOUT).withThrowableOfType(ExecutionException.class);
            }
        }
    }

    /** SSLSocket.close() would wait for the writer, and the writer for a server that reads nothing. */
    @Test
    void shouldCloseWithoutWaitingWhenAWriterAndAReaderAreBlocked() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (TlsServer server = new TlsServer(SERVER, null, BOTH)) {
            Transport transport = transport("localhost", server.port(), trusting(CA));
            transport.connect(TIMEOUT);
            // The server sends all of it back, which nobody reads: soon it reads nothing more either.
            FutureTask<Void> writing = new FutureTask<>(() -> {
                while (done.getCount() > 0) {
                    transport.output().write(new byte[1 << 16]);
                }
                return null;
            });
            Thread writer = start(writing);
            await().during(Duration.ofMillis(300)).atMost(TIMEOUT).until(() -> isWriting(writer));

            long startNs = System.nanoTime();
            transport.close();

            assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofSeconds(1));
            assertThat(writing).failsWithin(TIMEOUT).withThrowableOfType(ExecutionException.class);
            assertThatIOException().isThrownBy(() -> transport.input().readAllBytes());
        } finally {
            done.countDown();
        }
    }

    private static boolean isWriting(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getMethodName().equals("park") && frame.getClassName().startsWith("sun.nio.ch.")) {
                return true;
            }
        }
        return false;
    }

    private void assertRefused(Issued own, String host, TlsSettings settings, String... parts) throws Exception {
        try (TlsServer server = new TlsServer(own, null, BOTH)) {
            Transport transport = transport(host, server.port(), settings);
            assertThatIOException()
                    .isThrownBy(() -> transport.connect(TIMEOUT))
                    .satisfies(e -> assertThat(e.getMessage()).contains(parts));
            transport.close();
        }
    }

    private static void assertConnects(Issued own, String host, TlsSettings settings) throws Exception {
        try (TlsServer server = new TlsServer(own, null, BOTH)) {
            Transport transport = transport(host, server.port(), settings);
            transport.connect(TIMEOUT);
            assertEchoes(transport);
            transport.close();
        }
    }

    private static void assertEchoes(Transport transport) throws IOException {
        transport.output().write(new byte[] {1, 2, 3});
        assertThat(transport.input().readNBytes(3)).containsExactly(1, 2, 3);
    }

    private static void connectAndRead(Transport transport) throws IOException {
        transport.connect(TIMEOUT);
        try {
            transport.input().read();
        } finally {
            transport.close();
        }
    }

    private static Transport transport(String host, int port, TlsSettings settings) {
        return new TlsTransport(host, port, settings);
    }

    private TlsSettings trusting(Authority authority) throws IOException {
        Path file = Files.writeString(folder.resolve("ca.pem"), Issued.pem(authority.certificate()));
        return settings(file, null, true, true);
    }

    private TlsSettings identified(Issued client) throws IOException {
        trusting(CA);
        Path both = Files.writeString(folder.resolve("cert.pem"), client.chainPem() + client.keyPem());
        return settings(folder.resolve("ca.pem"), both, true, true);
    }

    private static TlsSettings settings(
            @Nullable Path caCerts, @Nullable Path certfile, boolean verified, boolean hostChecked) {
        return new TlsSettings(caCerts, certfile, null, null, verified, hostChecked, List.of());
    }

    private static Thread start(FutureTask<?> task) {
        Thread thread = new Thread(task, "test");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
