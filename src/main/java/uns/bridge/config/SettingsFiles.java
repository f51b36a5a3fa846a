package uns.bridge.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Node.Entries;
import uns.bridge.config.Node.Scalar;
import uns.bridge.config.Node.Scalar.Kind;
import uns.bridge.config.Origin.Source;

/**
 * Lays the three places settings come from over each other: settings.yaml, .secrets.yaml, the environment. The second may be
 * among the credentials of a service of systemd, which nobody else can read.
 */
public final class SettingsFiles {

    public static final String SETTINGS = "settings.yaml";
    public static final String SECRETS = ".secrets.yaml";

    /** Where systemd has put the credentials of a service (systemd.exec, LoadCredential). */
    private static final String CREDENTIALS = "CREDENTIALS_DIRECTORY";

    /** The directive of dynaconf, which reads the same files: here they are always merged. */
    private static final String MERGE_DIRECTIVE = "dynaconf_merge";

    private SettingsFiles() {}

    /**
     * The root of the merged settings.
     *
     * @param problems what is wrong with the files and the variables, and later with what they say
     * @throws ConfigurationException if a file cannot be read: what it says would only be missed in vain
     */
    public static Section load(Path confDir, Map<String, String> environment, Problems problems)
            throws ConfigurationException {
        Path settingsFile = confDir.resolve(SETTINGS).toAbsolutePath().normalize();
        Path secretsFile = secretsFile(confDir, environment).toAbsolutePath().normalize();
        boolean readable = true;
        Entries merged = new Entries(Map.of(), new Origin(Source.SETTINGS, SETTINGS, 0));
        if (Files.exists(settingsFile)) {
            Entries settings = readFile(settingsFile, merged.origin(), problems);
            readable = settings != null;
            merged = settings == null ? merged : settings;
        } else {
            problems.add(settingsFile.toString(), "there is no such file");
            readable = false;
        }
        if (Files.exists(secretsFile)) {
            Entries secrets = readFile(secretsFile, new Origin(Source.SECRETS, SECRETS, 0), problems);
            readable &= secrets != null;
            merged = secrets == null ? merged : merge(merged, secrets);
        }
        if (!readable) {
            problems.check();
        }
        for (Entries variable : EnvironmentVariables.read(environment, problems)) {
            merged = merge(merged, variable);
        }
        return Section.root(merged, problems);
    }

    private static Path secretsFile(Path confDir, Map<String, String> environment) {
        String credentials = environment.get(CREDENTIALS);
        if (credentials != null && Files.exists(Path.of(credentials, SECRETS))) {
            return Path.of(credentials, SECRETS);
        }
        return confDir.resolve(SECRETS);
    }

    private static @Nullable Entries readFile(Path file, Origin origin, Problems problems) {
        try {
            String text = Files.readString(file);
            // Editors on Windows begin a file with a byte order mark.
            Node root = YamlReader.readDocument(text.startsWith("\uFEFF") ? text.substring(1) : text, origin, problems);
            if (root == null || root.absent()) {
                return new Entries(Map.of(), origin);
            }
            if (root instanceof Entries entries) {
                return withoutMergeDirective(lowerCaseKeys(entries, problems));
            }
            problems.add(file.toString(), "expected a map with sections like 'mqtt:', but got " + root.shown());
        } catch (YamlSyntaxException e) {
            problems.add(file.toString(), e.getMessage() == null ? "not valid YAML" : e.getMessage(), e.origin());
        } catch (CharacterCodingException e) {
            problems.add(file.toString(), "not a text in UTF-8");
        } catch (IOException e) {
            problems.add(file.toString(), "cannot be read: " + e.getClass().getSimpleName());
        }
        return null;
    }

    /** To dynaconf the names at the top level are the same in any case. */
    private static Entries lowerCaseKeys(Entries root, Problems problems) {
        Map<String, Node> entries = new LinkedHashMap<>();
        root.entries().forEach((key, value) -> {
            String lowerCase = key.toLowerCase(Locale.ROOT);
            if (entries.putIfAbsent(lowerCase, value) != null) {
                problems.add(value.origin().shown(lowerCase), "written twice, in different case", value.origin());
            }
        });
        return new Entries(entries, root.origin());
    }

    private static Entries withoutMergeDirective(Entries map) {
        Map<String, Node> entries = new LinkedHashMap<>();
        map.entries().forEach((key, value) -> {
            boolean directive = key.equalsIgnoreCase(MERGE_DIRECTIVE)
                    && value instanceof Scalar scalar
                    && scalar.kind() == Kind.BOOLEAN;
            if (!directive) {
                entries.put(key, value instanceof Entries inner ? withoutMergeDirective(inner) : value);
            }
        });
        return new Entries(entries, map.origin());
    }

    /** Maps merge, everything else replaces; an empty map (all its keys commented out) takes nothing away. */
    private static Entries merge(Entries under, Entries over) {
        Map<String, Node> entries = new LinkedHashMap<>(under.entries());
        over.entries().forEach((key, value) -> entries.merge(key, value, SettingsFiles::mergeValue));
        return new Entries(entries, over.origin());
    }

    private static Node mergeValue(Node under, Node over) {
        if (under instanceof Entries underEntries) {
            if (over instanceof Entries overEntries) {
                return merge(underEntries, overEntries);
            }
            return over.absent() ? under : over;
        }
        return over;
    }
}
