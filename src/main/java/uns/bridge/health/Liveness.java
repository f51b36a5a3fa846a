package uns.bridge.health;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Whether the process can make progress, so that only a restart would help if not. That a broker is away is no reason: a
 * restart would not bring it back.
 */
public final class Liveness {

    /**
     * How much more patience there is while a broker is away. Whoever waits for it comes round, too; but names that nobody
     * resolves, or a log-in that nobody answers, can hold a thread for minutes, each within its own time-out.
     */
    private static final int LENIENCE = 10;

    private final Map<Heartbeat, Health.Part> heartbeats;
    private final Health health;
    private final Duration patience;
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    /**
     * Looks at the threads that messages need to get on.
     *
     * @param heartbeats those of the threads, each with the part that it may have to wait for
     * @param patience how long one of them may not come round while that part and the spool are well; ten times as long while not
     */
    public Liveness(Map<Heartbeat, Health.Part> heartbeats, Health health, Duration patience) {
        this.heartbeats = new LinkedHashMap<>(heartbeats);
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
        for (Map.Entry<Heartbeat, Health.Part> each : heartbeats.entrySet()) {
            // A bad disk may take minutes to say so.
            boolean away = isDown(each.getValue()) || isDown(Health.Part.SPOOL);
            long ageMs = each.getKey().ageMs();
            if (ageMs > patience.toMillis() * (away ? LENIENCE : 1)) {
                return "the thread " + each.getKey().thread() + " has not come round for " + ageMs / 1_000 + " s";
            }
        }
        return Health.OK;
    }

    private boolean isDown(Health.Part part) {
        Health.Condition condition = health.conditions().get(part);
        return condition != null && condition.state() == Health.State.DOWN;
    }
}
