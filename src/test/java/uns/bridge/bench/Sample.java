package uns.bridge.bench;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one measured stretch came to: its rate, the CPU time per message of the measured process and of those around it,
 * which share the machine with it, and what the measured one allocated per message.
 */
record Sample(
        double messagesPerSecond,
        double cpuMicros,
        double allocatedBytes,
        double sourceCpuMicros,
        double kafkaCpuMicros) {

    /** The median of each figure on its own. */
    static Sample median(List<Sample> samples) {
        return new Sample(
                median(samples, Sample::messagesPerSecond),
                median(samples, Sample::cpuMicros),
                median(samples, Sample::allocatedBytes),
                median(samples, Sample::sourceCpuMicros),
                median(samples, Sample::kafkaCpuMicros));
    }

    private static double median(List<Sample> samples, ToDoubleFunction<Sample> figure) {
        List<Double> sorted = samples.stream()
                .map(figure::applyAsDouble)
                .sorted(Comparator.naturalOrder())
                .toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** The processes of a measurement, by the one measure of CPU time that fits them all: the operating system's. */
    record Meter(Child measured, CpuTime source, CpuTime kafka) {

        Reading read() {
            return new Reading(
                    System.nanoTime(),
                    measured.cpu(),
                    measured.allocatedBytes(),
                    source.sinceStart(),
                    kafka.sinceStart());
        }
    }

    interface CpuTime {
        Duration sinceStart();

        /** Of this process. */
        static Duration ours() {
            return ProcessHandle.current()
                    .info()
                    .totalCpuDuration()
                    .orElseThrow(() -> new IllegalStateException("this platform tells no CPU time of processes"));
        }
    }

    record Reading(long nanoTime, Duration measured, long allocatedBytes, Duration source, Duration kafka) {

        Sample until(Reading end, long messages) {
            return new Sample(
                    messages * 1e9 / (end.nanoTime - nanoTime),
                    micros(measured, end.measured) / messages,
                    (double) (end.allocatedBytes - allocatedBytes) / messages,
                    micros(source, end.source) / messages,
                    micros(kafka, end.kafka) / messages);
        }

        private static double micros(Duration from, Duration to) {
            return to.minus(from).toNanos() / 1e3;
        }
    }
}
