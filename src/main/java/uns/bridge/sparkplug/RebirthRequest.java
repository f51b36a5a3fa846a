package uns.bridge.sparkplug;

import uns.bridge.sparkplug.proto.Payload;

/**
 * The command by which a host asks an edge node to publish all its births again (Sparkplug 3.0,
 * tck-id-operational-behavior-data-commands-ncmd-rebirth-name and -value). To be published with QoS 0 and not retained
 * (tck-id-payloads-ncmd-qos, tck-id-payloads-ncmd-retain).
 *
 * @param group the group id
 * @param edge the edge node id
 * @param reason what it is asked for first; there may be others
 */
public record RebirthRequest(String group, String edge, Reason reason) {

    private static final String METRIC = "Node Control/Rebirth";

    /** Why an edge node is asked. */
    public enum Reason {
        /** Data of an edge node or device that was not born, or is dead. */
        DATA_BEFORE_BIRTH("data before birth"),
        /** Data with a metric that is not in the birth. */
        UNKNOWN_METRIC("unknown metric"),
        /** A gap in the sequence that was not filled in time. */
        GAP("gap");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    RebirthRequest(EdgeNode.Id id, Reason reason) {
        this(id.group(), id.edge(), reason);
    }

    EdgeNode.Id id() {
        return new EdgeNode.Id(group, edge);
    }

    /** The MQTT topic of the command. */
    public String topic() {
        return SparkplugTopic.NAMESPACE + group + "/" + SparkplugTopic.Type.NCMD + "/" + edge;
    }

    /** The payload of the command, given at {@code nowMs}, milliseconds since the epoch. It has no seq (tck-id-payloads-ncmd-seq). */
    public byte[] payload(long nowMs) {
        return Payload.newBuilder()
                .setTimestamp(nowMs)
                .addMetrics(Payload.Metric.newBuilder()
                        .setName(METRIC)
                        .setTimestamp(nowMs)
                        .setDatatype(DataType.BOOLEAN.number())
                        .setBooleanValue(true))
                .build()
                .toByteArray();
    }
}
