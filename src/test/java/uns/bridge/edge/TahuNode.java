package uns.bridge.edge;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Date;
import java.util.List;
import org.eclipse.tahu.SparkplugInvalidTypeException;
import org.eclipse.tahu.message.SparkplugBPayloadEncoder;
import org.eclipse.tahu.message.model.Metric;
import org.eclipse.tahu.message.model.MetricDataType;
import org.eclipse.tahu.message.model.SparkplugBPayload;
import org.jspecify.annotations.Nullable;

/**
 * The messages of an edge node as Eclipse Tahu encodes them, the implementation of the Sparkplug project itself. Births
 * have all that Tahu writes; data has the alias and the value of a metric, and neither name nor datatype.
 *
 * <p>It keeps {@code seq}; {@code bdSeq} and the metrics are the caller's. All times are {@link #AT}.
 */
public final class TahuNode {

    /** When everything happens, milliseconds since 1970. */
    public static final long AT = 1_700_000_000_000L;

    private static final long SEQUENCE_END = 256;

    private final String group;
    private final String name;
    private final SparkplugBPayloadEncoder encoder = new SparkplugBPayloadEncoder();
    private long seq;

    public TahuNode(String group, String name) {
        this.group = group;
        this.name = name;
    }

    /** The {@code seq} of the last message that has one. */
    public long lastSeq() {
        return (seq + SEQUENCE_END - 1) % SEQUENCE_END;
    }

    /** An NBIRTH, which starts the sequence. */
    public Mqtt5Publish birth(List<Metric> metrics) {
        seq = 0;
        return numbered("NBIRTH", null, metrics, false);
    }

    /** A DBIRTH. */
    public Mqtt5Publish deviceBirth(String device, List<Metric> metrics) {
        return numbered("DBIRTH", device, metrics, false);
    }

    /** NDATA, or DDATA where there is a {@code device}. */
    public Mqtt5Publish data(@Nullable String device, List<Metric> metrics) {
        return numbered(device == null ? "NDATA" : "DDATA", device, metrics, true);
    }

    /** A DDEATH. */
    public Mqtt5Publish deviceDeath(String device) {
        return numbered("DDEATH", device, List.of(), false);
    }

    /** An NDEATH, which has no {@code seq}. */
    public Mqtt5Publish death(long bdSeq) {
        return message("NDEATH", null, List.of(bdSeq(bdSeq)), null, false);
    }

    /** The metric by which a death finds its birth. */
    public static Metric bdSeq(long value) {
        return metric("bdSeq", null, MetricDataType.Int64, value);
    }

    /** A metric; a birth gives it name and alias, data the alias alone. */
    public static Metric metric(@Nullable String name, @Nullable Long alias, MetricDataType type, Object value) {
        try {
            return new Metric.MetricBuilder(name, type, value)
                    .alias(alias)
                    .timestamp(new Date(AT))
                    .createMetric();
        } catch (SparkplugInvalidTypeException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private Mqtt5Publish numbered(String type, @Nullable String device, List<Metric> metrics, boolean stripped) {
        Mqtt5Publish message = message(type, device, metrics, seq, stripped);
        seq = (seq + 1) % SEQUENCE_END;
        return message;
    }

    /** @param stripped without datatypes */
    private Mqtt5Publish message(
            String type, @Nullable String device, List<Metric> metrics, @Nullable Long number, boolean stripped) {
        SparkplugBPayload payload = new SparkplugBPayload.SparkplugBPayloadBuilder()
                .setTimestamp(new Date(AT))
                .addMetrics(metrics)
                .setSeq(number)
                .createPayload();
        try {
            return Mqtt5Publish.builder()
                    .topic("spBv1.0/" + group + "/" + type + "/" + name + (device == null ? "" : "/" + device))
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(encoder.getBytes(payload, stripped))
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
