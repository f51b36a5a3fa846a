/** The Kafka side. The only package that imports kafka-clients. */
@NullMarked
package uns.bridge.kafka;

import org.jspecify.annotations.NullMarked;
