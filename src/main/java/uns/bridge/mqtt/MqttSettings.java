package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Secret;
import uns.bridge.config.Section;
import uns.bridge.config.ValueType;
import uns.bridge.message.TopicFilter;

/**
 * How the MQTT broker is reached and subscribed to.
 *
 * @param keepAlive Keep Alive (MQTT 5, 3.1.2.10)
 * @param reconnectOnFailure whether a lost connection is made again, or ends the bridge
 * @param sessionExpiry how long the broker keeps the session of a bridge that is away (MQTT 5, 3.1.2.11.2)
 * @param receiveMaximum how many unacknowledged messages the broker may send (MQTT 5, 3.1.2.11.3)
 * @param maxInFlightBytes the payload bytes that may wait for Kafka before nothing more is taken
 */
public record MqttSettings(
        String host,
        int port,
        @Nullable String username,
        @Nullable Secret password,
        List<TopicFilter> topics,
        int qos,
        Duration keepAlive,
        boolean reconnectOnFailure,
        String clientId,
        Duration sessionExpiry,
        int receiveMaximum,
        long maxInFlightBytes) {

    public static final int DEFAULT_RECEIVE_MAXIMUM = 5_000;
    public static final long DEFAULT_MAX_IN_FLIGHT_BYTES = 32L << 20;

    private static final int PROTOCOL_VERSION = 5;
    private static final String WEBSOCKETS = "websockets";
    private static final String CLIENT_ID_PREFIX = "uns-kafka-bridge-";
    private static final List<TopicFilter> DEFAULT_TOPICS = List.of(TopicFilter.of("spBv1.0/#"));
    private static final ValueType<String> HOST =
            ValueType.text("a host name or address, without scheme and port", MqttSettings::host);
    private static final ValueType<String> MQTT_STRING =
            ValueType.text("at most 65535 bytes in UTF-8, without NUL", MqttSettings::mqttString);
    private static final ValueType<Duration> KEEP_ALIVE =
            ValueType.duration(Duration.ofSeconds(1), Duration.ofSeconds(65_535));
    private static final ValueType<Duration> SESSION_EXPIRY =
            ValueType.duration(Duration.ZERO, Duration.ofSeconds(4_294_967_295L));

    public MqttSettings {
        topics = List.copyOf(topics);
    }

    /** Reads the section {@code mqtt}, but for the keys that say what to do with a message. */
    public static MqttSettings read(Section mqtt) {
        rejectUnavailable(mqtt);
        return new MqttSettings(
                mqtt.require("host", HOST, "localhost"),
                mqtt.get("port", ValueType.integer(1, 65_535), 1_883),
                mqtt.find("username", MQTT_STRING),
                mqtt.find("password", ValueType.SECRET),
                topics(mqtt),
                mqtt.get("qos", ValueType.integer(0, 2), 1),
                mqtt.get("keep_alive", KEEP_ALIVE, Duration.ofSeconds(60)),
                mqtt.get("reconnect_on_failure", ValueType.BOOLEAN, true),
                clientId(mqtt),
                mqtt.get("session_expiry", SESSION_EXPIRY, Duration.ofHours(24)),
                mqtt.get("receive_maximum", ValueType.integer(1, 65_535), DEFAULT_RECEIVE_MAXIMUM),
                mqtt.get("max_in_flight_bytes", ValueType.bytes(64L << 10, 1L << 40), DEFAULT_MAX_IN_FLIGHT_BYTES));
    }

    private static List<TopicFilter> topics(Section mqtt) {
        Set<TopicFilter> seen = new HashSet<>();
        ValueType<TopicFilter> distinctFilter = ValueType.text("an MQTT topic filter, each only once", text -> {
            TopicFilter filter = TopicFilter.of(text);
            if (!seen.add(filter)) {
                throw new IllegalArgumentException("this one was there before");
            }
            return filter;
        });
        List<TopicFilter> topics = mqtt.list("topics", distinctFilter, DEFAULT_TOPICS);
        if (topics.isEmpty()) {
            mqtt.reject("topics", "needs at least one topic filter");
        }
        return topics;
    }

    /** Settings of the Python bridge that this release cannot honour must not be passed over in silence. */
    private static void rejectUnavailable(Section mqtt) {
        int version = mqtt.get("version", ValueType.integer(3, 5), PROTOCOL_VERSION);
        if (version != PROTOCOL_VERSION) {
            mqtt.reject("version", "only 5 (MQTT 5) is available in this release");
        }
        Boolean cleanSession = mqtt.find("clean_session", ValueType.BOOLEAN);
        if (cleanSession != null && version == PROTOCOL_VERSION) {
            mqtt.reject("clean_session", "must not be set with version 5, where session_expiry takes its place");
        }
        String transport = mqtt.get("transport", ValueType.text("tcp or websockets", MqttSettings::transport), "tcp");
        if (transport.equals(WEBSOCKETS)) {
            mqtt.reject("transport", "only tcp is available in this release");
        }
        if (!mqtt.section("tls").isEmpty()) {
            mqtt.reject("tls", "a TLS connection is not yet available in this release");
        }
        mqtt.section("tls")
                .expect("ca_certs", "certfile", "keyfile", "cert_reqs", "ciphers", "keyfile_password", "insecure_cert");
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

    /** A UTF-8 Encoded String (MQTT 5, 1.5.4). */
    private static String mqttString(String text) {
        if (text.indexOf('\0') >= 0 || text.getBytes(UTF_8).length > 65_535) {
            throw new IllegalArgumentException("it has a NUL or is too long");
        }
        return text;
    }
}
