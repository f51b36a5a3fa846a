package uns.bridge.sparkplug;

import org.jspecify.annotations.Nullable;
import uns.bridge.json.JsonWriter;

/**
 * What a birth says of one metric that its DATA messages need not repeat (Sparkplug 3.0, 6.4.6).
 *
 * @param jsonName the name as it is to be written, {@linkplain JsonWriter#encoded encoded}; a text would take more memory, and more
 *     time for each message
 * @param alias the alias, where the birth gives one; else without meaning
 * @param datatype the datatype, or {@link #NO_DATATYPE}
 * @param parts what is within the metric, or null if nothing within it has a type
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by identity only.
record Definition(
        byte[] jsonName, long alias, int datatype, @Nullable Parts parts) {

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
        return JsonWriter.decoded(jsonName);
    }

    @Nullable Definitions members() {
        return parts == null ? null : parts.members();
    }

    @Nullable String templateRef() {
        return parts == null ? null : parts.templateRef();
    }

    @Nullable PropertyTypes properties() {
        return parts == null ? null : parts.properties();
    }
}
