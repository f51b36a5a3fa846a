package uns.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static uns.bridge.message.Messages.message;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.delivery.AckChannel;
import uns.bridge.delivery.Books;
import uns.bridge.delivery.Delivery;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.delivery.Drop;
import uns.bridge.health.Health;
import uns.bridge.health.LatestDeadLetters;
import uns.bridge.kafka.ScriptedKafka;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.OutboundRecord;
import uns.bridge.message.OutboundRecord.Header;
import uns.bridge.pipeline.DeadLetters;
import uns.bridge.pipeline.Outcome;
import uns.bridge.pipeline.Pipeline;
import uns.bridge.pipeline.PipelineSettings;
import uns.bridge.sparkplug.SparkplugSettings;
import uns.bridge.spool.FailingDisk;
import uns.bridge.spool.Spool;
import uns.bridge.spool.SpoolEntry;
import uns.bridge.spool.SpoolSettings;

/** The carrier and the drainer, turn by turn. */
@Timeout(60)
class DetourTest {

    private static final Duration AFTER = Duration.ofSeconds(5);

    /** Becomes two records, neither of which has the payload. */
    private static final String SPLIT = "split";

    @TempDir
    private Path folder;

    private final FailingDisk disk = new FailingDisk();
    private final List<Integer> acknowledged = new ArrayList<>();
    private final AtomicLong clockNs = new AtomicLong(Long.MAX_VALUE - 1_000);
    private Health health = new Health();
    private ScriptedKafka kafka = new ScriptedKafka();
    private DeliveryTracker tracker = new DeliveryTracker(1_000, 1 << 24);
    private Outlet outlet;
    private Detour detour;
    private Drainer drainer;
    private Carrier carrier;
    private int packetId;

    private final AckChannel channel = new AckChannel() {
        @Override
        public void acknowledge(Delivery delivery) {
            acknowledged.add(delivery.packetId());
        }

        @Override
        public void flush() {}
    };

    @AfterEach
    void theBooksBalance() {
        if (detour != null) {
            end();
        }
    }

    private void begin() throws InterruptedException {
        begin(new SpoolSettings(folder.resolve("spool"), 1 << 20, null, AFTER, false));
    }

    private void begin(SpoolSettings settings) throws InterruptedException {
        Pipeline pipeline = new Pipeline(
                new PipelineSettings(Map.of(), "timestamp", false, List.of(), 0, "overflow"),
                SparkplugSettings.DEFAULTS);
        DeadLetters deadLetters = new DeadLetters("dead", pipeline);
        outlet = new Outlet(
                tracker, deadLetters, new LatestDeadLetters(0), answers -> kafka.sink(answers, health), clockNs::get);
        Path spool = disk.path(folder.resolve("spool"));
        detour = new Detour(settings, spool, outlet, tracker, deadLetters, health, clockNs::get);
        drainer = detour.drainer();
        carrier = new Carrier(tracker, message -> process(pipeline, message), () -> {}, outlet, detour, clockNs::get);
        detour.start();
    }

    private static Outcome process(Pipeline pipeline, InboundMessage message) {
        return message.topic().equals(SPLIT)
                ? new Outcome.Forward(List.of(part("1"), part("2")))
                : pipeline.process(message);
    }

    private static OutboundRecord part(String value) {
        return new OutboundRecord("part", value.getBytes(UTF_8), value.getBytes(UTF_8), 0, List.of());
    }

    /** The process ends; what Kafka has by now counts. */
    private void end() {
        outlet.close();
        detour.stop();
        Books books = tracker.books();
        assertThat(books.balance()).as(books.describe()).isTrue();
    }

    /** Another process begins, with another producer. */
    private void restart() throws InterruptedException {
        end();
        beginAnew();
    }

    private void beginAnew() throws InterruptedException {
        acknowledged.clear();
        kafka = new ScriptedKafka();
        health = new Health();
        tracker = new DeliveryTracker(1_000, 1 << 24);
        begin();
    }

    /** The process is killed: another one begins with what is on the disk now. */
    private void kill() throws Exception {
        Path left = Files.createDirectory(folder.resolve("left"));
        Path spool = folder.resolve("spool");
        for (Path file : files(spool)) {
            Files.copy(file, left.resolve(file.getFileName()));
        }
        end();
        for (Path file : files(spool)) {
            Files.delete(file);
        }
        Files.delete(spool);
        Files.move(left, spool);
        beginAnew();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void shouldNotTouchTheDiskWhileKafkaConfirms() throws Exception {
        begin();
        for (int i = 1; i <= 10; i++) {
            arrive("a/b", String.valueOf(i));
            carrier.turn();
            kafka.confirm();
            pass(Duration.ofSeconds(4));
        }
        carrier.turn();

        assertThat(detour.isOpen()).isFalse();
        try (Stream<Path> files = Files.list(folder.resolve("spool"))) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly("lock");
        }
        assertThat(tracker.books().delivered() + tracker.books().inFlight()).isEqualTo(10);
    }

