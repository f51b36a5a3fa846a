package uns.bridge.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What is sent: about 100 MQTT topics with changing values, and the Kafka records that come of them. The same in every
 * process that builds it, but for the timestamps.
 *
 * @param name how it is called on the command line
 * @param description what the table says about it
 * @param births the messages that come first, once
 * @param cycle the messages that follow, over and over
 */
record Workload(String name, String description, List<Message> births, List<Message> cycle) {

    static final String JSON = "json";
    static final String SPARKPLUG = "sparkplug";
    static final List<String> NAMES = List.of(JSON, SPARKPLUG);

    /**
     * One message.
     *
     * @param topic its MQTT topic
     * @param payload as published to MQTT
     * @param value the value of its Kafka record
     * @param timestampMs the timestamp it carries
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    record Message(String topic, byte[] payload, byte[] value, long timestampMs) {}

    static Workload named(String name) {
        return switch (name) {
            case JSON -> json(150);
            case SPARKPLUG -> sparkplug(10);
            default -> throw new IllegalArgumentException("no workload is called " + name);
        };
    }

    /** JSON objects of exactly {@code size} bytes under ISA-95 topics. */
    private static Workload json(int size) {
        Random random = new Random(1);
        long now = System.currentTimeMillis();
        List<Message> cycle = new ArrayList<>();
        int topics = 100;
        for (int i = 0; i < 16 * topics; i++) {
            int cell = i % topics;
            String topic =
                    "acme/site%d/area%d/line%d/cell%02d/process".formatted(cell / 50, cell / 25, cell / 10, cell);
            String start = String.format(
                    Locale.ROOT,
                    "{\"timestamp\":%d,\"value\":%.4f,\"pressure\":%.2f,\"count\":%d,\"unit\":\"degC\",\"quality\":\"GOOD\","
                            + "\"asset\":\"press-%02d\",\"note\":\"",
                    now,
                    20 + 60 * random.nextDouble(),
                    1 + 9 * random.nextDouble(),
                    random.nextInt(1_000_000),
                    cell);
            String payload = start + "batch 2026-0417 on the early shift, nothing to report".repeat(2);
            byte[] bytes = (payload.substring(0, size - 2) + "\"}").getBytes(UTF_8);
            cycle.add(new Message(topic, bytes, bytes, now));
        }
        return new Workload(JSON, "JSON, %d bytes, %d topics, QoS 1".formatted(size, topics), List.of(), cycle);
    }

    /**
     * Six Sparkplug edge nodes with 16 devices each, born once, then sending data. The sequence numbers of an edge node
     * run from 0 to 255 without a gap, as 256 is a multiple of 16: a host application that checks them has nothing to
     * complain about.
     */
    private static Workload sparkplug(int metrics) {
        int edges = 6;
        int devices = 16;
        Random random = new Random(1);
        long now = System.currentTimeMillis();
        List<Message> births = new ArrayList<>();
        for (int edge = 0; edge < edges; edge++) {
            SparkplugPayload birth = new SparkplugPayload(now, 0)
                    .metric("bdSeq", SparkplugPayload.INT64, 0L)
                    .metric("Node Control/Rebirth", SparkplugPayload.BOOLEAN, false);
            births.add(message(topic("NBIRTH", edge), birth));
            for (int device = 0; device < devices; device++) {
                births.add(message(topic("DBIRTH", edge, device), data(now, 1 + device, metrics, random)));
            }
        }
        List<Message> cycle = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            int sequence = (1 + devices + i) % 256;
            for (int edge = 0; edge < edges; edge++) {
                SparkplugPayload data = data(now, sequence, metrics, random);
                cycle.add(message(topic("DDATA", edge, sequence % devices), data));
            }
        }
        int size = cycle.get(0).payload().length;
        return new Workload(
                SPARKPLUG,
                "Sparkplug, %d metrics, about %d bytes, %d topics, QoS 1".formatted(metrics, size, edges * devices),
                births,
                cycle);
    }

    private static SparkplugPayload data(long now, int sequence, int metrics, Random random) {
        SparkplugPayload payload = new SparkplugPayload(now, sequence);
        for (int i = 0; i < metrics; i++) {
            String name = "Process/Unit %d/".formatted(i);
            switch (i % 5) {
                case 0, 1 -> payload.metric(name + "Temperature", SparkplugPayload.DOUBLE, 100 * random.nextDouble());
                case 2 -> payload.metric(name + "Counter", SparkplugPayload.INT32, random.nextInt(1_000_000));
                case 3 -> payload.metric(name + "Running", SparkplugPayload.BOOLEAN, random.nextBoolean());
                default -> payload.metric(name + "State", SparkplugPayload.STRING, "EXECUTE " + random.nextInt(10));
            }
        }
        return payload;
    }

    private static Message message(String topic, SparkplugPayload payload) {
        return new Message(topic, payload.encoded(), payload.json().getBytes(UTF_8), payload.timestampMs());
    }

    private static String topic(String type, int edge) {
        return "spBv1.0/acme/%s/edge%d".formatted(type, edge);
    }

    private static String topic(String type, int edge, int device) {
        return topic(type, edge) + "/device%02d".formatted(device);
    }
}
