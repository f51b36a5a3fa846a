package uns.bridge.config;

import java.util.regex.Pattern;

/**
 * Where a value was written.
 *
 * @param source the kind of place; a later one overrides an earlier one
 * @param name the file or the variable
 * @param line the line in the file, from 1; 0 for a variable
 */
record Origin(Source source, String name, int line) {

    enum Source {
        SETTINGS,
        SECRETS,
        ENVIRONMENT
    }

    private static final Pattern NO_NAME = Pattern.compile("[^A-Za-z0-9_.$/#+-].*", Pattern.DOTALL);

    static Origin variable(String name) {
        return new Origin(Source.ENVIRONMENT, "environment " + name, 0);
    }

    Origin atLine(int line) {
        return new Origin(source, name, source == Source.ENVIRONMENT ? 0 : line);
    }

    /** Whether what is written here must not be printed: nobody knows which of these values are secret. */
    boolean secret() {
        return source != Source.SETTINGS;
    }

    /** The name of a setting, or a topic filter, that {@code key} is or begins with. */
    static String name(String key) {
        return NO_NAME.matcher(key).replaceFirst("");
    }

    /** The part of a key written here that may be printed: where a blank was forgotten, a secret follows the name. */
    String shown(String key) {
        String name = name(key);
        return secret() && !name.equals(key) ? name + Secret.HIDDEN : key;
    }

    /** The place for a reader who wants to go there. */
    String place() {
        return line == 0 ? name : name + ", line " + line;
    }
}
