package uns.bridge.json;

/** A payload is not one JSON value in UTF-8. */
public final class MalformedJsonException extends Exception {

    public MalformedJsonException(String message) {
        super(message);
    }
}
