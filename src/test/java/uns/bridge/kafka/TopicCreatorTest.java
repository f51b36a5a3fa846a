package uns.bridge.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import uns.bridge.health.Health;
import uns.bridge.message.OutboundRecord;

/** The sink with a creator of topics, whose rounds answer as the test says. */
@Timeout(30)
class TopicCreatorTest {

    private static final int MAX_TOPICS = 100;

    private final ScriptedKafka kafka = new ScriptedKafka();
    private final Health health = new Health();
    private final Rounds rounds = new Rounds();
    private final TopicCreator creator = new TopicCreator(rounds, MAX_TOPICS, Time.SYSTEM);
    private final List<String> refused = new CopyOnWriteArrayList<>();
    private final KafkaSink<String> sink = sink(Long.MAX_VALUE);

    private KafkaSink<String> sink(long maxUnconfirmedBytes) {
        kafka.creator = creator;
        return kafka.sink(
                new KafkaSink.Listener<>() {
                    @Override
                    public void confirmed(String token) {}

                    @Override
                    public void refused(String token, Exception cause) {
                        refused.add(token + ": " + cause.getMessage());
                    }
                },
                health,
                maxUnconfirmedBytes);
    }

    /** Lets a round through for each permit. */
    private static final class Rounds implements TopicCreator.Round {

        final Semaphore permits = new Semaphore(0);
        final List<Set<String>> asked = new CopyOnWriteArrayList<>();
        final Map<String, Exception> refusals = new HashMap<>();

        final Set<String> impossible = new HashSet<>();

        @Nullable RuntimeException failure;

        @Nullable Error error;

        volatile boolean closed;

