package uns.bridge.edge;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One Sparkplug B edge node with its devices, as seen on the wire: births, data, and deaths by MQTT will.
 *
 * <p>It keeps {@code seq} and {@code bdSeq}; the metrics are the caller's. Not safe for use by several threads.
 */
public final class EdgeNode implements AutoCloseable {
    private static final long SEQUENCE_END = 256;

    private final String host;
    private final int port;
    private final String group;
    private final String name;
    private final MqttQos qos;

    private long bdSeq;
    private long seq;
    private @Nullable Mqtt5BlockingClient client;

    /** @param qos of births and data: 0 by the specification, 1 in a test that counts */
    public EdgeNode(String host, int port, String group, String name, MqttQos qos) {
        this.host = host;
        this.port = port;
        this.group = group;
        this.name = name;
        this.qos = qos;
    }

    /** Connects, leaving the NDEATH as will, and publishes the NBIRTH and a DBIRTH for each device. */
    public void birth(List<Metric> metrics, Map<String, List<Metric>> devices) {
        if (client != null) {
            throw new IllegalStateException("Edge node " + name + " is already alive");
        }
        Metric birthOrDeath = Metric.of("bdSeq", DataType.INT64, bdSeq);
        Mqtt5BlockingClient fresh = Mqtt5Client.builder()
                .serverHost(host)
                .serverPort(port)
                .identifier(group + "-" + name)
                .buildBlocking();
        fresh.connectWith()
                .cleanStart(true)
                .willPublish()
                .topic(topic("NDEATH"))
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(SparkplugWriter.payload(System.currentTimeMillis(), null, List.of(birthOrDeath)))
                .applyWillPublish()
                .send();
        client = fresh;
        seq = 0;
        List<Metric> all = new ArrayList<>();
        all.add(birthOrDeath);
        all.add(Metric.of("Node Control/Rebirth", DataType.BOOLEAN, false));
        all.addAll(metrics);
        publish(topic("NBIRTH"), all);
        devices.forEach((device, its) -> publish(topic("DBIRTH") + "/" + device, its));
    }

    public boolean isAlive() {
        return client != null;
    }

    /** NDATA. */
    public void data(List<Metric> metrics) {
        publish(topic("NDATA"), metrics);
    }

    /** DDATA. */
    public void deviceData(String device, List<Metric> metrics) {
        publish(topic("DDATA") + "/" + device, metrics);
    }

    /** DDEATH. */
    public void deviceDeath(String device) {
        publish(topic("DDEATH") + "/" + device, List.of());
    }

    /** Disconnects so that the broker publishes the NDEATH; another {@link #birth} may follow. */
    public void die() {
        if (client == null) {
            return;
        }
        Mqtt5BlockingClient dying = client;
        client = null;
        bdSeq = (bdSeq + 1) % SEQUENCE_END;
        dying.disconnectWith()
                .reasonCode(Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE)
                .send();
    }

    @Override
    public void close() {
        die();
    }

    private void publish(String topic, List<Metric> metrics) {
        if (client == null) {
            throw new IllegalStateException("Edge node " + name + " is not alive");
        }
        long now = System.currentTimeMillis();
        List<Metric> stamped = metrics.stream()
                .map(metric -> metric.timestamp() == null ? metric.at(now) : metric)
                .toList();
        client.publishWith()
                .topic(topic)
                .qos(qos)
                .payload(SparkplugWriter.payload(now, seq, stamped))
                .send();
        seq = (seq + 1) % SEQUENCE_END;
    }

    private String topic(String type) {
        return "spBv1.0/" + group + "/" + type + "/" + name;
    }
}
