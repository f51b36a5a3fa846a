package uns.bridge.config;

import java.util.LinkedHashMap;
import java.util.Map;
import uns.bridge.config.Node.Entries;

/** Dissolves maps within a map, joining their keys by dots. */
final class FlatEntries {

    private final String path;
    private final Problems problems;
    private final Map<String, Node> flat = new LinkedHashMap<>();

    private FlatEntries(String path, Problems problems) {
        this.path = path;
        this.problems = problems;
    }

    static Map<String, Node> of(String path, Map<String, Node> entries, Problems problems) {
        FlatEntries result = new FlatEntries(path, problems);
        result.addAll("", entries);
        return result.flat;
    }

    private void addAll(String prefix, Map<String, Node> entries) {
        entries.forEach((key, node) -> {
            if (node instanceof Entries inner) {
                addAll(prefix + key + ".", inner.entries());
            } else {
                flat.merge(prefix + key, node, (first, second) -> later(prefix + key, first, second));
            }
        });
    }

    /** Of one key written flat and nested, the one that overrides the other: the merge could not see they are the same. */
    private Node later(String key, Node first, Node second) {
        if (first.absent() || second.absent()) {
            return first.absent() ? second : first;
        }
        int order = first.origin().source().compareTo(second.origin().source());
        if (order == 0) {
            String shown = path + "." + second.origin().shown(key);
            problems.add(shown, "written twice, also at " + first.origin().place(), second.origin());
        }
        return order > 0 ? first : second;
    }
}
