package uns.bridge.spool;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Section;
import uns.bridge.config.ValueType;

/**
 * What is kept on disk while Kafka can't be reached.
 *
 * @param dir the folder; null: nothing is
 * @param maxBytes how much of the disk it may take
 * @param maxAge after how long a message in it is given up; null: never
 * @param after for how long Kafka may confirm nothing before messages go there
 * @param dropOldest whether, when it is full, its oldest messages give way; else the flow waits
 */
public record SpoolSettings(
        @Nullable Path dir, long maxBytes, @Nullable Duration maxAge, Duration after, boolean dropOldest) {

    /** The settings where nothing is set: no spool. */
    public static final SpoolSettings DEFAULTS = new SpoolSettings(null, 1L << 30, null, Duration.ofSeconds(5), false);

    private static final String NONE = "none";
    private static final String DROP_OLDEST = "drop_oldest";
    private static final String BLOCK = "block";

    private static final ValueType<String> DIR =
            ValueType.text("a folder, or none", text -> Path.of(text).toString());
    private static final ValueType<Long> MAX_BYTES = ValueType.bytes(1L << 20, 1L << 40);
    private static final Duration MIN_AGE = Duration.ofSeconds(1);
    private static final Duration MAX_AGE = Duration.ofDays(3_650);
    private static final ValueType<Duration> AFTER = ValueType.duration(Duration.ofSeconds(1), Duration.ofHours(1));
    private static final ValueType<String> FULL = ValueType.text("block or drop_oldest", text -> {
        if (!text.equals(BLOCK) && !text.equals(DROP_OLDEST)) {
            throw new IllegalArgumentException("neither of them");
        }
        return text;
    });

    /** Reads the section {@code spool}. */
    public static SpoolSettings read(Section spool) {
        String dir = spool.get("dir", DIR, NONE);
        return new SpoolSettings(
                dir.equals(NONE) ? null : Path.of(dir),
                spool.get("max_bytes", MAX_BYTES, DEFAULTS.maxBytes),
                spool.find("max_age", ValueType.duration(MIN_AGE, MAX_AGE)),
                spool.get("after", AFTER, DEFAULTS.after),
                spool.get("full", FULL, BLOCK).equals(DROP_OLDEST));
    }
}
