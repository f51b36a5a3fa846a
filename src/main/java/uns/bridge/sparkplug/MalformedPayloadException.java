package uns.bridge.sparkplug;

/** A payload that is no Sparkplug B payload. The message says what is wrong and quotes nothing of the payload. */
public final class MalformedPayloadException extends Exception {

    private static final long serialVersionUID = 1;

    MalformedPayloadException(String message) {
        super(message);
    }

    MalformedPayloadException(String message, Throwable cause) {
        super(message, cause);
    }
}
