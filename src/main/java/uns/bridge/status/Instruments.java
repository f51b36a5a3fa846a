package uns.bridge.status;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.health.LatestDeadLetters;
import uns.bridge.health.Liveness;
import uns.bridge.mqtt.MqttSource;
import uns.bridge.pipeline.Pipeline;
import uns.bridge.spool.Fill;

/**
 * The parts of the bridge that tell how it is. All of them may be asked by any thread.
 *
 * @param spool how full the spool is
 * @param producer what the Kafka producer counts, by its name in Kafka's documentation; NaN if it does not
 * @param imbalances how often a message was nowhere
 */
public record Instruments(
        DeliveryTracker tracker,
        Health health,
        Liveness liveness,
        MqttSource source,
        Pipeline pipeline,
        Supplier<Fill> spool,
        ToDoubleFunction<String> producer,
        LongSupplier imbalances,
        LatestDeadLetters deadLetters) {}
