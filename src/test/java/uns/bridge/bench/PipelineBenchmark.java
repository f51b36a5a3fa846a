package uns.bridge.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import uns.bridge.Settings;
import uns.bridge.message.InboundMessage;
import uns.bridge.pipeline.Outcome;
import uns.bridge.pipeline.Pipeline;

/**
 * What the pipeline alone takes for a message: Sparkplug data by alias, with the births of 1,000 edge nodes of 100 metrics
 * each known ({@code resolved}) and without ({@code stateless}), in turns over all nodes; and JSON, checked.
 * Run it with {@code mvn -q -Pjmh}: what it allocates is exact, but for the times of resolved and stateless to be compared
 * {@link ResolveBenchmark} is better on a machine that does other things too.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(
        value = 3,
        jvmArgs = {"-Xmx1g", "-Xbatch", "-XX:+UseSerialGC"})
public class PipelineBenchmark {

    private static final int NODES = 1_000;

    /** Sparkplug data, each message by itself. */
    @State(Scope.Thread)
    public static class Stateless {

        @Param({"10", "100"})
        public int metrics;

        private final Pipeline pipeline;
        private InboundMessage[] data = {};
        private int sent;

        public Stateless() {
            this(false);
        }

        Stateless(boolean resolve) {
            this.pipeline = ResolveBenchmark.pipeline(resolve);
        }

        /** Brings all edge nodes to life. */
        @Setup
        public void bear() {
            Fleet fleet = new Fleet(NODES, 100, false);
            fleet.births().forEach(pipeline::process);
            data = fleet.data(metrics).toArray(InboundMessage[]::new);
        }

        Outcome next() {
            InboundMessage message = data[sent % NODES];
            Fleet.number(message, 1 + sent / NODES);
            sent++;
            return pipeline.process(message);
        }
    }

    /** The same with the births kept. */
    @State(Scope.Thread)
    public static class Resolved extends Stateless {

        public Resolved() {
            super(true);
        }
    }

    /** JSON: 150 bytes and 10,000 that pass untouched, 1,000 of which some are left out. */
    @State(Scope.Thread)
    public static class Json {

        @Param({"json", "json-1k", "json-10k"})
        public String workload = Workload.JSON;

        private Pipeline pipeline = ResolveBenchmark.pipeline(true);
        private InboundMessage[] messages = {};
        private int sent;

        @Setup
        public void load() {
            Workload sent = Workload.named(workload);
            Settings settings = Configuration.of(sent);
            pipeline = new Pipeline(settings.pipeline(), settings.sparkplug());
            messages = sent.cycle().stream()
                    .map(message -> message.inbound(sent.qos()))
                    .toArray(InboundMessage[]::new);
        }

        Outcome next() {
            return pipeline.process(messages[sent++ % messages.length]);
        }
    }

    @Benchmark
    public Outcome stateless(Stateless sparkplug) {
        return sparkplug.next();
    }

    @Benchmark
    public Outcome resolved(Resolved sparkplug) {
        return sparkplug.next();
    }

    @Benchmark
    public Outcome json(Json json) {
        return json.next();
    }
}
