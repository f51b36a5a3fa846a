package uns.bridge.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownProducerIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import uns.bridge.health.Health;
import uns.bridge.kafka.ScriptedKafka.ScriptedProducer;
import uns.bridge.kafka.TopicProbe.Absence;
import uns.bridge.message.OutboundRecord;
import uns.bridge.message.OutboundRecord.Header;

@Timeout(30)
class KafkaSinkTest {

    private static final Absence NOT_CREATED = new Absence("Kafka does not create it", false);
    private static final TimeoutException AWAY =
            new TimeoutException("Topic t not present in metadata after 15000 ms.");
    private static final TimeoutException NO_TOPIC = new TimeoutException(
            "Topic t not present in metadata after 15000 ms.", new UnknownTopicOrPartitionException("unknown"));

    private static final TopicAuthorizationException DENIED = new TopicAuthorizationException(Set.of("t"));
    private static final TimeoutException HEARD_BEFORE =
            new TimeoutException("Topic t not present in metadata after 0 ms.", new TopicAuthorizationException("t"));

    private final ScriptedKafka kafka = new ScriptedKafka();
    private final Health health = new Health();
    private final List<String> events = new ArrayList<>();
    private final KafkaSink<String> sink = kafka.sink(new Events(), health);

    private final class Events implements KafkaSink.Listener<String> {

        @Override
        public void confirmed(String token) {
            events.add(token);
        }

        @Override
        public void refused(String token, Exception cause) {
            events.add(token + " refused: " + cause.getClass().getSimpleName());
        }
    }

    static Stream<RuntimeException> refusals() {
        return Stream.of(
                new RecordTooLargeException("too large"),
                new RecordBatchTooLargeException("too large"),
                new InvalidTopicException("bad name"),
                new InvalidTimestampException("too far ahead"),
                new InvalidRecordException("no key"),
                new PolicyViolationException("not here"),
                new TopicAuthorizationException("t"));
    }

    static Stream<RuntimeException> failures() {
        return Stream.of(
                new SaslAuthenticationException("wrong password"),
                new ProducerFencedException("fenced"),
                new OutOfOrderSequenceException("out of order"),
                new InvalidProducerEpochException("old epoch"),
                new UnknownProducerIdException("forgotten"),
                new ClusterAuthorizationException("no idempotent writes"),
                new IllegalStateException("closed"),
                new KafkaException("unknown"));
    }

    @BeforeEach
    void connected() {
        health.up(Health.Part.KAFKA);
    }

    @AfterEach
    void nothingIsLeftOver() {
        sink.close();
        assertThat(kafka.producers()).allMatch(ScriptedProducer::closed);
        assertThat(events.stream().map(event -> event.split(" ")[0])).doesNotHaveDuplicates();
    }

    @Test
    void shouldConfirmInOrderWhenKafkaTakesThem() throws InterruptedException {
        send("a", "b", "c");
        assertThat(events).isEmpty();

        confirm(3);

        assertThat(events).containsExactly("a", "b", "c");
        assertThat(kafka.producers()).hasSize(1);
        assertThat(problem()).isEmpty();
    }

    @Test
    void shouldHandOnEachPartOfTheRecord() throws InterruptedException {
        List<Header> headers =
                List.of(new Header("h", new byte[] {1}), new Header("h", new byte[] {2}), new Header("g", new byte[0]));
        byte[] key = {3};

        sink.send(new OutboundRecord("t", key, null, 42, headers), "a");

        ProducerRecord<byte[], byte[]> record = kafka.producer().history().get(0);
        assertThat(record.topic()).isEqualTo("t");
        assertThat(record.partition()).isNull();
        assertThat(record.key()).isSameAs(key);
        assertThat(record.value()).isNull();
        assertThat(record.timestamp()).isEqualTo(42);
        assertThat(record.headers().toArray())
                .extracting(header -> header.key() + header.value().length)
                .containsExactly("h1", "h1", "g0");
    }

    @Test
    void shouldAskToWaitWhenUnconfirmedRecordsTakeTooMuchMemory() throws InterruptedException {
        try (KafkaSink<String> small = kafka.sink(new Events(), health, 600)) {
            small.send(record("a".repeat(100)), "a");
            assertThat(small.pauseMs()).isZero();
            small.send(record("b".repeat(100)), "b");
            assertThat(kafka.producer().values()).hasSize(2);
            kafka.time.onSleep(() -> {
                if (kafka.time.sleeps.size() == 3) {
                    confirm(1);
                }
            });
            ScriptedKafka.settle(small);

            assertThat(kafka.time.sleeps).containsExactly(5L, 5L, 5L);
            assertThat(events).containsExactly("a");
            assertThat(small.unconfirmedBytes()).isEqualTo(356);
        }
    }

    /** They hold user properties, which may be as large as any payload. */
    @Test
    void shouldCountHeadersAmongWhatIsUnconfirmed() throws InterruptedException {
        Header large = new Header("n".repeat(1_000), new byte[4_000]);
        sink.send(new OutboundRecord("t", new byte[10], null, 0, List.of(large, large)), "a");
        assertThat(sink.unconfirmedBytes()).isBetween(10_010L, 10_600L);

        confirm(1);
        sink.tend();
        assertThat(sink.unconfirmedBytes()).isZero();
    }

