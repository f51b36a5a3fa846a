package uns.bridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.Messages;
import uns.bridge.message.MqttProperties;

/** All threads of the bridge at once, with Kafka's answers shuffled. */
@Timeout(60)
class DeliveryTrackerConcurrencyTest {

    private static final int DELIVERIES = 100_000;
    private static final int COMPLETERS = 3;
    private static final int SHUFFLED = 64;
    private static final int PER_CONNECTION = 7_777;
    private static final int MAX_UNACKNOWLEDGED = 500;

    private final DeliveryTracker tracker = new DeliveryTracker(MAX_UNACKNOWLEDGED, 400 * 1_024);
    private final List<Thread> threads = new ArrayList<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** The numbers of the QoS 1 and 2 messages, in order of arrival. Written by the reader. */
    private final List<Long> expected = Collections.synchronizedList(new ArrayList<>());

    /** Written by the releaser. */
    private final List<Long> acknowledged = Collections.synchronizedList(new ArrayList<>());

    private volatile long rejected;

    @Test
    void shouldAcknowledgeAllInOrderAndOnceWhenThreadsRace() throws InterruptedException {
        start("reader", this::read);
        for (int i = 0; i < COMPLETERS; i++) {
            int seed = i;
            start("completer-" + i, () -> complete(new Random(seed)));
        }
        start("releaser", this::release);

        await().atMost(Duration.ofSeconds(50)).until(() -> {
            Books books = tracker.books();
            assertThat(books.balance()).as("%s", books).isTrue();
            return !failures.isEmpty() || (books.received() == DELIVERIES && books.inFlight() == 0);
        });
        for (Thread thread : threads) {
            thread.interrupt();
            thread.join();
        }

        assertThat(failures).isEmpty();
        assertThat(acknowledged).isEqualTo(expected);
        Books books = tracker.books();
        assertThat(books.deadLettered()).isEqualTo(rejected).isPositive();
        assertThat(books.delivered() + books.deadLettered() + books.dropped()).isEqualTo(DELIVERIES);
        assertThat(books.inFlight()).isZero();
        assertThat(tracker.next(Duration.ZERO)).isNull();
    }

    private void read() throws InterruptedException {
        Random random = new Random(11);
        AckChannel channel = new Numbers();
        for (int number = 0; number < DELIVERIES; number++) {
            if (number % PER_CONNECTION == 0) {
                channel = new Numbers();
            }
            int qos = random.nextInt(3);
            byte[] payload = new byte[random.nextInt(1_000)];
            InboundMessage message =
                    new InboundMessage("t", payload, payload.length, qos, false, false, number, MqttProperties.NONE);
            if (qos > 0) {
                expected.add((long) number);
            }
            while (!tracker.offer(message, qos == 0 ? 0 : number % 65_535 + 1, channel)) {
                if (qos == 0) {
                    tracker.drop(Messages.message("t", new byte[0], 0));
                    break;
                }
                tracker.awaitRelease(Duration.ofMillis(1));
            }
            assertThat(tracker.books().inFlight()).isLessThanOrEqualTo(MAX_UNACKNOWLEDGED + 400 * 1_024 / 512);
        }
    }

    private void complete(Random random) throws InterruptedException {
        List<Delivery> held = new ArrayList<>();
        while (true) {
            Delivery delivery = tracker.next(Duration.ofMillis(1));
            if (delivery != null) {
                held.add(delivery);
            }
            if (delivery == null || held.size() == SHUFFLED) {
                Collections.shuffle(held, random);
                for (Delivery completed : held) {
                    if (random.nextInt(100) == 0) {
                        completed.reject();
                        countRejected();
                    }
                    tracker.complete(completed);
                    if (random.nextInt(100) == 0) {
                        tracker.complete(completed); // Is as good as once.
                    }
                }
                held.clear();
            }
        }
    }

    private synchronized void countRejected() {
        rejected++;
    }

    private void release() {
        while (!Thread.currentThread().isInterrupted()) {
            tracker.release();
        }
    }

    private void start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt(); // The end of the test.
                    } catch (Throwable e) {
                        failures.add(e);
                    }
                },
                name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    /** One connection; notes the number of each message when it is flushed. */
    private final class Numbers implements AckChannel {

        private final List<Long> held = new ArrayList<>();

        @Override
        public void acknowledge(Delivery delivery) {
            held.add(delivery.message().arrivalMs());
        }

        @Override
        public void flush() {
            acknowledged.addAll(held);
            held.clear();
        }
    }
}
