package uns.bridge.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import uns.bridge.message.InboundMessage;
import uns.bridge.pipeline.Outcome;
import uns.bridge.pipeline.Pipeline;
import uns.bridge.pipeline.PipelineSettings;
import uns.bridge.sparkplug.SparkplugSettings;

/**
 * Prints what {@code sparkplug.resolve} costs: the CPU time that the pipeline takes for a message of Sparkplug data by alias,
 * in turns from 1,000 edge nodes of 100 metrics each, with their births known and without. A third pipeline decodes messages
 * that carry names and datatypes themselves, without births: it writes the same JSON.
 *
 * <p>They take turns in short blocks, and what counts is the median of the ratios of neighbouring blocks: so a machine that
 * does other things too slows both sides alike. Run it with {@code mvn -q -Presolve}.
 */
public final class ResolveBenchmark {

    private static final int NODES = 1_000;
    private static final int BORN_WITH = 100;
    private static final int WARM_UP = 40;
    private static final int BLOCKS = 150;

    private ResolveBenchmark() {}

    public static void main(String[] args) {
        System.out.println(
                "CPU time of a message, µs   stateless  resolved  named    resolved/stateless  resolved/named");
        for (int metrics : new int[] {10, 100}) {
            Fleet fleet = new Fleet(NODES, BORN_WITH, false);
            Side stateless = new Side(false, fleet.births(), fleet.data(metrics));
            Side resolved = new Side(true, fleet.births(), fleet.data(metrics));
            Side named = new Side(false, fleet.births(), fleet.namedData(metrics));
            resolved.requireSameJson(named);
            for (int block = -WARM_UP; block < BLOCKS; block++) {
                stateless.run(block);
                resolved.run(block);
                named.run(block);
            }
            System.out.printf(
                    "%11d metrics %18.2f %9.2f %6.2f %21.2f %15.2f%n",
                    metrics,
                    median(stateless.perMessage),
                    median(resolved.perMessage),
                    median(named.perMessage),
                    resolved.ratio(stateless),
                    resolved.ratio(named));
        }
    }

    /** A pipeline and its messages. */
    private static final class Side {

        private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        private final Pipeline pipeline;
        private final List<InboundMessage> data;
        private int sent;

        /** Of each block, microseconds. */
        private final double[] perMessage = new double[BLOCKS];

        Side(boolean resolve, List<InboundMessage> births, List<InboundMessage> data) {
            this.pipeline = pipeline(resolve);
            this.data = data;
            births.forEach(pipeline::process);
        }

        /** Carries one message of each edge node, a second after those before. Blocks below 0 do not count. */
        void run(int block) {
            sent++;
            List<InboundMessage> messages =
                    data.stream().map(message -> Fleet.later(message, sent)).toList();
            long startNs = threads.getCurrentThreadCpuTime();
            int records = 0;
            for (InboundMessage message : messages) {
                records +=
                        ((Outcome.Forward) pipeline.process(message)).records().size();
            }
            long cpuNs = threads.getCurrentThreadCpuTime() - startNs;
            if (records != data.size()) {
                throw new IllegalStateException("not one record of each message");
            }
            if (block >= 0) {
                perMessage[block] = cpuNs / 1e3 / data.size();
            }
        }

        double ratio(Side other) {
            double[] ratios = new double[BLOCKS];
            Arrays.setAll(ratios, block -> perMessage[block] / other.perMessage[block]);
            return median(ratios);
        }

        void requireSameJson(Side other) {
            if (!Arrays.equals(first(), other.first())) {
                throw new IllegalStateException("not resolved");
            }
        }

        private byte[] first() {
            return ((Outcome.Forward) pipeline.process(data.get(0)))
                    .records()
                    .get(0)
                    .value();
        }
    }

    /** A pipeline with the default settings, but without a memory on disk. */
    static Pipeline pipeline(boolean resolve) {
        SparkplugSettings defaults = SparkplugSettings.DEFAULTS;
        return new Pipeline(
                new PipelineSettings(
                        Map.of(), PipelineSettings.DEFAULT_TIMESTAMP_ATTRIBUTE, false, List.of(), 0, "overflow"),
                new SparkplugSettings(
                        resolve,
                        defaults.reorderTimeout(),
                        defaults.maxPayloadBytes(),
                        false,
                        false,
                        defaults.rebirthInterval(),
                        null,
                        defaults.stateMaxAge(),
                        false));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
