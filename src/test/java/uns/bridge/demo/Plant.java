package uns.bridge.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import uns.bridge.edge.DataType;
import uns.bridge.edge.EdgeNode;
import uns.bridge.edge.Metric;

/**
 * A small bottling plant which publishes as a Unified Namespace does: a Sparkplug edge node with two devices, and JSON
 * under ISA-95 topics, now and then something unusual.
 */
final class Plant implements AutoCloseable {
    private static final String LINE = "acme/paris/packaging/line1/";
    private static final String FILLER = "filler";
    private static final String PALLETIZER = "palletizer";

    private final Random random = new Random(42);
    private final Mqtt5BlockingClient json;
    private final EdgeNode edge;
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "plant"));

    private int tick;
    private double temperature = -18.0;
    private float speed = 412.5f;
    private long bottles = 4_294_967_000L;
    private int order = 70_311;

    Plant(String host, int port) {
        json = Mqtt5Client.builder()
                .serverHost(host)
                .serverPort(port)
                .identifier("line1-scada")
                .buildBlocking();
        json.connect();
        edge = new EdgeNode(host, port, "Paris", "Line1", MqttQos.AT_MOST_ONCE);
    }

    /**
     * Leaves a retained message. The broker gives it to the bridge when that subscribes, so its record in Kafka says that
     * the way is open; what Sparkplug publishes at QoS 0 earlier than that would be lost.
     */
    void announce() {
        retain("state", """
                {"timestamp":%d,"state":"RUNNING","shift":"early"}""");
    }

    /** Begins to publish, a few messages a second. */
    void run() {
        birth();
        clock.scheduleAtFixedRate(this::guardedTick, 500, 500, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        clock.shutdown();
        try {
            clock.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        edge.close();
        json.disconnect();
    }

    private void guardedTick() {
        try {
            tick();
        } catch (RuntimeException e) {
            // The executor would stop in silence.
            System.err.println("The simulated plant has stopped: " + e);
            throw e;
        }
    }

    private void tick() {
        tick++;
        temperature += random.nextGaussian() / 10;
        speed += (float) random.nextGaussian();
        bottles += 3;
        if (every(40, 21)) {
            edge.die();
        }
        if (every(40, 25)) {
            birth();
        }
        if (edge.isAlive()) {
            publishSparkplug();
        }
        publishJson();
    }

    private void publishSparkplug() {
        if (every(2, 0)) {
            edge.deviceData(
                    FILLER,
                    List.of(
                            metric(10, DataType.FLOAT, speed),
                            metric(11, DataType.UINT64, bottles),
                            metric(12, DataType.INT16, random.nextInt(-40, 5))));
        }
        if (every(8, 3)) {
            edge.data(List.of(metric(1, DataType.DOUBLE, temperature), metric(2, DataType.INT32, -random.nextInt(60))));
        }
        if (every(20, 9)) {
            // A sensor without a value.
            edge.deviceData(PALLETIZER, List.of(metric(20, DataType.UINT8, null)));
        }
        if (every(40, 17)) {
            edge.deviceDeath(PALLETIZER);
        }
    }

    private void publishJson() {
        if (every(4, 1)) {
            publish("filler/speed", """
                    {"timestamp":%d,"value":%.2f,"unit":"bottles/min"}""", speed);
        }
        if (every(10, 5)) {
            publish("oee", """
                    {"timestamp":%d,"oee":0.8170,"availability":{"value":0.95,"planned_min":480,"down_min":24},\
                    "performance":{"value":0.9053,"ideal_cycle_ms":145.0},"quality":{"value":0.95,"rejects":%d},\
                    "losses":[{"reason":"Changeover","min":14},{"reason":"Label jam","min":7.5},\
                    {"reason":"Micro stops","min":2.5}]}""", random.nextInt(40));
        }
        if (every(14, 7)) {
            alarm();
        }
        if (every(30, 11)) {
            retain("order", """
                    {"timestamp":%d,"order":%d,"product":"Eau minérale 0,5 l","quantity":24000}""", ++order);
        }
        if (every(30, 25)) {
            // An empty retained message takes back the one before.
            retain("order", "");
        }
        if (every(50, 33)) {
            // A scale with a broken driver: this is no JSON.
            publish("scale/weight", "ERR 42 {");
        }
    }

    private void birth() {
        edge.birth(
                List.of(
                        Metric.of("Cold Room/Temperature", 1, DataType.DOUBLE, temperature),
                        Metric.of("Radio/Signal dBm", 2, DataType.INT32, -57),
                        Metric.of("Properties/Firmware", 3, DataType.STRING, "4.2.1-éclair"),
                        Metric.of("Properties/Booted", 4, DataType.DATE_TIME, System.currentTimeMillis())),
                Map.of(
                        FILLER,
                        List.of(
                                Metric.of("Speed", 10, DataType.FLOAT, speed),
                                Metric.of("Bottles", 11, DataType.UINT64, bottles),
                                Metric.of("Valve/Offset", 12, DataType.INT16, -12),
                                Metric.of("Running", 13, DataType.BOOLEAN, true)),
                        PALLETIZER,
                        List.of(
                                Metric.of("Layer", 20, DataType.UINT8, 7),
                                Metric.of("Lift/Position mm", 21, DataType.INT64, -1_250L))));
    }

    private void alarm() {
        json.publish(Mqtt5Publish.builder()
                .topic(LINE + "palletizer/alarm")
                .qos(MqttQos.EXACTLY_ONCE)
                .contentType("application/json")
                .userProperties(Mqtt5UserProperties.builder()
                        .add("source", "plc-7")
                        .add("severity", "warning")
                        .build())
                .payload(filled("""
                        {"timestamp":%d,"code":"P-%d","text":"Film roll is running low"}""", 100 + random.nextInt(900)))
                .build());
    }

    private void publish(String path, String template, Object... values) {
        publish(path, filled(template, values), false);
    }

    private void retain(String path, String template, Object... values) {
        publish(path, filled(template, values), true);
    }

    private void publish(String path, byte[] payload, boolean retain) {
        json.publishWith()
                .topic(LINE + path)
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(retain)
                .payload(payload)
                .send();
    }

    /** The time is the first value of every template. */
    private static byte[] filled(String template, Object... values) {
        Object[] all = new Object[values.length + 1];
        all[0] = System.currentTimeMillis();
        System.arraycopy(values, 0, all, 1, values.length);
        return String.format(Locale.ROOT, template, all).getBytes(UTF_8);
    }

    private boolean every(int period, int phase) {
        return tick % period == phase;
    }

    private static Metric metric(long alias, DataType type, @Nullable Object value) {
        return new Metric(null, alias, null, type, value);
    }
}
