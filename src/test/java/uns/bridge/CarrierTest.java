package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static uns.bridge.message.Messages.message;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import uns.bridge.delivery.AckChannel;
import uns.bridge.delivery.Books;
import uns.bridge.delivery.Delivery;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.health.Health.Condition;
import uns.bridge.health.Health.Part;
import uns.bridge.health.Health.State;
import uns.bridge.health.LatestDeadLetters;
import uns.bridge.kafka.ScriptedKafka;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.OutboundRecord;
import uns.bridge.pipeline.DeadLetters;
import uns.bridge.pipeline.Outcome;
import uns.bridge.pipeline.Pipeline;
import uns.bridge.pipeline.PipelineSettings;
import uns.bridge.sparkplug.SparkplugSettings;

@Timeout(30)
class CarrierTest {

    private static final String BROKEN = "broken";

    /** Becomes three records. */
    private static final String SPLIT = "split";

    private static final Duration RETRY = Duration.ofSeconds(5);

    private final ScriptedKafka kafka = new ScriptedKafka();
    private final DeliveryTracker tracker = new DeliveryTracker(100, 1 << 20);
    private final Pipeline pipeline = new Pipeline(
            new PipelineSettings(Map.of(), "timestamp", false, List.of(), 0, "overflow"), SparkplugSettings.DEFAULTS);
    private final LatestDeadLetters latestDeadLetters = new LatestDeadLetters(0);
    private final List<Integer> acknowledged = new ArrayList<>();
    private final Health health = new Health();
    // The clock of the JVM has no particular beginning, and may be negative.
    private final AtomicLong clockNs = new AtomicLong(Long.MIN_VALUE);
    private final Outlet outlet = new Outlet(
            tracker,
            new DeadLetters("dead", pipeline),
            latestDeadLetters,
            answers -> kafka.sink(answers, health),
            clockNs::get);
    private final Carrier carrier = new Carrier(tracker, this::process, () -> {}, outlet, null, clockNs::get);
    private int packetId;

    private final AckChannel channel = new AckChannel() {
        @Override
        public void acknowledge(Delivery delivery) {
            acknowledged.add(delivery.packetId());
        }

        @Override
        public void flush() {}
    };

    private Outcome process(InboundMessage message) {
        if (message.topic().equals(BROKEN)) {
            throw new IllegalStateException("a mistake");
        }
        if (message.topic().equals(SPLIT)) {
            return new Outcome.Forward(List.of(part("1"), part("2"), part("3")));
        }
        return pipeline.process(message);
    }

    private static OutboundRecord part(String value) {
        return new OutboundRecord("part", value.getBytes(UTF_8), value.getBytes(UTF_8), 0, List.of());
    }

    @AfterEach
    void nothingIsLeftOver() throws InterruptedException {
        Books books = tracker.books();
        assertThat(books.balance()).as("%s", books).isTrue();
        assertThat(books.inFlight()).isZero();
        carrier.turn();
        Thread.currentThread().interrupt();
        carrier.run();
        assertThat(Thread.interrupted()).isTrue();
        outlet.close();
        assertThat(kafka.producer().closed()).isTrue();
    }

    @Test
    void shouldAcknowledgeWhenKafkaHasTheRecord() throws InterruptedException {
        carry(message("a/b", "1"));
        carry(message("a/c", "2"));
        assertThat(acknowledged()).isEmpty();

        kafka.confirm();
        kafka.confirm();

        assertThat(topics()).containsExactly("a_b", "a_c");
        assertThat(acknowledged()).containsExactly(1, 2);
        assertThat(tracker.books()).isEqualTo(new Books(2, 2, 0, 0, 0, 0));
    }

    @Test
    void shouldSendADeadLetterWhenThePipelineRejects() throws InterruptedException {
        carry(message("a/b", "no JSON"));

        assertThat(topics()).containsExactly("dead");
        assertThat(last().value()).isEqualTo("no JSON".getBytes(UTF_8));
        assertThat(lastHeader("dead_letter.reason")).startsWith("not JSON");
        assertThat(acknowledged()).isEmpty();
        kafka.confirm();
        assertDeadLettered();
    }

    @Test
    void shouldSendADeadLetterWhenThePipelineFails() throws InterruptedException {
        carry(message(BROKEN, "1"));

        assertThat(topics()).containsExactly("dead");
        assertThat(lastHeader("dead_letter.reason")).isEqualTo("the bridge failed to process it: a mistake");
        assertThat(lastHeader("dead_letter.exception")).isEqualTo(IllegalStateException.class.getName());
        kafka.confirm();
        assertDeadLettered();
    }

    @Test
    void shouldSendADeadLetterWhenKafkaRefusesTheRecordAtOnce() throws InterruptedException {
        kafka.answerAtOnce(new TopicAuthorizationException("not allowed"));
        carry(message("a/b", "1"));
        carrier.turn();

        assertRefusedAndDeadLettered("dead");
    }

