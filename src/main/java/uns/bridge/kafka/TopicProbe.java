package uns.bridge.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.health.LimitedLog;

/**
 * Remembers which topics do not exist, so that the messages of such a topic do not each hold up all others for the
 * producer's time-out. Each time a topic is found absent again it is remembered for twice as long. The dead-letter topic is
 * looked for meanwhile: dead letters are not acknowledged until it exists, and hold up all others, so it must be noticed soon.
 */
final class TopicProbe {

    /** Asks Kafka itself. */
    interface Lookup {

        /**
         * Why Kafka has no {@code topic}; nothing if it has one, or does not tell. If it seems to create none at all, the
         * same of {@code others}.
         */
        Map<String, Absence> find(String topic, Collection<String> others) throws InterruptedException;

        /** Why Kafka did not tell when it was last asked; empty if it did. */
        default String problem() {
            return "";
        }
    }

    /**
     * That a topic does not exist.
     *
     * @param reason for the operator
     * @param creationRefused whether Kafka, when asked, refused to create it, for its name or a rule
     */
    record Absence(String reason, boolean creationRefused) {}

    private record Memory(Absence absence, long askedNs, long untilNs, long lengthNs) {

        Memory(Absence absence, long askedNs, long lengthNs) {
            this(absence, askedNs, askedNs + lengthNs, lengthNs);
        }
    }

    static final Duration FIRST_MEMORY = Duration.ofSeconds(30);
    static final Duration LONGEST_MEMORY = Duration.ofMinutes(10);
    static final int MAX_REMEMBERED = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(TopicProbe.class);

    private final Lookup lookup;
    private final String deadLetterTopic;
    private final Time time;
    private final LimitedLog absences = new LimitedLog();
    private final Map<String, Memory> memories = new HashMap<>();

    TopicProbe(Lookup lookup, String deadLetterTopic, Time time) {
        this.lookup = lookup;
        this.deadLetterTopic = deadLetterTopic;
        this.time = time;
    }

    /** Why {@code topic} is known to be absent, or null if it is not: then the producer finds out. */
    @Nullable String absence(String topic) throws InterruptedException {
        Memory memory = memories.get(topic);
        if (memory == null) {
            return null;
        }
        long nowNs = time.nanoTime();
        if (nowNs - memory.untilNs >= 0) {
            // A refusal Kafka repeats at once; whether it creates the topic only the producer can find out.
            return memory.absence.creationRefused() ? look(topic) : null;
        }
        boolean early = topic.equals(deadLetterTopic) && nowNs - memory.askedNs >= FIRST_MEMORY.toNanos();
        return early ? lookEarly(topic, memory) : memory.absence.reason();
    }

    /** Without an answer the memory stays: to forget it would hold up all others for the producer's time-out. */
    private @Nullable String lookEarly(String topic, Memory memory) throws InterruptedException {
        String absence = look(topic);
        if (absence != null || lookup.problem().isEmpty()) {
            return absence;
        }
        memories.put(topic, new Memory(memory.absence, time.nanoTime(), memory.untilNs, memory.lengthNs));
        return memory.absence.reason();
    }

    /** Asks Kafka for {@code topic}, and remembers it if Kafka says that there is none; returns why, or null. */
    @Nullable String look(String topic) throws InterruptedException {
        return look(topic, List.of());
    }

    /** The same; if Kafka creates none, {@code others} that it does not have are remembered as well. */
    @Nullable String look(String topic, Collection<String> others) throws InterruptedException {
        Map<String, Absence> absences = lookup.find(topic, others);
        absences.forEach(this::remember);
        Absence absence = absences.get(topic);
        if (absence == null) {
            memories.remove(topic);
            return null;
        }
        return absence.reason();
    }

    /** Why Kafka did not tell what {@link #look} last asked for; empty if it did. */
    String problem() {
        return lookup.problem();
    }

    /** Whether {@code topic} was found absent, be it long ago. */
    boolean remembers(String topic) {
        return memories.containsKey(topic);
    }

    /** Whether the producer is not to ask for {@code topic} now. */
    boolean isHopeless(String topic) {
        Memory memory = memories.get(topic);
        return memory != null && (memory.absence.creationRefused() || time.nanoTime() - memory.untilNs < 0);
    }

    /** {@code topic} exists after all. */
    void forget(String topic) {
        memories.remove(topic);
    }

    /** Kafka has no {@code topic}, as somebody else has found out. */
    void remember(String topic, Absence absence) {
        absences.log(suppressed -> LOG.warn(
                "Kafka takes no record: {}{}",
                absence.reason(),
                suppressed == 0 ? "" : ", and " + suppressed + " like it before"));
        if (memories.size() >= MAX_REMEMBERED && !memories.containsKey(topic)) {
            memories.clear();
        }
        memories.put(topic, memory(absence, memories.get(topic)));
    }

    /** It is not lengthened by what was asked before its end, and begins anew with another answer. */
    private Memory memory(Absence absence, @Nullable Memory before) {
        long nowNs = time.nanoTime();
        if (before == null || before.absence.creationRefused() != absence.creationRefused()) {
            return new Memory(absence, nowNs, FIRST_MEMORY.toNanos()); // What Kafka would create now may exist soon.
        }
        boolean over = nowNs - before.untilNs >= 0;
        return over
                ? new Memory(absence, nowNs, Math.min(2 * before.lengthNs, LONGEST_MEMORY.toNanos()))
                : new Memory(absence, nowNs, before.untilNs, before.lengthNs);
    }
}
