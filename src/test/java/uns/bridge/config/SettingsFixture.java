package uns.bridge.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Settings as a user would write them, read as the bridge reads them. */
public final class SettingsFixture {

    private final Problems problems = new Problems();
    private final Section root;

    private SettingsFixture(Path confDir, Map<String, String> environment) throws ConfigurationException {
        root = SettingsFiles.load(confDir, environment, problems);
    }

    public static SettingsFixture settings(String yaml) {
        return of(yaml, "", Map.of());
    }

    /** The settings written the most secret way: their values must never be seen. */
    public static SettingsFixture secrets(String yaml) {
        return of("", yaml, Map.of());
    }

    public static SettingsFixture of(String settings, String secrets, Map<String, String> environment) {
        try {
            Path confDir = Files.createTempDirectory("conf");
            try {
                write(confDir, settings, secrets);
                return new SettingsFixture(confDir, environment);
            } finally {
                Files.delete(confDir.resolve(SettingsFiles.SETTINGS));
                Files.delete(confDir.resolve(SettingsFiles.SECRETS));
                Files.delete(confDir);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ConfigurationException e) {
            throw new AssertionError("unreadable: " + e.problems(), e);
        }
    }

    public static void write(Path confDir, String settings, String secrets) throws IOException {
        Files.writeString(confDir.resolve(SettingsFiles.SETTINGS), settings);
        Files.writeString(confDir.resolve(SettingsFiles.SECRETS), secrets);
    }

    public Section section(String key) {
        return root.section(key);
    }

    public Section root() {
        return root;
    }

    /** The problems so far, unknown keys included. */
    public List<String> problems() {
        root.rejectUnknownKeys();
        try {
            problems.check();
            return List.of();
        } catch (ConfigurationException e) {
            return e.problems();
        }
    }
}
