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

    /** That of an exception of Paho's with one of Paho's own codes: what lies behind it says more, where there is any. */
    static ConnectionFailure of(Throwable e, int code) {
        Throwable cause = e.getCause();
        String reason =
                cause != null && cause.getMessage() != null ? cause.getMessage() : e.getMessage() + " (" + code + ")";
        return new ConnectionFailure(reason, false, e);
    }

    /** Paho's own shutdown can get in the way of its client. */
    static ConnectionFailure ofClient(RuntimeException e) {
        return new ConnectionFailure("the MQTT client failed: " + e, false, e);
    }

    String reason() {
        return reason;
    }

    /** Whether another client with the same client identifier has taken the session. */
    boolean takenOver() {
        return takenOver;
    }
}