    @Test
    void shouldReplaceAFailedProducerWhileThereIsNoRoom() throws InterruptedException {
        try (KafkaSink<String> small = kafka.sink(new Events(), health, 300)) {
            small.send(record("a"), "a");
            small.send(record("b"), "b");
            kafka.time.onSleep(() -> {
                if (kafka.time.sleeps.size() == 1) {
                    kafka.fail(new SaslAuthenticationException("wrong password"));
                } else if (kafka.producers().size() == 2) {
                    confirm(1);
                }
            });
            while (events.isEmpty()) {
                small.pause(Math.max(1, small.pauseMs()));
            }

            assertThat(events).containsExactly("a");
            assertThat(kafka.producers()).hasSize(2);
            assertThat(kafka.producer().values()).containsExactly("a", "b");
        }
    }

    @Test
    void shouldTakeARecordOfAnySizeWhenNoneIsUnconfirmed() throws InterruptedException {
        try (KafkaSink<String> small = kafka.sink(new Events(), health, 300)) {
            for (String each : List.of("a", "b")) {
                small.send(record(each.repeat(10_000)), each);
                assertThat(small.pauseMs()).isPositive();
                confirm(1);
                small.tend();
                assertThat(small.pauseMs()).isZero();
            }
            assertThat(events).containsExactly("a", "b");
        }
    }

