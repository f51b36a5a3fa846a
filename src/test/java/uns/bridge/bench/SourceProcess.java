package uns.bridge.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import uns.bridge.config.Secret;
import uns.bridge.delivery.Delivery;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.message.TopicFilter;
import uns.bridge.mqtt.MqttSettings;
import uns.bridge.mqtt.MqttSource;
import uns.bridge.mqtt.MqttVersion;

/** The ceiling "receiving alone" with the bridge's own source: every message is complete as soon as it has arrived. */
final class SourceProcess {

    private static final Duration TICK = Duration.ofMillis(100);

    private SourceProcess() {}

    /** Arguments: port, client id, Receive Maximum. */
    public static void main(String[] arguments) {
        int receiveMaximum = Integer.parseInt(arguments[2]);
        MqttSettings settings = new MqttSettings(
                "127.0.0.1",
                Integer.parseInt(arguments[0]),
                null,
                (Secret) null,
                null,
                List.of(TopicFilter.of("#")),
                1,
                Duration.ofSeconds(60),
                true,
                arguments[1],
                Duration.ofHours(1),
                receiveMaximum,
                MqttSettings.DEFAULT_MAX_IN_FLIGHT_BYTES,
                MqttVersion.MQTT_5,
                false,
                null);
        DeliveryTracker tracker = new DeliveryTracker(receiveMaximum, settings.maxInFlightBytes());
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
