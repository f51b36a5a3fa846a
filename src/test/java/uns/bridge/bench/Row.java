package uns.bridge.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What is measured, one line of the table each.
 *
 * @param kind its part in the comparison
 * @param label how the table calls it
 * @param starter starts its process
 */
record Row(Kind kind, String label, Starter starter) {

    enum Kind {
        RECEIVING,
        SENDING,
        BRIDGE
    }

    /** Starts the measured process; {@code mqttPort} is where it receives from, if it receives. */
    interface Starter {
        Child start(int mqttPort) throws IOException;
    }

    /** The same for every measured process: a heap as large as a gateway grants, everything else as Java comes. */
    static final List<String> JVM_OPTIONS = List.of("-Xmx512m");

    /** The MQTT client id of every measured process: under it the session waits at Mosquitto. */
    static final String CLIENT_ID = "bench";

    /**
     * All rows that receive: one line here is all that a further one takes, as is its process, which subscribes to
     * everything at {@code port} and acknowledges. The table compares the bridge with each of kind RECEIVING.
     *
     * @param receiveMaximums one row of the bridge for each; the ceilings have the first
     */
    static List<Row> receiving(List<Integer> receiveMaximums, String bootstrapServers) {
        int receiveMaximum = receiveMaximums.get(0);
        List<Row> rows = new ArrayList<>();
        rows.add(new Row(
                Kind.RECEIVING,
                "receive: Paho as it comes, automatic ack",
                port -> paho(port, receiveMaximum, PahoProcess.AS_IT_COMES)));
        rows.add(new Row(
                Kind.RECEIVING,
                "receive: Paho, buffered input, batched acks",
                port -> paho(port, receiveMaximum, PahoProcess.TUNED)));
        rows.add(new Row(
                Kind.RECEIVING,
                "receive: the bridge's own source",
                port -> Child.java(
                        SourceProcess.class,
                        JVM_OPTIONS,
                        Integer.toString(port),
                        CLIENT_ID,
                        Integer.toString(receiveMaximum))));
        for (int maximum : receiveMaximums) {
            rows.add(new Row(
                    Kind.BRIDGE,
                    "bridge, receive maximum " + maximum,
                    port -> BridgeProcess.start(port, CLIENT_ID, maximum, bootstrapServers)));
        }
        return rows;
    }

    static Row sending(String bootstrapServers, String workload) {
        return new Row(
                Kind.SENDING,
                "send: KafkaProducer alone",
                port -> Child.java(ProducerProcess.class, JVM_OPTIONS, bootstrapServers, workload));
    }

    private static Child paho(int port, int receiveMaximum, String shape) throws IOException {
        return Child.java(
                PahoProcess.class,
                JVM_OPTIONS,
                Integer.toString(port),
                CLIENT_ID,
                Integer.toString(receiveMaximum),
                shape);
    }
}
