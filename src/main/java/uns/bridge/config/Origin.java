package uns.bridge.config;

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

    /** The place for a reader who wants to go there. */
    String place() {
        return line == 0 ? name : name + ", line " + line;
    }
}