    @Test
    void shouldAcknowledgeWhatIsOnDiskAndWriteItOnceWhenKafkaIsBack() throws Exception {
        begin();
        divertAfter("1", "2", "3");
        assertThat(acknowledged()).containsExactly(1, 2, 3);
        spool("4", "5");

        assertThat(acknowledged()).containsExactly(1, 2, 3, 4, 5);
        assertThat(books()).isEqualTo(new Books(5, 0, 0, 0, 0, Map.of(), 0, 5));
        assertThat(values()).as("the producer has no more than before").containsExactly("1", "2", "3");
        assertThat(detour.fill().bytes()).isPositive();
        assertThat(detour.fill().maxBytes()).isGreaterThan(detour.fill().bytes());

        confirm(3);
        drain();
        assertThat(values()).containsExactly("1", "2", "3", "4", "5");
        confirm(2);
        drain();
        assertThat(detour.isOpen()).isFalse();
        arrive("a/b", "6");
        carrier.turn();
        confirm(1);
        pass(Duration.ofSeconds(1));
        carrier.turn();

        assertThat(values()).containsExactly("1", "2", "3", "4", "5", "6");
        assertThat(acknowledged()).endsWith(6);
        assertThat(books()).isEqualTo(new Books(6, 0, 6, 0, 0, Map.of(), 0, 0));
        assertThat(logFiles()).isZero();
        assertThat(detour.fill().bytes()).isZero();
        assertThat(detour.fill().ageMs()).isZero();
    }

    @Test
    void shouldSendWhatWasSafeAndNotConfirmedFirstWhenItBeginsAgain() throws Exception {
        begin();
        divertAfter("1", "2", "3");
        spool("4", "5");
        confirm(2);
        drain();

        restart();

        assertThat(books()).isEqualTo(new Books(0, 3, 0, 0, 0, Map.of(), 0, 3));
        assertThat(detour.isOpen()).isTrue();
        spool("6");
        drain();
        assertThat(values()).containsExactly("3", "4", "5", "6");
        confirm(4);
        drain();
        assertThat(books()).isEqualTo(new Books(1, 3, 4, 0, 0, Map.of(), 0, 0));
    }

    @Test
    void shouldSendNothingOfTheSpoolBehindWhatWentDirectlyWhenItIsKilled() throws Exception {
        begin();
        divertAfter("1");
        spool("2");
        confirm(1);
        closeTheDetour();
        assertThat(values()).containsExactly("1", "2");
        arrive("a/b", "3");
        for (int i = 0; i < 5 && !acknowledged().contains(3); i++) {
            carrier.turn();
            confirm(2);
        }
        assertThat(values()).containsExactly("1", "2", "3");
        assertThat(acknowledged()).containsExactly(1, 2, 3);

        kill();
        drain();

        assertThat(values()).as("3 is the last one").isEmpty();
    }

    @Test
    void shouldSendNothingOfTheSpoolBehindWhatFollowedWhenATopicTakesNothingAndItIsKilled() throws Exception {
        kafka.silentTopics.add("stuck");
        begin();
        divertAfter("1");
        spoolTo("stuck", "0");
        spool("2");
        confirm(1);
        closeTheDetour();
        arrive("a/b", "3");
        carrier.turn();
        confirm(2);
        acknowledged();
        pass(AFTER);
        append();
        drain();
        confirm(1);
        assertThat(values()).containsExactly("1", "2", "3");
        assertThat(acknowledged()).containsExactly(1, 2, 3, 4);

        kill();
        drain();

        assertThat(values()).containsExactly("0", "2", "3");
    }

    @Test
    void shouldShowThatTheCarrierComesRoundWhileItWaitsForTheLastOfTheSpool() throws Exception {
        begin();
        divertAfter("1");
        spool("2");
        confirm(1);
        closeTheDetour();
        pass(Duration.ofSeconds(2));

        carrier.turn();

        assertThat(detour.isOpen()).isFalse();
        assertThat(carrier.heartbeat().ageMs()).isZero();
    }

    /** What waits would hold up all other topics for ever: it has no way into the spool. */
    @Test
    void shouldNotWaitForTheLastOfTheSpoolWhileTheDiskIsFull() throws Exception {
        kafka.silentTopics.add("stuck");
        begin();
        divertAfter("1");
        spoolTo("stuck", "0");
        disk.setFull(true);
        spool("2");
        confirm(1);
        closeTheDetour();
        arrive("a/b", "3");
        for (int i = 0; i < 3; i++) {
            carrier.turn();
        }

        assertThat(values()).containsExactly("1", "2", "3");
    }

    @Test
    void shouldTellTheAgeOfTheOldestMessageAlsoAfterARestart() throws Exception {
        begin();
        divertAfter("1");
        await().until(() -> {
            detour.commit();
            return detour.fill().ageMs() >= 50;
        });
        restart();
        drainer.step();
        detour.commit();

        assertThat(detour.fill().ageMs()).isGreaterThanOrEqualTo(50);
    }

    @Test
    void shouldShowThatTheDrainerComesRoundWhetherItHasSomethingToDoOrNot() throws Exception {
        begin();
        Thread thread = new Thread(drainer::run);
        thread.start();
        try {
            pass(Duration.ofSeconds(90));
            await().until(() -> drainer.heartbeat().ageMs() == 0);
        } finally {
            thread.interrupt();
            thread.join();
        }
        divertAfter("1");
        pass(Duration.ofSeconds(90));
        assertThat(drainer.heartbeat().ageMs()).isGreaterThanOrEqualTo(90_000);
        drainer.step();
        assertThat(drainer.heartbeat().ageMs()).isZero();
    }

    @Test
    void shouldSendWhatWasNotYetOnDiskInOrderWhenTheDetourCloses() throws Exception {
        begin();
        divertAfter("1");
        arrive("a/b", "2");
        carrier.turn();
        arrive("a/b", "3");
        carrier.turn();
        assertThat(acknowledged()).containsExactly(1);
        confirm(1);
        drain();
        assertThat(detour.isOpen()).isFalse();
        arrive("a/b", "4");
        for (int i = 0; i < 3; i++) {
            carrier.turn();
        }

        assertThat(values()).containsExactly("1", "2", "3", "4");
        confirm(3);
        assertThat(acknowledged()).containsExactly(1, 2, 3, 4);
    }

