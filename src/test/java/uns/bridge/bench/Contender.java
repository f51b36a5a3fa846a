package uns.bridge.bench;

import java.io.IOException;
import java.time.Duration;

/** A measured process at work: it is warmed up once and then measured as often as one likes. */
interface Contender extends AutoCloseable {

    Duration START = Duration.ofMinutes(1);

    /** Has the process deal with {@code messages} messages, from the first to the confirmation of the last. */
    Sample run(int messages) throws InterruptedException;

    Child process();

    @Override
    void close() throws IOException;

    /** Starts the process of {@code row} and waits until it is ready. */
    static Contender start(Row row, Workload workload, Child kafka, String bootstrapServers)
            throws IOException, InterruptedException {
        if (row.kind() == Row.Kind.SENDING) {
            Child producer = row.start(workload, 1, bootstrapServers);
            producer.await(START);
            return new Commanded(producer, kafka);
        }
        MqttLoadSource source = new MqttLoadSource(workload);
        Child process = row.start(workload, source.port(), bootstrapServers);
        Fed fed = new Fed(process, source, kafka);
        if (!source.awaitSubscribed(START)) {
            fed.close();
            throw process.failure("has not subscribed within %d s".formatted(START.toSeconds()));
        }
        return fed;
    }

    record Paced(Pace pace, Sample sample) {}

    /** Receives from a load source, which knows when the last message has been acknowledged. */
    record Fed(Child process, MqttLoadSource source, Child kafka) implements Contender {

        private static final Duration REST = Duration.ofSeconds(5);
        private static final Duration STALL = Duration.ofSeconds(60);

        /** What the process holds of the memory before its first message, in MiB. */
        double idleMib() throws InterruptedException {
            Thread.sleep(REST.toMillis());
            return process.residentMib();
        }

        @Override
        public Sample run(int messages) throws InterruptedException {
            Sample.Meter meter = new Sample.Meter(process, Sample.CpuTime::ours, kafka::cpu);
            Sample.Reading start = meter.read();
            source.publish(messages);
            awaitAcknowledged();
            return start.until(meter.read(), messages);
        }

        /** The times from when a message was due to its acknowledgement, and what that rate costs. */
        Paced run(int messages, int perSecond) throws InterruptedException {
            Sample.Meter meter = new Sample.Meter(process, Sample.CpuTime::ours, kafka::cpu);
            Sample.Reading start = meter.read();
            Pace pace = source.publish(messages, perSecond);
            awaitAcknowledged();
            return new Paced(pace, start.until(meter.read(), messages));
        }

        private void awaitAcknowledged() throws InterruptedException {
            long acknowledged = source.acknowledged();
            long sinceNs = System.nanoTime();
            while (!source.awaitAcknowledged(Duration.ofMillis(200))) {
                process.ensureAlive();
                if (source.acknowledged() != acknowledged) {
                    acknowledged = source.acknowledged();
                    sinceNs = System.nanoTime();
                } else if (System.nanoTime() - sinceNs > STALL.toNanos()) {
                    throw process.failure("has acknowledged nothing for %d s, after %d messages"
                            .formatted(STALL.toSeconds(), acknowledged));
                }
            }
            if (source.complaints() > 0 || source.connections() > 1) {
                throw process.failure("acknowledged what was not sent or connected again: %d and %d times"
                        .formatted(source.complaints(), source.connections() - 1));
            }
        }

        @Override
        public void close() throws IOException {
            process.close();
            source.close();
        }
    }

    /** Makes its messages itself, as many as it is told to. */
    record Commanded(Child process, Child kafka) implements Contender {

        private static final Duration TIMEOUT = Duration.ofMinutes(5);

        @Override
        public Sample run(int messages) throws InterruptedException {
            Sample.Meter meter = new Sample.Meter(process, Sample.CpuTime::ours, kafka::cpu);
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
