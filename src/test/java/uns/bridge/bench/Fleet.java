package uns.bridge.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.MqttProperties;
import uns.bridge.sparkplug.proto.Payload;

/**
 * Many edge nodes without devices: their births, and data by alias alone. The messages carry their {@code seq} in the last
 * two bytes, to be {@linkplain #number numbered} each time they are sent.
 *
 * @param nodes how many edge nodes
 * @param metrics how many metrics each of them is born with
 * @param alike whether all of them name their metrics alike
 */
record Fleet(int nodes, int metrics, boolean alike) {

    private static final long AT = 1_700_000_000_000L;

    private enum Kind {
        TEMPERATURE(10, "Temperature"),
        PRESSURE(10, "Pressure---"),
        COUNTER(3, "Counter----"),
        RUNNING(11, "Running----"),
        STATE(12, "State------");

        private final int datatype;
        private final String suffix;

        Kind(int datatype, String suffix) {
            this.datatype = datatype;
            this.suffix = suffix;
        }

        static Kind of(int metric) {
            return values()[metric % values().length];
        }
    }

    /** The NBIRTH of each edge node. */
    List<InboundMessage> births() {
        List<InboundMessage> births = new ArrayList<>();
        Random random = new Random(1);
        for (int node = 0; node < nodes; node++) {
            Payload.Builder payload = Payload.newBuilder().setTimestamp(AT);
            for (int metric = 0; metric < metrics; metric++) {
                payload.addMetrics(named(value(metric, random), node, metric));
            }
            births.add(message("NBIRTH", node, payload));
        }
        return births;
    }

    /** One NDATA of each edge node, with {@code count} of its metrics. */
    List<InboundMessage> data(int count) {
        return data(count, false);
    }

    /** The same, but the metrics say their names and datatypes. */
    List<InboundMessage> namedData(int count) {
        return data(count, true);
    }

    private List<InboundMessage> data(int count, boolean named) {
        List<InboundMessage> data = new ArrayList<>();
        Random random = new Random(2);
        for (int node = 0; node < nodes; node++) {
            Payload.Builder payload = Payload.newBuilder().setTimestamp(AT);
            for (int i = 0; i < count; i++) {
                int metric = (node * count + i) % metrics;
                Payload.Metric.Builder value = value(metric, random);
                payload.addMetrics(named ? named(value, node, metric) : value);
            }
            data.add(message("NDATA", node, payload));
        }
        return data;
    }

    /** Gives {@code message} its place in the sequence of its edge node: the low 8 bits of {@code seq}. */
    static void number(InboundMessage message, int seq) {
        byte[] payload = message.payload();
        // A varint of two bytes, whatever the number.
        payload[payload.length - 2] = (byte) (seq | 0x80);
        payload[payload.length - 1] = (byte) ((seq & 0xFF) >>> 7);
    }

    private Payload.Metric.Builder named(Payload.Metric.Builder value, int node, int metric) {
        return value.setName(name(node, metric)).setDatatype(Kind.of(metric).datatype);
    }

    /** The same message with its place in the sequence, when it arrives {@code seq} seconds later. */
    static InboundMessage later(InboundMessage message, int seq) {
        number(message, seq);
        return new InboundMessage(
                message.topic(),
                message.payload(),
                message.payloadSize(),
                message.qos(),
                message.retained(),
                message.duplicate(),
                message.arrivalMs() + 1_000L * seq,
                message.properties());
    }

    /** 28 characters. */
    private String name(int node, int metric) {
        return "Line%04d/Unit %03d/%s".formatted(alike ? 0 : node, metric, Kind.of(metric).suffix);
    }

    private static Payload.Metric.Builder value(int metric, Random random) {
        Payload.Metric.Builder value =
                Payload.Metric.newBuilder().setAlias(metric).setTimestamp(AT);
        return switch (Kind.of(metric)) {
            case TEMPERATURE, PRESSURE -> value.setDoubleValue(Math.round(10_000 * random.nextDouble()) / 100.0);
            case COUNTER -> value.setIntValue(random.nextInt(1_000_000));
            case RUNNING -> value.setBooleanValue(random.nextBoolean());
            case STATE -> value.setStringValue("EXECUTE " + random.nextInt(10));
        };
    }

    private static InboundMessage message(String type, int node, Payload.Builder payload) {
        byte[] unnumbered = payload.build().toByteArray();
        byte[] bytes = new byte[unnumbered.length + 3];
        System.arraycopy(unnumbered, 0, bytes, 0, unnumbered.length);
        bytes[unnumbered.length] = Payload.SEQ_FIELD_NUMBER << 3;
        String topic = "spBv1.0/acme/" + type + "/edge%04d".formatted(node);
        InboundMessage message =
                new InboundMessage(topic, bytes, bytes.length, 1, false, false, AT, MqttProperties.NONE);
        number(message, 0);
        return message;
    }
}
