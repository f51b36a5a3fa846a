package uns.bridge.sparkplug;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uns.bridge.json.JsonWriter;
import uns.bridge.sparkplug.proto.Payload;

/**
 * What a birth says of its metrics, or a template of its members. Never modified.
 *
 * <p>Sorted arrays, because there are many of these and maps would take twice the memory.
 */
final class Definitions {

    private static final Comparator<Definition> BY_ALIAS = Comparator.comparingLong(Definition::alias);
    private static final Comparator<Definition> BY_NAME =
            (one, other) -> Arrays.compareUnsigned(one.jsonName(), other.jsonName());

    private static final Definition[] NONE = {};

    static final Definitions EMPTY = new Definitions(List.of(), List.of(), Map.of(), 0);

    private final Definition[] byAlias;
    private final Definition[] byName;

    /** Here, so that a definition is not fetched into the cache for it. */
    private final long leastAlias;

    private final Map<String, Definitions> templates;
    private final int weight;

    /**
     * Keeps definitions.
     *
     * @param aliased those of {@code all} that have an alias
     * @param templates the members of each template that is defined, by its name
     * @param weight about how many definitions all this takes the memory of
     */
    Definitions(List<Definition> aliased, List<Definition> all, Map<String, Definitions> templates, int weight) {
        this.byAlias = sorted(aliased, BY_ALIAS);
        this.leastAlias = byAlias.length == 0 ? 0 : byAlias[0].alias();
        this.byName = sorted(all, BY_NAME);
        this.templates = Map.copyOf(templates);
        this.weight = weight;
    }

    /**
     * The definition that {@code metric} belongs to. The alias is only looked at where the message has no name: one that
     * belongs to another name would give the type of another metric.
     */
    @Nullable Definition find(Payload.Metric metric) {
        String name = metric.getName();
        if (!name.isEmpty()) {
            return byName(name);
        }
        return metric.hasAlias() ? byAlias(metric.getAlias()) : null;
    }

    /** The members of the template defined under that name, or null. */
    @Nullable Definitions template(String name) {
        return templates.get(name);
    }

    /** All of them. Not to be modified. */
    Definition[] all() {
        return byName;
    }

    /** Those that have an alias. Not to be modified. */
    Definition[] aliased() {
        return byAlias;
    }

    /** The members of the templates that are defined, by their names. */
    Map<String, Definitions> templates() {
        return templates;
    }

    int weight() {
        return weight;
    }

    private @Nullable Definition byAlias(long alias) {
        // Most encoders count their aliases up.
        long guess = alias - leastAlias;
        if (guess >= 0 && guess < byAlias.length && byAlias[(int) guess].alias() == alias) {
            return byAlias[(int) guess];
        }
        int from = 0;
        int to = byAlias.length - 1;
        while (from <= to) {
            int middle = (from + to) >>> 1;
            Definition definition = byAlias[middle];
            if (definition.alias() == alias) {
                return definition;
            }
            if (definition.alias() < alias) {
                from = middle + 1;
            } else {
                to = middle - 1;
            }
        }
        return null;
    }

    private @Nullable Definition byName(String name) {
        byte[] jsonName = JsonWriter.encoded(name);
        int from = 0;
        int to = byName.length - 1;
        while (from <= to) {
            int middle = (from + to) >>> 1;
            Definition definition = byName[middle];
            int order = Arrays.compareUnsigned(definition.jsonName(), jsonName);
            if (order == 0) {
                return definition;
            }
            if (order < 0) {
                from = middle + 1;
            } else {
                to = middle - 1;
            }
        }
        return null;
    }

    private static Definition[] sorted(List<Definition> definitions, Comparator<Definition> order) {
        if (definitions.isEmpty()) {
            return NONE;
        }
        Definition[] sorted = definitions.toArray(NONE);
        Arrays.sort(sorted, order);
        return sorted;
    }
}
