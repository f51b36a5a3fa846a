package uns.bridge.mqtt;

/** The versions of MQTT, in ascending order. */
public enum MqttVersion {
    MQTT_3_1(3, "MQTT 3.1"),
    MQTT_3_1_1(4, "MQTT 3.1.1"),
    MQTT_5(5, "MQTT 5");

    private final int level;
    private final String text;

    MqttVersion(int level, String text) {
        this.level = level;
        this.text = text;
    }

    /** The version with this Protocol Level, 3 to 5 (MQTT 3.1.1, 3.1.2.2). */
    static MqttVersion ofLevel(int level) {
        return values()[level - MQTT_3_1.level];
    }

    int level() {
        return level;
    }

    /**
     * Whether packets have properties, and a subscription its retain handling. Without it, a subscription that is asked for
     * once more brings every retained message once more (MQTT 3.1.1, 3.8.4).
     */
    boolean hasProperties() {
        return this == MQTT_5;
    }

    /** Whether CONNACK tells if the session was kept (MQTT 3.1.1, 3.2.2.2). */
    boolean tellsSessionPresent() {
        return this != MQTT_3_1;
    }

    @Override
    public String toString() {
        return text;
    }
}