    @Test
    void shouldSendADeadLetterWhenKafkaRefusesTheRecordLater() throws InterruptedException {
        carry(message("a/b", "1"));
        kafka.fail(new TopicAuthorizationException("not allowed"));
        carrier.turn();

        assertRefusedAndDeadLettered("a_b", "dead");
    }

    private void assertRefusedAndDeadLettered(String... topics) {
        assertThat(topics()).containsExactly(topics);
        assertThat(last().value()).isEqualTo("1".getBytes(UTF_8));
        assertThat(lastHeader("dead_letter.reason")).isEqualTo("refused by Kafka: not allowed");
        assertThat(lastHeader("dead_letter.exception")).isEqualTo(TopicAuthorizationException.class.getName());
        kafka.confirm();
        assertDeadLettered();
    }

    @Test
    void shouldShortenTheDeadLetterOnceWhenKafkaRefusesItAsTooLarge() throws InterruptedException {
        byte[] large = new byte[100_000];
        carry(message("a/b", large));
        assertThat(last().value()).hasSize(100_000);

        kafka.fail(new RecordTooLargeException("too large"));
        carrier.turn();

        assertThat(last().value()).hasSize(65_536);
        assertThat(lastHeader("dead_letter.reason")).startsWith("not JSON");
        assertThat(lastHeader("dead_letter.original-size")).isEqualTo("100000");

        // Too large even so: the topic may be given a higher limit.
        kafka.fail(new RecordTooLargeException("too large"));
        settle();
        assertThat(topics()).hasSize(2);
        clockNs.addAndGet(RETRY.toNanos());
        carrier.turn();
        assertThat(topics()).hasSize(3);
        assertThat(last().value()).hasSize(65_536);
        assertThat(acknowledged()).isEmpty();
        kafka.confirm();
        assertDeadLettered();
    }

    @Test
    void shouldTryADeadLetterAgainLaterWhenKafkaRefusesIt() throws InterruptedException {
        carry(message("a/b", "no JSON"));
        for (int sent = 1; sent <= 3; sent++) {
            kafka.fail(new TopicAuthorizationException("dead"));
            settle();
            assertThat(topics()).hasSize(sent);
            clockNs.addAndGet(RETRY.toNanos() - 1);
            carrier.turn();
            assertThat(topics()).as("too early").hasSize(sent);

            long before = last().timestamp();
            await().until(() -> System.currentTimeMillis() > before);
            clockNs.incrementAndGet();
            carrier.turn();
            assertThat(topics()).hasSize(sent + 1).containsOnly("dead");
            assertThat(last().timestamp())
                    .as("one that Kafka refuses for its time must not be refused for ever")
                    .isGreaterThan(before);
            assertThat(acknowledged()).isEmpty();
        }
        kafka.confirm();
        assertDeadLettered();
    }

    @Test
    void shouldCarryOthersWhileADeadLetterIsRefused() throws InterruptedException {
        carry(message("a/b", "no JSON"));
        kafka.fail(new TopicAuthorizationException("dead"));
        settle();
        carry(message("a/b", "2"));
        kafka.confirm();
        assertThat(topics()).containsExactly("dead", "a_b");
        assertThat(acknowledged()).as("in order of arrival").isEmpty();

        clockNs.addAndGet(RETRY.toNanos());
        carrier.turn();
        kafka.confirm();

        assertThat(acknowledged()).containsExactly(1, 2);
        assertThat(tracker.books()).isEqualTo(new Books(2, 1, 1, 0, 0, 0));
    }

    @Test
    void shouldTellOfRefusedDeadLettersUntilKafkaTakesThem() throws InterruptedException {
        carry(message("a/b", "1"));
        kafka.confirm();
        carry(message("a/b", "no JSON"));
        carry(message("a/b", "no JSON either"));
        assertThat(kafkaCondition()).isEqualTo(new Condition(State.UP, Health.OK));
        kafka.fail(new PolicyViolationException("not here"));
        kafka.fail(new PolicyViolationException("nor there"));
        settle();
        settle();
        assertThat(kafkaCondition())
                .isEqualTo(new Condition(State.LIMITED, "dead letters waiting: 2, refused by topic dead: nor there"));

        clockNs.addAndGet(RETRY.toNanos());
        carrier.turn();
        kafka.confirm();
        settle();
        assertThat(kafkaCondition().reason()).contains("waiting: 1, ");
        kafka.confirm();
        settle();

        assertThat(kafkaCondition()).isEqualTo(new Condition(State.UP, Health.OK));
        assertThat(acknowledged()).containsExactly(1, 2, 3);
    }

