package uns.bridge.bench;

import java.lang.ref.Reference;
import java.util.List;
import java.util.Map;
import uns.bridge.pipeline.Pipeline;
import uns.bridge.pipeline.PipelineSettings;
import uns.bridge.sparkplug.SparkplugSettings;

/**
 * Prints what the births of 1,000 edge nodes with 100 metrics each take of the heap, with names of 28 characters, and
 * with them what the pipeline keeps for each of their topics.
 */
final class BirthMemory {

    private static final int NODES = 1_000;
    private static final int METRICS = 100;

    private BirthMemory() {}

    public static void main(String[] args) {
        for (boolean alike : new boolean[] {false, true}) {
            Fleet fleet = new Fleet(NODES, METRICS, alike);
            Pipeline pipeline = new Pipeline(
                    new PipelineSettings(
                            Map.of(), PipelineSettings.DEFAULT_TIMESTAMP_ATTRIBUTE, false, List.of(), 0, "overflow"),
                    SparkplugSettings.DEFAULTS);
            long before = usedBytes();
            fleet.births().forEach(pipeline::process);
            long taken = usedBytes() - before;
            Reference.reachabilityFence(pipeline);
            System.out.printf(
                    "%d edge nodes of %d metrics, named %s: %.1f MB, %d bytes a metric%n",
                    NODES, METRICS, alike ? "alike" : "each by its node", taken / 1e6, taken / (NODES * METRICS));
        }
    }

    private static long usedBytes() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
