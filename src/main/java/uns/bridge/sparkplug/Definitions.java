package uns.bridge.sparkplug;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import uns.bridge.json.JsonWriter;

/**
 * What a birth says of its metrics, or a template of its members. Never modified.
 *
 * <p>There are many of these, and each message needs others: so they lie in a few arrays, in the order of their aliases, in
 * which the metrics of a message are neighbours. Objects of their own would take twice the memory, and to fetch them into
 * the cache would take most of the time that a message needs. Equal arrays are shared.
 */
final class Definitions {

    private static final Definition.Parts[] NO_PARTS = {};

    static final Definitions EMPTY = new Definitions(List.of(), Map.of(), 0, new SharedValues());

    /** The names as they are to be written, {@linkplain JsonWriter#encoded encoded}, one behind the other. */
    private final byte[] names;

    /** Where each name ends in {@link #names}. */
    private final int[] nameEnds;

    private final int[] datatypes;

    /** Of each, or empty if none has any. */
    private final Definition.@Nullable Parts[] parts;

    /** How many have an alias; they come first. */
    private final int aliased;

    private final long leastAlias;

    /** The aliases in ascending order, or empty if they count up from the least. */
    private final long[] aliases;

    /** All indices in the order of the names. */
    private final int[] byName;

    private final Map<String, Definitions> templates;
    private final int weight;

    /**
     * One definition, to be kept.
     *
     * @param jsonName the name, {@linkplain JsonWriter#encoded encoded}
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Entry(byte[] jsonName, @Nullable Long alias, int datatype, Definition.@Nullable Parts parts) {

        private static final Comparator<Entry> BY_NAME =
                (one, other) -> Arrays.compareUnsigned(one.jsonName, other.jsonName);

        /** Those without an alias come last. */
        private static final Comparator<Entry> BY_ALIAS =
                Comparator.comparing(Entry::alias, Comparator.nullsLast(Comparator.naturalOrder()));
    }

    /**
     * Keeps definitions. An alias of several is of none (6.4.6, tck-id-payloads-alias-uniqueness): whose value it brings is
     * not known.
     *
     * @param templates the members of each template that is defined, by its name
     * @param weight about how many definitions all this takes the memory of
     * @param shared what is equal in several births
     */
    Definitions(List<Entry> entries, Map<String, Definitions> templates, int weight, SharedValues shared) {
        Entry[] sorted = withoutAmbiguous(entries);
        Arrays.sort(sorted, Entry.BY_ALIAS.thenComparing(Entry.BY_NAME));
        int[] ends = new int[sorted.length];
        int end = 0;
        for (int i = 0; i < sorted.length; i++) {
            end += sorted[i].jsonName.length;
            ends[i] = end;
        }
        byte[] joined = new byte[end];
        for (int i = 0; i < sorted.length; i++) {
            byte[] name = sorted[i].jsonName;
            System.arraycopy(name, 0, joined, ends[i] - name.length, name.length);
        }
        long[] known = Arrays.stream(sorted)
                .map(Entry::alias)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .toArray();
        this.names = shared.bytes(joined);
        this.nameEnds = shared.ints(ends);
        this.datatypes =
                shared.ints(Arrays.stream(sorted).mapToInt(Entry::datatype).toArray());
        this.parts = Arrays.stream(sorted).allMatch(entry -> entry.parts == null)
                ? NO_PARTS
                : Arrays.stream(sorted).map(Entry::parts).toArray(Definition.Parts[]::new);
        this.aliased = known.length;
        this.leastAlias = aliased == 0 ? 0 : known[0];
        this.aliases = isRun(known) ? new long[0] : known;
        this.byName = shared.ints(IntStream.range(0, sorted.length)
                .boxed()
                .sorted(Comparator.comparing(index -> sorted[index], Entry.BY_NAME))
                .mapToInt(Integer::intValue)
                .toArray());
        this.templates = Map.copyOf(templates);
        this.weight = weight;
    }

    private static Entry[] withoutAmbiguous(List<Entry> entries) {
        Map<Long, Entry> owners = new HashMap<>();
        Set<Long> ambiguous = new HashSet<>();
        for (Entry entry : entries) {
            Entry owner = entry.alias == null ? null : owners.putIfAbsent(entry.alias, entry);
            if (owner != null && !(Arrays.equals(owner.jsonName, entry.jsonName) && owner.datatype == entry.datatype)) {
                ambiguous.add(entry.alias);
            }
        }
        return entries.stream()
                .map(entry -> ambiguous.contains(entry.alias)
                        ? new Entry(entry.jsonName, null, entry.datatype, entry.parts)
                        : entry)
                .toArray(Entry[]::new);
    }

    /**
     * The definition that {@code metric} belongs to. The alias is only looked at where the message has no name: one that
     * belongs to another name would give the type of another metric.
     */
    @Nullable Definition find(Metric metric) {
        int index;
        if (!metric.name.isEmpty()) {
            index = metric.name.findIn(this);
        } else {
            index = metric.has(Metric.ALIAS) ? find(metric.alias) : -1;
        }
        return index < 0 ? null : new Definition(this, index);
    }

    /** The members of the template defined under that name, or null. */
    @Nullable Definitions template(String name) {
        return templates.get(name);
    }

    /** All of them. */
    List<Definition> all() {
        return IntStream.range(0, nameEnds.length)
                .mapToObj(index -> new Definition(this, index))
                .toList();
    }

    /** The members of the templates that are defined, by their names. */
    Map<String, Definitions> templates() {
        return templates;
    }

    int weight() {
        return weight;
    }

    String name(int index) {
        return JsonWriter.decoded(Arrays.copyOfRange(names, nameStart(index), nameEnds[index]));
    }

    void writeName(int index, JsonWriter json) {
        int start = nameStart(index);
        json.encodedString(names, start, nameEnds[index] - start);
    }

    @Nullable Long alias(int index) {
        if (index >= aliased) {
            return null;
        }
        return aliases.length == 0 ? leastAlias + index : aliases[index];
    }

    int datatype(int index) {
        return datatypes[index];
    }

    Definition.@Nullable Parts parts(int index) {
        return parts.length == 0 ? null : parts[index];
    }

    private int nameStart(int index) {
        return index == 0 ? 0 : nameEnds[index - 1];
    }

    /** The index of an alias, negative if there is none. */
    private int find(long alias) {
        if (aliases.length > 0) {
            return Arrays.binarySearch(aliases, alias);
        }
        long index = alias - leastAlias;
        return index >= 0 && index < aliased ? (int) index : -1;
    }

    /** The index of the name that is, {@linkplain JsonWriter#encoded encoded}, these bytes; negative if there is none. */
    int find(byte[] jsonName, int start, int end) {
        int from = 0;
        int to = byName.length - 1;
        while (from <= to) {
            int middle = (from + to) >>> 1;
            int index = byName[middle];
            int order = Arrays.compareUnsigned(names, nameStart(index), nameEnds[index], jsonName, start, end);
            if (order == 0) {
                return index;
            }
            if (order < 0) {
                from = middle + 1;
            } else {
                to = middle - 1;
            }
        }
        return -1;
    }

    /** Whether each is the one before plus one. */
    private static boolean isRun(long[] ascending) {
        for (int i = 1; i < ascending.length; i++) {
            if (ascending[i] != ascending[i - 1] + 1) {
                return false;
            }
        }
        return true;
    }
}
