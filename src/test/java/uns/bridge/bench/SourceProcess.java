package uns.bridge.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import uns.bridge.delivery.Delivery;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.mqtt.MqttSettings;
import uns.bridge.mqtt.MqttSource;

/** The ceiling "receiving alone" with the bridge's own source: every message is complete as soon as it has arrived. */
final class SourceProcess {

    private static final Duration TICK = Duration.ofMillis(100);

    private SourceProcess() {}

    public static void main(String[] arguments) {
        MqttSettings settings = Configuration.load().mqtt();
        DeliveryTracker tracker = new DeliveryTracker(settings.receiveMaximum(), settings.maxInFlightBytes());
        MqttSource source = new MqttSource(settings, List.of(), null, tracker, new Health());
        Map<String, Work> threads = Map.of(
                "mqtt", source::run,
                "completer", () -> complete(tracker),
                "acknowledger", () -> acknowledge(tracker));
        threads.forEach((name, work) -> {
            Thread thread = new Thread(
                    () -> {
                        try {
                            work.run();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    },
                    name);
            thread.setDaemon(true);
            thread.start();
        });
        Child.serve(command -> {});
    }

    private static void complete(DeliveryTracker tracker) throws InterruptedException {
        while (true) {
            Delivery delivery = tracker.next(TICK);
            if (delivery != null) {
                tracker.complete(delivery);
            }
        }
    }

    private static void acknowledge(DeliveryTracker tracker) {
        while (true) {
            tracker.release();
            LockSupport.parkNanos(500_000);
        }
    }

    private interface Work {
        void run() throws InterruptedException;
    }
}
