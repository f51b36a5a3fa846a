package uns.bridge.sparkplug;

import java.time.Duration;
import uns.bridge.config.Section;
import uns.bridge.config.ValueType;

/**
 * What the bridge does about Sparkplug beyond decoding.
 *
 * @param resolve whether births are kept, to give DATA metrics their names and datatypes
 * @param reorderTimeout how long a message missing in the sequence of its edge node may come late
 */
public record SparkplugSettings(boolean resolve, Duration reorderTimeout) {

    /** The settings where nothing is set. */
    public static final SparkplugSettings DEFAULTS = new SparkplugSettings(true, Duration.ofSeconds(5));

    private static final ValueType<Duration> REORDER_TIMEOUT = ValueType.duration(Duration.ZERO, Duration.ofHours(1));

    /** Reads the section {@code sparkplug}. */
    public static SparkplugSettings read(Section sparkplug) {
        return new SparkplugSettings(
                sparkplug.get("resolve", ValueType.BOOLEAN, DEFAULTS.resolve),
                sparkplug.get("reorder_timeout", REORDER_TIMEOUT, DEFAULTS.reorderTimeout));
    }
}
