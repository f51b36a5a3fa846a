package uns.bridge.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.brokers.Ports;
import uns.bridge.config.Secret;
import uns.bridge.http.HttpEndpoint.Page;
import uns.bridge.testbed.Endpoint;
import uns.bridge.tls.Authority;
import uns.bridge.tls.Issued;
import uns.bridge.tls.TlsServer;

@Timeout(60)
class HttpEndpointTest {

    private static final String POLICY = "default-src 'none'";
    private static final Secret PASSWORD = new Secret("p\u00e4ss:word");
    private static final Secret TOKEN = new Secret("t0ken");

    private final int port = Ports.free();
    private final Endpoint client = new Endpoint(port);
    private @Nullable HttpEndpoint endpoint;

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        if (endpoint != null) {
            endpoint.close();
        }
    }

    @Test
    void shouldAnswerWithAStrictPolicyWhenAskedForAPage() {
        listen(settings(null, null, null));

        HttpResponse<String> page = client.get("/page");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).isEqualTo("content");
        assertThat(page.headers().map())
                .containsEntry("content-type", List.of("text/html"))
                .containsEntry("content-security-policy", List.of(POLICY))
                .containsEntry("x-content-type-options", List.of("nosniff"))
                .containsEntry("cache-control", List.of("no-store"))
                .doesNotContainKey("access-control-allow-origin");
        assertThat(client.get("/page/../etc").statusCode()).isEqualTo(404);
        assertThat(client.get("/page/more").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"})
    void shouldRefuseEverythingButReading(String method) throws IOException {
        listen(settings(null, null, null));

        assertThat(raw(method + " /page HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 405 ")
                .contains("GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:80", "[::1]:8080"})
    void shouldAnswerWhenAskedForByANameOfThisMachine(String host) throws IOException {
        listen(settings(null, null, null));

        assertThat(raw("GET /page HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    /** As a page of another origin does whose name points here. */
    @ParameterizedTest
    @ValueSource(
            strings = {"attacker.example", "attacker.example:8080", "127.0.0.1.attacker.example", "localhost.x:1", ""})
    void shouldNotAnswerWhenAskedForByAForeignName(String host) throws IOException {
        listen(settings(null, null, null));

        assertThat(raw("GET /page HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 421 ")
                .doesNotContain("content\r\n");
    }

    @Test
    void shouldNotAnswerAForeignNameWhenItsOwnNameBecomesKnownLater() throws IOException {
        HttpSettings later = new HttpSettings(true, "bridge.invalid", port, false, null, null, null, null);
        endpoint = new HttpEndpoint(
                later, pages(), POLICY, Duration.ofMillis(20), () -> new InetSocketAddress("127.0.0.1", port));
        endpoint.run();

        assertThat(raw("GET /page HTTP/1.1\r\nHost: attacker.example\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 421 ");
        assertThat(raw("GET /page HTTP/1.1\r\nHost: bridge.invalid\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void shouldLeaveForeignNamesToTheCredentialsWhenThereAreSome() throws IOException {
        listen(settings(null, null, TOKEN));

        assertThat(raw("GET /page HTTP/1.1\r\nHost: proxy.example\r\nAuthorization: Bearer t0ken\r\n"
                        + "Connection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void shouldSendNoBodyWhenAskedForTheHeadOnly() throws IOException {
        listen(settings(null, null, null));

        assertThat(raw("HEAD /page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("\r\n\r\n");
    }

    @Test
    void shouldWithholdPagesWhenTheCredentialsAreNotThose() {
        listen(settings("me", PASSWORD, TOKEN));

        for (String wrong : List.of(
                basic("me:p"),
                basic("you:p\u00e4ss:word"),
                "Bearer t0kem",
                "Bearer",
                "Basic",
                "",
                "t0ken",
                "Basic t0ken")) {
            HttpResponse<String> answer = client.get("/page", "Authorization", wrong);
            assertThat(answer.statusCode()).as(wrong).isEqualTo(401);
            assertThat(answer.body()).doesNotContain("content");
            assertThat(answer.headers().firstValue("www-authenticate"))
                    .hasValueSatisfying(challenge -> assertThat(challenge).startsWith("Basic realm="));
        }
        assertThat(client.get("/page").statusCode()).isEqualTo(401);
        assertThat(client.get("/open").body()).isEqualTo("short");
    }

    @Test
    void shouldAnswerWhenTheCredentialsAreThose() {
        listen(settings("me", PASSWORD, TOKEN));

        for (String right : List.of(
                basic("me:p\u00e4ss:word"),
                "Bearer t0ken",
                "bearer  t0ken",
                basic("me:p\u00e4ss:word").replace("Basic", "BASIC"))) {
            assertThat(client.get("/page", "Authorization", right).statusCode())
                    .as(right)
                    .isEqualTo(200);
            assertThat(client.get("/open", "Authorization", right).body()).isEqualTo("detailed");
        }
    }

    @Test
    void shouldAskForATokenWhenThereIsNoPassword() {
        listen(settings(null, null, TOKEN));

        assertThat(client.get("/page").headers().firstValue("www-authenticate"))
                .hasValueSatisfying(challenge -> assertThat(challenge).startsWith("Bearer "));
    }

    @Test
    void shouldTellNothingOfAFailureWhenAPageFails() {
        listen(settings(null, null, null));

        assertThat(client.get("/failing").statusCode()).isEqualTo(500);
        assertThat(client.get("/failing").body()).doesNotContain("inner");
        assertThat(client.get("/page").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldListenAsSoonAsItCanWhenThePortIsTaken() throws Exception {
        HttpEndpoint waiting = endpoint(() -> new InetSocketAddress("127.0.0.1", port));
        Thread thread = new Thread(waiting::run);
        try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            thread.start();
            await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
            assertThat(other.isBound()).isTrue();
            assertThat(waiting.port()).isZero();
        }
        thread.join();

        assertThat(client.get("/page").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldCloseAtOnceWhenTheNameIsLookedUpForLong() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<InetSocketAddress> answer = new CompletableFuture<>();
        InetSocketAddress tooLate = InetSocketAddress.createUnresolved("too-late", port);
        HttpEndpoint waiting = endpoint(() -> {
            asked.countDown();
            return answer.completeOnTimeout(tooLate, 10, TimeUnit.SECONDS).join();
        });
        Thread thread = new Thread(waiting::run);
        thread.start();
        asked.await();

        waiting.close();

        assertThat(answer).isNotDone();
        answer.complete(new InetSocketAddress("127.0.0.1", port));
        thread.join();
        assertThat(waiting.port()).isZero();
    }

    @Test
    void shouldTryAgainWhenListeningFailsInAWayThatNobodyThoughtOf() {
        Iterator<Supplier<InetSocketAddress>> attempts = List.<Supplier<InetSocketAddress>>of(
                        () -> {
                            throw new SecurityException("not now");
                        },
                        () -> new InetSocketAddress("127.0.0.1", port))
                .iterator();

        endpoint(() -> attempts.next().get()).run();

        assertThat(client.get("/page").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldEndTheConnectionWhenTheHeadersAreTooLarge() throws IOException {
        listen(settings(null, null, null));

        assertThat(raw("GET /page HTTP/1.1\r\n" + "X-Long: y\r\n".repeat(1_000) + "\r\n"))
                .doesNotContain("content\r\n")
                .doesNotStartWith("HTTP/1.1 200");
    }

    @Test
    void shouldGoOnAnsweringWhenClientsConnectAndSayNothing() throws IOException {
        listen(settings(null, null, null));
        Socket[] silent = new Socket[200];
        try {
            for (int i = 0; i < silent.length; i++) {
                silent[i] = new Socket(InetAddress.getLoopbackAddress(), port);
                silent[i].getOutputStream().write("GET /page HT".getBytes(ISO_8859_1));
            }
            await().atMost(Duration.ofSeconds(40))
                    .ignoreExceptionsInstanceOf(AssertionError.class)
                    .until(() -> client.get("/page").statusCode() == 200);
        } finally {
            for (Socket socket : silent) {
                if (socket != null) {
                    socket.close();
                }
            }
        }
    }

    @Test
    void shouldTellWhetherItIsWellWhenAskedByTls() throws Exception {
        Issued issued = Authority.named("root").issue("bridge", "localhost");
        Path certfile = Files.writeString(folder.resolve("cert.pem"), issued.chainPem());
        Path keyfile = Files.writeString(folder.resolve("key.pem"), issued.keyPem());
        HttpSettings settings = new HttpSettings(
                true, "127.0.0.1", port, false, null, null, null, new TlsServer(certfile, keyfile, null));
        listen(settings);

        assertThat(HealthCheck.ask(settings, "/page")).isEqualTo(new HealthCheck.Result(true, "content"));
        assertThat(HealthCheck.ask(settings, "/down")).isEqualTo(new HealthCheck.Result(false, "no"));
    }

    @Test
    void shouldNotBeWellWhenNobodyAnswers() {
        assertThat(HealthCheck.ask(settings(null, null, null), "/page").well()).isFalse();
    }

    /** One that asks {@code address} where to listen, and tries again soon. */
    private HttpEndpoint endpoint(Supplier<InetSocketAddress> address) {
        HttpEndpoint created =
                new HttpEndpoint(settings(null, null, null), pages(), POLICY, Duration.ofMillis(20), address);
        endpoint = created;
        return created;
    }

    private void listen(HttpSettings settings) {
        endpoint = new HttpEndpoint(settings, pages(), POLICY);
        endpoint.run();
        assertThat(endpoint.port()).isEqualTo(port);
    }

    private static Map<String, Page> pages() {
        return Map.of(
                "/page",
                Page.guarded(() -> Answer.text("text/html", "content")),
                "/open",
                trusted -> Answer.text("text/plain", trusted ? "detailed" : "short"),
                "/down",
                trusted -> Answer.json(Answer.UNAVAILABLE, "no".getBytes(UTF_8)),
                "/failing",
                Page.guarded(() -> {
                    throw new IllegalStateException("inner");
                }));
    }

    private HttpSettings settings(@Nullable String username, @Nullable Secret password, @Nullable Secret token) {
        return new HttpSettings(true, "127.0.0.1", port, false, username, password, token, null);
    }

    private static String basic(String both) {
        return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(UTF_8));
    }

    /** What is answered to a request that is written as it is; empty if the connection is just ended. */
    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        } catch (SocketException e) {
            return "";
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldLeaveNothingOpenWhenThePortIsInUse() throws Exception {
        endpoint = new HttpEndpoint(settings(null, null, null), pages(), POLICY);
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            assertThat(endpoint.listen()).isNotNull(); // Loads what it needs.
            long before = openFiles();
            for (int i = 0; i < 50; i++) {
                assertThat(endpoint.listen()).isNotNull();
            }
            assertThat(openFiles()).isLessThan(before + 25);
        }
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }
}
