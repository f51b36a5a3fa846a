/** What {@code --doctor} has found, and what to do about it; knows neither MQTT nor Kafka. */
@NullMarked
package uns.bridge.doctor;

import org.jspecify.annotations.NullMarked;
