package uns.bridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.Messages;
import uns.bridge.message.MqttProperties;
import uns.bridge.message.MqttProperties.UserProperty;

@Timeout(30)
class DeliveryTrackerTest {

    /** What an empty message weighs. */
    private static final int OVERHEAD = 512 + "t".length();

    private final List<String> events = new ArrayList<>();
    private final AckChannel a = new RecordingChannel("a", events);
    private final AckChannel b = new RecordingChannel("b", events);
    private DeliveryTracker tracker = new DeliveryTracker(1_000, 1 << 20);

    @AfterEach
    void nothingIsLeftOver() throws InterruptedException {
        Books books = tracker.books();
        assertThat(books.balance()).as("%s", books).isTrue();
        assertThat(books.inFlight()).isZero();
        assertThat(tracker.next(Duration.ZERO)).isNull();
        assertThat(tracker.awaitEmpty(Duration.ZERO)).isTrue();
    }

    @Test
    void shouldHandOnInOrderOfArrival() throws InterruptedException {
        offer(1, 1, a);
        offer(0, 0, a);
        offer(2, 2, a);

        List<Delivery> taken = take(3);

        assertThat(taken).extracting(Delivery::packetId).containsExactly(1, 0, 2);
        assertThat(taken).extracting(delivery -> delivery.message().qos()).containsExactly(1, 0, 2);
        completeAndRelease(taken);
    }

    @Test
    void shouldTellWhatFlows() throws InterruptedException {
        long arrivalMs = System.currentTimeMillis() - 4_000;
        for (int i = 0; i < 3; i++) {
            assertThat(tracker.offer(
                            new InboundMessage("t", new byte[10], 10, 1, false, false, arrivalMs, MqttProperties.NONE),
                            i + 1,
                            a))
                    .isTrue();
        }
        assertThat(tracker.flow().receivedBytes()).isEqualTo(30);
        assertThat(tracker.flow().inFlightBytes()).isEqualTo(3 * (OVERHEAD + 10));
        assertThat(tracker.flow().lastArrivalMs()).isEqualTo(arrivalMs);
        List<Delivery> taken = take(3);
        taken.get(1).skip();
        completeAndRelease(taken);

        Flow flow = tracker.flow();
        assertThat(flow.inFlightBytes()).isZero();
        assertThat(flow.latencies().counts().stream().mapToLong(Long::longValue).sum())
                .as("without the one that was skipped")
                .isEqualTo(2);
        assertThat(flow.latencies().sumMs()).isBetween(8_000L, 60_000L);
    }

    @Test
    void shouldAcknowledgeWhatIsSkippedInItsTurnWithoutHandingItOn() throws InterruptedException {
        offer(1, 1, a);
        assertThat(tracker.skip(Messages.message("t", new byte[0], 2), 2, a)).isTrue();
        assertThat(tracker.skip(Messages.message("t", new byte[0], 0), 0, a)).isTrue();
        offer(1, 3, a);
        tracker.release();
        assertThat(events).isEmpty();
        assertThat(tracker.books().inFlight()).isEqualTo(3);

        List<Delivery> taken = take(2);
        assertThat(taken).extracting(Delivery::packetId).containsExactly(1, 3);
        completeAndRelease(taken);

        assertThat(events).containsExactly("a1", "a2", "a3", "a flush");
        assertThat(tracker.books()).isEqualTo(new Books(4, 2, 0, 2, 0, 0));
    }

    @Test
    void shouldTakeNoMoreToSkipThanThereIsRoomFor() throws InterruptedException {
        tracker = new DeliveryTracker(1, 1 << 20);
        offer(1, 1, a);
        assertThat(tracker.skip(Messages.message("t", new byte[0], 1), 2, a)).isFalse();
        assertThat(tracker.skip(Messages.message("t", new byte[0], 0), 0, a)).isTrue();
        assertThat(tracker.books().received()).isEqualTo(2);
        completeAndRelease(take(1));
    }

