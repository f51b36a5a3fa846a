package uns.bridge.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Node.Entries;
import uns.bridge.config.Node.Items;
import uns.bridge.config.Node.Scalar;
import uns.bridge.config.Origin.Source;

/**
 * Reads the values of one map of the settings and knows its key path.
 *
 * <p>Nothing is thrown for a value that is not allowed: the problem is noted and a stand-in returned, so that one pass
 * finds every problem. Null and the empty text count as not written. Every value read is also remembered for
 * {@link #describe()}.
 */
public final class Section {

    private static final String BLANK_MISSING = "a name and its value need a colon and a blank between them";

    private final String path;
    private final Map<String, Node> entries;
    private final Problems problems;
    private final SortedMap<String, String> description;
    private final Map<String, Section> sections = new LinkedHashMap<>();
    private final Set<String> known = new TreeSet<>();
    private final Set<String> hidden = new HashSet<>();

    private Section(String path, Map<String, Node> entries, Problems problems, SortedMap<String, String> description) {
        this.path = path;
        this.entries = entries;
        this.problems = problems;
        this.description = description;
    }

    static Section root(Entries entries, Problems problems) {
        return new Section("", entries.entries(), problems, new TreeMap<>());
    }

    /** The section below {@code key}, empty if not written; the same one at every call. */
    public Section section(String key) {
        return section(key, node(key));
    }

    private Section section(String key, @Nullable Node node) {
        return sections.computeIfAbsent(key, k -> {
            if (node != null && !(node instanceof Entries)) {
                problems.add(pathOf(k), "expected a map, but got " + node.shown(), node.origin());
            }
            Map<String, Node> inner = node instanceof Entries map ? map.entries() : Map.of();
            return new Section(pathOf(k), inner, problems, description);
        });
    }

    /** The sections in the list of maps at {@code key}, empty if not written; the same ones at every call. */
    public List<Section> sectionList(String key) {
        List<Section> list = new ArrayList<>();
        Node node = node(key);
        if (node == null) {
            describe(key, list.toString(), "default");
        } else if (node instanceof Items items) {
            for (int i = 0; i < items.items().size(); i++) {
                Section item = section(key + "[" + i + "]", items.items().get(i));
                if (items.items().get(i) instanceof Entries) {
                    list.add(item);
                }
            }
        } else {
            problems.add(pathOf(key), "expected a list of maps, but got " + node.shown(), node.origin());
        }
        return list;
    }

    /** Whether no key has a value. */
    public boolean isEmpty() {
        return entries.values().stream().allMatch(Node::absent);
    }

    /** The keys that have a value, in the order written, of a section where any key is allowed. */
    public Set<String> keys() {
        known.addAll(entries.keySet());
        Set<String> keys = new LinkedHashSet<>(entries.keySet());
        keys.removeIf(key -> !has(key));
        return keys;
    }

    /**
     * Notes every key without a value, of a section where any key is allowed, that {@code names} does not have. It would
     * vanish, and it may be {@code acks:1}, which is a name and a value to its writer only.
     */
    public void rejectWithoutValue(Predicate<String> names) {
        entries.forEach((key, node) -> {
            if (node.absent() && !names.test(key)) {
                // A password in braces looks like a name.
                boolean named = !node.origin().secret() || names.test(Origin.name(key));
                String shown = pathOf(named ? key : Secret.HIDDEN);
                problems.add(shown, "has no value; " + BLANK_MISSING, node.origin());
            }
        });
    }

    /** Whether {@code key} has a value. */
    public boolean has(String key) {
        return node(key) != null;
    }

    /** The value of {@code key}, or {@code defaultValue} if it is not written. */
    public <T> T get(String key, ValueType<T> type, T defaultValue) {
        if (!has(key)) {
            describe(key, type.isHidden() ? Secret.HIDDEN : ValueType.print(defaultValue), "default");
        }
        T value = read(key, type);
        return value == null ? defaultValue : value;
    }

    /** The value of {@code key}, or null if it is not written. */
    public <T> @Nullable T find(String key, ValueType<T> type) {
        if (!has(key)) {
            describe(key, "none", "default");
        }
        return read(key, type);
    }

    /** The value of {@code key}, or {@code standIn} and a problem if it is not written. */
    public <T> T require(String key, ValueType<T> type, T standIn) {
        if (!has(key)) {
            reject(key, "must be set");
        }
        T value = read(key, type);
        return value == null ? standIn : value;
    }

