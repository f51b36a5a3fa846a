package uns.bridge.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import uns.bridge.message.OutboundRecord;
import uns.bridge.message.OutboundRecord.Header;
import uns.bridge.spool.Spool.Stored;

/** Numbered messages in a spool. */
final class SpoolFixture {

    private SpoolFixture() {}

    static List<SpoolEntry> entries(int from, int to) {
        return IntStream.range(from, to).mapToObj(SpoolFixture::entry).toList();
    }

    /** It does not compress to nothing. */
    static SpoolEntry entry(int number) {
        String value = "{\"n\":" + number + ",\"x\":" + Math.sin(number) + ",\"y\":" + Math.cos(number) + "}";
        OutboundRecord record = new OutboundRecord(
                "t" + number % 7,
                ("key" + number % 7).getBytes(UTF_8),
                value.getBytes(UTF_8),
                number,
                List.of(new Header("h", new byte[] {1})));
        return new SpoolEntry(false, null, List.of(record));
    }

    static int number(Stored stored) {
        return (int) stored.entry().records().get(0).timestampMs();
    }

    /** All that is left to be read, in order. */
    static List<Integer> read(Spool spool) throws IOException {
        List<Integer> numbers = new ArrayList<>();
        for (List<Stored> next = spool.read(); next != null; next = spool.read()) {
            next.forEach(stored -> numbers.add(number(stored)));
        }
        return numbers;
    }

    static List<Path> files(Path folder, String part) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().contains(part))
                    .sorted()
                    .toList();
        }
    }
}
