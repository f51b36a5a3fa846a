package uns.bridge.config;

import java.util.List;

/**
 * The configuration cannot be used.
 *
 * <p>It has no cause: the messages of parsers quote what they failed on, which may be a secret.
 */
public final class ConfigurationException extends Exception {

    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // Made by List.copyOf, which is serializable.
    private final List<String> problems;

    ConfigurationException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    /** Every problem found, one printable line each; never a secret. */
    public List<String> problems() {
        return problems;
    }
}
