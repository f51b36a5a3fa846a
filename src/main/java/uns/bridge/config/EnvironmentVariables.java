package uns.bridge.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import uns.bridge.config.Node.Entries;

/** Settings from the environment: {@code UNS_MQTT__HOST} is {@code mqtt.host}. */
final class EnvironmentVariables {

    static final String PREFIX = "UNS_";
    private static final String DESCEND = "__";

    private EnvironmentVariables() {}

    /** One tree for each variable, in the order of their names, so that a map comes before what lies within it. */
    static List<Entries> read(Map<String, String> environment, Problems problems) {
        List<Entries> trees = new ArrayList<>();
        Map<String, String> variables = new HashMap<>();
        new TreeMap<>(environment).forEach((variable, text) -> {
            if (!variable.startsWith(PREFIX)) {
                return;
            }
            String path = variable.substring(PREFIX.length()).toLowerCase(Locale.ROOT);
            String other = variables.putIfAbsent(path, variable);
            if (other != null) {
                problems.add(variable, "says the same as " + other);
                return;
            }
            LogVariable ofLog = LogVariable.named(variable);
            if (ofLog != null) {
                ofLog.check(text, problems);
                return;
            }
            List<String> keys = List.of(path.split(DESCEND, -1));
            if (keys.contains("")) {
                problems.add(variable, "a name between two underscores is empty");
                return;
            }
            Origin origin = Origin.variable(variable);
            try {
                trees.add(nest(keys, YamlReader.readValue(text, origin, problems)));
            } catch (YamlSyntaxException e) {
                problems.add(String.join(".", keys), String.valueOf(e.getMessage()), origin);
            }
        });
        return trees;
    }

    private static Entries nest(List<String> keys, Node value) {
        Node nested = value;
        for (int i = keys.size() - 1; i > 0; i--) {
            nested = new Entries(Map.of(keys.get(i), nested), value.origin());
        }
        return new Entries(Map.of(keys.get(0), nested), value.origin());
    }
}
