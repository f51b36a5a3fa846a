package uns.bridge.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;

/** Kafka for the benchmark: a real broker in a process of its own. */
final class KafkaProcess {

    private KafkaProcess() {}

    /** Its log is in {@code folder}. */
    static Child start(Path folder) throws IOException {
        return Child.start(
                "Kafka",
                List.of(
                        Options.JAVA,
                        "-Xmx1g",
                        "-Djava.io.tmpdir=" + folder,
                        Child.LOGGING,
                        "-classpath",
                        Child.CLASS_PATH,
                        KafkaProcess.class.getName()),
                Map.of(),
                Path.of("."));
    }

    /** Answers with the bootstrap servers. */
    public static void main(String[] arguments) {
        KafkaBroker broker = Brokers.kafka(Map.of());
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
        Child.answer(broker.bootstrapServers());
        Child.serve(command -> {});
    }
}
