package uns.bridge.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.health.LimitedLog;
import uns.bridge.tls.TlsFileException;

/**
 * Serves what there is to read. It has no action, and takes no input but the path and the credentials.
 *
 * <p>Connections, what waits for a thread, and the size and the time of a request are bounded, so that a client can do no
 * harm to the flow of messages. A port that is in use is tried again for as long as it takes: the messages are worth more
 * than the page.
 */
public final class HttpEndpoint implements AutoCloseable {

    /** What answers at a path. */
    public interface Page {

        /**
         * The answer.
         *
         * @param trusted whether the client may see everything: it has shown the password or the token, if there is one
         */
        Answer get(boolean trusted);

        /** One that is only for those who may see everything. */
        static Page guarded(Supplier<Answer> page) {
            return trusted -> trusted ? page.get() : Answer.WITHHELD;
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(HttpEndpoint.class);
    private static final Duration RETRY = Duration.ofSeconds(10);
    /** So many clients that dawdle still leave one for the question whether the bridge is well. */
    private static final int THREADS = 16;

    private static final int MAX_WAITING = 32;

    /** What the JDK's server reads once, before the first server. What the user has set comes first. */
    private static final Map<String, String> LIMITS = Map.of(
            "jdk.httpserver.maxConnections", "64",
            "sun.net.httpserver.maxReqHeaders", "50",
            "sun.net.httpserver.maxReqHeaderSize", "16384",
            "sun.net.httpserver.maxReqTime", "2",
            "sun.net.httpserver.maxRspTime", "5",
            "sun.net.httpserver.idleInterval", "30",
            "sun.net.httpserver.nodelay", "true");

    private final HttpSettings settings;
    private final Map<String, Page> pages;
    private final String contentSecurityPolicy;
    private final Duration retry;
    private final Supplier<InetSocketAddress> address;
    private final LimitedLog failures = new LimitedLog();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ExecutorService executor;

    /** Guarded by this. */
    private @Nullable HttpServer server;

    /** One that is still to be bound: the JDK would leave its socket open if it were given up. Guarded by this. */
    private @Nullable HttpServer unbound;

    /**
     * An endpoint that does not listen yet.
     *
     * @param pages what answers, by path
     * @param contentSecurityPolicy what a page may load and run
     */
    public HttpEndpoint(HttpSettings settings, Map<String, Page> pages, String contentSecurityPolicy) {
        this(
                settings,
                pages,
                contentSecurityPolicy,
                RETRY,
                () -> new InetSocketAddress(settings.host(), settings.port()));
    }

    /** @param address where to listen, looked up before each attempt; it may take long */
    HttpEndpoint(
            HttpSettings settings,
            Map<String, Page> pages,
            String contentSecurityPolicy,
            Duration retry,
            Supplier<InetSocketAddress> address) {
        this.retry = retry;
        this.address = address;
        this.settings = settings;
        this.pages = Map.copyOf(pages);
        this.contentSecurityPolicy = contentSecurityPolicy;
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_WAITING), work -> {
                    Thread thread = new Thread(work, "http");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        this.executor = threads;
        LIMITS.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }

    /** Listens; tries again until it can, or is closed. For a thread of its own. */
    public void run() {
        String told = "";
        try {
            do {
                String problem = attempt();
                if (problem == null) {
                    return;
                }
                if (!problem.equals(told)) {
                    LOG.error(
                            "No metrics, health and status page at {}: {}; trying again every {} s",
                            url(),
                            problem,
                            retry.toSeconds());
                    told = problem;
                }
            } while (!closed.await(retry.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable String attempt() {
        try {
            return listen();
        } catch (RuntimeException e) {
            LOG.debug("Not listening", e);
            return e.toString();
        }
    }

    /** Returns why it does not listen, or null if it does. */
    @Nullable String listen() {
        InetSocketAddress resolved = address.get(); // Without the lock, which is for what is done at once.
        return resolved.isUnresolved() ? "http.host is not known" : listen(resolved);
    }

    private synchronized @Nullable String listen(InetSocketAddress address) {
        if (closed.getCount() == 0) {
            return null;
        }
        try {
            HttpServer created = create(address);
            created.setExecutor(executor);
            Access access = new Access(settings, address.getAddress().isLoopbackAddress());
            created.createContext("/", exchange -> handle(exchange, access));
            created.start();
            server = created;
            LOG.info("Status page at {}", url());
            return null;
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private HttpServer create(InetSocketAddress address) throws IOException {
        HttpServer created = unbound;
        if (created == null) {
            created = settings.tls() == null ? HttpServer.create() : HttpsServer.create();
            unbound = created;
        }
        if (settings.tls() != null && created instanceof HttpsServer secure) {
            try {
                secure.setHttpsConfigurator(new HttpsConfigurator(settings.tls().context()));
            } catch (TlsFileException e) {
                throw new IOException("http.tls: " + e.getMessage(), e);
            }
        }
        created.bind(address, 0);
        unbound = null;
        return created;
    }

    /** The port it listens at, 0 if it does not. */
    synchronized int port() {
        return server == null ? 0 : server.getAddress().getPort();
    }

    private String url() {
        return (settings.tls() == null ? "http://" : "https://") + settings.host() + ":" + settings.port() + "/";
    }

    private void handle(HttpExchange exchange, Access access) throws IOException {
        try (exchange) {
            Answer answer = answer(exchange, access);
            Headers headers = exchange.getResponseHeaders();
            headers.set("Content-Type", answer.contentType());
            headers.set("Content-Security-Policy", contentSecurityPolicy);
            headers.set("X-Content-Type-Options", "nosniff");
            headers.set("X-Frame-Options", "DENY");
            headers.set("Referrer-Policy", "no-referrer");
            headers.set("Cache-Control", "no-store");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.status(), head ? -1 : answer.body().length);
            if (!head) {
                exchange.getResponseBody().write(answer.body());
            }
        }
    }

    private Answer answer(HttpExchange exchange, Access access) {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            return Answer.error(405, "only to be read");
        }
        if (!access.isAddressed(exchange.getRequestHeaders().getFirst("Host"))) {
            return Answer.error(421, "asked for by a name that is not known here: use localhost, or set a password");
        }
        Page page = pages.get(exchange.getRequestURI().getPath());
        if (page == null) {
            return Answer.error(404, "there is nothing here");
        }
        boolean granted = access.isGranted(exchange.getRequestHeaders().getFirst("Authorization"));
        try {
            Answer answer = page.get(granted);
            if (answer.status() == Answer.UNAUTHORIZED) {
                exchange.getResponseHeaders().set("WWW-Authenticate", access.challenge());
            }
            return answer;
        } catch (RuntimeException e) {
            failures.log(suppressed ->
                    LOG.error("No answer to a request for {}, and {} before", exchange.getRequestURI(), suppressed, e));
            return Answer.error(500, "the bridge failed to answer");
        }
    }

    @Override
    public void close() {
        closed.countDown();
        HttpServer ending;
        synchronized (this) {
            ending = server;
            server = null;
        }
        if (ending != null) {
            ending.stop(0);
        }
        executor.shutdownNow();
    }
}