    @Test
    void shouldSpoolInTimeWhenTheProducerAsksForATopicAndNothingElseArrives() throws Exception {
        kafka.maxBlock = Duration.ofMinutes(1);
        begin();
        TimeoutException[] away = new TimeoutException[1_000];
        Arrays.fill(away, new TimeoutException("Topic a_b not present in metadata after 0 ms."));
        kafka.answerAtOnce(away);
        arrive("a/b", "1");
        for (int i = 0; i < 120 && !detour.isOpen(); i++) {
            carrier.turn();
            pass(Duration.ofMillis(50));
        }

        assertThat(detour.isOpen()).isTrue();
        tracker.release();
        assertThat(acknowledged).hasSize(1);
    }

    @Test
    void shouldSpoolWhatTheProducerDoesNotEvenTake() throws Exception {
        begin();
        RuntimeException[] away = new RuntimeException[1_000];
        Arrays.fill(away, new TimeoutException("Topic a_b not present in metadata after 0 ms."));
        kafka.answerAtOnce(away);
        for (String each : List.of("1", "2")) {
            arrive("a/b", each);
            carrier.turn();
        }

        assertThat(detour.isOpen()).isTrue();
        spool("3");
        assertThat(acknowledged()).containsExactly(1, 2, 3);
        restart();
        drain();
        assertThat(values()).containsExactly("1", "2", "3");
        confirm(3);
    }

    /** A broker that has its few messages in flight sends no more before: 50 of HiveMQ CE, whatever it is told. */
    @Test
    void shouldAcknowledgeWithinMillisecondsWhenNothingElseArrives() throws Exception {
        begin();
        divertAfter("1");
        arrive("a/b", "2");
        carrier.turn();
        assertThat(acknowledged()).containsExactly(1);

        pass(Duration.ofMillis(5));
        carrier.turn();

        assertThat(acknowledged()).containsExactly(1, 2);
    }

    @Test
    void shouldSendAgainInOrderWhenTheProducerFailsWhileTheDetourIsOpen() throws Exception {
        begin();
        divertAfter("1", "2");
        spool("3");
        kafka.fail(new KafkaException("fatal"));
        drain();
        pass(Duration.ofSeconds(1));
        drain();

        assertThat(values()).containsExactly("1", "2", "3");
        confirm(3);
        drain();
        assertThat(books()).isEqualTo(new Books(3, 0, 3, 0, 0, Map.of(), 0, 0));
    }

    @Test
    void shouldMakeADeadLetterWithTheOriginalBytesWhenKafkaRefusesWhatWasSpooled() throws Exception {
        begin();
        divertAfter("1");
        arrive(SPLIT, "original");
        arrive("a/b", "2");
        append();
        restart();
        drain();
        assertThat(values()).containsExactly("1", "1", "2", "2");
        kafka.fail(new RecordTooLargeException("no"));
        kafka.confirm();
        kafka.confirm();
        kafka.fail(new TopicAuthorizationException("no"));
        drain();

        List<ProducerRecord<byte[], byte[]>> all = kafka.producer().history();
        assertThat(all).hasSize(6);
        assertThat(all.subList(4, 6)).allMatch(record -> record.topic().equals("dead"));
        assertThat(values().subList(4, 6)).containsExactly("1", "2");
        confirm(2);
        drain();
        assertThat(books()).isEqualTo(new Books(0, 3, 1, 2, 0, Map.of(), 0, 0));
    }

    @Test
    void shouldSpoolADeadLetterOnceAndKeepItUntilTheTopicTakesIt() throws Exception {
        begin();
        arrive("a/b", "no JSON");
        carrier.turn();
        kafka.fail(new TopicAuthorizationException("dead"));
        carrier.turn();
        pass(AFTER.plusMillis(1));
        carrier.turn();
        assertThat(detour.isOpen()).as("that counts as a Kafka that is away").isTrue();
        assertThat(acknowledged()).containsExactly(1);
        spool("2");
        drain();
        assertThat(values()).as("others go on").endsWith("2");
        restart();
        drain();

        assertThat(values()).containsExactly("no JSON", "2");
        assertThat(kafka.producer().history().get(0).topic()).isEqualTo("dead");
        confirm(2);
        drain();
        assertThat(books()).isEqualTo(new Books(0, 2, 1, 1, 0, Map.of(), 0, 0));
    }

    @Test
    void shouldWaitInMemoryAndTellWhenTheDiskFailsAndGoOnWhenItDoesNot() throws Exception {
        Files.writeString(folder.resolve("spool"), "no folder");
        begin();
        assertThat(problem()).contains("can't be opened");
        arrive("a/b", "1");
        carrier.turn();
        pass(AFTER.plusMillis(1));
        carrier.turn();
        assertThat(detour.isOpen()).isFalse();
        assertThat(acknowledged()).isEmpty();

        Files.delete(folder.resolve("spool"));
        pass(Duration.ofSeconds(2));
        carrier.turn();
        carrier.turn();

        assertThat(problem()).isEmpty();
        pass(Duration.ofSeconds(2));
        carrier.turn();
        assertThat(detour.isOpen()).isTrue();
        assertThat(acknowledged()).containsExactly(1);
    }

