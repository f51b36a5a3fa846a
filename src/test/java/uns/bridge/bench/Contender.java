package uns.bridge.bench;

import java.io.IOException;
import java.time.Duration;

/** A measured process at work: it is warmed up once and then measured as often as one likes. */
interface Contender extends AutoCloseable {

    /** Has the process deal with {@code messages} messages, from the first to the confirmation of the last. */
    Sample run(long messages) throws InterruptedException;

    @Override
    void close() throws IOException;

    static Contender start(Row row, Workload workload, Child kafka) throws IOException {
        if (row.kind() == Row.Kind.SENDING) {
            return new Commanded(row.starter().start(0), kafka);
        }
        MqttLoadSource source = new MqttLoadSource(workload, 1);
        return new Fed(row.starter().start(source.port()), source, kafka);
    }

    /** Receives from a load source, which knows when the last message has been acknowledged. */
    record Fed(Child process, MqttLoadSource source, Child kafka) implements Contender {

        private static final Duration TIMEOUT = Duration.ofSeconds(60);

        @Override
        public Sample run(long messages) throws InterruptedException {
            Sample.Meter meter = new Sample.Meter(process::cpu, Sample.CpuTime::ours, kafka::cpu);
            Sample.Reading start = meter.read();
            long deadline = start.nanoTime() + TIMEOUT.toNanos();
            source.publish(messages);
            while (!source.awaitAcknowledged(Duration.ofMillis(200))) {
                process.ensureAlive();
                if (System.nanoTime() > deadline) {
                    throw process.failure("has not acknowledged all messages within %d s, only %d of all sent so far"
                            .formatted(TIMEOUT.toSeconds(), source.acknowledged()));
                }
            }
            Sample.Reading end = meter.read();
            if (source.complaints() > 0 || source.connections() > 1) {
                throw process.failure("acknowledged what was not sent or connected again: %d and %d times"
                        .formatted(source.complaints(), source.connections() - 1));
            }
            return start.until(end, messages);
        }

        @Override
        public void close() throws IOException {
            process.close();
            source.close();
        }
    }

    /** Makes its messages itself, as many as it is told to. */
    record Commanded(Child process, Child kafka) implements Contender {

        private static final Duration TIMEOUT = Duration.ofSeconds(60);

        @Override
        public Sample run(long messages) throws InterruptedException {
            Sample.Meter meter = new Sample.Meter(process::cpu, Sample.CpuTime::ours, kafka::cpu);
            Sample.Reading start = meter.read();
            process.send("run " + messages);
            String answer = process.await(TIMEOUT);
            Sample.Reading end = meter.read();
            if (!answer.equals("ran 0")) {
                throw process.failure("could not send everything: " + answer);
            }
            return start.until(end, messages);
        }

        @Override
        public void close() {
            process.close();
        }
    }
}