    @Test
    void shouldAcknowledgeInOrderOfArrivalWhenCompletedInAnyOrder() throws InterruptedException {
        for (int id = 1; id <= 4; id++) {
            offer(1, id, a);
        }
        List<Delivery> taken = take(4);

        completeAndRelease(List.of(taken.get(2)));
        assertThat(events).isEmpty();
        assertThat(tracker.books()).isEqualTo(new Books(4, 0, 0, 0, 0, 4));

        completeAndRelease(List.of(taken.get(0)));
        assertThat(events).containsExactly("a1", "a flush");
        assertThat(tracker.books()).isEqualTo(new Books(4, 1, 0, 0, 0, 3));

        completeAndRelease(List.of(taken.get(1)));
        assertThat(events).containsExactly("a1", "a flush", "a2", "a3", "a flush");

        completeAndRelease(List.of(taken.get(3)));
        assertThat(events).endsWith("a4", "a flush");
        assertThat(tracker.books()).isEqualTo(new Books(4, 4, 0, 0, 0, 0));
    }

    @Test
    void shouldFlushOncePerRunWhenConnectionsAlternate() throws InterruptedException {
        offer(1, 1, a);
        offer(2, 2, a);
        offer(1, 1, b);
        offer(1, 2, b);
        offer(1, 3, a);

        completeAndRelease(take(5));

        assertThat(events).containsExactly("a1", "a2", "a flush", "b1", "b2", "b flush", "a3", "a flush");
    }

    @Test
    void shouldReleaseAllInOneCallWhenThereIsMoreThanOneBatch() throws InterruptedException {
        tracker = new DeliveryTracker(10_000, 1 << 30);
        for (int id = 1; id <= 2_500; id++) {
            offer(1, id, a);
        }

        completeAndRelease(take(2_500));

        assertThat(events.stream().filter(event -> !event.endsWith("flush"))).hasSize(2_500);
        assertThat(events.stream().filter(event -> event.endsWith("flush"))).hasSize(3);
    }

    @Test
    void shouldReleaseWithoutAcknowledgementWhenQos0() throws InterruptedException {
        offer(0, 0, a);
        offer(1, 1, a);
        offer(0, 0, a);

        completeAndRelease(take(3));

        assertThat(events).containsExactly("a1", "a flush");
        assertThat(tracker.books()).isEqualTo(new Books(3, 3, 0, 0, 0, 0));
    }