    @Test
    void shouldTryTheFolderAgainWhenTheDiskDoesNotTellWhatIsInIt() throws Exception {
        disk.setUnlistable(true);
        begin();
        assertThat(problem()).contains("can't be opened", "Stale file handle");

        disk.setUnlistable(false);
        pass(Duration.ofSeconds(2));
        carrier.turn();

        assertThat(problem()).isEmpty();
    }

    @Test
    void shouldTellThatItCannotReadUntilItCanHoweverMuchItWrites() throws Exception {
        begin();
        divertAfter("1");
        spool("2", "3");
        confirm(1);
        disk.spoil("%020d.log".formatted(0), 0, 1_000);
        drainer.step();
        assertThat(problem()).contains("can't be read");
        spool("4");
        assertThat(acknowledged()).as("it takes data all the same").containsExactly(1, 2, 3, 4);
        assertThat(problem()).contains("can't be read");

        disk.heal();
        drain();

        assertThat(problem()).isEmpty();
        assertThat(values()).containsExactly("1", "2", "3", "4");
        confirm(3);
        drain();
        assertThat(detour.isOpen()).isFalse();
    }

    @Test
    void shouldTellThatItCannotWriteWhenItCanReadAgain() throws Exception {
        begin();
        divertAfter("1");
        spool("2");
        confirm(1);
        disk.setAway(true);
        drainer.step();
        spool("3");
        assertThat(acknowledged()).containsExactly(1, 2);
        assertThat(problem()).contains("can't be");

        disk.setAway(false);
        drainer.step();
        assertThat(problem()).as("not known until it is tried").contains("can't be written");
        pass(Duration.ofSeconds(1));
        append();

        assertThat(problem()).isEmpty();
        assertThat(acknowledged()).containsExactly(1, 2, 3);
        drain();
        confirm(2);
    }

