package uns.bridge.config;

/** A text that must not be printed. */
public final class Secret {

    /** What is printed in the place of a secret. */
    public static final String HIDDEN = "<hidden>";

    private final String text;

    public Secret(String text) {
        this.text = text;
    }

    /** The secret itself. */
    public String reveal() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** Never the secret. */
    @Override
    public String toString() {
        return HIDDEN;
    }
}