    /**
     * The values of the list at {@code key}, which may also be a single value without a list, or {@code defaultValues} if
     * it is not written.
     */
    public <T> List<T> list(String key, ValueType<T> type, List<T> defaultValues) {
        if (!has(key)) {
            describe(key, defaultValues.toString(), "default");
            return defaultValues;
        }
        if (!(node(key) instanceof Items items)) {
            T value = read(key, type);
            return value == null ? defaultValues : List.of(value);
        }
        describe(key, shown(key, items, type), items.origin().name());
        List<T> values = new ArrayList<>();
        for (int i = 0; i < items.items().size(); i++) {
            T value = read(pathOf(key) + "[" + i + "]", items.items().get(i), type);
            if (value != null) {
                values.add(value);
            }
        }
        return values.size() == items.items().size() ? values : defaultValues;
    }

    /** This section with the maps in it dissolved: {@code sasl: {mechanism: x}} becomes {@code sasl.mechanism: x}. */
    public Section flattened() {
        known.addAll(entries.keySet());
        return new Section(path, FlatEntries.of(path, entries, problems), problems, description);
    }

    /** Adds to the description of {@code key}, which was read, what becomes of it. */
    public void remark(String key, String remark) {
        description.computeIfPresent(pathOf(key), (path, line) -> line + " " + remark);
    }

    /** Notes that the value of {@code key} cannot be used. */
    public void reject(String key, String why) {
        reject(key, why, "");
    }

    /**
     * The same with more words.
     *
     * @param reason what follows the value; it may quote from it, and is not shown where that is not
     */
    public void reject(String key, String why, String reason) {
        Node node = node(key);
        if (node == null) {
            problems.add(pathOf(key), why);
        } else {
            String shown = hidden.contains(key) ? Secret.HIDDEN : node.shown();
            boolean alone =
                    reason.isEmpty() || hidden.contains(key) || node.origin().secret();
            problems.add(pathOf(key), why + "; got " + shown + (alone ? "" : ": " + reason), node.origin());
        }
    }

    /** Notes that what is written at {@code key} should be reconsidered, which is no reason not to start. */
    public void warn(String key, String why) {
        Node node = node(key);
        if (node != null) {
            problems.warn(pathOf(key), why, node.origin());
        }
    }

    /** Makes keys known that are not read. */
    public void expect(String... keys) {
        known.addAll(List.of(keys));
    }

    /** Notes every key nobody has asked for, here and in the sections below: a misspelt key must not go unnoticed. */
    public void rejectUnknownKeys() {
        entries.forEach((key, node) -> {
            if (!known.contains(key)) {
                problems.add(pathOf(key), "unknown" + hint(key, node), node.origin());
            }
        });
        sections.values().forEach(Section::rejectUnknownKeys);
    }

    /** Every value read so far, here and in all other sections, one line each: key, value, where it is from. */
    public List<String> describe() {
        return List.copyOf(description.values());
    }

    /** Every warning so far, of here and of all other sections. */
    public List<String> warnings() {
        return problems.warnings();
    }

    private String hint(String key, Node node) {
        if (!Origin.name(key).equals(key)) {
            return "; " + BLANK_MISSING;
        }
        String near = Nearest.hint(key, known);
        if (!near.isEmpty()) {
            return near;
        }
        boolean underscoreMissing = node.origin().source() == Source.ENVIRONMENT && key.contains("_");
        return "; known are " + known + (underscoreMissing ? ", and it takes two underscores to descend" : "");
    }

    private <T> @Nullable T read(String key, ValueType<T> type) {
        Node node = node(key);
        if (node == null) {
            return null;
        }
        describe(key, shown(key, node, type), node.origin().name());
        return read(pathOf(key), node, type);
    }

    private <T> @Nullable T read(String valuePath, Node node, ValueType<T> type) {
        try {
            return type.read(node);
        } catch (IllegalArgumentException e) {
            problems.add(valuePath, String.valueOf(e.getMessage()), node.origin());
            return null;
        }
    }

    private String shown(String key, Node node, ValueType<?> type) {
        if (type.isHidden()) {
            hidden.add(key);
        }
        return type.isHidden() || node.origin().secret() ? Secret.HIDDEN : printable(node);
    }

    private static String printable(Node node) {
        if (node instanceof Items list) {
            return list.items().stream().map(Section::printable).toList().toString();
        }
        return node instanceof Scalar scalar ? scalar.printable() : node.shown();
    }

    private void describe(String key, String value, String from) {
        description.put(pathOf(key), pathOf(key) + " = " + value + " (" + from + ")");
    }

    /** What is written at {@code key}, which is a known key from now on. */
    private @Nullable Node node(String key) {
        known.add(key);
        Node node = entries.get(key);
        return node == null || node.absent() ? null : node;
    }

    private String pathOf(String key) {
        Node node = entries.get(key);
        String shown = node == null ? key : node.origin().shown(key);
        return path.isEmpty() ? shown : path + "." + shown;
    }
}
