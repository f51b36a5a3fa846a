package uns.bridge.mqtt;

/** Reason codes (MQTT 5, 2.4), and the return codes of the versions before, in words. */
final class ReasonCode {

    /** Of UNSUBACK, and no failure (MQTT 5, 3.11.3). */
    static final int NO_SUBSCRIPTION_EXISTED = 0x11;

    /** From here on a reason code tells of a failure (MQTT 5, 2.4). */
    static final int FAILURE = 0x80;

    static final int SESSION_TAKEN_OVER = 0x8E;

    private ReasonCode() {}

    static String describe(int code) {
        String name = switch (code) {
            case 0x80 -> "unspecified error";
            case 0x81 -> "malformed packet";
            case 0x82 -> "protocol error";
            case 0x83 -> "implementation specific error";
            case 0x84 -> "unsupported protocol version";
            case 0x85 -> "client identifier not valid";
            case 0x86 -> "bad user name or password";
            case 0x87 -> "not authorized";
            case 0x88 -> "server unavailable";
            case 0x89 -> "server busy";
            case 0x8A -> "banned";
            case 0x8B -> "server shutting down";
            case 0x8C -> "bad authentication method";
            case 0x8D -> "keep alive timeout";
            case SESSION_TAKEN_OVER -> "session taken over";
            case 0x8F -> "topic filter invalid";
            case 0x93 -> "receive maximum exceeded";
            case 0x95 -> "packet too large";
            case 0x96 -> "message rate too high";
            case 0x97 -> "quota exceeded";
            case 0x98 -> "administrative action";
            case 0x9A -> "retain not supported";
            case 0x9B -> "QoS not supported";
            case 0x9C -> "use another server";
            case 0x9D -> "server moved";
            case 0x9E -> "shared subscriptions not supported";
            case 0x9F -> "connection rate exceeded";
            case 0xA1 -> "subscription identifiers not supported";
            case 0xA2 -> "wildcard subscriptions not supported";
            default -> "reason";
        };
        return name + " (0x" + Integer.toHexString(code) + ")";
    }

    /** A return code of CONNACK, 1 to 5 (MQTT 3.1.1, 3.2.2.3). */
    static String describeReturnCode(int code) {
        String name = switch (code) {
            case 1 -> "unacceptable protocol version";
            case 2 -> "client identifier rejected";
            case 3 -> "server unavailable";
            case 4 -> "bad user name or password";
            case 5 -> "not authorized";
            default -> "return code";
        };
        return name + " (" + code + ")";
    }
}
