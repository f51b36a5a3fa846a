/**
 * Real brokers for the integration tests, the demo and the benchmark.
 *
 * <p>{@link uns.bridge.brokers.Brokers} is the only place that knows where they come from: embedded in this JVM, or
 * containers. Both kinds can be stopped and started again on the same port with the same data, which is how the tests
 * let a broker vanish; {@link uns.bridge.brokers.TcpProxy} is how they let only the connection vanish.
 */
@NullMarked
package uns.bridge.brokers;

import org.jspecify.annotations.NullMarked;
