package uns.bridge;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import uns.bridge.config.ConfigurationException;
import uns.bridge.config.Problems;
import uns.bridge.config.Section;
import uns.bridge.config.SettingsFiles;
import uns.bridge.config.ValueType;
import uns.bridge.http.HttpSettings;
import uns.bridge.kafka.KafkaSettings;
import uns.bridge.mqtt.MqttSettings;
import uns.bridge.pipeline.PipelineSettings;
import uns.bridge.sparkplug.SparkplugSettings;
import uns.bridge.spool.SpoolSettings;

/**
 * Everything that can be set.
 *
 * @param drainTimeout how long a graceful stop waits for what is in flight
 * @param stall after how long without progress what is in flight counts as stalled
 * @param description the settings in effect for the log, one line each, without secrets
 * @param warnings what in them should be reconsidered, one sentence each, without secrets
 */
public record Settings(
        MqttSettings mqtt,
        PipelineSettings pipeline,
        SparkplugSettings sparkplug,
        KafkaSettings kafka,
        SpoolSettings spool,
        HttpSettings http,
        Duration drainTimeout,
        Duration stall,
        List<String> description,
        List<String> warnings) {

    private static final ValueType<Duration> DRAIN_TIMEOUT = ValueType.duration(Duration.ZERO, Duration.ofHours(1));
    /** Shorter than the 10 seconds after which {@code docker stop} kills. */
    private static final Duration DEFAULT_DRAIN_TIMEOUT = Duration.ofSeconds(6);

    private static final ValueType<Duration> STALL = ValueType.duration(Duration.ofSeconds(5), Duration.ofHours(1));
    private static final Duration DEFAULT_STALL = Duration.ofSeconds(60);

    /**
     * The settings of a directory with {@code settings.yaml} and perhaps {@code .secrets.yaml}, and of the environment.
     *
     * @throws ConfigurationException with every problem there is
     */
    public static Settings load(Path confDir, Map<String, String> environment) throws ConfigurationException {
        Problems problems = new Problems();
        Section root = SettingsFiles.load(confDir, environment, problems);
        Settings settings = read(root);
        root.rejectUnknownKeys();
        problems.check();
        return settings;
    }

    /**
     * The section {@code http} alone, which is all that is needed to ask a running bridge how it is.
     *
     * @throws ConfigurationException if the files cannot be read, or the section is not as it should be
     */
    public static HttpSettings loadHttp(Path confDir, Map<String, String> environment) throws ConfigurationException {
        Problems problems = new Problems();
        HttpSettings http = HttpSettings.read(
                SettingsFiles.load(confDir, environment, problems).section("http"));
        problems.check();
        return http;
    }

    static Settings read(Section root) {
        MqttSettings mqtt = MqttSettings.read(root.section("mqtt"));
        PipelineSettings pipeline = PipelineSettings.read(root.section("mqtt"), root.section("kafka"));
        SparkplugSettings sparkplug = SparkplugSettings.read(root.section("sparkplug"));
        KafkaSettings kafka = KafkaSettings.read(root.section("kafka"));
        SpoolSettings spool = SpoolSettings.read(root.section("spool"));
        HttpSettings http = HttpSettings.read(root.section("http"));
        Duration drainTimeout = root.get("drain_timeout", DRAIN_TIMEOUT, DEFAULT_DRAIN_TIMEOUT);
        Duration stall = root.section("watchdog").get("stall", STALL, DEFAULT_STALL);
        List<String> warnings = new ArrayList<>(root.warnings());
        warnings.addAll(mqtt.warnings());
        warnings.addAll(kafka.warnings());
        warnings.addAll(http.warnings());
        return new Settings(
                mqtt,
                pipeline,
                sparkplug,
                kafka,
                spool,
                http,
                drainTimeout,
                stall,
                root.describe(),
                List.copyOf(warnings));
    }
}