    /** What a full disk has already can be written again. */
    @Test
    void shouldTellThatTheDiskIsFullUntilItIsNotWhenKafkaIsBack() throws Exception {
        begin();
        divertAfter("1");
        spool("2");
        disk.setFull(true);
        spool("3");
        assertThat(acknowledged()).containsExactly(1, 2);
        kafka.whenSent(() -> kafka.producer().completeNext());
        confirm(1);
        for (int i = 0; i < 3; i++) {
            drain();
        }
        assertThat(detour.isOpen()).isFalse();
        assertThat(acknowledged()).containsExactly(1, 2, 3);
        for (int i = 0; i < 3; i++) {
            pass(Duration.ofSeconds(1));
            carrier.turn();
            assertThat(problem()).contains("can't be written", "No space left");
        }

        disk.setFull(false);
        pass(Duration.ofSeconds(1));
        carrier.turn();
        assertThat(problem()).isEmpty();
        try (Stream<Path> files = Files.list(folder.resolve("spool"))) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("lock", "committed");
        }
    }

    @Test
    void shouldLetNothingOvertakeWhatIsInASpoolThatCannotBeOpenedYet() throws Exception {
        begin();
        divertAfter("1");
        spool("2");
        end();
        try (FileChannel other = FileChannel.open(folder.resolve("spool").resolve("lock"), StandardOpenOption.WRITE)) {
            assertThat(other.tryLock()).isNotNull();
            restart();
            assertThat(problem()).contains("can't be opened", "no message may overtake");
            arrive("a/b", "3");
            for (int i = 0; i < 5; i++) {
                carrier.turn();
                pass(Duration.ofMillis(101));
            }
            assertThat(values()).isEmpty();
            assertThat(acknowledged()).isEmpty();
        }
        pass(Duration.ofSeconds(2));
        append();
        drain();
        confirm(3);
        drain();

        assertThat(problem()).isEmpty();
        assertThat(values()).containsExactly("1", "2", "3");
        assertThat(acknowledged()).containsExactly(3);
    }

    @Test
    void shouldNotTakeTheEndForAFaultOfTheDisk() throws Exception {
        begin();
        divertAfter("1");
        spool("2");
        arrive("a/b", "3");
        carrier.turn();
        pass(Duration.ofSeconds(1));

        Thread.currentThread().interrupt();
        assertThatThrownBy(detour::append).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThatThrownBy(drainer::step).isInstanceOf(InterruptedException.class);

        assertThat(problem()).isEmpty();
        assertThat(acknowledged()).containsExactly(1, 2);
        restart();
        drain();
        assertThat(values()).containsExactly("1", "2");
    }

    @Test
    void shouldTakeNoMoreWhenItIsFullAndGoOnWhenThereIsRoom() throws Exception {
        begin();
        divertAfter("0");
        String large = "\"" + randomText(400_000) + "\"";
        for (int i = 0; i < 4; i++) {
            arrive("a/b", large);
        }
        append();
        append();
        assertThat(problem()).contains("no room");
        int safe = acknowledged().size();
        assertThat(safe).isBetween(2, 4);

        confirm(1);
        drain();
        confirm(safe - 1);
        drain();
        pass(Duration.ofSeconds(1));
        for (int i = 0; i < 8; i++) {
            carrier.turn();
            drain();
        }
        confirm(5 - safe);
        assertThat(acknowledged()).containsExactly(1, 2, 3, 4, 5);
        assertThat(tracker.books().dropped()).isZero();
    }

    @Test
    void shouldCountWhatIsTooOld() throws Exception {
        begin(new SpoolSettings(folder.resolve("spool"), 1 << 20, Duration.ZERO.minusSeconds(1), AFTER, false));
        divertAfter("1");
        spool("2", "3");
        confirm(1);
        drain();

        assertThat(values()).containsExactly("1");
        assertThat(books()).isEqualTo(new Books(3, 0, 1, 0, 0, Map.of(Drop.EXPIRED, 2L), 0, 0));
    }

    @Test
    void shouldNotForgetWhatWasReadAndNotYetSentWhenKafkaHasAllThatWasSent() throws Exception {
        begin();
        divertAfter("1");
        spool("2", "3", "4");
        confirm(1);
        kafka.whenSent(() -> {
            if (values().size() == 2) {
                kafka.confirm();
                pass(Duration.ofMillis(101));
            } else if (values().size() == 3) {
                throw new AssertionError("killed");
            }
        });
        assertThatThrownBy(() -> drainer.step()).hasMessage("killed");
        restart();
        drain();

        assertThat(values()).containsExactly("3", "4");
        confirm(2);
    }

    @Test
    void shouldBeSafeByItsDeadLetterWhenAnotherOfItsRecordsIsNotConfirmed() throws Exception {
        begin();
        kafka.keepSilentOnce();
        arrive(SPLIT, "original");
        carrier.turn();
        kafka.fail(new RecordTooLargeException("no"));
        carrier.turn();
        assertThat(values()).containsExactly("2", "original");
        assertThat(acknowledged()).isEmpty();

        kafka.confirm();

        assertThat(acknowledged()).containsExactly(1);
        assertThat(books()).isEqualTo(new Books(1, 0, 0, 1, 0, Map.of(), 0, 0));
    }

    @Test
    void shouldTakeTheDetourWhenOneDeadLetterIsRefusedThoughOthersAreTaken() throws Exception {
        begin();
        arrive("a/b", "no JSON, and refused");
        carrier.turn();
        kafka.fail(new TopicAuthorizationException("dead"));
        for (int i = 0; i < 14 && !detour.isOpen(); i++) {
            arrive("a/b", "no JSON");
            carrier.turn();
            kafka.confirm();
            pass(Duration.ofMillis(400));
        }

        assertThat(detour.isOpen()).isTrue();
        assertThat(acknowledged()).contains(1);
    }

    @Test
    void shouldSendWhatAnEarlierRunHasLeftBeforeWhatArrivesWhenTheSpoolOpensLate() throws Exception {
        begin();
        divertAfter("1");
        spool("2");
        end();
        Path moved = Files.move(folder.resolve("spool"), folder.resolve("moved"));
        Files.createFile(folder.resolve("spool"));
        acknowledged.clear();
        kafka = new ScriptedKafka();
        health = new Health();
        tracker = new DeliveryTracker(1_000, 1 << 24);
        begin();
        assertThat(problem()).isNotEmpty();
        Files.delete(folder.resolve("spool"));
        Files.move(moved, folder.resolve("spool"));
        pass(Duration.ofSeconds(1));
        arrive("a/b", "3");
        carrier.turn();
        append();
        drain();

        assertThat(values()).containsExactly("1", "2", "3");
        assertThat(problem()).isEmpty();
        confirm(3);
    }

    @Test
    void shouldStayOpenWhenAllIsReadAndTheProducerStillAsksForTheTopic() throws Exception {
        begin();
        divertAfter("1");
        end();
        acknowledged.clear();
        kafka = new ScriptedKafka();
        kafka.maxBlock = Duration.ofMinutes(1);
        TimeoutException[] away = new TimeoutException[50];
        Arrays.fill(away, new TimeoutException("Topic a_b not present in metadata after 0 ms."));
        kafka.answerAtOnce(away);
        health = new Health();
        tracker = new DeliveryTracker(1_000, 1 << 24);
        begin();
        for (int i = 0; i < 10; i++) {
            drainer.step();
        }
        assertThat(detour.isOpen()).isTrue();

        for (int i = 0; i < 100 && detour.isOpen(); i++) {
            drainer.step();
        }
        assertThat(detour.isOpen()).isFalse();
        assertThat(values()).containsExactly("1");
        confirm(1);
        carrier.turn();
    }

    /** What Kafka does not confirm is held in memory, with all that belongs to it. */
    @ParameterizedTest
    @MethodSource
    void shouldReadNoFurtherWhenWhatWasReadTakesTooMuchMemory(SpoolEntry large) throws Exception {
        SpoolSettings settings = new SpoolSettings(folder.resolve("spool"), 1 << 30, null, AFTER, false);
        leave(settings, Collections.nCopies(40, large));
        begin(settings);
        for (int i = 0; i < 60; i++) {
            drainer.step();
            pass(Duration.ofMillis(101));
        }
        assertThat(kafka.producer().history().size()).isBetween(15, 17);

        for (int i = 0; i < 40; i++) {
            kafka.confirm();
            drain();
        }
        assertThat(books()).isEqualTo(new Books(0, 40, 40, 0, 0, Map.of(), 0, 0));
        assertThat(detour.isOpen()).isFalse();
    }

    static Stream<SpoolEntry> shouldReadNoFurtherWhenWhatWasReadTakesTooMuchMemory() {
        byte[] large = new byte[1 << 20];
        OutboundRecord original = new OutboundRecord("dead", new byte[1], large, 0, List.of());
        List<Header> headers = List.of(new Header("mqtt.user.x", large));
        OutboundRecord headed = new OutboundRecord("part", new byte[1], new byte[1], 0, headers);
        return Stream.of(
                new SpoolEntry(false, original, List.of(part("1"))), new SpoolEntry(false, null, List.of(headed)));
    }

    @Test
    void shouldReadNoFurtherWhenRefusedDeadLettersTakeTooMuchMemory() throws Exception {
        SpoolSettings settings = new SpoolSettings(folder.resolve("spool"), 1 << 30, null, AFTER, false);
        List<Header> headers = List.of(new Header("mqtt.correlation-data", new byte[1 << 20]));
        OutboundRecord letter = new OutboundRecord("dead", new byte[1], new byte[1], 0, headers);
        leave(settings, Collections.nCopies(40, new SpoolEntry(true, null, List.of(letter))));
        begin(settings);
        kafka.whenSent(() -> kafka.fail(new TopicAuthorizationException("dead")));
        for (int i = 0; i < 45; i++) {
            drainer.step();
            pass(Duration.ofMillis(101)); // They are not tried again before 5 s have passed.
        }

        assertThat(kafka.producer().history().size()).isBetween(15, 17);
    }

    @Test
    void shouldLetAnyNumberOfMessagesOvertakeADeadLetterThatWaits() throws Exception {
        int others = 120_000;
        beginBehind(new SpoolEntry(true, null, List.of(part("letter"))), others);
        AtomicLong sent = new AtomicLong();
        kafka.whenSent(() -> {
            if (sent.getAndIncrement() == 0) {
                kafka.fail(new TopicAuthorizationException("dead"));
            } else {
                kafka.producer().completeNext();
            }
            if (sent.get() % 10_000 == 0) {
                pass(Duration.ofMillis(101));
            }
        });
        for (int i = 0; i < 100 && sent.get() <= others; i++) {
            drainer.step();
        }
        pass(Duration.ofMillis(101));
        drainer.step();

        assertThat(books()).isEqualTo(new Books(0, others + 1, others, 0, 0, Map.of(), 0, 1));
        assertThat(logFiles()).isPositive();
        pass(Duration.ofSeconds(5));
        drain();
        assertThat(books()).isEqualTo(new Books(0, others + 1, others, 1, 0, Map.of(), 0, 0));
        assertThat(logFiles()).isZero();
    }

    @Test
    void shouldLetAnyNumberOfMessagesOvertakeATopicThatTakesNone() throws Exception {
        int others = 120_000;
        OutboundRecord record = new OutboundRecord("stuck", new byte[0], new byte[0], 0, List.of());
        kafka.silentTopics.add("stuck");
        beginBehind(new SpoolEntry(false, null, List.of(record)), others);
        kafka.whenSent(() -> kafka.producer().completeNext());
        for (int i = 0; i < 1_000 && books().delivered() < others; i++) {
            pass(Duration.ofMillis(101));
            drainer.step();
        }

        assertThat(books()).isEqualTo(new Books(0, others + 1, others, 0, 0, Map.of(), 0, 1));
        assertThat(outlet.unconfirmedBytes()).isLessThan(1_000);
        kafka.silentTopics.clear();
        pass(Duration.ofSeconds(31));
        drain(); // Another producer is made, after a pause.
        pass(Duration.ofSeconds(1));
        drain();
        assertThat(books()).isEqualTo(new Books(0, others + 1, others + 1, 0, 0, Map.of(), 0, 0));
    }

    /** A topic that takes none keeps the detour open, and its first messages would keep all that has passed them. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldGiveBackTheDiskSpaceOfWhatHasPassedATopicThatTakesNone(boolean dropOldest) throws Exception {
        kafka.silentTopics.add("stuck");
        begin(new SpoolSettings(folder.resolve("spool"), 1 << 20, null, AFTER, dropOldest));
        divertAfterOneTo("stuck", "1");
        spoolTo("stuck", "2");
        spoolTo("bad", "{"); // Its dead letter waits, too.
        kafka.silentTopics.add("dead");
        pass(Duration.ofSeconds(2));

        kafka.whenSent(() -> kafka.producer().completeNext());
        String text = randomText(50_000);
        for (int i = 0; i < 100; i++) { // 5 MB, of which lz4 saves little, in 1 MiB.
            spoolTo("t", "\"" + i + text + "\"");
            drain();
            assertThat(detour.fill().bytes()).isLessThan(1 << 20);
        }
        assertThat(books()).isEqualTo(new Books(103, 0, 100, 0, 0, Map.of(), 0, 3));

        restart();
        kafka.whenSent(() -> kafka.producer().completeNext());
        drain();
        List<String> values = values().stream()
                .map(value -> value.length() > 100 ? "large" : value)
                .filter(value -> !value.equals("large"))
                .toList();
        assertThat(values).containsExactly("1", "2", "{");
        assertThat(values()).as("what comes again").hasSizeLessThan(15);
        assertThat(books().deadLettered()).isEqualTo(1);
        assertThat(books().drops()).isEmpty();
        assertThat(books().spooled()).isZero();
        assertThat(logFiles()).isZero();
    }

    /** Small messages take far more of the memory than of the disk, where they are compressed. */
    @Test
    void shouldGiveBackDiskSpaceAlsoWhereWhatWaitsIsMuchForTheMemory() throws Exception {
        int waiting = 1_001;
        kafka.silentTopics.add("stuck");
        begin(new SpoolSettings(folder.resolve("spool"), 1 << 20, null, AFTER, false));
        divertAfterOneTo("stuck", "0");
        for (int i = 1; i < waiting; i += 5) {
            for (int j = 0; j < 5; j++) {
                arrive("stuck", String.valueOf(i + j));
            }
            append();
            acknowledged();
            drain();
        }
        assertThat(outlet.unconfirmedBytes()).isGreaterThan((1 << 20) / 4);

        kafka.whenSent(() -> kafka.producer().completeNext());
        String text = randomText(50_000);
        for (int i = 0; i < 100; i++) {
            spoolTo("t", "\"" + i + text + "\"");
            drain();
        }
        assertThat(books()).isEqualTo(new Books(waiting + 100, 0, 100, 0, 0, Map.of(), 0, waiting));
    }

    @Test
    void shouldNotMoveWhatWaitsAgainAndAgainWhenTheDiskGivesNothingBack() throws Exception {
        kafka.silentTopics.add("stuck");
        begin(new SpoolSettings(folder.resolve("spool"), 1 << 20, null, AFTER, false));
        divertAfterOneTo("stuck", "1");
        spoolTo("stuck", "\"" + randomText(20_000) + "\"");
        kafka.whenSent(() -> kafka.producer().completeNext());
        disk.setUndeletable(".log");
        acknowledged();
        String text = randomText(5_000);
        for (int i = 0; i < 500 && tracker.books().inFlight() == 0; i++) {
            spoolTo("t", "\"" + i + text + "\"");
            drain();
            acknowledged();
        }
        assertThat(tracker.books().inFlight())
                .as("what the full spool does not take")
                .isPositive();
        for (int i = 0; i < 200; i++) {
            pass(Duration.ofMillis(101));
            drainer.step();
        }

        assertThat(detour.fill().bytes()).isLessThan((1 << 20) + 50_000);
    }

    @Test
    void shouldKeepTheOrderOfATopicOfWhichMoreArrivesWhileItsFirstMessagesAreMoved() throws Exception {
        kafka.silentTopics.add("stuck");
        begin();
        divertAfterOneTo("stuck", "0");
        kafka.whenSent(() -> kafka.producer().completeNext());
        String text = randomText(50_000);
        int stuck = 0;
        for (int i = 0; i < 60; i++) {
            spoolTo("t", "\"" + i + text + "\"");
            if (i % 3 == 0) {
                spoolTo("stuck", String.valueOf(++stuck));
            }
            if (i % 7 > 0) { // Else the next one is unread behind it.
                drain();
            }
        }
        restart();
        kafka.whenSent(() -> kafka.producer().completeNext());
        for (int i = 0; i < 20; i++) {
            drain();
        }

        assertThat(values().stream().filter(value -> value.length() < 100))
                .containsExactlyElementsOf(IntStream.rangeClosed(0, stuck)
                        .mapToObj(String::valueOf)
                        .toList());
        assertThat(books().spooled()).isZero();
    }

    @Test
    void shouldLoseNothingWhenTheDiskFailsWhileWhatWaitsIsMoved() throws Exception {
        kafka.silentTopics.add("stuck");
        begin();
        divertAfterOneTo("stuck", "1");
        spoolTo("stuck", "2");
        drain();
        kafka.whenSent(() -> kafka.producer().completeNext());
        String text = randomText(50_000);
        for (int i = 0; i < 5; i++) {
            spoolTo("t", "\"" + i + text + "\"");
            drain();
        }
        long atLeast = (1 << 20) / 4;
        assertThat(detour.fill().bytes()).isBetween(atLeast - 60_000, atLeast - 1);
        spoolTo("t", "\"5" + text + "\"");
        assertThat(detour.fill().bytes()).isGreaterThan(atLeast);
        pass(Duration.ofMillis(101));
        drainer.step(); // Reads it, the last one.
        disk.setAway(true);
        drainer.step();
        assertThat(detour.fill().bytes()).as("not moved").isGreaterThan(atLeast);
        disk.setAway(false);
        pass(Duration.ofSeconds(2));
        drain();
        assertThat(detour.fill().bytes()).as("moved").isLessThan(atLeast);

        restart();
        kafka.whenSent(() -> kafka.producer().completeNext());
        for (int i = 0; i < 5; i++) {
            drain();
        }
        assertThat(values().stream().filter(value -> value.length() < 100).distinct())
                .containsExactly("1", "2");
        assertThat(books().spooled()).isZero();
    }

    /** More than the producer may have in hand: what was not read either gives way, and counts at once. */
    @ParameterizedTest
    @ValueSource(ints = {100, 400})
    void shouldCountWhatNeitherKafkaNorTheFullSpoolHasWhenItEnds(int count) throws Exception {
        begin(new SpoolSettings(folder.resolve("spool"), 1 << 20, null, AFTER, true));
        divertAfter("0");
        String text = randomText(50_000);
        for (int i = 1; i < count; i++) {
            spoolTo("t", "\"" + i + text + "\"");
            drain();
            acknowledged();
        }
        assertThat(acknowledged).hasSize(count);
        long dropped = books().dropped();
        assertThat(dropped > 0).isEqualTo(count * text.length() > 16 << 20);

        restart();
        kafka.whenSent(() -> kafka.producer().completeNext());
        for (int i = 0; i < count && detour.isOpen(); i++) {
            drain();
        }
        assertThat(values()).hasSizeLessThan(30).last().asString().startsWith("\"" + (count - 1));
        assertThat(values().size() + dropped + books().dropped()).isEqualTo(count);
        assertThat(books().drops()).containsOnlyKeys(Drop.SPOOL_FULL);

        restart();
        assertThat(books().dropped()).as("counted once").isZero();
    }

    @Test
    void shouldCountNothingThatKafkaHasWhenTheFullSpoolGivesUpWhatHasPassedATopic() throws Exception {
        kafka.silentTopics.add("stuck");
        begin(new SpoolSettings(folder.resolve("spool"), 1 << 20, null, AFTER, true));
        divertAfterOneTo("stuck", "1");
        kafka.whenSent(() -> kafka.producer().completeNext());
        String text = randomText(50_000);
        int count = 40;
        for (int i = 1; i < count; i++) {
            spoolTo("t", "\"" + i + text + "\"");
            if (i > 15 && i < 20) {
                drainer.step();
            }
        }
        List<String> passed = values();
        assertThat(passed).hasSizeGreaterThanOrEqualTo(4);
        long displaced = books().dropped();
        assertThat(displaced).isPositive();

        restart();
        kafka.whenSent(() -> kafka.producer().completeNext());
        for (int i = 0; i < count && detour.isOpen(); i++) {
            drain();
        }
        assertThat(books().drops()).as("the stuck one").isEqualTo(Map.of(Drop.SPOOL_FULL, 1L));
        assertThat(Stream.of(passed, values()).flatMap(List::stream).distinct().count() + displaced)
                .isEqualTo(count - 1);
    }

    /** Else it would wait for a topic that nobody wants any more, and all others take the way over the disk. */
    @Test
    void shouldSendALetterOfAnEarlierRunToTheDeadLetterTopicOfNow() throws Exception {
        SpoolSettings settings = new SpoolSettings(folder.resolve("spool"), 1 << 20, null, AFTER, false);
        byte[] key = "a/b".getBytes(UTF_8);
        OutboundRecord letter = new OutboundRecord("dead-before", key, new byte[] {1}, 0, List.of());
        leave(settings, List.of(new SpoolEntry(true, null, List.of(letter))));
        begin(settings);
        kafka.whenSent(() -> kafka.producer().completeNext());
        drain();
        assertThat(kafka.producer().history()).singleElement().satisfies(record -> {
            assertThat(record.topic()).isEqualTo("dead");
            assertThat(record.key()).isEqualTo(key);
        });
        assertThat(logFiles()).isZero();
    }

    /** An earlier run has left {@code first}, and so many behind it. */
    private void beginBehind(SpoolEntry first, int others) throws Exception {
        SpoolSettings settings = new SpoolSettings(folder.resolve("spool"), 1 << 30, null, AFTER, false);
        List<SpoolEntry> entries =
                new ArrayList<>(Collections.nCopies(others, new SpoolEntry(false, null, List.of(part("1")))));
        entries.add(0, first);
        leave(settings, entries);
        begin(settings);
    }

    /** An earlier run has left {@code entries} in the spool. */
    private void leave(SpoolSettings settings, List<SpoolEntry> entries) throws IOException {
        SpoolLosses losses = new SpoolLosses(new DeliveryTracker(1, 1));
        try (Spool spool = Spool.open(folder.resolve("spool"), settings, losses, System::currentTimeMillis)) {
            assertThat(spool.append(entries, false)).isEqualTo(entries.size());
        }
    }

    private static String randomText(int length) {
        StringBuilder text = new StringBuilder();
        new Random(3).ints(length, 'a', 'z').forEach(c -> text.append((char) c));
        return text.toString();
    }

    private String problem() {
        return health.problems().get(Health.Part.SPOOL);
    }

    private void pass(Duration duration) {
        clockNs.addAndGet(duration.toNanos());
        kafka.pass(duration);
    }

    private void arrive(String topic, String payload) {
        assertThat(tracker.offer(message(topic, payload), ++packetId, channel)).isTrue();
    }

    /** Messages that Kafka does not confirm, until that has lasted for too long. */
    private void divertAfter(String... payloads) throws InterruptedException {
        for (String payload : payloads) {
            arrive("a/b", payload);
            carrier.turn();
        }
        divert();
    }

    private void divertAfterOneTo(String topic, String payload) throws InterruptedException {
        arrive(topic, payload);
        carrier.turn();
        divert();
    }

    private void divert() throws InterruptedException {
        pass(AFTER);
        carrier.turn();
        assertThat(detour.isOpen()).isFalse();
        pass(Duration.ofMillis(101));
        carrier.turn();
        assertThat(detour.isOpen()).isTrue();
    }

    private void spoolTo(String topic, String payload) throws InterruptedException {
        arrive(topic, payload);
        append();
    }

    private void spool(String... payloads) throws InterruptedException {
        for (String payload : payloads) {
            arrive("a/b", payload);
        }
        append();
    }

    /** All that has arrived goes to the disk. */
    private void append() throws InterruptedException {
        for (int i = 0; i < 5; i++) {
            carrier.turn();
        }
        pass(Duration.ofMillis(200));
        carrier.turn();
    }

    /** All is sent, and nothing of it confirmed. */
    private void closeTheDetour() throws InterruptedException {
        for (int i = 0; i < 5 && detour.isOpen(); i++) {
            drainer.step();
        }
        assertThat(detour.isOpen()).isFalse();
    }

    private void drain() throws InterruptedException {
        for (int i = 0; i < 5 && detour.isOpen(); i++) {
            pass(Duration.ofMillis(101));
            drainer.step();
        }
        if (!detour.isOpen()) {
            pass(Duration.ofMillis(101));
            carrier.turn();
        }
    }

    private Books books() {
        acknowledged();
        return tracker.books();
    }

    private void confirm(int count) {
        for (int i = 0; i < count; i++) {
            kafka.confirm();
        }
    }

    private List<String> values() {
        return kafka.producer().values();
    }

    private List<Integer> acknowledged() {
        Thread.currentThread().interrupt();
        tracker.release();
        assertThat(Thread.interrupted()).isTrue();
        return acknowledged;
    }

    private long logFiles() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("spool"))) {
            return files.filter(file -> file.toString().endsWith(".log")).count();
        }
    }
}
