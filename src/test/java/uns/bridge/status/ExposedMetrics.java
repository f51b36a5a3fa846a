package uns.bridge.status;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import uns.bridge.Settings;
import uns.bridge.config.SettingsFixture;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.health.Health;
import uns.bridge.health.LatestDeadLetters;
import uns.bridge.health.Liveness;
import uns.bridge.mqtt.MqttSource;
import uns.bridge.pipeline.Pipeline;
import uns.bridge.spool.Fill;
import uns.bridge.tls.Authority;
import uns.bridge.tls.Issued;

/** All metrics of a bridge in which everything is set that brings some. */
public final class ExposedMetrics {

    private static final Pattern TYPE = Pattern.compile("# TYPE ([a-z0-9_]+) ([a-z]+)");

    private ExposedMetrics() {}

    /** What Prometheus reads. */
    public static String scrape(Path confDir) throws Exception {
        Issued bridge = Authority.named("Plant CA").issue("bridge");
        Path certfile = confDir.resolve("http.pem");
        Files.writeString(certfile, bridge.keyPem() + bridge.chainPem());
        SettingsFixture.write(confDir, """
                mqtt: {host: h, client_id: c}
                kafka: {config: {bootstrap.servers: 'k:9092'}}
                sparkplug: {rebirth: true, state_dir: none}
                http: {tls: {certfile: '%s'}}
                """.formatted(certfile), "");
        Settings settings = Settings.load(confDir, Map.of());
        DeliveryTracker tracker = new DeliveryTracker(1, 1);
        Health health = new Health();
        Pipeline pipeline = new Pipeline(settings.pipeline(), settings.sparkplug());
        Instruments instruments = new Instruments(
                tracker,
                health,
                new Liveness(Map.of(), health, Duration.ofMinutes(1)),
                new MqttSource(settings.mqtt(), List.of(), null, tracker, health),
                pipeline,
                () -> Fill.NONE,
                name -> 0,
                () -> 0,
                new LatestDeadLetters(0));
        BridgeMetrics metrics = new BridgeMetrics(
                "1.0",
                instruments,
                new CertificateEnds(settings.mqtt(), settings.kafka(), settings.http(), System::nanoTime));
        String scrape = metrics.scrape();
        metrics.close();
        return scrape;
    }

    /** The metrics of a scrape and their types. */
    public static Map<String, String> types(String scrape) {
        Map<String, String> types = new TreeMap<>();
        for (String line : scrape.lines().toList()) {
            Matcher type = TYPE.matcher(line);
            if (type.matches()) {
                types.put(type.group(1), type.group(2));
            }
        }
        return types;
    }
}
