/** Metrics in the Prometheus format. The only package that knows Micrometer and Prometheus' own library below it. */
@NullMarked
package uns.bridge.metrics;

import org.jspecify.annotations.NullMarked;
