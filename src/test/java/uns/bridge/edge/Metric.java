package uns.bridge.edge;

import org.jspecify.annotations.Nullable;

/**
 * A metric as an edge node writes it. What is null is left out of the payload, except for the value: without one the
 * metric says {@code is_null}.
 *
 * @param value a {@link Number} for the numeric types and DateTime, a {@link Boolean} or a {@link String}
 */
public record Metric(
        @Nullable String name,
        @Nullable Long alias,
        @Nullable Long timestamp,
        @Nullable DataType type,
        @Nullable Object value) {

    /** As in a birth certificate: the name, and the alias by which data messages mean it. */
    public static Metric of(String name, long alias, DataType type, @Nullable Object value) {
        return new Metric(name, alias, null, type, value);
    }

    public static Metric of(String name, DataType type, @Nullable Object value) {
        return new Metric(name, null, null, type, value);
    }

    public Metric withValue(@Nullable Object newValue) {
        return new Metric(name, alias, timestamp, type, newValue);
    }

    public Metric at(long newTimestamp) {
        return new Metric(name, alias, newTimestamp, type, value);
    }

    /** As in a data message: the name is known from the birth certificate. */
    public Metric byAlias() {
        return new Metric(null, alias, timestamp, type, value);
    }
}
