package uns.bridge.json;

/** A value takes more bytes as JSON than its writer may produce. */
public final class JsonTooLargeException extends Exception {

    private static final long serialVersionUID = 1;

    JsonTooLargeException(int maxBytes) {
        super("more than " + maxBytes + " bytes of JSON");
    }
}
