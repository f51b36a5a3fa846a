package uns.bridge.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts the bridge as its users do: its jar, a configuration directory, and what differs in the environment. */
final class BridgeProcess {

    private static final Path JAR = Path.of("target", "uns-kafka-bridge.jar");

    private BridgeProcess() {}

    static Child start(int mqttPort, String clientId, int receiveMaximum, String bootstrapServers) throws IOException {
        Path directory = Files.createTempDirectory("bench-bridge-");
        Path conf = Files.createDirectory(directory.resolve("conf"));
        Path settings = conf.resolve("settings.yaml");
        // Deleted in reverse order, thus each directory empty.
        Path data = Files.createDirectory(directory.resolve("data"));
        for (Path temporary : List.of(directory, conf, settings, data, data.resolve("births.db"))) {
            temporary.toFile().deleteOnExit();
        }
        Files.writeString(settings, """
                mqtt:
                  host: 127.0.0.1
                  port: 1883
                  topics: ["#"]
                  qos: 1
                  client_id: %s
                kafka:
                  config:
                    client.id: %s
                    bootstrap.servers: %s
                """.formatted(clientId, clientId, bootstrapServers));
        List<String> command = new ArrayList<>(List.of(Child.javaExecutable()));
        command.addAll(Row.JVM_OPTIONS);
        command.addAll(List.of("-jar", JAR.toAbsolutePath().toString()));
        return Child.start(
                "bridge",
                command,
                Map.of(
                        "UNS_MQTT__PORT", Integer.toString(mqttPort),
                        "UNS_MQTT__RECEIVE_MAXIMUM", Integer.toString(receiveMaximum)),
                directory);
    }
}
