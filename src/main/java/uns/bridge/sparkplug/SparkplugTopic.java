package uns.bridge.sparkplug;

import org.jspecify.annotations.Nullable;

/**
 * An MQTT topic of an edge node or a device (Sparkplug 3.0, 4.1):
 * {@code spBv1.0/<group>/<type>/<edge>[/<device>]}.
 *
 * @param group the group id
 * @param type the message type
 * @param edge the edge node id
 * @param device the device id; present exactly if {@code type} is about a device
 */
public record SparkplugTopic(
        String group, Type type, String edge, @Nullable String device) {

    /** Where a Sparkplug-aware MQTT broker keeps births (Sparkplug 3.0, tck-id-conformance-mqtt-aware-nbirth-mqtt-topic). */
    public static final String CERTIFICATES = "$sparkplug/certificates/";

    static final String NAMESPACE = "spBv1.0/";
    private static final String LEGACY_STATE = "STATE/";
    private static final String STATE = NAMESPACE + LEGACY_STATE;

    /** The message types that edge nodes and their hosts exchange. */
    public enum Type {
        NBIRTH,
        NDEATH,
        NDATA,
        NCMD,
        DBIRTH,
        DDEATH,
        DDATA,
        DCMD;

        /** Whether a message of this type is about a device rather than about the edge node itself. */
        public boolean isDevice() {
            return compareTo(DBIRTH) >= 0;
        }

        /** Whether it is a birth certificate, of an edge node or of a device. */
        public boolean isBirth() {
            return this == NBIRTH || this == DBIRTH;
        }

        /** Whether a message of this type carries values that a birth has told the names and types of. */
        public boolean isData() {
            return this == NDATA || this == DDATA;
        }

        private static @Nullable Type of(String element) {
            return switch (element) {
                case "NBIRTH" -> NBIRTH;
                case "NDEATH" -> NDEATH;
                case "NDATA" -> NDATA;
                case "NCMD" -> NCMD;
                case "DBIRTH" -> DBIRTH;
                case "DDEATH" -> DDEATH;
                case "DDATA" -> DDATA;
                case "DCMD" -> DCMD;
                default -> null;
            };
        }
    }

    /** The topic in its elements, or null if it is none of an edge node or a device. */
    public static @Nullable SparkplugTopic parse(String mqttTopic) {
        if (!inNamespace(mqttTopic)) {
            return null;
        }
        int groupAt = NAMESPACE.length();
        int typeAt = mqttTopic.indexOf('/', groupAt) + 1;
        int edgeAt = typeAt == 0 ? 0 : mqttTopic.indexOf('/', typeAt) + 1;
        if (edgeAt == 0) {
            return null;
        }
        Type type = Type.of(mqttTopic.substring(typeAt, edgeAt - 1));
        int deviceAt = mqttTopic.indexOf('/', edgeAt) + 1;
        boolean hasDevice = deviceAt > 0;
        if (type == null || type.isDevice() != hasDevice) {
            return null;
        }
        String group = mqttTopic.substring(groupAt, typeAt - 1);
        String edge = hasDevice ? mqttTopic.substring(edgeAt, deviceAt - 1) : mqttTopic.substring(edgeAt);
        String device = hasDevice ? mqttTopic.substring(deviceAt) : null;
        boolean legalDevice = device == null || (!device.isEmpty() && device.indexOf('/') < 0);
        if (group.isEmpty() || edge.isEmpty() || !legalDevice) {
            return null;
        }
        return new SparkplugTopic(group, type, edge, device);
    }

    /** The MQTT topic of the DDEATH of {@code deviceId} at this edge node. */
    public String deviceDeath(String deviceId) {
        return NAMESPACE + group + "/" + Type.DDEATH + "/" + edge + "/" + deviceId;
    }

    /** Whether an MQTT broker keeps something there for those that come late. */
    public static boolean isCertificate(String mqttTopic) {
        return mqttTopic.startsWith(CERTIFICATES);
    }

    /** The topic of the birth that is kept at {@code mqttTopic}, or null if none is. */
    public static @Nullable SparkplugTopic ofCertificate(String mqttTopic) {
        SparkplugTopic topic = isCertificate(mqttTopic) ? parse(mqttTopic.substring(CERTIFICATES.length())) : null;
        return topic != null && topic.type.isBirth() ? topic : null;
    }

    /** The topic as MQTT knows it. */
    @Override
    public String toString() {
        return NAMESPACE + group + "/" + type + "/" + edge + (device == null ? "" : "/" + device);
    }

    /** Whether it is {@code spBv1.0/STATE/<host>}, where a host application publishes its state in JSON. */
    public static boolean isState(String mqttTopic) {
        return isOneLevelBelow(STATE, mqttTopic);
    }

    /** Whether it is {@code STATE/<host>}, where hosts of Sparkplug 2.2 publish their state as a text. */
    public static boolean isLegacyState(String mqttTopic) {
        return isOneLevelBelow(LEGACY_STATE, mqttTopic);
    }

    /** Whether the topic begins with {@code spBv1.0/}. */
    public static boolean inNamespace(String mqttTopic) {
        return mqttTopic.startsWith(NAMESPACE);
    }

    private static boolean isOneLevelBelow(String prefix, String mqttTopic) {
        return mqttTopic.startsWith(prefix)
                && mqttTopic.length() > prefix.length()
                && mqttTopic.indexOf('/', prefix.length()) < 0;
    }
}
