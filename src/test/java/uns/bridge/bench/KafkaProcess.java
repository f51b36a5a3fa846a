package uns.bridge.bench;

import java.util.Map;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;

/** Kafka for the benchmark: a real broker in a process of its own. */
final class KafkaProcess {

    private KafkaProcess() {}

    /** Answers with the bootstrap servers. */
    public static void main(String[] arguments) {
        KafkaBroker broker = Brokers.kafka(Map.of());
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
        Child.answer(broker.bootstrapServers());
        Child.serve(command -> {});
    }
}
