/**
 * The demo ({@code mvn -q -Pdemo}): real brokers, a simulated plant, the bridge, and what arrives in Kafka.
 */
@NullMarked
package uns.bridge.demo;

import org.jspecify.annotations.NullMarked;