    @Test
    void shouldHoldWhatTheProducerCanNotTakeAndHandItOverInOrder() throws InterruptedException {
        kafka.maxBlock = Duration.ofSeconds(15);
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            kafka.answerAtOnce(AWAY, AWAY);
            patient.send(record("a"), "a");
            patient.send(record("b"), "b");
            assertThat(patient.pauseMs()).as("there is room").isZero();
            assertThat(patient.tendWithinMs()).isEqualTo(5);
            kafka.time.pass(Duration.ofMillis(7));
            assertThat(patient.waitingNs()).isEqualTo(Duration.ofMillis(7).toNanos());

            List<String> held = new ArrayList<>();
            patient.forEachUnconfirmed((record, token) -> held.add(token));
            assertThat(held).containsExactly("a", "b");
            ScriptedKafka.settle(patient);

            assertThat(kafka.producer().values()).containsExactly("a", "b");
            assertThat(problem()).as("within max.block.ms").isEmpty();
            confirm(2);
            assertThat(patient.waitingNs()).isZero();
        }
    }

    @Test
    void shouldAskForTheTopicsOfAllThatWaitWhenTheProducerAsksForOne() throws InterruptedException {
        kafka.maxBlock = Duration.ofSeconds(15);
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            patient.send(record("t", "a"), "a");
            assertThat(kafka.questions).isEmpty();
            kafka.answerAtOnce(AWAY, AWAY);
            patient.send(record("t1", "b"), "b");
            patient.send(record("t2", "c"), "c");
            patient.send(record("t3", "d"), "d");
            patient.send(record("t2", "e"), "e");
            assertThat(kafka.questions).containsExactly("t1", "t2", "t3");
            assertThat(kafka.producer().values()).containsExactly("a");
            ScriptedKafka.settle(patient);
            assertThat(kafka.producer().values()).containsExactly("a", "b", "c", "d", "e");
            confirm(5);

            kafka.answerAtOnce(AWAY);
            patient.send(record("t1", "again"), "again");
            assertThat(kafka.questions).as("asked anew").endsWith("t3", "t1");
            ScriptedKafka.settle(patient);
            confirm(1);
        }
    }

    @Test
    void shouldAskForTheTopicsOfAllThatAreSentAgainWhenANewProducerKnowsNone() throws InterruptedException {
        kafka.maxBlock = Duration.ofSeconds(15);
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            for (String topic : List.of("t1", "t2", "t3")) {
                patient.send(record(topic, topic), topic);
            }
            kafka.fail(new KafkaException("fatal"));
            kafka.answerAtOnce(AWAY);
            patient.tend();
            patient.pause(patient.pauseMs());

            assertThat(kafka.questions).containsExactly("t1", "t2", "t3");
            ScriptedKafka.settle(patient);
            assertThat(kafka.producer().values()).containsExactly("t1", "t2", "t3");
            confirm(3);
        }
    }

    @Test
    void shouldAskForNoMoreTopicsThanKafkaCreatesAtOnceAndForNoneInVain() throws InterruptedException {
        kafka.maxBlock = Duration.ofSeconds(15);
        kafka.absences.put("absent", new Absence("topic absent does not exist", false));
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            kafka.answerAtOnce(new TimeoutException("invalid", new InvalidTopicException("absent")));
            patient.send(record("absent", "a"), "a");
            kafka.answerAtOnce(new TopicAuthorizationException(Set.of("denied")));
            patient.send(record("denied", "b"), "b");
            assertThat(events).hasSize(2);
            kafka.answerAtOnce(AWAY);
            patient.send(record("t", "c"), "c");
            patient.send(record("absent", "d"), "d");
            patient.send(record("denied", "e"), "e");
            for (int i = 0; i < 500; i++) {
                kafka.known.add("known" + i);
                patient.send(record("known" + i, "k" + i), "k" + i);
            }
            for (int i = 0; i < 200; i++) {
                patient.send(record("new" + i, "n" + i), "n" + i);
            }

            assertThat(kafka.questions).doesNotContain("absent", "denied").doesNotHaveDuplicates();
            assertThat(kafka.questions.stream().filter(topic -> !kafka.known.contains(topic)))
                    .hasSize(TopicQuestion.MAX_TOPICS);
            ScriptedKafka.settle(patient);
            confirm(701);
        }
    }

    /** Kafka would create both, where it refuses the second if it comes later. */
    @Test
    void shouldNotAskForTopicsTogetherWhenTheirNamesCollide() throws InterruptedException {
        kafka.maxBlock = Duration.ofSeconds(15);
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            kafka.answerAtOnce(AWAY);
            for (String topic : List.of("a.b", "a_b", "c")) {
                patient.send(record(topic, topic), topic);
            }

            assertThat(kafka.questions).containsExactly("a.b", "c");
            ScriptedKafka.settle(patient);
            assertThat(kafka.producer().values()).containsExactly("a.b", "a_b", "c");
            confirm(3);
        }
    }

    @Test
    void shouldReplaceTheProducerWhenItFailsWhereAnotherTopicIsAskedFor() throws InterruptedException {
        kafka.maxBlock = Duration.ofSeconds(15);
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            kafka.answerAtOnce(AWAY);
            kafka.answersToQuestions.add(new SaslAuthenticationException("wrong password"));
            patient.send(record("t1", "a"), "a");
            patient.tend();

            assertThat(problem()).contains("wrong password");
            ScriptedKafka.settle(patient);
            assertThat(kafka.producers()).hasSize(2);
            assertThat(kafka.producer().values()).containsExactly("a");
            confirm(1);
        }
    }

    @Test
    void shouldLookForTheTopicWhenKafkaHasSaidThatThereIsNoneThoughTheProducerHasForgotten()
            throws InterruptedException {
        kafka.maxBlock = Duration.ofMillis(11);
        kafka.absences.put("t", new Absence("topic t does not exist", false));
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            kafka.answerAtOnce(NO_TOPIC, AWAY, AWAY, AWAY);
            patient.send(record("a"), "a");
            ScriptedKafka.settle(patient);

            assertThat(events).containsExactly("a refused: UnknownTopicOrPartitionException");
        }
    }

    /** Kafka creates all of them or none: none if they have too many partitions together. */
    @Test
    void shouldAskForEachTopicAloneByAnotherProducerWhenKafkaHasCreatedNoneOfSeveral() throws InterruptedException {
        kafka.maxBlock = Duration.ofMillis(11);
        List.of("t1", "t2", "t3").forEach(topic -> kafka.absences.put(topic, NOT_CREATED));
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            kafka.answerAtOnce(NO_TOPIC, NO_TOPIC, NO_TOPIC, NO_TOPIC, NO_TOPIC);
            for (String topic : List.of("t1", "t2", "t3")) {
                patient.send(record(topic, topic), topic);
            }
            ScriptedKafka.settle(patient);

            assertThat(problem()).contains("Kafka has created none of 3 topics");
            assertThat(kafka.questions.subList(0, 3)).containsExactly("t1", "t2", "t3");
            assertThat(kafka.questions.subList(3, 6)).as("still unknown").containsExactlyInAnyOrder("t1", "t2", "t3");
            assertThat(kafka.questions.subList(6, kafka.questions.size())).containsExactly("t1");
            assertThat(kafka.producers()).hasSize(2);
            assertThat(kafka.producer().values()).containsExactly("t1", "t2", "t3");
            confirm(3);
            assertThat(events).containsExactly("t1", "t2", "t3");
        }
    }

    @Test
    void shouldAskForSeveralTogetherAgainWhenKafkaDoesNotCreateOneAloneEither() throws InterruptedException {
        kafka.maxBlock = Duration.ofMillis(11);
        kafka.absences.put("t1", NOT_CREATED);
        kafka.absences.put("t2", NOT_CREATED);
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            for (int i = 0; i < 3 * 4; i++) {
                kafka.answerAtOnce(NO_TOPIC); // t1 with the others, t1 alone, t3 with the others.
            }
            for (String topic : List.of("t1", "t2", "t3", "t4", "t5")) {
                patient.send(record(topic, topic), topic);
            }
            for (int i = 0; i < 3; i++) {
                ScriptedKafka.settle(patient);
                patient.tend();
            }

            assertThat(events)
                    .containsExactly(
                            "t1 refused: UnknownTopicOrPartitionException",
                            "t2 refused: UnknownTopicOrPartitionException");
            assertThat(kafka.questions).endsWith("t1", "t3", "t4", "t5");
            assertThat(kafka.producers()).hasSize(2);
            assertThat(kafka.producer().values()).containsExactly("t3", "t4", "t5");
            confirm(3);
        }
    }

    @Test
    void shouldHoldUpAllOthersOnceWhenSeveralTopicsAreMissing() throws InterruptedException {
        kafka.maxBlock = Duration.ofSeconds(15);
        List<String> topics = IntStream.range(0, 50).mapToObj(i -> "t" + i).toList();
        topics.forEach(this::lacks);
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            List<Long> secondsHeldUp = new ArrayList<>();
            for (int round = 1; round <= 3; round++) {
                kafka.time.sleeps.clear();
                for (String topic : topics) {
                    patient.send(record(topic, topic), topic + "/" + round);
                }
                patient.send(record("exists", "e"), "e" + round);
                settle(patient, 50 * round + round - 1);
                confirm(1);
                secondsHeldUp.add(secondsSlept());
                kafka.time.pass(TopicProbe.LONGEST_MEMORY);
            }

            assertThat(secondsHeldUp).as("together and alone, then together").containsExactly(30L, 15L, 15L);
            assertThat(events).hasSize(153).contains("e1", "e2", "e3");
            assertThat(kafka.producers()).hasSize(2);
        }
    }

    /** Kafka may still be about to create it, unless it did not before. */
    @Test
    void shouldNotRefuseWithTheFirstWhatWasAskedForLaterAndForTheFirstTime() throws InterruptedException {
        kafka.maxBlock = Duration.ofSeconds(15);
        List.of("t1", "t2", "t3", "t4").forEach(this::lacks);
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            patient.send(record("t1", "a"), "a");
            patient.send(record("t2", "b"), "b");
            settle(patient, 2); // From now on Kafka is known to create no topic alone either.
            for (int seconds : new int[] {30, 15}) {
                kafka.time.sleeps.clear();
                patient.send(record("t3", "c"), "c" + seconds);
                patient.pause(1_000);
                patient.send(record("t4", "d"), "d" + seconds);
                settle(patient, events.size() + 2);

                assertThat(events).last().isEqualTo("d" + seconds + " refused: UnknownTopicOrPartitionException");
                assertThat(secondsSlept()).isEqualTo(seconds);
                kafka.time.pass(TopicProbe.LONGEST_MEMORY);
            }
        }
    }

    @Test
    void shouldRefuseAtOnceWhenKafkaKnowsTheOtherTopics() throws InterruptedException {
        kafka.maxBlock = Duration.ofMillis(11);
        kafka.absences.put("t1", NOT_CREATED);
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            kafka.answerAtOnce(NO_TOPIC, NO_TOPIC, NO_TOPIC, NO_TOPIC);
            patient.send(record("t1", "a"), "a");
            patient.send(record("t2", "b"), "b");
            kafka.known.add("t2");
            ScriptedKafka.settle(patient);

            assertThat(events).containsExactly("a refused: UnknownTopicOrPartitionException");
            assertThat(kafka.producers()).hasSize(1);
            confirm(1);
        }
    }

    @Test
    void shouldAskNoMoreWhenTheTopicIsThereAndTheProducerHasNoRoom() throws InterruptedException {
        kafka.maxBlock = Duration.ofSeconds(15);
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            kafka.answerAtOnce(AWAY, new BufferExhaustedException("no room"));
            patient.send(record("t1", "a"), "a");
            assertThat(patient.pauseMs()).isZero();
            patient.pause(patient.tendWithinMs());

            assertThat(patient.pauseMs()).isEqualTo(5);
            assertThat(patient.tendWithinMs()).isZero();
            ScriptedKafka.settle(patient);
            confirm(1);
        }
    }

    @Test
    void shouldWaitForRoomAndAskNothingWhenTheProducerHasNone() throws InterruptedException {
        kafka.maxBlock = Duration.ofSeconds(15);
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            kafka.answerAtOnce(new BufferExhaustedException("no room"));
            patient.send(record("t1", "a"), "a");

            assertThat(patient.pauseMs()).isEqualTo(5);
            assertThat(kafka.questions).isEmpty();
            ScriptedKafka.settle(patient);
            confirm(1);
        }
    }

    @Test
    void shouldTakeNoMoreThanThereIsRoomForWhileItAsks() throws InterruptedException {
        kafka.maxBlock = Duration.ofSeconds(15);
        try (KafkaSink<String> small = kafka.sink(new Events(), health, 300)) {
            kafka.answerAtOnce(AWAY);
            small.send(record("t1", "a"), "a");
            assertThat(small.pauseMs()).isZero();
            small.send(record("t2", "b"), "b");
            assertThat(small.pauseMs()).isPositive();
            kafka.time.onSleep(() -> confirm(1));
            ScriptedKafka.settle(small);
        }
    }

    @Test
    void shouldRefuseWhenTheTopicMayNotBeWrittenAndTellOfIt() throws InterruptedException {
        kafka.maxBlock = Duration.ofSeconds(15);
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            for (int i = 0; i < 100; i++) {
                kafka.answerAtOnce(HEARD_BEFORE);
            }
            patient.send(record("a"), "a");
            settle(patient, 1);

            assertThat(patient.pauseMs()).isZero();
            assertThat(events).containsExactly("a refused: TopicAuthorizationException");
            patient.tend();
            assertThat(problem()).isEqualTo("no permission to write to topic t");
        }
    }

    /** It times out with what it last heard, and asks meanwhile. */
    @Test
    void shouldGiveTheProducerTimeToHearWhetherTheTopicIsPermittedNow() throws InterruptedException {
        kafka.maxBlock = Duration.ofSeconds(15);
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            kafka.answerAtOnce(DENIED);
            patient.send(record("a"), "a");
            settle(patient, 1);
            kafka.time.pass(DeniedTopics.FIRST_MEMORY);
            kafka.answerAtOnce(HEARD_BEFORE, HEARD_BEFORE, HEARD_BEFORE);
            patient.send(record("b"), "b");
            settle(patient, 1);

            assertThat(kafka.producer().values()).containsExactly("b");
            confirm(1);
        }
    }

    @Test
    void shouldHoldUpAllOthersForAMomentWhenTopicsAreStillNotPermitted() throws InterruptedException {
        kafka.maxBlock = Duration.ofSeconds(15);
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            for (int i = 0; i < 1_000; i++) {
                kafka.answerAtOnce(HEARD_BEFORE);
            }
            for (int i = 0; i < 50; i++) {
                patient.send(record("t" + i, "a"), "a" + i);
            }
            settle(patient, 50);

            assertThat(events).hasSize(50).allMatch(event -> event.endsWith(" refused: TopicAuthorizationException"));
            assertThat(kafka.time.sleeps.stream().mapToLong(ms -> ms).sum()).isLessThanOrEqualTo(300);
        }
    }

    @Test
    void shouldTellThatKafkaDoesNotAnswerWhenMaxBlockHasPassed() throws InterruptedException {
        kafka.maxBlock = Duration.ofMillis(11);
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            kafka.answerAtOnce(AWAY, AWAY, AWAY, AWAY);
            patient.send(record("a"), "a");
            ScriptedKafka.settle(patient);

            assertThat(kafka.time.sleeps).containsExactly(5L, 5L, 5L, 10L);
            assertThat(problem()).contains("Kafka does not answer");
            confirm(1);
        }
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void shouldRefuseOnceAndCarryOnWhenTheProducerRefusesAtOnce(RuntimeException refusal) throws InterruptedException {
        send("a");
        kafka.answerAtOnce(refusal);
        send("b", "c");
        confirm(2);

        assertThat(events).containsExactly("b refused: " + refusal.getClass().getSimpleName(), "a", "c");
        assertThat(kafka.producers()).hasSize(1);
        assertThat(problem()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void shouldRefuseOnceAndCarryOnWhenKafkaRefuses(RuntimeException refusal) throws InterruptedException {
        send("a", "b", "c");
        confirm(1);
        kafka.fail(refusal);
        confirm(1);
        tend();

        assertThat(events)
                .containsExactly("a", "b refused: " + refusal.getClass().getSimpleName(), "c");
        assertThat(kafka.producers()).hasSize(1);
        assertThat(problem()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void shouldSendAgainInOrderWhenTheProducerFailsAtOnce(RuntimeException failure) throws InterruptedException {
        send("a", "b");
        confirm(1);
        kafka.answerAtOnce(failure);
        send("c");
        assertThat(kafka.producers()).hasSize(1);

        send("d");

        assertReplaced("b", "c", "d");
        confirm(3);
        assertThat(events).containsExactly("a", "b", "c", "d");
    }

    @ParameterizedTest
    @MethodSource("failures")
    void shouldSendAgainInOrderWhenTheProducerFailsLater(RuntimeException failure) throws InterruptedException {
        send("a", "b", "c");
        confirm(1);
        kafka.fail(failure);

        tend();

        assertReplaced("b", "c");
        confirm(2);
        assertThat(events).containsExactly("a", "b", "c");
    }

    /** It would go on with later records of the same topic. */
    @Test
    void shouldCloseTheProducerWhereItHasFailed() throws InterruptedException {
        send("a", "b");
        kafka.fail(new KafkaException("fatal"));

        assertThat(kafka.producer().closed()).isTrue();
        assertThat(kafka.producers()).hasSize(1);
        send("c");
        assertReplaced("a", "b", "c");
        confirm(3);
    }

    @Test
    void shouldTellOfTheTopicAndAskLessOftenWhenItMayNotBeWrittenTo() throws InterruptedException {
        TopicAuthorizationException denied = new TopicAuthorizationException(Set.of("t"));
        send("a");
        kafka.fail(denied);
        sink.tend();

        assertThat(health.conditions())
                .containsEntry(
                        Health.Part.KAFKA,
                        new Health.Condition(Health.State.LIMITED, "no permission to write to topic t"));
        send("b"); // Not asked for: the producer has no answer for it.
        assertThat(events)
                .containsExactly("a refused: TopicAuthorizationException", "b refused: TopicAuthorizationException");
        sink.send(new OutboundRecord("other", new byte[0], "o".getBytes(UTF_8), 0, List.of()), "o");
        confirm(1);
        sink.tend();
        assertThat(problem()).isNotEmpty();

        kafka.time.pass(DeniedTopics.FIRST_MEMORY);
        kafka.answerAtOnce(denied);
        send("c");
        kafka.time.pass(DeniedTopics.FIRST_MEMORY);
        send("d"); // Twice as long.
        assertThat(events).hasSize(5);
        kafka.time.pass(DeniedTopics.FIRST_MEMORY);
        send("e");
        confirm(1);
        sink.tend();
        sink.tend();

        assertThat(events).endsWith("d refused: TopicAuthorizationException", "e");
        assertThat(problem()).isEmpty();
    }

    @Test
    void shouldNotSpeakOfAForbiddenTopicForEverWhenNothingIsWrittenToIt() throws InterruptedException {
        kafka.answerAtOnce(new TopicAuthorizationException(Set.of("t")));
        send("a");
        sink.tend();
        assertThat(problem()).isNotEmpty();

        kafka.time.pass(DeniedTopics.FORGOTTEN.plus(DeniedTopics.LONGEST_MEMORY));
        sink.tend();

        assertThat(problem()).isEmpty();
    }

    @Test
    void shouldReplaceTheProducerWhenItWasClosed() throws InterruptedException {
        send("a");
        kafka.producer().close();
        send("b", "c");

        assertReplaced("a", "b", "c");
        confirm(3);
        assertThat(events).containsExactly("a", "b", "c");
    }

    @Test
    void shouldRestoreTheOrderOfAKeyWhenARecordWasConfirmedBehindAFailedOne() throws InterruptedException {
        send("a", "b");
        sink.send(new OutboundRecord("t", "other".getBytes(UTF_8), "o".getBytes(UTF_8), 0, List.of()), "o");
        send("c");
        kafka.fail(new KafkaException("fatal"));
        confirm(2);

        tend();

        assertReplaced("a", "b", "c");
        confirm(3);
        assertThat(events).containsExactly("b", "o", "a", "c");
        tend();
        assertThat(problem()).isEmpty();
    }

    @Test
    void shouldKeepTheProducerWhenKafkaConfirmsNothing() throws InterruptedException {
        kafka.keepSilentOnce();
        send("a", "b");
        confirm(1);
        tend();
        for (int i = 0; i < 3; i++) {
            kafka.time.pass(Duration.ofSeconds(31));
            tend();
        }

        assertThat(kafka.producers()).hasSize(1);
        assertThat(problem()).contains("confirmed nothing for over 5 s");
    }

    @Test
    void shouldReplaceTheProducerWhenKafkaConfirmsAllButOneTopic() throws InterruptedException {
        kafka.keepSilentOnce();
        sink.send(new OutboundRecord("stuck", new byte[0], "a".getBytes(UTF_8), 0, List.of()), "a");
        send("b");
        tend();
        confirm(1);
        kafka.time.pass(Duration.ofSeconds(31));

        tend();

        assertReplaced("a");
        confirm(1);
        assertThat(events).containsExactly("b", "a");
    }

    @Test
    void shouldForgetWhatIsConfirmedBehindATopicThatStandsStill() throws InterruptedException {
        kafka.keepSilentOnce();
        sink.send(record("stuck", "s"), "s");
        send("a");
        confirm(1);
        sink.send(record("t", "x", "x".repeat(1_000)), "x");
        sink.send(record("stuck", "s2"), "s2");
        confirm(1);
        tend();
        assertThat(sink.unconfirmedBytes()).isGreaterThan(1_000); // A short wait is an everyday case.

        kafka.time.pass(Duration.ofSeconds(2));
        send("b");
        confirm(2); // s2 and b.
        tend();

        assertThat(sink.unconfirmedBytes()).isLessThan(1_000);
        List<String> open = new ArrayList<>();
        sink.forEachUnconfirmed((record, token) -> open.add(token));
        assertThat(open).containsExactly("s");
        assertThat(sink.waitingNs()).isEqualTo(Duration.ofSeconds(2).toNanos());
    }

    /** Dead letters that are refused are sent again and again, for ever if need be. */
    @Test
    void shouldForgetWhatIsRefusedBehindATopicThatStandsStill() throws InterruptedException {
        kafka.silentTopics.add("stuck");
        sink.send(record("stuck", "s"), "s");
        for (int i = 0; i < 100; i++) {
            kafka.answerAtOnce(new TopicAuthorizationException(Set.of("t")));
            sink.send(record("x".repeat(1_000)), "x" + i);
            kafka.time.pass(Duration.ofSeconds(5));
            tend();
        }

        assertThat(events).hasSize(100);
        assertThat(sink.unconfirmedBytes()).isLessThan(2_000);
        assertThat(kafka.producers())
                .as("a Kafka that confirms none may be away")
                .hasSize(1);
    }

    @Test
    void shouldSendAgainWhatIsConfirmedBehindARecordOfItsKeyAfterAllElseIsForgotten() throws InterruptedException {
        kafka.keepSilentOnce();
        sink.send(record("stuck", "s"), "s");
        sink.send(record("stuck", "s2"), "s2");
        sink.send(record("stuck", "other", "o"), "o");
        send("a");
        confirm(3);
        for (int i = 0; i < 7; i++) {
            kafka.time.pass(Duration.ofSeconds(5));
            send("b" + i);
            confirm(1);
            tend();
        }

        assertReplaced("s", "s2");
        confirm(2);
        tend();
        assertThat(events).endsWith("s");
        assertThat(sink.unconfirmedBytes()).isZero();
        assertThat(problem()).isEmpty();
    }

    @Test
    void shouldTellWhichTopicStandsStillWhileOthersAreConfirmed() throws InterruptedException {
        kafka.keepSilentOnce();
        sink.send(record("stuck", "s"), "s");
        tend();
        for (int i = 0; i < 3; i++) {
            kafka.time.pass(Duration.ofSeconds(2));
            send("a" + i);
            confirm(1);
            tend();
        }

        assertThat(problem()).isEqualTo("Kafka confirms others, but for over 5 s not the oldest record of topic stuck");
    }

    @Test
    void shouldReplaceTheProducerLessOftenAndSoonHaveAnotherWhileOneTopicStandsStill() throws InterruptedException {
        kafka.silentTopics.add("stuck");
        sink.send(record("stuck", "s"), "s");
        tend();
        List<Integer> replacedAfterSeconds = new ArrayList<>();
        for (int seconds = 5; seconds <= 3_600; seconds += 5) {
            kafka.time.pass(Duration.ofSeconds(5));
            send("a" + seconds);
            confirm(1);
            int producers = kafka.producers().size();
            tend();
            if (kafka.producers().size() > producers) {
                replacedAfterSeconds.add(seconds);
            }
        }

        assertThat(replacedAfterSeconds).containsExactly(30, 90, 210, 450, 930, 1_530, 2_130, 2_730, 3_330);
        assertThat(kafka.time.sleeps).containsOnly(500L);
    }

    @Test
    void shouldWaitLongerEachTimeWhenProducersFailThoughOthersPassOneThatStandsStill() throws InterruptedException {
        kafka.silentTopics.add("broken");
        sink.send(record("broken", "s"), "s");
        for (int i = 0; i < 4; i++) {
            send("a" + i);
            confirm(1);
            kafka.time.pass(Duration.ofSeconds(2));
            tend();
            send("b" + i);
            kafka.fail(new KafkaException("unknown server error"));
            tend();
            confirm(1);
        }

        assertThat(kafka.time.sleeps).containsExactly(500L, 1_000L, 2_000L, 4_000L);
    }

    @Test
    void shouldGiveTheProducerItsTimeWhenItHasLongNotTakenTheOldestRecord() throws InterruptedException {
        kafka.maxBlock = Duration.ofSeconds(15);
        try (KafkaSink<String> patient = kafka.sink(new Events(), health, Long.MAX_VALUE)) {
            kafka.missing.add("stuck");
            patient.send(record("stuck", "s"), "s");
            patient.send(record("t", "a"), "a");
            while (secondsSlept() < 40) {
                patient.pause(5);
            }
            kafka.silentTopics.add("stuck");
            settle(patient, 0);
            confirm(1);
            patient.tend();

            assertThat(events).containsExactly("a");
            assertThat(kafka.producers()).hasSize(2);
        }
    }

    @Test
    void shouldReplaceTheProducerWhenTwoTopicsStandStillAndOthersAreRare() throws InterruptedException {
        kafka.silentTopics.addAll(List.of("stuck1", "stuck2"));
        sink.send(record("stuck1", "s1"), "s1");
        sink.send(record("stuck2", "s2"), "s2");
        tend();
        kafka.time.pass(Duration.ofSeconds(15));
        send("a");
        confirm(1);
        tend();
        kafka.time.pass(Duration.ofSeconds(16));
        tend();

        assertThat(kafka.producers()).hasSize(2);
    }

    @Test
    void shouldNotTellOfOthersWhenKafkaIsAwayAltogether() throws InterruptedException {
        kafka.keepSilentOnce();
        sink.send(record("stuck", "s"), "s");
        tend();
        send("a");
        confirm(1);
        tend();
        send("b");
        kafka.time.pass(Duration.ofSeconds(6));
        tend();
        assertThat(problem()).isEqualTo("Kafka has confirmed nothing for over 5 s");

        for (int i = 0; i < 60; i++) {
            kafka.time.pass(Duration.ofMinutes(1));
            tend();
        }
        assertThat(problem()).isEqualTo("Kafka has confirmed nothing for over 5 s");
        assertThat(kafka.producers())
                .as("a topic may stand still since the last confirmation")
                .hasSize(2);
    }

    @Test
    void shouldConfirmOnceWhenTheOldProducerConfirmsAsWell() throws InterruptedException {
        send("a", "b");
        ScriptedProducer old = kafka.producer();
        kafka.answerAtOnce(new KafkaException("fatal"));
        send("c");
        tend();
        assertReplaced("a", "b", "c");

        kafka.confirm(old);
        confirm(3);
        kafka.confirm(old);

        assertThat(events).containsExactly("a", "b", "c");
    }

    @Test
    void shouldBeginAnewWhenTheNextProducerFailsWhileItGetsThemAgain() throws InterruptedException {
        send("a", "b", "c");
        kafka.fail(new KafkaException("first"));
        // The second producer takes a, then fails at b.
        kafka.takeOne();
        kafka.answerAtOnce(new KafkaException("second"));

        tend();

        assertThat(kafka.producers()).hasSize(3);
        assertThat(kafka.producers().get(1).closed()).isTrue();
        assertThat(kafka.producers().get(1).values()).containsExactly("a");
        assertThat(kafka.producer().values()).containsExactly("a", "b", "c");
        confirm(3);
        assertThat(events).containsExactly("a", "b", "c");
    }

    @Test
    void shouldRefuseOnceWhenRefusedAmongThoseSentAgain() throws InterruptedException {
        send("a", "b", "c");
        kafka.fail(new KafkaException("fatal"));
        kafka.takeOne();
        kafka.answerAtOnce(new TopicAuthorizationException("t"));

        tend();
        confirm(2);

        assertThat(events).containsExactly("b refused: TopicAuthorizationException", "a", "c");
    }

    @Test
    void shouldGoOnTryingWhenNoProducerCanBeMade() throws InterruptedException {
        KafkaException unresolvable = new KafkaException("No resolvable bootstrap urls given in bootstrap.servers");
        kafka.refuseProducer(unresolvable, unresolvable, unresolvable);

        send("a");
        assertThat(kafka.producers()).isEmpty();
        send("b");

        assertThat(kafka.producer().values()).containsExactly("a", "b");
        assertThat(kafka.time.sleeps).containsExactly(500L, 1_000L, 2_000L);
        assertThat(problem()).contains("No resolvable bootstrap urls");
        confirm(2);
        assertThat(events).containsExactly("a", "b");
    }

    @Test
    void shouldWaitLongerEachTimeButNotOverHalfAMinuteWhenProducersFail() throws InterruptedException {
        KafkaException[] failures = new KafkaException[9];
        Arrays.fill(failures, new KafkaException("wrong password"));
        kafka.refuseProducer(failures);

        send("a");
        tend();

        assertThat(kafka.time.sleeps)
                .containsExactly(500L, 1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L, 30_000L);
        confirm(1);
        send("b");
        kafka.fail(new KafkaException("fatal"));
        tend();
        assertThat(kafka.time.sleeps).endsWith(30_000L, 500L);
        confirm(1);
    }

    @Test
    void shouldSendTheSameRecordAgainWhenKafkaIsAway() throws InterruptedException {
        send("a");
        kafka.answerAtOnce(AWAY, AWAY, AWAY);
        send("b", "c");

        assertThat(kafka.producers()).hasSize(1);
        assertThat(kafka.producer().values()).containsExactly("a", "b", "c");
        assertThat(kafka.lookups).isEmpty();
        confirm(3);
        assertThat(events).containsExactly("a", "b", "c");
    }

    @Test
    void shouldNotBeReadyUntilTheNextConfirmationWhenKafkaWasAway() throws InterruptedException {
        kafka.answerAtOnce(AWAY);
        send("a");
        tend();
        assertThat(problem()).contains("Kafka does not answer").contains("not present in metadata");

        confirm(1);
        tend();

        assertThat(problem()).isEmpty();
    }

    @Test
    void shouldNotBeReadyUntilTheNextConfirmationWhenTheProducerWasReplaced() throws InterruptedException {
        send("a", "b");
        confirm(1);
        kafka.fail(new SaslAuthenticationException("wrong password"));
        send("c");
        assertThat(problem()).contains("SaslAuthenticationException: wrong password");

        confirm(1);
        tend();

        assertThat(problem()).isEmpty();
    }

    @Test
    void shouldNotBeReadyWhenNothingIsConfirmedForLong() throws InterruptedException {
        send("a");
        tend();
        kafka.time.pass(Duration.ofSeconds(5));
        tend();
        assertThat(problem()).isEmpty();

        kafka.time.pass(Duration.ofMillis(1));
        tend();
        assertThat(problem()).contains("confirmed nothing for over 5 s");

        confirm(1);
        tend();
        assertThat(problem()).isEmpty();
    }

    @Test
    void shouldStayReadyWhenEachRecordIsConfirmedInTime() throws InterruptedException {
        for (String each : List.of("a", "b", "c")) {
            send(each);
            tend();
            kafka.time.pass(Duration.ofSeconds(4));
            confirm(1);
        }
        tend();

        assertThat(problem()).isEmpty();
    }

    @Test
    void shouldEndWhenInterruptedWhileItWaitsForKafka() {
        kafka.answerAtOnce(AWAY);
        kafka.time.interruptSleep();

        assertThatThrownBy(() -> send("a")).isInstanceOf(InterruptedException.class);

        assertThat(kafka.producer().values()).isEmpty();
    }

    @Test
    void shouldEndWhenInterruptedWhileTheProducerWaits() throws InterruptedException {
        send("a");
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> send("b")).isInstanceOf(InterruptedException.class);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(kafka.producer().values()).containsExactly("a");
    }

    @Test
    void shouldEndWhenInterruptedWhileTheProducerIsReplaced() throws InterruptedException {
        send("a");
        kafka.fail(new KafkaException("fatal"));
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> send("b")).isInstanceOf(InterruptedException.class);

        assertThat(kafka.producers()).hasSize(1);
    }

    @Test
    void shouldCloseAndStayInterruptedWhenInterrupted() throws InterruptedException {
        send("a");
        Thread.currentThread().interrupt();

        sink.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(events).isEmpty();
    }

    @Test
    void shouldWaitAndTellWhenKafkaCanNotCreateTheTopicYet() throws InterruptedException {
        kafka.lookupProblem = "InvalidReplicationFactorException: only 1 of 3 brokers";
        kafka.answerAtOnce(NO_TOPIC);

        send("a");

        assertThat(problem()).contains("Topic t not present").contains("only 1 of 3 brokers");
        confirm(1);
        assertThat(events).containsExactly("a");
    }

    @Test
    void shouldRefuseAtOnceWhileTheTopicIsKnownToBeAbsent() throws InterruptedException {
        kafka.absences.put("t", new Absence("topic t does not exist", false));
        kafka.answerAtOnce(NO_TOPIC);

        send("a", "b");

        assertThat(events)
                .containsExactly(
                        "a refused: UnknownTopicOrPartitionException", "b refused: UnknownTopicOrPartitionException");
        assertThat(kafka.lookups).containsExactly("t");
        assertThat(kafka.producer().values()).isEmpty();
        assertThat(problem()).as("Kafka is well").isEmpty();

        kafka.time.pass(TopicProbe.FIRST_MEMORY);
        send("c");
        confirm(1);
        assertThat(events).endsWith("c");
    }

    @Test
    void shouldWaitWhenTheTopicIsUnknownButNotAbsent() throws InterruptedException {
        kafka.answerAtOnce(NO_TOPIC, NO_TOPIC);
        send("a");

        assertThat(problem()).contains("Kafka does not answer");
        assertThat(kafka.lookups).containsExactly("t", "t");
        confirm(1);
        assertThat(events).containsExactly("a");
    }

    private void send(String... tokens) throws InterruptedException {
        for (String token : tokens) {
            sink.send(record(token), token);
            ScriptedKafka.settle(sink);
        }
    }

    /** Kafka does not have {@code topic}, and does not create it. */
    private void lacks(String topic) {
        kafka.missing.add(topic);
        kafka.absences.put(topic, NOT_CREATED);
    }

    private long secondsSlept() {
        return kafka.time.sleeps.stream().mapToLong(ms -> ms).sum() / 1_000;
    }

    /** Until {@code sink} has told of {@code count} records, and can take another one. */
    private void settle(KafkaSink<?> sink, int count) throws InterruptedException {
        do {
            sink.tend();
            ScriptedKafka.settle(sink);
        } while (events.size() < count);
    }

    private void tend() throws InterruptedException {
        sink.tend();
        ScriptedKafka.settle(sink);
    }

    private static OutboundRecord record(String value) {
        return record("t", value);
    }

    private static OutboundRecord record(String topic, String value) {
        return record(topic, "", value);
    }

    private static OutboundRecord record(String topic, String key, String value) {
        return new OutboundRecord(topic, key.getBytes(UTF_8), value.getBytes(UTF_8), 0, List.of());
    }

    private void confirm(int count) {
        for (int i = 0; i < count; i++) {
            kafka.confirm();
        }
    }

    /** There is a second producer, which got {@code values}. */
    private void assertReplaced(String... values) {
        assertThat(kafka.producers()).hasSize(2);
        assertThat(kafka.producers().get(0).closed()).isTrue();
        assertThat(kafka.producer().values()).containsExactly(values);
        assertThat(kafka.time.sleeps).containsExactly(500L);
        assertThat(problem()).startsWith("Kafka producer failed, replacing it");
    }

    private String problem() {
        return health.problems().get(Health.Part.KAFKA);
    }
}