    /** A Kafka that is away is the worse of the two. */
    @Test
    void shouldNotTellOfRefusedDeadLettersWhileKafkaConfirmsNothing() throws InterruptedException {
        carry(message("a/b", "1"));
        kafka.confirm();
        carry(message("a/b", "no JSON"));
        kafka.fail(new PolicyViolationException("not here"));
        carry(message("a/b", "2"));
        settle();
        assertThat(kafkaCondition().state()).isEqualTo(State.LIMITED);
        kafka.pass(Duration.ofSeconds(6));
        settle();
        assertThat(kafkaCondition()).isEqualTo(new Condition(State.DOWN, "Kafka has confirmed nothing for over 5 s"));

        kafka.confirm();
        settle();
        assertThat(kafkaCondition().state()).isEqualTo(State.LIMITED);
        clockNs.addAndGet(RETRY.toNanos());
        carrier.turn();
        kafka.confirm();
        settle();
        assertThat(kafkaCondition().state()).isEqualTo(State.UP);
        assertThat(acknowledged()).containsExactly(1, 2, 3);
    }

    @Test
    void shouldAcknowledgeWhenKafkaHasAllRecordsOfTheMessage() throws InterruptedException {
        carry(message(SPLIT, "all"));
        carry(message("a/b", "4"));
        assertThat(values()).containsExactly("1", "2", "3", "4");

        kafka.confirm();
        kafka.confirm();
        kafka.fail(new TopicAuthorizationException("not allowed"));
        kafka.confirm();
        carrier.turn();
        assertThat(acknowledged()).as("one part is missing").isEmpty();
        assertThat(topics()).containsExactly("part", "part", "part", "a_b", "dead");

        kafka.confirm();
        assertThat(acknowledged()).containsExactly(1, 2);
        assertThat(tracker.books()).isEqualTo(new Books(2, 1, 1, 0, 0, 0));
    }

    @Test
    void shouldCountTheMessageOnceWhenKafkaHasAllItsRecords() throws InterruptedException {
        carry(message(SPLIT, "all"));
        for (int part = 1; part <= 3; part++) {
            assertThat(acknowledged()).isEmpty();
            kafka.confirm();
        }

        assertThat(acknowledged()).containsExactly(1);
        assertThat(tracker.books()).isEqualTo(new Books(1, 1, 0, 0, 0, 0));
    }

    @Test
    void shouldSendOneDeadLetterWhenKafkaRefusesSeveralRecordsOfAMessage() throws InterruptedException {
        kafka.answerAtOnce(new RecordTooLargeException("first"));
        carry(message(SPLIT, "all"));
        kafka.fail(new TopicAuthorizationException("second"));
        carrier.turn();
        carrier.turn();

        assertThat(values()).containsExactly("2", "3", "all");
        assertThat(lastHeader("dead_letter.reason")).isEqualTo("refused by Kafka: first");
        assertThat(acknowledged()).isEmpty();
        kafka.confirm(); // the third
        assertThat(acknowledged()).isEmpty();
        kafka.confirm(); // the dead letter
        assertDeadLettered();
    }

    /** The refusal of a record must not be taken for one of the dead letter that is on its way. */
    @Test
    void shouldNotShortenTheDeadLetterWhenAnotherRecordIsTooLarge() throws InterruptedException {
        carry(message(SPLIT, new byte[100_000]));
        kafka.fail(new RecordTooLargeException("first"));
        carrier.turn();
        kafka.fail(new RecordTooLargeException("second"));
        kafka.fail(new RecordTooLargeException("third"));
        carrier.turn();
        assertThat(last().value()).hasSize(100_000);

        kafka.fail(new RecordTooLargeException("dead letter"));
        carrier.turn();
        assertThat(last().value()).hasSize(65_536);
        assertThat(lastHeader("dead_letter.reason")).isEqualTo("refused by Kafka: first");
        assertThat(acknowledged()).isEmpty();
        kafka.confirm();
        assertThat(topics()).containsExactly("part", "part", "part", "dead", "dead");
        assertDeadLettered();
    }

    private Condition kafkaCondition() {
        return Objects.requireNonNull(health.conditions().get(Part.KAFKA));
    }

    private List<String> values() {
        return kafka.producer().values();
    }

    private void carry(InboundMessage message) throws InterruptedException {
        assertThat(tracker.offer(message, ++packetId, channel)).isTrue();
        carrier.turn();
    }

    /** Lets the carrier see a refusal. */
    private void settle() throws InterruptedException {
        carrier.turn();
    }

    private void assertDeadLettered() {
        assertThat(acknowledged()).containsExactly(1);
        assertThat(tracker.books()).isEqualTo(new Books(1, 0, 1, 0, 0, 0));
    }

    /** What has been acknowledged by now; the interrupt keeps the tracker from waiting for more. */
    private List<Integer> acknowledged() {
        Thread.currentThread().interrupt();
        tracker.release();
        assertThat(Thread.interrupted()).isTrue();
        return acknowledged;
    }

    private List<String> topics() {
        return kafka.producer().history().stream().map(ProducerRecord::topic).toList();
    }

    private ProducerRecord<byte[], byte[]> last() {
        List<ProducerRecord<byte[], byte[]>> history = kafka.producer().history();
        return history.get(history.size() - 1);
    }

    private String lastHeader(String name) {
        return new String(last().headers().lastHeader(name).value(), UTF_8);
    }
}
