package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Secret;
import uns.bridge.config.Section;
import uns.bridge.config.ValueType;
import uns.bridge.message.TopicFilter;
import uns.bridge.tls.TlsSettings;

/**
 * How the MQTT broker is reached and subscribed to.
 *
 * @param tls null for a connection without TLS
 * @param topics what is wanted; what is subscribed to is in {@link #subscriptions}
 * @param keepAlive Keep Alive (MQTT 5, 3.1.2.10), not 0
 * @param reconnectOnFailure whether a lost connection is made again, or ends the bridge
 * @param sessionExpiry how long the broker keeps the session of a bridge that is away (MQTT 5, 3.1.2.11.2)
 * @param receiveMaximum how many unacknowledged messages the broker may send (MQTT 5, 3.1.2.11.3)
 * @param maxInFlightBytes the payload bytes that may wait for Kafka before nothing more is taken
 * @param cleanSession whether the broker is to forget the session at every end of a connection (MQTT 3.1.1, 3.1.2.4); with
 *     MQTT 5 at the beginning of one (Clean Start; MQTT 5, 3.1.2.4), which nobody can set
 * @param webSocketPath the path of the broker's WebSocket listener, or null for TCP
 */
public record MqttSettings(
        String host,
        int port,
        @Nullable String username,
        @Nullable Secret password,
        @Nullable TlsSettings tls,
        List<TopicFilter> topics,
        int qos,
        Duration keepAlive,
        boolean reconnectOnFailure,
        String clientId,
        Duration sessionExpiry,
        int receiveMaximum,
        long maxInFlightBytes,
        MqttVersion version,
        boolean cleanSession,
        @Nullable String webSocketPath) {

    public static final int DEFAULT_RECEIVE_MAXIMUM = 5_000;
    public static final long DEFAULT_MAX_IN_FLIGHT_BYTES = 32L << 20;

    private static final int PORT_WITHOUT_TLS = 1_883;
    private static final int PORT_WITH_TLS = 8_883;

    /** MQTT 3.1 allows no more, in characters (3.1, "Client Identifier"); most brokers do. */
    static final int CLIENT_ID_CHARACTERS_OF_3_1 = 23;

    private static final String WEBSOCKETS = "websockets";
    private static final String CLIENT_ID_PREFIX = "uns-kafka-bridge-";
    private static final ValueType<String> HOST =
            ValueType.text("a host name or address, without scheme and port", MqttSettings::host);
    private static final ValueType<String> MQTT_STRING =
            ValueType.text("at most 65535 bytes in UTF-8, without NUL", MqttSettings::mqttString);
    private static final ValueType<String> PATH =
            ValueType.text("a path that begins with '/', without blanks", MqttSettings::path);
    private static final ValueType<Duration> KEEP_ALIVE = ValueType.duration(Duration.ZERO, Duration.ofSeconds(65_535));
    private static final Duration DEFAULT_KEEP_ALIVE = Duration.ofSeconds(60);
    private static final ValueType<Duration> SESSION_EXPIRY =
            ValueType.duration(Duration.ZERO, Duration.ofSeconds(4_294_967_295L));

    public MqttSettings {
        topics = List.copyOf(topics);
    }

    /** Reads the section {@code mqtt}, but for the keys that say what to do with a message. */
    public static MqttSettings read(Section mqtt) {
        MqttVersion version =
                MqttVersion.ofLevel(mqtt.get("version", ValueType.integer(3, 5), MqttVersion.MQTT_5.level()));
        return new MqttSettings(
                mqtt.require("host", HOST, "localhost"),
                mqtt.get("port", ValueType.integer(1, 65_535), PORT_WITHOUT_TLS),
                mqtt.find("username", MQTT_STRING),
                mqtt.find("password", ValueType.SECRET),
                TlsSettings.read(mqtt.section("tls")),
                Subscriptions.read(mqtt),
                mqtt.get("qos", ValueType.integer(0, 2), 1),
                keepAlive(mqtt),
                mqtt.get("reconnect_on_failure", ValueType.BOOLEAN, true),
                clientId(mqtt),
                mqtt.get("session_expiry", SESSION_EXPIRY, Duration.ofHours(24)),
                mqtt.get("receive_maximum", ValueType.integer(1, 65_535), DEFAULT_RECEIVE_MAXIMUM),
                mqtt.get("max_in_flight_bytes", ValueType.bytes(64L << 10, 1L << 40), DEFAULT_MAX_IN_FLIGHT_BYTES),
                version,
                cleanSession(mqtt, version),
                webSocketPath(mqtt));
    }

    /** The topic filters to subscribe to: those of {@link #topics} that no other of them covers. */
    public List<TopicFilter> subscriptions() {
        return Subscriptions.uncovered(topics);
    }

    /** Those of {@link #topics} that match {@code topic}, one text each, with what is to be known of it. */
    public List<String> subscriptionsTo(String topic) {
        return Subscriptions.matching(topics, topic);
    }

    /** What in the settings should be reconsidered, one sentence each, without secrets. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>(Subscriptions.warnings(topics, version));
        if (tls != null) {
            tls.warnings().forEach(warning -> warnings.add("mqtt.tls." + warning));
        }
        if (webSocketPath == null && tls != null && port == PORT_WITHOUT_TLS) {
            warnings.add(
                    "mqtt.port is 1883, where brokers usually speak without TLS, but mqtt.tls is set: the usual port"
                            + " for TLS is 8883");
        }
        if (webSocketPath == null && tls == null && port == PORT_WITH_TLS) {
            warnings.add("mqtt.port is 8883, where brokers usually speak TLS, but mqtt.tls is not set");
        }
        if (cleanSession) {
            warnings.add("mqtt.clean_session: true, so what is published while the bridge is not connected is lost");
        }
        if (version == MqttVersion.MQTT_3_1
                && clientId.codePointCount(0, clientId.length()) > CLIENT_ID_CHARACTERS_OF_3_1) {
            warnings.add("mqtt.client_id: longer than the 23 characters of MQTT 3.1, so a broker may refuse it");
        }
        if (version != MqttVersion.MQTT_5 && password != null && username == null) {
            warnings.add("mqtt.password: not sent, for " + version + " sends none without mqtt.username");
        }
        return warnings;
    }

    /** The 0 of the Python bridge has nothing probed (MQTT 5, 3.1.2.10). */
    private static Duration keepAlive(Section mqtt) {
        Duration keepAlive = mqtt.get("keep_alive", KEEP_ALIVE, DEFAULT_KEEP_ALIVE);
        if (!keepAlive.isZero()) {
            return keepAlive;
        }
        mqtt.warn("keep_alive", "0 would leave a lost connection unnoticed, so it is 60s");
        mqtt.remark("keep_alive", "-> 60s");
        return DEFAULT_KEEP_ALIVE;
    }

    /** With version 5 the Python bridge does not look at it. */
    private static boolean cleanSession(Section mqtt, MqttVersion version) {
        Boolean cleanSession = mqtt.find("clean_session", ValueType.BOOLEAN);
        if (cleanSession != null && version == MqttVersion.MQTT_5) {
            mqtt.warn("clean_session", "has no effect with version 5, where session_expiry takes its place");
            return false;
        }
        return cleanSession != null && cleanSession;
    }

    private static @Nullable String webSocketPath(Section mqtt) {
        String transport = mqtt.get("transport", ValueType.text("tcp or websockets", MqttSettings::transport), "tcp");
        String path = mqtt.get("path", PATH, "/mqtt");
        return transport.equals(WEBSOCKETS) ? path : null;
    }

    private static String clientId(Section mqtt) {
        String defaultId = mqtt.has("client_id") ? CLIENT_ID_PREFIX : CLIENT_ID_PREFIX + hostname(mqtt);
        return mqtt.get("client_id", MQTT_STRING, defaultId);
    }

    private static String hostname(Section mqtt) {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // Any other default might be that of a second bridge, and the two would take the session from each other.
            mqtt.reject("client_id", "must be set, for the name of this host is not known");
            return "";
        }
    }

    private static String host(String text) {
        if (text.contains("/") || text.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("it has a '/' or a blank");
        }
        return text;
    }

    private static String transport(String text) {
        if (!text.equals("tcp") && !text.equals(WEBSOCKETS)) {
            throw new IllegalArgumentException("no other transport is known");
        }
        return text;
    }

    /** What may stand in the request line of HTTP. */
    private static String path(String text) {
        if (!text.startsWith("/") || text.chars().anyMatch(c -> c <= ' ' || c >= 0x7F || c == '#')) {
            throw new IllegalArgumentException(
                    "it does not begin with '/', or has a blank, a '#' or a letter beyond ASCII");
        }
        return text;
    }

    /** A UTF-8 Encoded String (MQTT 5, 1.5.4). */
    private static String mqttString(String text) {
        if (text.indexOf('\0') >= 0 || text.getBytes(UTF_8).length > 65_535) {
            throw new IllegalArgumentException("it has a NUL or is too long");
        }
        return text;
    }
}
