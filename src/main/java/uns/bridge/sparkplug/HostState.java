package uns.bridge.sparkplug;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** The state of a host application as Sparkplug 2.2 has it: a bare {@code ONLINE} or {@code OFFLINE}, where 3.0 has JSON. */
public final class HostState {

    private static final byte[] ONLINE = "ONLINE".getBytes(UTF_8);
    private static final byte[] OFFLINE = "OFFLINE".getBytes(UTF_8);

    private HostState() {}

    /** The state as JSON, in the form of 3.0; a payload that is neither text is returned as it is. */
    public static byte[] toJson(byte[] payload) {
        if (Arrays.equals(payload, ONLINE)) {
            return "{\"online\":true}".getBytes(UTF_8);
        }
        return Arrays.equals(payload, OFFLINE) ? "{\"online\":false}".getBytes(UTF_8) : payload;
    }
}
