/**
 * The bridge from an MQTT Unified Namespace into Kafka.
 *
 * <pre>
 * MQTT broker -> mqtt.MqttSource -> pipeline.Pipeline (decode -> filter -> map) -> kafka.KafkaSink -> Kafka
 *                     ^                                                               |
 *                     +---------------- delivery.DeliveryTracker <-- Kafka's answer --+
 * </pre>
 *
 * <p>The MQTT acknowledgement of a message is sent only when Kafka has confirmed its record, in the order of arrival.
 */
@NullMarked
package uns.bridge;

import org.jspecify.annotations.NullMarked;
