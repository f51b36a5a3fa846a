package uns.bridge;

import java.time.Duration;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.health.LimitedLog;
import uns.bridge.sparkplug.BirthState;
import uns.bridge.sparkplug.RebirthRequest;
import uns.bridge.sparkplug.RebirthRequests;

/** Asks edge nodes to be born again, on a thread of its own: the only thing the bridge ever publishes to the plant. */
final class Rebirths {

    private static final Logger LOG = LoggerFactory.getLogger(Rebirths.class);

    /** How often is looked for gaps that are not filled in time, and for what is due. */
    private static final Duration TICK = Duration.ofMillis(100);

    private final BirthState births;
    private final RebirthRequests requests;
    private final BiPredicate<String, byte[]> publisher;
    private final LimitedLog log = new LimitedLog();

    /** What asks for births that {@code births} misses, or null if it must not. */
    static @Nullable Rebirths of(@Nullable BirthState births, BiPredicate<String, byte[]> publisher) {
        RebirthRequests requests = births == null ? null : births.rebirths();
        return births == null || requests == null ? null : new Rebirths(births, requests, publisher);
    }

    /** @param publisher publishes a payload to a topic with QoS 0, and tells whether it could; must not block */
    Rebirths(BirthState births, RebirthRequests requests, BiPredicate<String, byte[]> publisher) {
        this.births = births;
        this.requests = requests;
        this.publisher = publisher;
    }

    /** Asks until interrupted. */
    void run() {
        try {
            while (true) {
                Thread.sleep(TICK.toMillis());
                turn(System.currentTimeMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void turn(long nowMs) {
        births.expireGaps(nowMs);
        RebirthRequest request = requests.next();
        if (request != null && publisher.test(request.topic(), request.payload(nowMs))) {
            requests.sent(request);
            log.log(others -> LOG.info(
                    "Asked edge node {}/{} to be born again: {}{}",
                    request.group(),
                    request.edge(),
                    request.reason(),
                    others == 0 ? "" : ", and " + others + " others before it"));
        }
    }
}
