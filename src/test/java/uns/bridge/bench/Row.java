package uns.bridge.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is measured, one line of the table each.
 *
 * @param kind its part in the comparison
 * @param label how the table calls it
 * @param receiveMaximum the Receive Maximum that it connects with
 * @param java the arguments of its process
 */
record Row(Kind kind, String label, int receiveMaximum, List<String> java) {

    enum Kind {
        RECEIVING,
        SENDING,
        BRIDGE
    }

    private static final Path JAR = Path.of("target", "uns-kafka-bridge.jar").toAbsolutePath();

    /**
     * All rows that receive {@code workload}. The table compares the bridge with each of kind RECEIVING.
     *
     * @param options with a row of the bridge for each Receive Maximum; the ceilings have the first
     */
    static List<Row> receiving(Options options, Workload workload) {
        int first = options.receiveMaximums().get(0);
        List<Row> rows = new ArrayList<>();
        rows.add(new Row(
                Kind.RECEIVING,
                "receive: Paho as it comes, automatic ack",
                first,
                options.java(PahoProcess.class, PahoProcess.AS_IT_COMES)));
        if (workload.qos() < 2) {
            rows.add(new Row(
                    Kind.RECEIVING,
                    "receive: Paho, buffered input, batched acks",
                    first,
                    options.java(PahoProcess.class, PahoProcess.TUNED)));
        }
        rows.add(new Row(Kind.RECEIVING, "receive: the bridge's own source", first, options.java(SourceProcess.class)));
        for (int maximum : options.receiveMaximums()) {
            rows.add(new Row(
                    Kind.BRIDGE,
                    "bridge, receive maximum " + maximum,
                    maximum,
                    options.java(List.of("-jar", JAR.toString()))));
        }
        return rows;
    }

    /** Those that send: the first is what the bridge is compared with. */
    static List<Row> sending(Options options, Workload workload) {
        int inFlight = options.receiveMaximums().get(0);
        return List.of(
                new Row(
                        Kind.SENDING,
                        "send: KafkaProducer alone",
                        inFlight,
                        options.java(ProducerProcess.class, workload.name(), Integer.toString(Integer.MAX_VALUE))),
                new Row(
                        Kind.SENDING,
                        "send: the same, %d in flight".formatted(inFlight),
                        inFlight,
                        options.java(ProducerProcess.class, workload.name(), Integer.toString(inFlight))));
    }

    /** Starts its process; {@code mqttPort} is where it receives from, if it receives. */
    Child start(Workload workload, int mqttPort, String bootstrapServers) throws IOException {
        return Child.start(
                label,
                java,
                Configuration.environment(workload, mqttPort, receiveMaximum, bootstrapServers),
                Configuration.directory());
    }
}
