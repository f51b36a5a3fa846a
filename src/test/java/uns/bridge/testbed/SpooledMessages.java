package uns.bridge.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.RecordBatch;

/** What is in the spool of a running bridge, read as Kafka's own tools would. */
public final class SpooledMessages {

    private SpooledMessages() {}

    /** How many messages the files in {@code folder} have, those that Kafka has confirmed meanwhile included. */
    public static long in(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.toString().endsWith(".log")).toList();
        }
        long count = 0;
        for (Path file : files) {
            try (FileRecords records = FileRecords.open(file.toFile(), false)) {
                for (RecordBatch batch : records.batches()) {
                    count += batch.lastOffset() - batch.baseOffset() + 1;
                }
            }
        }
        return count;
    }
}
