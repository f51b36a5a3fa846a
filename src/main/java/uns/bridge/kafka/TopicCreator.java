package uns.bridge.kafka;

import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that topics exist before their first record, on a thread of its own: whoever carries records goes on meanwhile,
 * and the topics asked for during one request are together in the next one.
 */
final class TopicCreator implements AutoCloseable {

    /** Looks for topics in Kafka, and creates them. */
    interface Round extends AutoCloseable {

        /**
         * Takes {@code topics} one step further: finds those that exist, and asks for the others.
         *
         * @param answer told of each topic that exists (null) or that Kafka refuses (why); the others need another round
         * @throws KafkaException if Kafka does not answer
         */
        void run(Set<String> topics, BiConsumer<String, @Nullable Exception> answer) throws InterruptedException;

        @Override
        void close();
    }

    /**
     * What became of a topic.
     *
     * @param refusal why Kafka will not have it; null: it exists
     */
    record Answer(String topic, @Nullable Exception refusal) {}

    /** A new topic is known to all brokers within milliseconds. */
    private static final long NEXT_ROUND_MS = 10;

    private static final long RETRY_MS = 1_000;

    private final Round round;
    private final int maxTopicsOfRound;
    private final Time time;
    private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private @Nullable Thread thread;
    private volatile String problem = "";

    /** @param maxTopicsOfRound as many topics as are asked for at a time */
    TopicCreator(Round round, int maxTopicsOfRound, Time time) {
        this.round = round;
        this.maxTopicsOfRound = maxTopicsOfRound;
        this.time = time;
    }

    /** Asks for {@code topic}; the answer comes by {@link #poll}. For one thread. */
    void ask(String topic) {
        asked.add(topic);
        if (thread == null) {
            thread = new Thread(this::run, "topics");
            thread.setDaemon(true);
            thread.setUncaughtExceptionHandler(Thread.currentThread().getUncaughtExceptionHandler());
            thread.start();
        }
    }

    /** The next answer, null if there is none at the moment. */
    @Nullable Answer poll() {
        return answers.poll();
    }

    /** Why there are no answers; empty if nothing is known to be wrong. */
    String problem() {
        return problem;
    }

    private void run() {
        try {
            while (true) {
                Set<String> open = new LinkedHashSet<>();
                open.add(asked.take());
                asked.drainTo(open, maxTopicsOfRound - 1);
                boolean further = step(open);
                // Behind the others, which a round full of topics that can't be created would keep out for ever.
                asked.addAll(open);
                time.sleep(further ? NEXT_ROUND_MS : RETRY_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The end.
        } finally {
            round.close();
        }
    }

    /** Leaves in {@code open} what has no answer yet. Returns whether there is reason to go on at once. */
    private boolean step(Set<String> open) throws InterruptedException {
        int before = open.size();
        try {
            round.run(Set.copyOf(open), (topic, refusal) -> {
                open.remove(topic);
                answers.add(new Answer(topic, refusal));
            });
            problem = "";
            return true;
        } catch (RuntimeException e) {
            // Whatever it is: without this thread the topics would be waited for for ever, and nobody would know why.
            problem = KafkaErrors.describe(e);
            return open.size() < before;
        }
    }

    /** What was asked for is not answered any more. */
    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
