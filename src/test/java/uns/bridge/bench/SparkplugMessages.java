package uns.bridge.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import uns.bridge.sparkplug.proto.Payload;

/**
 * Six Sparkplug edge nodes with 16 devices each, born once, then sending data. The sequence numbers of an edge node run from
 * 0 to 255 without a gap, as 256 is a multiple of 16: a host application that checks them has nothing to complain about.
 *
 * @param metrics how many metrics a device has, all in each message
 * @param byAlias whether data has aliases instead of names and datatypes
 */
record SparkplugMessages(int metrics, boolean byAlias) {

    private static final int EDGES = 6;
    private static final int DEVICES_OF_EDGE = 16;

    static final int DEVICES = EDGES * DEVICES_OF_EDGE;

    private static final int INT32 = 3;
    private static final int INT64 = 4;
    private static final int DOUBLE = 10;
    private static final int BOOLEAN = 11;
    private static final int STRING = 12;

    List<Workload.Message> births() {
        Random random = new Random(1);
        long now = System.currentTimeMillis();
        List<Workload.Message> births = new ArrayList<>();
        for (int edge = 0; edge < EDGES; edge++) {
            Payload.Builder birth = Payload.newBuilder().setTimestamp(now).setSeq(0);
            birth.addMetricsBuilder().setName("bdSeq").setDatatype(INT64).setLongValue(0);
            birth.addMetricsBuilder()
                    .setName("Node Control/Rebirth")
                    .setDatatype(BOOLEAN)
                    .setBooleanValue(false);
            births.add(message(topic("NBIRTH", edge), birth));
            for (int device = 0; device < DEVICES_OF_EDGE; device++) {
                births.add(message(
                        topic("DBIRTH", edge) + device(device), payload(now, 1 + device, true, byAlias, random)));
            }
        }
        return births;
    }

    List<Workload.Message> cycle() {
        Random random = new Random(2);
        long now = System.currentTimeMillis();
        List<Workload.Message> cycle = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            int sequence = (1 + DEVICES_OF_EDGE + i) % 256;
            for (int edge = 0; edge < EDGES; edge++) {
                cycle.add(message(
                        topic("DDATA", edge) + device(sequence % DEVICES_OF_EDGE),
                        payload(now, sequence, !byAlias, byAlias, random)));
            }
        }
        return cycle;
    }

    private Payload.Builder payload(long now, int sequence, boolean names, boolean aliases, Random random) {
        Payload.Builder payload = Payload.newBuilder().setTimestamp(now).setSeq(sequence);
        for (int i = 0; i < metrics; i++) {
            Payload.Metric.Builder metric = payload.addMetricsBuilder().setTimestamp(now);
            String name = "Process/Unit %d/".formatted(i);
            int datatype;
            switch (i % 5) {
                case 0, 1 -> {
                    name += "Temperature";
                    datatype = DOUBLE;
                    metric.setDoubleValue(Math.round(10_000 * random.nextDouble()) / 100.0);
                }
                case 2 -> {
                    name += "Counter";
                    datatype = INT32;
                    metric.setIntValue(random.nextInt(1_000_000));
                }
                case 3 -> {
                    name += "Running";
                    datatype = BOOLEAN;
                    metric.setBooleanValue(random.nextBoolean());
                }
                default -> {
                    name += "State";
                    datatype = STRING;
                    metric.setStringValue("EXECUTE " + random.nextInt(10));
                }
            }
            if (names) {
                metric.setName(name).setDatatype(datatype);
            }
            if (aliases) {
                metric.setAlias(i);
            }
        }
        return payload;
    }

    private static Workload.Message message(String topic, Payload.Builder payload) {
        return new Workload.Message(topic, payload.build().toByteArray());
    }

    private static String topic(String type, int edge) {
        return "spBv1.0/acme/%s/edge%d".formatted(type, edge);
    }

    private static String device(int device) {
        return "/device%02d".formatted(device);
    }
}