        @Override
        public void run(Set<String> topics, BiConsumer<String, @Nullable Exception> answer)
                throws InterruptedException {
            asked.add(topics);
            permits.acquire();
            RuntimeException thrown = failure;
            failure = null;
            if (thrown != null) {
                throw thrown;
            }
            if (error != null) {
                throw error;
            }
            topics.stream()
                    .filter(topic -> !impossible.contains(topic))
                    .forEach(topic -> answer.accept(topic, refusals.get(topic)));
            if (topics.stream().anyMatch(impossible::contains)) {
                throw new InvalidReplicationFactorException("only 1 of 3 brokers");
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @AfterEach
    void shouldEndItsThread() {
        sink.close();
        await().until(() -> rounds.closed || rounds.asked.isEmpty());
    }

    @Test
    void shouldLetOtherTopicsPassAndKeepTheOrderWhenATopicIsCreated() throws InterruptedException {
        prepare("known");
        send("new", "1");
        send("known", "2");
        send("new", "3");
        assertThat(kafka.producer().values()).containsExactly("0", "2");

        rounds.permits.release();
        tendUntil(() -> kafka.producer().values().size() == 4);
        send("new", "4");

        assertThat(kafka.producer().values()).containsExactly("0", "2", "1", "3", "4");
        assertThat(rounds.asked).as("once for each topic").hasSize(2);
    }

    @Test
    void shouldAskForTopicsTogetherWhenARoundIsUnderWay() throws InterruptedException {
        send("a", "1");
        await().until(() -> rounds.asked.size() == 1);
        for (int i = 0; i < 100; i++) {
            send("t" + i, "x");
        }
        rounds.permits.release(2);
        tendUntil(
                () -> !kafka.producers().isEmpty() && kafka.producer().values().size() == 101);

        assertThat(rounds.asked).hasSize(2);
        assertThat(rounds.asked.get(1)).hasSize(100);
    }

    @Test
    void shouldAskForCreatedTopicsTogetherWhenTheProducerKnowsNoneOfThem() throws InterruptedException {
        kafka.maxBlock = Duration.ofSeconds(15);
        try (KafkaSink<String> patient = sink(Long.MAX_VALUE)) {
            for (String topic : List.of("a", "b", "c")) {
                patient.send(record(topic, topic), topic);
            }
            kafka.answerAtOnce(new TimeoutException("not present in metadata"));
            rounds.permits.release(3);
            await().pollInSameThread().until(() -> {
                patient.tend();
                return kafka.questions.size() == 3;
            });
            ScriptedKafka.settle(patient);

            assertThat(kafka.producer().values()).containsExactlyInAnyOrder("a", "b", "c");
        }
    }

    @Test
    void shouldAskForNoMoreTogetherThanIsAllowedAndForTheOthersAfterThem() throws InterruptedException {
        send("a", "1");
        await().until(() -> rounds.asked.size() == 1);
        for (int i = 0; i < 250; i++) {
            send("t" + i, "x");
        }
        rounds.permits.release(4);
        tendUntil(
                () -> !kafka.producers().isEmpty() && kafka.producer().values().size() == 251);

        assertThat(rounds.asked).extracting(Set::size).containsExactly(1, 100, 100, 50);
    }

    /** Kafka's controller takes 10,000 records in one request, of which each topic and each partition is one. */
    @ParameterizedTest
    @CsvSource({"1, 0, 500", "24, 0, 400", "24, 5, 333", "100000, 0, 1", ", 0, 100"})
    void shouldAskForNoMoreThanKafkaCreatesAtOnce(@Nullable Integer partitions, int settings, int topics) {
        Map<String, String> config = new HashMap<>();
        for (int i = 0; i < settings; i++) {
            config.put("setting" + i, "x");
        }

        assertThat(new TopicCreation(partitions, null, config).topicsPerRequest())
                .isEqualTo(topics);
    }

    @Test
    void shouldRefuseAndRememberWhenKafkaRefusesTheTopic() throws InterruptedException {
        rounds.refusals.put("forbidden", new ClusterAuthorizationException("Cluster authorization failed."));
        send("forbidden", "1");
        send("forbidden", "2");
        rounds.permits.release();
        tendUntil(() -> refused.size() == 2);
        send("forbidden", "3");

        assertThat(refused)
                .hasSize(3)
                .allMatch(line -> line.contains("topic forbidden does not exist"))
                .allMatch(line -> line.endsWith("no permission to create topics: Cluster authorization failed."));
        assertThat(rounds.asked).hasSize(1);

        kafka.time.pass(TopicProbe.FIRST_MEMORY);
        rounds.refusals.clear();
        rounds.permits.release();
        send("forbidden", "4");
        tendUntil(() -> !kafka.producer().values().isEmpty());
        assertThat(kafka.producer().values()).as("permitted meanwhile").containsExactly("4");
    }

    static List<RuntimeException> failures() {
        return List.of(
                new TimeoutException("no node"), new IllegalStateException("of a client that is not as expected"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void shouldWaitAndTellWhenKafkaIsAwayOrItsClientFails(RuntimeException failure) throws InterruptedException {
        rounds.failure = failure;
        send("t", "1");
        rounds.permits.release();
        await().until(() -> !creator.problem().isEmpty());
        kafka.time.pass(Duration.ofSeconds(6));
        sink.tend();

        assertThat(health.problems().get(Health.Part.KAFKA))
                .contains("has not created topic t yet")
                .contains(KafkaErrors.describe(failure));
        assertThat(refused).isEmpty();

        rounds.permits.release();
        tendUntil(() -> !kafka.producer().values().isEmpty());
        assertThat(kafka.producer().values()).containsExactly("1");
        kafka.confirm();
        sink.tend();
        assertThat(health.problems().get(Health.Part.KAFKA)).isEmpty();
    }

    @Test
    void shouldTellOfTheTopicThatWaitsWhileOthersAreWritten() throws InterruptedException {
        prepare("known");
        rounds.failure = new InvalidReplicationFactorException("only 1 of 3 brokers");
        send("t", "1");
        rounds.permits.release();
        await().until(() -> !creator.problem().isEmpty());
        kafka.time.pass(Duration.ofSeconds(6));
        sink.tend();
        kafka.confirm();
        send("known", "2");

        assertThat(health.problems().get(Health.Part.KAFKA))
                .contains("has not created topic t yet")
                .contains("only 1 of 3 brokers");
        assertThat(kafka.producer().values()).containsExactly("0", "2");
        assertThat(refused).isEmpty();
    }

    @Test
    void shouldLetOthersPassWhenARoundIsFullOfTopicsThatCannotBeCreated() throws InterruptedException {
        rounds.permits.release(1_000);
        for (int i = 0; i < 2 * MAX_TOPICS; i++) {
            rounds.impossible.add("t" + i);
            send("t" + i, "x");
        }
        send("known", "1");

        tendUntil(
                () -> !kafka.producers().isEmpty() && kafka.producer().values().equals(List.of("1")));
    }

    /** A pause of a second for each hundred of them would keep a start with thousands of topics waiting. */
    @Test
    void shouldNotPauseWhenARoundHasAnswersBesideATopicThatCannotBeCreated() throws InterruptedException {
        ScriptedKafka.ScriptedTime time = new ScriptedKafka.ScriptedTime();
        time.onSleep(() -> {
            if (rounds.asked.size() == 4) {
                time.interruptSleep();
            }
        });
        rounds.impossible.add("t0");
        try (TopicCreator paced = new TopicCreator(rounds, MAX_TOPICS, time)) {
            paced.ask("first");
            await().until(() -> rounds.asked.size() == 1);
            for (int i = 0; i < 2 * MAX_TOPICS; i++) {
                paced.ask("t" + i);
            }
            rounds.permits.release(5);
            await().until(() -> rounds.closed);
        }

        assertThat(rounds.asked).extracting(Set::size).containsExactly(1, 100, 100, 1, 1);
        assertThat(time.sleeps).containsExactly(10L, 10L, 10L, 1_000L);
    }

    /** Of the thread that carries records, whose end is noticed. */
    @Test
    void shouldEndAsItsCallerDoesWhenItCannotGoOn() {
        rounds.error = new NoClassDefFoundError("a file of the program is gone");
        rounds.permits.release();
        List<Throwable> told = new CopyOnWriteArrayList<>();
        Thread carrier = new Thread(() -> creator.ask("t"));
        carrier.setUncaughtExceptionHandler((thread, e) -> told.add(e));
        carrier.start();

        await().until(() -> rounds.closed);
        await().untilAsserted(() -> assertThat(told).containsExactly(rounds.error));
    }

    @Test
    void shouldAskToWaitWhenItHoldsBackAsMuchAsItMay() throws InterruptedException {
        try (KafkaSink<String> small = sink(500)) {
            small.send(record("t", "1"), "1");
            assertThat(small.pauseMs()).isZero();
            small.send(record("t", "2"), "2");
            assertThat(small.pauseMs()).isEqualTo(5);
            kafka.time.pass(Duration.ofSeconds(1));
            assertThat(small.waitingNs()).isEqualTo(Duration.ofSeconds(1).toNanos());
            List<String> held = new ArrayList<>();
            small.forEachUnconfirmed((record, token) -> held.add(token));
            assertThat(held).containsExactly("1", "2");

            rounds.permits.release();
            await().pollInSameThread().until(() -> {
                small.tend();
                return !kafka.producers().isEmpty();
            });
            assertThat(kafka.producer().values()).containsExactly("1", "2");
            kafka.confirm();
            small.tend();
            assertThat(small.pauseMs()).isZero();
        }
    }

    private void prepare(String topic) throws InterruptedException {
        rounds.permits.release();
        send(topic, "0");
        tendUntil(() -> !kafka.producer().values().isEmpty());
    }

    private void send(String topic, String value) throws InterruptedException {
        sink.send(record(topic, value), value);
    }

    private static OutboundRecord record(String topic, String value) {
        byte[] bytes = value.getBytes(UTF_8);
        return new OutboundRecord(topic, bytes, bytes, 0, new ArrayList<>());
    }

    private void tendUntil(BooleanSupplier done) {
        await().pollInSameThread().until(() -> {
            sink.tend();
            return done.getAsBoolean();
        });
    }
}
