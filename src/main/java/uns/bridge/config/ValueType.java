package uns.bridge.config;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Node.Scalar;
import uns.bridge.config.Node.Scalar.Kind;

/** What a setting may be: how its text is read, and how the allowed values are called in a problem. */
public final class ValueType<T> {

    private static final Pattern INTEGER = Pattern.compile("[-+]?(0|[1-9][0-9]*)");
    private static final Pattern QUANTITY = Pattern.compile("([0-9]{1,18}) *([A-Za-z]*)");
    private static final Map<String, Long> SECONDS = Map.of("", 1L, "s", 1L, "m", 60L, "h", 3_600L, "d", 86_400L);
    private static final Map<String, Long> BYTES = Map.of("", 1L, "kib", 1L << 10, "mib", 1L << 20, "gib", 1L << 30);

    /** Any single value, exactly as written. */
    public static final ValueType<String> TEXT = text("a text", Function.identity());

    public static final ValueType<Secret> SECRET = text("a text", Secret::new).hidden();

    /** YAML's booleans, {@code yes} and {@code off} included; not a text in quotes, which once counted as true. */
    public static final ValueType<Boolean> BOOLEAN = new ValueType<>(
            "true or false (without quotes)",
            scalar -> scalar.kind() == Kind.BOOLEAN ? isTrue(scalar.text()) : null,
            false);

    private final String allowed;
    private final Function<Scalar, @Nullable T> parser;
    private final boolean hidden;

    private ValueType(String allowed, Function<Scalar, @Nullable T> parser, boolean hidden) {
        this.allowed = allowed;
        this.parser = parser;
        this.hidden = hidden;
    }

    /**
     * A text with rules of its own.
     *
     * @param parser throws {@link IllegalArgumentException} with the reason if the text is not allowed
     */
    public static <T> ValueType<T> text(String allowed, Function<String, T> parser) {
        return new ValueType<>(allowed, scalar -> parser.apply(scalar.text()), false);
    }

    /** A whole number, also one in quotes, which Python users write. */
    public static ValueType<Integer> integer(int min, int max) {
        return new ValueType<>(
                "a whole number from " + min + " to " + max,
                scalar -> {
                    if (!INTEGER.matcher(scalar.text()).matches()) {
                        return null;
                    }
                    BigInteger number = new BigInteger(scalar.text());
                    boolean inRange = number.compareTo(BigInteger.valueOf(min)) >= 0
                            && number.compareTo(BigInteger.valueOf(max)) <= 0;
                    return inRange ? number.intValueExact() : null;
                },
                false);
    }

    /** Seconds as a whole number, or with a unit: {@code 90s}, {@code 30m}, {@code 24h}, {@code 7d}. */
    public static ValueType<Duration> duration(Duration min, Duration max) {
        String allowed = "a duration from " + print(min) + " to " + print(max)
                + ": a whole number of seconds, or one with s, m, h or d";
        return new ValueType<>(
                allowed,
                scalar -> {
                    Long seconds = quantity(scalar.text(), SECONDS, min.toSeconds(), max.toSeconds());
                    return seconds == null ? null : Duration.ofSeconds(seconds);
                },
                false);
    }

    /** A size in bytes as a whole number, or with a unit: {@code 512KiB}, {@code 32MiB}, {@code 1GiB}. */
    public static ValueType<Long> bytes(long min, long max) {
        return new ValueType<>(
                "a size from " + min + " to " + max + " bytes: a whole number, or one with KiB, MiB or GiB",
                scalar -> quantity(scalar.text(), BYTES, min, max),
                false);
    }

    /** The same, but its value is never printed, wherever it was written. */
    public ValueType<T> hidden() {
        return new ValueType<>(allowed, parser, true);
    }

    boolean isHidden() {
        return hidden;
    }

    /**
     * Reads a value.
     *
     * @throws IllegalArgumentException if it is not allowed; the message tells what is, and never a secret
     */
    T read(Node node) {
        if (node instanceof Scalar scalar && !scalar.absent()) {
            try {
                T value = parser.apply(scalar);
                if (value != null) {
                    return value;
                }
            } catch (IllegalArgumentException e) {
                // A parser's reason may quote the text.
                String reason = hidden || node.origin().secret() ? "" : ": " + e.getMessage();
                throw new IllegalArgumentException(complaint(node) + reason, e);
            }
        }
        throw new IllegalArgumentException(complaint(node));
    }

    private String complaint(Node node) {
        return "expected " + allowed + ", but got " + (hidden ? Secret.HIDDEN : node.shown());
    }

    private static boolean isTrue(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on" -> true;
            default -> false;
        };
    }

    private static @Nullable Long quantity(String text, Map<String, Long> units, long min, long max) {
        Matcher matcher = QUANTITY.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        Long unit = units.get(requireNonNull(matcher.group(2)).toLowerCase(Locale.ROOT));
        if (unit == null) {
            return null;
        }
        BigInteger value = new BigInteger(requireNonNull(matcher.group(1))).multiply(BigInteger.valueOf(unit));
        boolean inRange =
                value.compareTo(BigInteger.valueOf(min)) >= 0 && value.compareTo(BigInteger.valueOf(max)) <= 0;
        return inRange ? value.longValueExact() : null;
    }

    /** A default as its user would write it. */
    static String print(Object value) {
        if (!(value instanceof Duration duration)) {
            return value.toString();
        }
        long seconds = duration.toSeconds();
        if (seconds >= 3_600 && seconds % 3_600 == 0) {
            return seconds / 3_600 + "h";
        }
        return seconds + "s";
    }
}
