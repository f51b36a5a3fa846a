package uns.bridge.bench;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.MqttBroker;
import uns.bridge.testbed.BridgeProcess;
import uns.bridge.testbed.KafkaReader;
import uns.bridge.testbed.Publisher;

/**
 * Prints how long it takes from the start of the process until Kafka has a message that waited at the MQTT broker: in a topic
 * that Kafka has, and in one that it creates then. A restart is quick: that is why the bridge does not read its configuration
 * again by itself.
 */
final class StartupBenchmark {

    private static final int STARTS = 5;

    private StartupBenchmark() {}

    public static void main(String[] args) {
        try (MqttBroker mqtt = Brokers.mqtt();
                KafkaBroker kafka = Brokers.kafka();
                Publisher publisher = new Publisher(mqtt);
                KafkaReader reader = new KafkaReader(kafka.bootstrapServers(), "startup_.*")) {
            String settings = BridgeProcess.settings(mqtt, kafka, "topics: ['startup/#']", "client_id: startup");
            BridgeProcess.start(settings).awaitSubscribed().terminate();
            for (int i = 0; i < STARTS; i++) {
                publisher.publish("startup/new" + i, "{}");
                long createdMs = millisToRecord(settings, reader, 2 * i + 1);
                publisher.publish("startup/new" + i, "{}");
                long knownMs = millisToRecord(settings, reader, 2 * i + 2);
                System.out.printf("first record after %d ms, after %d ms if its topic is new%n", knownMs, createdMs);
            }
        }
    }

    private static long millisToRecord(String settings, KafkaReader reader, int records) {
        long startNs = System.nanoTime();
        try (BridgeProcess bridge = BridgeProcess.start(settings, Map.of())) {
            reader.read(records);
            long tookNs = System.nanoTime() - startNs;
            bridge.terminate();
            return TimeUnit.NANOSECONDS.toMillis(tookNs);
        }
    }
}
