package uns.bridge.config;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A variable of the environment for the log, which is written before there are settings. */
public enum LogVariable {
    /** How a line is written. */
    UNS_LOG_FORMAT("text", "json"),
    /** From which level on the bridge's own lines are written. */
    UNS_LOG_LEVEL("INFO", "ERROR", "WARN", "DEBUG");

    @SuppressWarnings("ImmutableEnumChecker") // It is.
    private final List<String> allowed;

    /** @param allowed the default first */
    LogVariable(String... allowed) {
        this.allowed = List.of(allowed);
    }

    /** What it says, in any case, or the default where it says nothing, or what it may not. */
    public String in(Map<String, String> environment) {
        return environment.entrySet().stream()
                .filter(variable -> named(variable.getKey()) == this)
                .map(variable -> chosen(variable.getValue()))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(allowed.get(0));
    }

    private @Nullable String chosen(String text) {
        return allowed.stream()
                .filter(text.strip()::equalsIgnoreCase)
                .findFirst()
                .orElse(null);
    }

    /** Notes a problem if {@code text} is not what it may say. */
    void check(String text, Problems problems) {
        if (!text.isBlank() && chosen(text) == null) {
            problems.add(name(), "expected one of " + String.join(", ", allowed));
        }
    }

    /** The one of that name, in any case as all variables but for {@code UNS_}; null if there is none. */
    static @Nullable LogVariable named(String name) {
        for (LogVariable each : values()) {
            if (name.startsWith(EnvironmentVariables.PREFIX) && each.name().equalsIgnoreCase(name)) {
                return each;
            }
        }
        return null;
    }
}
