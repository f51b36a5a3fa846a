/**
 * What must hold for any bytes, as targets of Jazzer's driver: {@link uns.bridge.fuzz.DecoderFuzzer} for one payload,
 * {@link uns.bridge.fuzz.PipelineFuzzer} for messages one after another. A target knows nothing of Jazzer. Every build
 * runs it over the corpus in the resources; {@code mvn -Pfuzz} lets Jazzer look for more.
 */
@NullMarked
package uns.bridge.fuzz;

import org.jspecify.annotations.NullMarked;
