package uns.bridge.config;

import java.util.ArrayList;
import java.util.List;

/** Collects every problem of a configuration, so that one start shows them all, and what is no reason not to start. */
public final class Problems {

    private final List<String> lines = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /** Notes a problem: what it concerns (a key path, a file) and what is wrong with it, without any secret. */
    void add(String subject, String problem) {
        lines.add(subject + ": " + problem);
    }

    void add(String subject, String problem, Origin origin) {
        add(subject, problem + " (" + origin.place() + ")");
    }

    /** Notes what should be reconsidered, without any secret. */
    void warn(String subject, String warning, Origin origin) {
        warnings.add(subject + ": " + warning + " (" + origin.place() + ")");
    }

    List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** Goes on only if there is no problem so far. */
    public void check() throws ConfigurationException {
        if (!lines.isEmpty()) {
            throw new ConfigurationException(lines);
        }
    }
}
