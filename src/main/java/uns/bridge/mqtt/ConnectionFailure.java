package uns.bridge.mqtt;

import org.jspecify.annotations.Nullable;

/** A connection could not be made, or has ended; the message says why, for the operator. */
final class ConnectionFailure extends Exception {

    private final String reason;
    private final boolean takenOver;

    ConnectionFailure(String reason, boolean takenOver, @Nullable Throwable cause) {
        super(reason, cause);
        this.reason = reason;
        this.takenOver = takenOver;
    }

    String reason() {
        return reason;
    }

    /** Whether another client with the same client identifier has taken the session. */
    boolean takenOver() {
        return takenOver;
    }
}
