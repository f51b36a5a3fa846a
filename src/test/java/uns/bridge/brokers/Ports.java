package uns.bridge.brokers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Hands out TCP ports of the loopback address.
 *
 * <p>They lie below the range from which Linux takes the local ports of outgoing connections (32768 and up): a port that
 * the kernel hands out could be taken by any connection of the machine while its broker is stopped. They are drawn at
 * random, so that test runs at the same time rarely meet.
 */
public final class Ports {
    private static final int LOWEST = 15_000;
    private static final int END = 32_000;
    private static final Set<Integer> USED = new HashSet<>();

    private Ports() {}

    /** A port on which nobody listens, and which this JVM hands out only once. */
    public static synchronized int free() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, END);
            if (!USED.contains(port) && isFree(port)) {
                USED.add(port);
                return port;
            }
        }
        throw new IllegalStateException("No free port between " + LOWEST + " and " + END);
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
