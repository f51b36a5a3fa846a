package uns.bridge.health;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Whether the process can make progress, so that only a restart would help if not. That a broker is away is no reason: a
 * restart would not bring it back.
 */
public final class Liveness {

    /**
     * How much more patience there is while Kafka is away. Whoever waits for Kafka comes round, too; but names that nobody
     * resolves, or a log-in that nobody answers, can hold a thread for minutes, each within its own time-out.
     */
    private static final int LENIENCE = 10;

    private final List<Heartbeat> heartbeats;
    private final Health health;
    private final Duration patience;
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    /**
     * Looks at the threads that messages need to get on.
     *
     * @param patience how long one of them may not come round while Kafka is well; ten times as long while it is not
     */
    public Liveness(List<Heartbeat> heartbeats, Health health, Duration patience) {
        this.heartbeats = List.copyOf(heartbeats);
        this.health = health;
        this.patience = patience;
    }

    /** Why it can't make progress, {@link Health#OK} if it can. */
    public String problem() {
        long[] deadlocked = threads.findDeadlockedThreads();
        if (deadlocked != null) {
            return "threads wait for each other: "
                    + Arrays.stream(threads.getThreadInfo(deadlocked))
                            .filter(Objects::nonNull)
                            .map(ThreadInfo::getThreadName)
                            .collect(Collectors.joining(", "));
        }
        Health.Condition kafka = health.conditions().get(Health.Part.KAFKA);
        boolean away = kafka != null && kafka.state() == Health.State.DOWN;
        long limitMs = patience.toMillis() * (away ? LENIENCE : 1);
        for (Heartbeat heartbeat : heartbeats) {
            long ageMs = heartbeat.ageMs();
            if (ageMs > limitMs) {
                return "messages do not get on: the thread " + heartbeat.thread() + " has not come round for "
                        + ageMs / 1_000 + " s";
            }
        }
        return Health.OK;
    }
}
