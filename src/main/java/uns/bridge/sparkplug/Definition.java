package uns.bridge.sparkplug;

import org.jspecify.annotations.Nullable;
import uns.bridge.json.JsonWriter;

/**
 * What a birth says of one metric that its DATA messages need not repeat (Sparkplug 3.0, 6.4.6): a place in what is kept of
 * that birth.
 *
 * @param all what the birth says of its metrics
 * @param index which of them it is, from 0
 */
record Definition(Definitions all, int index) {

    /** Of a birth that leaves the datatype out, though it must not. */
    static final int NO_DATATYPE = -1;

    /**
     * The types within a metric.
     *
     * @param members the members of its template (6.4.14), or null if it is none
     * @param templateRef the name of the definition of its template, if it is an instance
     * @param properties the types of its properties (6.4.8), or null if it has none
     */
    record Parts(
            @Nullable Definitions members,
            @Nullable String templateRef,
            @Nullable PropertyTypes properties) {}

    String name() {
        return all.name(index);
    }

    /** The name as the string that comes next in {@code json}. */
    void writeName(JsonWriter json) {
        all.writeName(index, json);
    }

    /** The alias, or null if the birth gives none. */
    @Nullable Long alias() {
        return all.alias(index);
    }

    /** The datatype, or {@link #NO_DATATYPE}. */
    int datatype() {
        return all.datatype(index);
    }

    @Nullable Definitions members() {
        Parts parts = all.parts(index);
        return parts == null ? null : parts.members();
    }

    @Nullable String templateRef() {
        Parts parts = all.parts(index);
        return parts == null ? null : parts.templateRef();
    }

    @Nullable PropertyTypes properties() {
        Parts parts = all.parts(index);
        return parts == null ? null : parts.properties();
    }
}
