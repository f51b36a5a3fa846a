package uns.bridge.mqtt;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an MQTT 5 broker tells of itself in CONNACK (MQTT 5, 3.2.2.3). Null where it does not limit what was asked for.
 *
 * @param sessionExpirySeconds how long it keeps the session
 * @param receiveMaximum how many unacknowledged messages of QoS 1 and 2 it takes
 * @param maximumQos the highest it takes
 * @param maximumPacketSize the largest packet it takes, in bytes
 * @param serverKeepAliveSeconds the Keep Alive to use
 */
record ServerLimits(
        @Nullable Long sessionExpirySeconds,
        @Nullable Integer receiveMaximum,
        @Nullable Integer maximumQos,
        @Nullable Long maximumPacketSize,
        boolean retainAvailable,
        boolean wildcardsAvailable,
        boolean sharedAvailable,
        boolean identifiersAvailable,
        @Nullable Integer serverKeepAliveSeconds,
        @Nullable String assignedClientId) {

    /** In the words of the specification. */
    String describe() {
        List<String> limits = new ArrayList<>();
        limits.add("Receive Maximum " + (receiveMaximum == null ? 65_535 : receiveMaximum));
        limits.add("Maximum QoS " + (maximumQos == null ? 2 : maximumQos));
        limits.add("Maximum Packet Size " + (maximumPacketSize == null ? "not limited" : maximumPacketSize));
        limits.add("Session Expiry " + (sessionExpirySeconds == null ? "as asked" : sessionExpirySeconds + " s"));
        limits.add("Retain " + (retainAvailable ? "yes" : "no"));
        limits.add("Wildcard " + (wildcardsAvailable ? "yes" : "no"));
        limits.add("Shared " + (sharedAvailable ? "yes" : "no"));
        limits.add("Subscription Identifiers " + (identifiersAvailable ? "yes" : "no"));
        if (serverKeepAliveSeconds != null) {
            limits.add("Server Keep Alive " + serverKeepAliveSeconds + " s");
        }
        if (assignedClientId != null) {
            limits.add("Assigned Client Identifier " + assignedClientId.replaceAll("\\p{Cntrl}", "?"));
        }
        return String.join(", ", limits);
    }
}