    @ParameterizedTest
    @CsvSource({"1", "2"})
    void shouldHaveNoRoomWhenTheCountIsReached(int qos) throws InterruptedException {
        tracker = new DeliveryTracker(2, 1 << 20);
        offer(qos, 1, a);
        offer(qos, 2, a);

        assertThat(tracker.offer(Messages.message("t", new byte[0], qos), 3, a)).isFalse();
        assertThat(tracker.books()).isEqualTo(new Books(2, 0, 0, 0, 0, 2));

        completeAndRelease(take(1));
        offer(qos, 3, a);
        completeAndRelease(take(2));
        assertThat(events).containsExactly("a1", "a flush", "a2", "a3", "a flush");
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "2"})
    void shouldHaveNoRoomWhenTheBytesAreReached(int qos) throws InterruptedException {
        tracker = new DeliveryTracker(1_000, 3 * OVERHEAD + 100);
        offer(qos, 1, a, 50);
        offer(qos, 2, a, 50);

        assertThat(tracker.offer(Messages.message("t", new byte[1], qos), 3, a)).isFalse();
        offer(qos, 3, a, 0);

        completeAndRelease(take(1));
        offer(qos, 4, a, 50);
        completeAndRelease(take(3));
    }

    @Test
    void shouldNotBoundTheNumberOfQos0() throws InterruptedException {
        tracker = new DeliveryTracker(1, 1 << 20);
        offer(0, 0, a);
        offer(0, 0, a);
        offer(1, 1, a);
        completeAndRelease(take(3));
    }

    @Test
    void shouldBoundQos0ApartFromTheOthers() throws InterruptedException {
        tracker = new DeliveryTracker(10, OVERHEAD + 10);
        offer(0, 0, a, 10);
        offer(1, 1, a, 10);

        assertThat(tracker.offer(Messages.message("t", new byte[0], 0), 0, a)).isFalse();
        assertThat(tracker.offer(Messages.message("t", new byte[0], 1), 2, a)).isFalse();

        completeAndRelease(take(1)); // QoS 0: gives room to its own kind only
        assertThat(tracker.offer(Messages.message("t", new byte[0], 1), 2, a)).isFalse();
        offer(0, 0, a, 10);
        completeAndRelease(take(2));
    }

    /** Its topic may be the only one that Kafka does not take. */
    @ParameterizedTest
    @CsvSource({"0", "1", "2"})
    void shouldGiveRoomBackToQos0WhenWhatArrivedBeforeIsNotComplete(int qos) throws InterruptedException {
        tracker = new DeliveryTracker(10, 2 * OVERHEAD);
        offer(qos, qos, a);
        Delivery held = take(1).get(0);
        for (int i = 0; i < 3_000; i++) {
            offer(0, 0, a);
            completeAndRelease(take(1));
        }

        assertThat(tracker.books()).isEqualTo(new Books(3_001, 3_000, 0, 0, 0, 1));
        assertThat(tracker.flow().inFlightBytes()).isEqualTo(OVERHEAD);
        completeAndRelease(List.of(held));
    }

    @Test
    void shouldAcknowledgeWhenAnEarlierOneOfQos0IsNotComplete() throws InterruptedException {
        offer(0, 0, a);
        offer(1, 1, a);
        List<Delivery> taken = take(2);

        completeAndRelease(taken.subList(1, 2));

        assertThat(events).containsExactly("a1", "a flush");
        assertThat(tracker.awaitEmpty(Duration.ZERO)).isFalse();
        completeAndRelease(taken.subList(0, 1));
    }

    @Test
    void shouldReleaseAllOfQos0InOneCallWhenThereIsMoreThanOneBatch() throws InterruptedException {
        tracker = new DeliveryTracker(10_000, 1 << 30);
        for (int i = 0; i < 2_500; i++) {
            offer(0, 0, a);
        }

        completeAndRelease(take(2_500));

        assertThat(tracker.books()).isEqualTo(new Books(2_500, 2_500, 0, 0, 0, 0));
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "2"})
    void shouldTakeAMessageLargerThanTheBoundWhenNothingElseIsThere(int qos) throws InterruptedException {
        tracker = new DeliveryTracker(10, 1_000);
        offer(qos, 1, a, 5_000);

        assertThat(tracker.offer(Messages.message("t", new byte[0], qos), 2, a)).isFalse();

        completeAndRelease(take(1));
        offer(qos, 2, a, 5_000);
        completeAndRelease(take(1));
    }

    /** They may be as large as any payload. */
    @Test
    void shouldCountUserPropertiesAmongTheBytes() throws InterruptedException {
        tracker = new DeliveryTracker(10, 10_000);
        UserProperty large = new UserProperty("n".repeat(1_000), "v".repeat(4_000));
        MqttProperties properties = new MqttProperties(null, null, null, List.of(large, large));
        assertThat(tracker.offer(Messages.message("t", new byte[0], 1, properties), 1, a))
                .isTrue();
        assertThat(tracker.offer(Messages.message("t", new byte[0], 1), 2, a)).isFalse();
        completeAndRelease(take(1));
    }

    @Test
    void shouldCountWhatIsDropped() {
        tracker.drop(Messages.message("t", new byte[0], 0));
        tracker.drop(Messages.message("t", new byte[0], 0));
        assertThat(tracker.books()).isEqualTo(new Books(2, 0, 0, 0, 2, 0));
    }

    @Test
    void shouldCountDeadLettersApart() throws InterruptedException {
        offer(1, 1, a);
        offer(1, 2, a);
        List<Delivery> taken = take(2);
        taken.get(1).reject();
        completeAndRelease(taken);

        assertThat(tracker.books()).isEqualTo(new Books(2, 1, 1, 0, 0, 0));
        assertThat(events).containsExactly("a1", "a2", "a flush");
    }

    @Test
    void shouldAcknowledgeWhatIsSpooledAndCountItUntilItIsDrained() throws InterruptedException {
        tracker.restore(10);
        offer(1, 1, a);
        offer(1, 2, a);
        offer(0, 0, a);
        List<Delivery> taken = take(3);
        taken.forEach(Delivery::spool);
        completeAndRelease(taken);

        assertThat(events).containsExactly("a1", "a2", "a flush");
        assertThat(tracker.books()).isEqualTo(new Books(3, 10, 0, 0, 0, Map.of(), 0, 13));

        tracker.drained(4, 2);
        tracker.drop(Drop.EXPIRED, 3);
        tracker.drop(Drop.EXPIRED, 2);
        tracker.drop(Messages.message("t", new byte[0], 0));
        Books books = tracker.books();
        assertThat(books).isEqualTo(new Books(4, 10, 4, 2, 0, Map.of(Drop.EXPIRED, 5L, Drop.NO_ROOM, 1L), 0, 2));
        assertThat(books.describe())
                .isEqualTo("received 4, delivered 4, dead-lettered 2, skipped 0, dropped 6, in flight 0, spooled 2,"
                        + " restored from the spool 10, dropped for: no room 1, expired 5");
        assertThat(tracker.flow().latencies().counts()).as("not measured").containsOnly(0L);
    }

    @Test
    void shouldBeCrowdedWhenUnreliableMessagesHoldOverHalfOfWhatTheyMay() throws InterruptedException {
        assertThat(tracker.isCrowded()).isFalse();
        while (!tracker.isCrowded()) {
            offer(0, 0, a);
        }
        offer(0, 0, a);

        completeAndRelease(take(tracker.books().inFlight()));
        assertThat(tracker.isCrowded()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0", "1"})
    void shouldReleaseOnceWhenCompletedTwice(int qos) throws InterruptedException {
        offer(qos, qos, a);
        offer(1, 2, a);
        List<Delivery> taken = take(2);

        completeAndRelease(List.of(taken.get(0), taken.get(0)));
        tracker.complete(taken.get(0));
        completeAndRelease(taken);

        assertThat(events.stream().filter(event -> event.equals("a1"))).hasSize(qos);
        assertThat(tracker.books()).isEqualTo(new Books(2, 2, 0, 0, 0, 0));
        assertThat(tracker.flow().inFlightBytes()).isZero();
    }

    @Test
    void shouldReturnFromReleaseWhenInterrupted() throws InterruptedException {
        Thread releaser = new Thread(tracker::release);
        releaser.start();
        await().until(() -> releaser.getState() == Thread.State.WAITING);

        releaser.interrupt();

        releaser.join(5_000);
        assertThat(releaser.isAlive()).isFalse();
    }

    @Test
    void shouldReleaseWhatIsCompleteWhenInterruptedBefore() throws InterruptedException {
        offer(1, 1, a);
        take(1).forEach(tracker::complete);
        Thread.currentThread().interrupt();

        tracker.release();

        assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        assertThat(events).containsExactly("a1", "a flush");
    }

    @Test
    void shouldWakeTheReleaserWhenSomethingIsCompleted() throws InterruptedException {
        Thread releaser = new Thread(tracker::release);
        releaser.start();
        await().until(() -> releaser.getState() == Thread.State.WAITING);

        offer(1, 1, a);
        take(1).forEach(tracker::complete);

        releaser.join(5_000);
        assertThat(releaser.isAlive()).isFalse();
        assertThat(events).containsExactly("a1", "a flush");
    }

    @Test
    void shouldEndTheWaitForRoomAndForEmptinessWhenSomethingIsReleased() throws InterruptedException {
        offer(1, 1, a);
        assertThat(tracker.awaitEmpty(Duration.ofMillis(1))).isFalse();
        Thread waitsForRoom = waiting(() -> tracker.awaitRelease(Duration.ofHours(1)));
        Thread waitsForNone = waiting(
                () -> assertThat(tracker.awaitEmpty(Duration.ofHours(1))).isTrue());

        completeAndRelease(take(1));

        waitsForRoom.join(5_000);
        waitsForNone.join(5_000);
        assertThat(waitsForRoom.isAlive() || waitsForNone.isAlive()).isFalse();
    }

    private static Thread waiting(Waiting wait) {
        Thread thread = new Thread(() -> {
            try {
                wait.run();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        return thread;
    }

    private void offer(int qos, int packetId, AckChannel channel) {
        offer(qos, packetId, channel, 0);
    }

    private void offer(int qos, int packetId, AckChannel channel, int payloadBytes) {
        Books before = tracker.books();
        assertThat(tracker.offer(Messages.message("t", new byte[payloadBytes], qos), packetId, channel))
                .isTrue();
        Books after = tracker.books();
        assertThat(after.received()).isEqualTo(before.received() + 1);
        assertThat(after.balance()).isTrue();
    }

    private List<Delivery> take(int count) throws InterruptedException {
        List<Delivery> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(tracker.next(Duration.ZERO));
        }
        assertThat(taken).doesNotContainNull();
        return taken;
    }

    private void completeAndRelease(List<Delivery> deliveries) {
        deliveries.forEach(tracker::complete);
        tracker.release();
        assertThat(tracker.books().balance()).isTrue();
    }

    private interface Waiting {
        void run() throws InterruptedException;
    }
}
