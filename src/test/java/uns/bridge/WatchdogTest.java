package uns.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static uns.bridge.message.Messages.message;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import uns.bridge.delivery.AckChannel;
import uns.bridge.delivery.Delivery;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.health.Health.Part;

@Timeout(30)
class WatchdogTest {

    private final DeliveryTracker tracker = new DeliveryTracker(100, 1 << 20);
    private final Health health = new Health();
    private final List<String> renewals = new ArrayList<>();
    private final Watchdog watchdog = new Watchdog(tracker, health, renewals::add, Duration.ofSeconds(60));

    /** The clock of the JVM may run over. */
    private long nowNs = Long.MAX_VALUE - Duration.ofSeconds(30).toNanos();

    private final AckChannel channel = new AckChannel() {
        @Override
        public void acknowledge(Delivery delivery) {}

        @Override
        public void flush() {}
    };

    @BeforeEach
    void connected() {
        health.up(Part.MQTT);
        health.up(Part.SUBSCRIPTIONS);
        health.up(Part.KAFKA);
        watchdog.look(nowNs);
    }

    @Test
    void shouldStayQuietWhenNothingIsInFlight() throws InterruptedException {
        lookAfter(300);
        Delivery delivery = arrive();
        lookAfter(59);
        settle(delivery);
        lookAfter(300);

        assertThat(health.isWell()).isTrue();
        assertThat(renewals).isEmpty();
    }

    @Test
    void shouldStayQuietWhenTheFlowIsSlowButGoesOn() throws InterruptedException {
        Delivery delivery = arrive();
        for (int i = 0; i < 10; i++) {
            Delivery next = arrive();
            lookAfter(59);
            settle(delivery);
            delivery = next;
        }
        lookAfter(59);

        assertThat(health.isWell()).isTrue();
    }

    @Test
    void shouldRenewTheConnectionOnceAStallWhenOnlyTheAcknowledgementIsMissing() throws InterruptedException {
        Delivery delivery = arrive();
        tracker.complete(delivery);
        lookAfter(30);
        lookAfter(29);
        assertThat(renewals).isEmpty();

        lookAfter(1);
        assertThat(renewals).containsExactly("messages could not be acknowledged");
        assertThat(health.isReady()).isFalse();
        lookAfter(59);
        assertThat(renewals).hasSize(1);
        lookAfter(1);
        assertThat(renewals).hasSize(2);
        assertThat(health.describe())
                .isEqualTo("FLOW: none of 1 messages in flight gets on for 120 s: they can't be acknowledged");

        tracker.release();
        lookAfter(1);
        assertThat(health.isWell()).isTrue();
    }

    @Test
    void shouldNotRenewTheConnectionWhenKafkaIsAway() throws InterruptedException {
        Delivery delivery = arrive();
        health.down(Part.KAFKA, "away");
        lookAfter(60);
        lookAfter(60);

        assertThat(renewals).isEmpty();
        assertThat(health.describe()).isEqualTo("KAFKA: away");

        settle(delivery);
        health.up(Part.KAFKA);
        lookAfter(1);
        assertThat(health.isWell()).isTrue();
    }

    @Test
    void shouldNotBeReadyWhenOneMessageIsStuckBeforeOthers() throws InterruptedException {
        Delivery stuck = arrive();
        tracker.complete(arrive());
        lookAfter(60);

        assertThat(renewals).isEmpty();
        assertThat(health.isReady()).isFalse();
        assertThat(health.describe()).contains("FLOW: none of 2 messages in flight gets on for 60 s");

        settle(stuck);
        lookAfter(1);
        assertThat(health.isWell()).isTrue();
    }

    @Test
    void shouldNotBeReadyWhenMessagesToAcknowledgeStandStillAndOthersPassThem() throws InterruptedException {
        Delivery stuck = arrive();
        for (int i = 0; i < 7; i++) {
            tracker.offer(message("t", new byte[1], 0), 0, channel);
            Delivery passing = tracker.next(Duration.ofSeconds(1));
            lookAfter(10);
            settle(passing);
        }
        tracker.offer(message("t", new byte[1], 0), 0, channel);
        tracker.complete(tracker.next(Duration.ofSeconds(1)));
        lookAfter(1);

        assertThat(health.conditions().get(Part.FLOW).state()).isEqualTo(Health.State.DOWN);
        assertThat(renewals).isEmpty();
        tracker.release();
        settle(stuck);
        lookAfter(1);
        assertThat(health.isWell()).isTrue();
    }

    @Test
    void shouldNotBeReadyWhenKafkaIsWellAndNothingOfTheSpoolGetsThere() throws InterruptedException {
        tracker.restore(10);
        for (int i = 0; i < 6; i++) {
            lookAfter(10);
            Delivery delivery = arrive();
            delivery.spool(); // What arrives gets there all the same.
            settle(delivery);
        }
        assertThat(health.describe()).contains("FLOW: none of 15 messages in the spool is done with for 60 s");
        assertThat(renewals).isEmpty();

        tracker.drained(0, 1);
        lookAfter(1);
        assertThat(health.isWell()).isTrue();
        lookAfter(58);
        tracker.drained(9, 0);
        lookAfter(300);
        assertThat(health.isWell()).isTrue();
    }

    @Test
    void shouldLeaveItToKafkaOrTheSpoolWhenTheyKeepTheSpoolFromDraining() {
        tracker.restore(10);
        for (Part culprit : List.of(Part.KAFKA, Part.SPOOL)) {
            health.down(culprit, "away");
            lookAfter(1);
            lookAfter(100);
            assertThat(health.describe()).isEqualTo(culprit + ": away");
            health.up(culprit);
            lookAfter(59);
            assertThat(health.isWell()).as("there is time from then on").isTrue();
        }
        lookAfter(1);
        assertThat(health.isReady()).isFalse();
    }

    private Delivery arrive() throws InterruptedException {
        assertThat(tracker.offer(message("t", "{}"), 1, channel)).isTrue();
        Delivery delivery = tracker.next(Duration.ofSeconds(10));
        assertThat(delivery).isNotNull();
        return delivery;
    }

    private void settle(Delivery delivery) {
        tracker.complete(delivery);
        tracker.release();
    }

    private void lookAfter(int seconds) {
        nowNs += Duration.ofSeconds(seconds).toNanos();
        watchdog.look(nowNs);
    }
}
