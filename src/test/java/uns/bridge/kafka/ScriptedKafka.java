package uns.bridge.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import uns.bridge.health.Health;
import uns.bridge.kafka.TopicProbe.Absence;

/** A Kafka that answers as the test says, in a time that passes only while the sink sleeps or the test says so. */
public final class ScriptedKafka {

    private final List<ScriptedProducer> producers = new ArrayList<>();
    private final Deque<RuntimeException> noProducer = new ArrayDeque<>();
    private final Deque<Optional<RuntimeException>> answers = new ArrayDeque<>();
    final Map<String, Absence> absences = new HashMap<>();
    String lookupProblem = "";
    final List<String> lookups = new ArrayList<>();

    /** The topics that a producer was asked about before it got a record for them. */
    final List<String> questions = new ArrayList<>();

    /** What the next of these are answered. */
    final Deque<RuntimeException> answersToQuestions = new ArrayDeque<>();

    /** The topics that need no question. */
    final Set<String> known = new HashSet<>();

    /** The topics that it has not, whatever it is asked; see {@link #absences}. */
    final Set<String> missing = new HashSet<>();

    final ScriptedTime time = new ScriptedTime();
    /** The topics whose records are taken, and never answered. */
    public final Set<String> silentTopics = new HashSet<>();

    private boolean silent;
    private Runnable whenSent = () -> {};

    /** Set before {@link #sink} for a sink that creates topics. */
    @Nullable TopicCreator creator;

    /** Set before {@link #sink}: how long the producer may take no record before Kafka counts as away. */
    public Duration maxBlock = Duration.ZERO;

    /** A sink that writes into it. */
    public <T> KafkaSink<T> sink(KafkaSink.Listener<T> listener, Health health) {
        return sink(listener, health, Long.MAX_VALUE);
    }

    <T> KafkaSink<T> sink(KafkaSink.Listener<T> listener, Health health, long maxUnconfirmedBytes) {
        TopicProbe probe = new TopicProbe(
                new TopicProbe.Lookup() {
                    @Override
                    public Map<String, Absence> find(String topic, Collection<String> others) {
                        lookups.add(topic);
                        Map<String, Absence> found = new HashMap<>(absences);
                        found.keySet().removeIf(each -> !each.equals(topic) && !others.contains(each));
                        return found;
                    }

                    @Override
                    public String problem() {
                        return lookupProblem;
                    }
                },
                "dead",
                time);
        return new KafkaSink<>(this::create, probe, creator, time, listener, health, maxUnconfirmedBytes, maxBlock);
    }

    /** Time passes for the sink. */
    public void pass(Duration duration) {
        time.pass(duration);
    }

    /** Waits until {@code sink} can take a record, and the producer has all before it. */
    static void settle(KafkaSink<?> sink) throws InterruptedException {
        while (sink.pauseMs() > 0 || sink.tendWithinMs() > 0) {
            sink.pause(Math.max(sink.pauseMs(), sink.tendWithinMs()));
        }
    }

    private ScriptedProducer create() {
        if (!noProducer.isEmpty()) {
            throw noProducer.remove();
        }
        ScriptedProducer producer = new ScriptedProducer();
        producers.add(producer);
        return producer;
    }

    /** The next attempts to construct a producer fail so. */
    void refuseProducer(RuntimeException... failures) {
        noProducer.addAll(Arrays.asList(failures));
    }

    /** The next records are answered so before a producer has taken them. */
    public void answerAtOnce(RuntimeException... failures) {
        for (RuntimeException failure : failures) {
            answers.add(Optional.of(failure));
        }
    }

    /** The next record is taken. */
    void takeOne() {
        answers.add(Optional.empty());
    }

    /** The next record is taken, and never answered. */
    public void keepSilentOnce() {
        silent = true;
    }

    /** To be run whenever a producer has taken a record. */
    public void whenSent(Runnable action) {
        whenSent = action;
    }

    /** Kafka has the first unconfirmed record of the current producer. */
    public void confirm() {
        confirm(producer());
    }

    void confirm(ScriptedProducer producer) {
        onIoThread(producer::completeNext);
    }

    /** Kafka's answer to the first unconfirmed record of the current producer. */
    public void fail(RuntimeException failure) {
        onIoThread(() -> producer().errorNext(failure));
    }

    /** The sink tells an answer given at once from a later one by the thread that calls back. */
    private static void onIoThread(Runnable answer) {
        Thread thread = new Thread(answer);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    List<ScriptedProducer> producers() {
        return producers;
    }

    /** The current producer. */
    public ScriptedProducer producer() {
        return producers.get(producers.size() - 1);
    }

    /** A {@link MockProducer} that fails as KafkaProducer does. */
    public final class ScriptedProducer extends MockProducer<byte[], byte[]> {

        ScriptedProducer() {
            super(false, null, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
            throwIfInterrupted();
            if (silent || silentTopics.contains(record.topic())) {
                silent = false;
                return new CompletableFuture<>();
            }
            RuntimeException answer = missing.contains(record.topic())
                    ? new TimeoutException("not present in metadata", new UnknownTopicOrPartitionException("unknown"))
                    : answers.isEmpty() ? null : answers.remove().orElse(null);
            if (answer instanceof ApiException) {
                callback.onCompletion(null, answer);
                return CompletableFuture.failedFuture(answer);
            }
            if (answer != null) {
                throw answer;
            }
            Future<RecordMetadata> future = super.send(record, callback);
            whenSent.run();
            return future;
        }

        /** As with {@code max.block.ms} of 0, when it has to ask. */
        @Override
        public List<PartitionInfo> partitionsFor(String topic) {
            throwIfInterrupted();
            questions.add(topic);
            if (known.contains(topic)) {
                return List.of();
            }
            RuntimeException answer = answersToQuestions.poll();
            throw answer == null
                    ? new TimeoutException("Topic " + topic + " not present in metadata after 0 ms.")
                    : answer;
        }

        @Override
        public void close(Duration timeout) {
            super.close(timeout);
            throwIfInterrupted();
        }

        private static void throwIfInterrupted() {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptException("interrupted");
            }
        }

        /** The values of the records it has taken. */
        public List<String> values() {
            return history().stream()
                    .map(record -> new String(record.value(), UTF_8))
                    .toList();
        }
    }

    /** Passes without waiting. */
    static final class ScriptedTime implements Time {

        final List<Long> sleeps = new ArrayList<>();
        private boolean interruptSleep;
        private Runnable duringSleep = () -> {};
        // About to run over.
        private long nanos = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public void sleep(long ms) throws InterruptedException {
            if (interruptSleep || Thread.interrupted()) {
                throw new InterruptedException();
            }
            sleeps.add(ms);
            pass(Duration.ofMillis(ms));
            duringSleep.run();
        }

        /** The next sleep is interrupted. */
        void interruptSleep() {
            interruptSleep = true;
        }

        /** What happens in each sleep. */
        void onSleep(Runnable happening) {
            duringSleep = happening;
        }

        void pass(Duration duration) {
            nanos += duration.toNanos();
        }
    }
}
