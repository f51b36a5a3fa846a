package uns.bridge.doctor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import uns.bridge.doctor.Finding.Verdict;

/** Takes the findings of one side as they come, each step within a bounded time. */
public final class Examination {

    /** What one step may take. */
    public static final Duration STEP = Duration.ofSeconds(10);

    private static final Duration MIN_TIMEOUT = Duration.ofSeconds(2);

    /** Steps one after the other. */
    public interface Steps {
        void run() throws InterruptedException;
    }

    private final Consumer<Finding> findings;
    private boolean failed;
    private boolean over;

    /** @param findings is told of each at once; by any thread, but by one at a time */
    public Examination(Consumer<Finding> findings) {
        this.findings = findings;
    }

    public void ok(String step, String text) {
        tell(new Finding(Verdict.OK, step, text));
    }

    public void note(String step, String text) {
        tell(new Finding(Verdict.NOTE, step, text));
    }

    public void warning(String step, String text) {
        tell(new Finding(Verdict.WARNING, step, text));
    }

    public void failed(String step, String text) {
        tell(new Finding(Verdict.FAILED, step, text));
    }

    private synchronized void tell(Finding finding) {
        if (!over) {
            failed |= finding.verdict() == Verdict.FAILED;
            findings.accept(finding);
        }
    }

    /** Whether any step has failed. */
    public synchronized boolean hasFailed() {
        return failed;
    }

    /** Runs all steps of a side, which are given up after {@code timeout} even where one of them hangs. */
    public void run(Duration timeout, Steps steps) throws InterruptedException {
        try {
            within(timeout, () -> {
                steps.run();
                return true;
            });
        } catch (TimeoutException e) {
            failed("end", "given up: no answer within " + timeout.toSeconds() + " s");
        } catch (ExecutionException e) {
            failed("end", "the bridge itself failed: " + e.getCause());
        } finally {
            synchronized (this) {
                over = true;
            }
        }
    }

    /**
     * Finds the host and makes a TCP connection to each of its addresses, which is closed again.
     *
     * @return whether any of them took it, for the clients try one after the other; each that did not was told
     */
    public boolean reach(String host, int port) throws InterruptedException {
        InetAddress[] addresses;
        try {
            addresses = within(STEP, () -> InetAddress.getAllByName(host));
            String all =
                    Arrays.stream(addresses).map(InetAddress::getHostAddress).collect(Collectors.joining(", "));
            ok("name", host + (all.equals(host) ? " is an address" : " is " + all));
        } catch (TimeoutException e) {
            failed("name", "the DNS server gave no answer within " + STEP.toSeconds() + " s to " + host);
            return false;
        } catch (ExecutionException e) {
            String reason = e.getCause() instanceof UnknownHostException ? "unknown host " : "not to be found: ";
            failed("name", reason + host);
            return false;
        }
        return reach(host, addresses, port);
    }

    /** The addresses share the time of a step, each at least {@link #MIN_TIMEOUT}. */
    boolean reach(String host, InetAddress[] addresses, int port) {
        int timeoutMs = (int) Math.max(STEP.toMillis() / addresses.length, MIN_TIMEOUT.toMillis());
        List<String> failures = new ArrayList<>();
        for (InetAddress address : addresses) {
            String where = host + ":" + port + (addresses.length == 1 ? "" : " at " + address.getHostAddress());
            long beginNs = System.nanoTime();
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port), timeoutMs);
                long tookMs = (System.nanoTime() - beginNs) / 1_000_000;
                ok("TCP", "connected to " + where + " in " + tookMs + " ms");
            } catch (IOException | IllegalArgumentException e) {
                failures.add("no connection to " + where + ": " + e.getMessage());
            }
        }
        boolean reached = failures.size() < addresses.length;
        for (String failure : failures) {
            if (reached) {
                warning("TCP", failure + "; another address answers");
            } else {
                failed("TCP", failure);
            }
        }
        return reached;
    }

    /**
     * The result of {@code step}, which has a thread of its own and is left alone once its time is over: much of what waits
     * for DNS cannot be interrupted.
     *
     * @throws ExecutionException with what {@code step} has thrown
     */
    public static <T> T within(Duration timeout, Callable<T> step)
            throws ExecutionException, TimeoutException, InterruptedException {
        FutureTask<T> task = new FutureTask<>(step);
        Thread thread = new Thread(task, "doctor");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            task.cancel(true);
        }
    }
}
