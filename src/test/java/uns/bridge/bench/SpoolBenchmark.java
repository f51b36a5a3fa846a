package uns.bridge.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import uns.bridge.message.OutboundRecord;
import uns.bridge.message.OutboundRecord.Header;
import uns.bridge.spool.Spool;
import uns.bridge.spool.SpoolEntry;
import uns.bridge.spool.SpoolSettings;

/** How many messages of 200 bytes a second the spool takes, forced to the disk in groups, and gives back. */
public final class SpoolBenchmark {

    private static final int GROUP = 1_000;

    private SpoolBenchmark() {}

    /**
     * Prints a line for each run.
     *
     * @param arguments the folder, on the disk to be measured; and how many messages, 1,000,000 if that is left out
     */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000_000;
        SpoolSettings settings = new SpoolSettings(folder, 1L << 34, null, Duration.ofSeconds(5), false);
        for (int run = 0; run < 3; run++) {
            try (Spool spool = Spool.open(folder, settings, new NoLosses(), System::currentTimeMillis)) {
                long start = System.nanoTime();
                for (int i = 0; i < count; i += GROUP) {
                    spool.append(group(i), false);
                }
                long appended = System.nanoTime();
                long bytes = bytes(folder);
                int read = 0;
                for (List<Spool.Stored> next = spool.read(); next != null; next = spool.read()) {
                    read += next.size();
                    spool.commit(spool.readOffset());
                }
                long drained = System.nanoTime();
                System.out.printf(
                        "%d messages: append %,d/s, drain %,d/s, %d MB, afterwards %d MB%n",
                        read,
                        count * 1_000_000_000L / (appended - start),
                        count * 1_000_000_000L / (drained - appended),
                        bytes >> 20,
                        bytes(folder) >> 20);
            }
        }
    }

    private static List<SpoolEntry> group(int from) {
        List<SpoolEntry> group = new ArrayList<>(GROUP);
        for (int i = from; i < from + GROUP; i++) {
            StringBuilder value =
                    new StringBuilder(240).append("{\"timestamp\":").append(1_700_000_000_000L + i * 7L);
            while (value.length() < 180) {
                value.append(",\"v").append(value.length()).append("\":").append(Math.sin(i + value.length()));
            }
            value.setLength(199);
            byte[] key = ("acme/plant/line" + i % 40 + "/temperature").getBytes(UTF_8);
            byte[] bytes = value.append('}').toString().getBytes(UTF_8);
            List<Header> headers = List.of(new Header("mqtt.qos", new byte[] {'1'}));
            OutboundRecord record = new OutboundRecord("acme_plant_line" + i % 40, key, bytes, i, headers);
            group.add(new SpoolEntry(false, null, List.of(record)));
        }
        return group;
    }

    private static long bytes(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private static final class NoLosses implements Spool.Losses {

        @Override
        public void expired(long messages) {
            throw new AssertionError();
        }

        @Override
        public void displaced(long messages) {
            throw new AssertionError();
        }

        @Override
        public void abandoned(long messages) {
            throw new AssertionError();
        }

        @Override
        public void damaged(long messages, String why) {
            throw new AssertionError(why);
        }
    }
}
