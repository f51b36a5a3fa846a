/**
 * Measures how many messages a second the bridge carries and what CPU a message costs, beside two ceilings on the same
 * machine: Paho receiving alone and KafkaProducer sending alone. Run it with {@code mvn -q -Pbench}.
 *
 * <pre>
 * Bench (MqttLoadSource or Mosquitto) -> measured JVM (bridge, or one of the ceilings) -> KafkaProcess
 * </pre>
 *
 * <p>Each role is a process of its own, so that the CPU time the operating system books for the measured process, its
 * garbage collector and JIT compiler included, is the cost of that role and of nothing else.
 */
package uns.bridge.bench;
