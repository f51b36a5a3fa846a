package uns.bridge.sparkplug;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Section;
import uns.bridge.config.ValueType;

/**
 * What the bridge does about Sparkplug.
 *
 * @param resolve whether births are kept, to give DATA metrics their names and datatypes; all below but
 *     {@code maxPayloadBytes} needs them
 * @param reorderTimeout how long a message missing in the sequence of its edge node may come late
 * @param maxPayloadBytes how far a compressed payload may inflate
 * @param deathRecords whether the death of an edge node is told in a record for each of its devices, too
 * @param rebirth whether edge nodes are asked to be born again where their births are missing
 * @param rebirthInterval how often one edge node is asked at most
 * @param stateDir the folder where births survive a restart, and the list of what is subscribed to; null if they do not
 * @param stateMaxAge after how long a silence of its edge node a birth in {@code stateDir} is not to be trusted
 * @param certificates whether the births that a Sparkplug-aware MQTT broker keeps are read
 */
public record SparkplugSettings(
        boolean resolve,
        Duration reorderTimeout,
        int maxPayloadBytes,
        boolean deathRecords,
        boolean rebirth,
        Duration rebirthInterval,
        @Nullable Path stateDir,
        Duration stateMaxAge,
        boolean certificates) {

    /** The settings where nothing is set. */
    public static final SparkplugSettings DEFAULTS = new SparkplugSettings(
            true,
            Duration.ofSeconds(5),
            16 << 20,
            false,
            false,
            Duration.ofSeconds(30),
            Path.of("data"),
            Duration.ofDays(7),
            false);

    private static final String NO_STATE_DIR = "none";

    private static final ValueType<Duration> REORDER_TIMEOUT = ValueType.duration(Duration.ZERO, Duration.ofHours(1));
    private static final ValueType<Long> MAX_PAYLOAD = ValueType.bytes(1 << 10, 1 << 30);
    private static final ValueType<Duration> REBIRTH_INTERVAL =
            ValueType.duration(Duration.ofSeconds(1), Duration.ofDays(1));
    private static final ValueType<Duration> STATE_MAX_AGE =
            ValueType.duration(Duration.ofMinutes(1), Duration.ofDays(3_650));
    private static final ValueType<String> STATE_DIR =
            ValueType.text("a folder, or none", text -> Path.of(text).toString());

    /** Reads the section {@code sparkplug}. */
    public static SparkplugSettings read(Section sparkplug) {
        boolean resolve = sparkplug.get("resolve", ValueType.BOOLEAN, DEFAULTS.resolve);
        String stateDir = sparkplug.get("state_dir", STATE_DIR, String.valueOf(DEFAULTS.stateDir));
        return new SparkplugSettings(
                resolve,
                sparkplug.get("reorder_timeout", REORDER_TIMEOUT, DEFAULTS.reorderTimeout),
                Math.toIntExact(sparkplug.get("max_payload", MAX_PAYLOAD, (long) DEFAULTS.maxPayloadBytes)),
                option(sparkplug, "death_records", resolve),
                option(sparkplug, "rebirth", resolve),
                sparkplug.get("rebirth_interval", REBIRTH_INTERVAL, DEFAULTS.rebirthInterval),
                stateDir.equals(NO_STATE_DIR) ? null : Path.of(stateDir),
                sparkplug.get("state_max_age", STATE_MAX_AGE, DEFAULTS.stateMaxAge),
                option(sparkplug, "certificates", resolve));
    }

    /** The same for messages that come out of their time: births of today say nothing of them. */
    public SparkplugSettings withoutBirths() {
        return new SparkplugSettings(
                false, reorderTimeout, maxPayloadBytes, false, false, rebirthInterval, null, stateMaxAge, false);
    }

    /** Something that is off by default and makes no sense where births are not kept. */
    private static boolean option(Section sparkplug, String key, boolean resolve) {
        boolean on = sparkplug.get(key, ValueType.BOOLEAN, false);
        if (on && !resolve) {
            sparkplug.reject(key, "needs sparkplug.resolve, which is false");
        }
        return on;
    }
}
