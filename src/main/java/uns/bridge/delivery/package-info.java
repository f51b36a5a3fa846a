/** Tracks every message from arrival to Kafka's confirmation. JDK only. */
@NullMarked
package uns.bridge.delivery;

import org.jspecify.annotations.NullMarked;
