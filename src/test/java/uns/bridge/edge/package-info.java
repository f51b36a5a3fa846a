/**
 * A simulated Sparkplug B edge node, for the integration tests, the demo and the benchmark.
 *
 * <p>It encodes payloads with a writer of its own, which knows nothing of the bridge's generated classes: a mistake in
 * those cannot hide by being made on both sides.
 */
@NullMarked
package uns.bridge.edge;

import org.jspecify.annotations.NullMarked;
