package uns.bridge.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import uns.bridge.Settings;
import uns.bridge.brokers.Ports;
import uns.bridge.config.ConfigurationException;

/**
 * The configuration of the measured processes. The ceilings read the same files and variables as the bridge does, so that
 * what it has by default they have, too.
 */
final class Configuration {

    /** Under this name the session waits at Mosquitto. */
    static final String CLIENT_ID = "bench";

    private static final String SETTINGS = """
            mqtt:
              host: 127.0.0.1
              topics: ["#"]
              client_id: %s
            """.formatted(CLIENT_ID);

    private Configuration() {}

    /** A working directory for a process. */
    static Path directory() throws IOException {
        Path directory = Files.createTempDirectory("bench-");
        Path conf = Files.createDirectory(directory.resolve("conf"));
        Path data = Files.createDirectory(directory.resolve("data"));
        Path settings = Files.writeString(conf.resolve("settings.yaml"), SETTINGS);
        // Deleted in reverse order, thus each directory empty.
        for (Path temporary : List.of(directory, conf, settings, data, data.resolve("births.db"))) {
            temporary.toFile().deleteOnExit();
        }
        return directory;
    }

    static Map<String, String> environment(
            Workload workload, int mqttPort, int receiveMaximum, String bootstrapServers) {
        Map<String, String> environment = new HashMap<>(workload.settings());
        environment.put("UNS_MQTT__PORT", Integer.toString(mqttPort));
        environment.put("UNS_MQTT__QOS", Integer.toString(workload.grantedQos()));
        environment.put("UNS_MQTT__RECEIVE_MAXIMUM", Integer.toString(receiveMaximum));
        environment.put("UNS_KAFKA__CONFIG__BOOTSTRAP__SERVERS", bootstrapServers);
        environment.put("UNS_HTTP__PORT", Integer.toString(Ports.free()));
        return environment;
    }

    /** What the bridge carries {@code workload} with, for what needs no brokers. */
    static Settings of(Workload workload) {
        try {
            return Settings.load(
                    directory().resolve("conf"), environment(workload, 1883, MqttPackets.MAX_ID, "127.0.0.1:9092"));
        } catch (ConfigurationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For a process that was started in such a directory, with such an environment. */
    static Settings load() {
        try {
            return Settings.load(Path.of("conf"), System.getenv());
        } catch (ConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }
}
