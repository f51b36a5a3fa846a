package uns.bridge.doctor;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The likely cause of each failure, and what to do: one table, found by what the text of the failure says. */
public enum Remedy {
    UNKNOWN_HOST(
            "the name is misspelt, or this machine (or container) asks a DNS server that does not know it",
            "correct the name, or give the address; in a container use the name of the service, not localhost",
            "unknown host"),
    CONNECTION_REFUSED(
            "nothing listens at this port: it is another one, or the server does not run",
            "correct the port, or start the server; a server on this machine may listen on another address only",
            "connection refused"),
    NOT_REACHED(
            "the way there is cut: a firewall, a missing route, or a server that hangs",
            "ask those who run the network to open the way from this machine to the host and port",
            "no answer within",
            "connect timed out",
            "no route",
            "unreachable"),
    NAME_NOT_IN_CERTIFICATE(
            "the host is reached by a name that its certificate does not have",
            "use one of the names in the certificate, or have it issued for this name as well",
            "not for the host",
            "no subject alternative",
            "no name matching"),
    OUT_OF_DATE(
            "the certificate was not renewed, or the clock of this machine is wrong",
            "have the certificate renewed where the server runs, and check the clock",
            "expired at",
            "is not valid before",
            "certificate expired",
            "notafter",
            "notbefore"),
    UNKNOWN_AUTHORITY(
            "the server's certificate was issued by an authority that the bridge is not told to trust",
            "set mqtt.tls.ca_certs (for Kafka ssl.ca.location or the truststore) to the certificate of that authority",
            "not trusted",
            "pkix path",
            "unable to find valid certification path"),
    NOT_VERIFIED(
            "the settings leave the check out",
            "set cert_reqs to true, and ca_certs to the certificate of the server's authority",
            "not verified"),
    CLIENT_CERTIFICATE(
            "the server lets in only who has a certificate of an authority that the server trusts",
            "set mqtt.tls.certfile and keyfile (for Kafka ssl.certificate.location and ssl.key.location) to such a one",
            "client certificate",
            "bad_certificate",
            "certificate_required",
            "unknown_ca",
            "certificate_unknown"),
    SPEAKS_TLS(
            "this is a port for TLS",
            "set mqtt.tls (for Kafka security.protocol SSL or SASL_SSL), or use the port without TLS",
            "the server speaks tls"),
    SPEAKS_NO_TLS(
            "this is a port without TLS, or of something else",
            "use the port for TLS (MQTT: mostly 8883), or leave TLS out of the settings",
            "a port for tls?",
            "does not speak tls",
            "not an ssl/tls"),
    NO_TLS_IN_COMMON(
            "the two sides have no TLS version or cipher suite in common",
            "let the server speak TLS 1.2 or 1.3, and leave ciphers out of the settings",
            "neither tls 1.2",
            "cipher suite",
            "handshake_failure",
            "protocol_version"),
    WEB_SOCKET(
            "mqtt.path or mqtt.port is not that of the broker's WebSocket listener",
            "compare both with the broker's configuration; mqtt.transport: tcp needs neither",
            "websocket"),
    MQTT_LOGIN(
            "mqtt.username or mqtt.password is wrong or missing, or belongs to another broker",
            "correct them in .secrets.yaml or the environment; --check tells where the values in effect are from",
            "bad user name or password",
            "bad authentication method"),
    MQTT_NOT_LET_IN(
            "the user name or password is wrong or missing (Mosquitto and others say it so), or this user or client id may"
                    + " not connect",
            "correct mqtt.username and mqtt.password in .secrets.yaml or the environment, or have the broker let in the"
                    + " user and mqtt.client_id",
            "refused by the broker: not authorized"),
    MQTT_PERMISSION(
            "the broker's permissions (ACL) do not allow this user, or this client id, what was asked for",
            "have it allowed for the user and for mqtt.client_id",
            "not authorized",
            "banned"),
    MQTT_CLIENT_ID(
            "the broker takes only some client ids, perhaps those that equal the user name or are short",
            "set mqtt.client_id to one that the broker takes",
            "client identifier"),
    MQTT_VERSION(
            "the broker does not speak this version of MQTT", "set mqtt.version to 4, or to 3", "protocol version"),
    MQTT_BUSY(
            "the broker is overloaded, limited, or about to stop",
            "try again later; if it stays so, raise the broker's limits",
            "server unavailable",
            "server busy",
            "shutting down",
            "quota exceeded",
            "rate exceeded",
            "message rate"),
    MQTT_MOVED("the broker has another address now", "set mqtt.host to it", "use another server", "server moved"),
    MQTT_SHARED(
            "the broker has no shared subscriptions, or has them switched off",
            "switch them on, or write the filter without $share/<group>/",
            "shared subscriptions not supported"),
    MQTT_FILTER(
            "the broker does not take this topic filter, or no filters with wildcards",
            "name the topics in mqtt.topics otherwise",
            "topic filter invalid",
            "wildcard subscriptions not supported"),
    MQTT_QOS(
            "the broker limits the quality of service, for all or for this user",
            "raise it there; messages that come with QoS 0 may be lost",
            "granted qos",
            "qos not supported"),
    MQTT_REFUSED(
            "most likely the broker's permissions (ACL), of which it does not tell more",
            "have it allowed for the user and for mqtt.client_id, or look into the broker's log at this minute",
            "was refused: unspecified",
            "was refused: implementation"),
    MQTT_SESSION(
            "the broker limits how long it keeps a session",
            "raise the limit there, or know that what is published later while the bridge is away is lost",
            "session only for"),
    MQTT_NO_KEEP_ALIVE(
            "the broker wants no sign of life (Server Keep Alive 0), and then the bridge asks for none either",
            "set a keep alive at the broker: a connection that dies silently is not noticed before TCP does, after hours",
            "switches it off"),
    MQTT_KEEP_ALIVE(
            "the broker says itself how long a client may be silent, and the bridge goes by that",
            "none is needed; how soon a dead connection is noticed is to be set at the broker",
            "of mqtt.keep_alive"),
    MQTT_COPIES(
            "the broker has no subscription identifiers (MQTT 5), or has them switched off",
            "switch them on, or name the topics so that no two filters overlap",
            "no subscription identifiers"),
    MQTT_CLOSED(
            "what answers is no MQTT broker, or one that closes rather than tell why: for the user, the password, the"
                    + " client id, or a topic filter that is not allowed",
            "look into the broker's log at this minute",
            "closed by the mqtt broker",
            "no answer to",
            "disconnected",
            "connection lost",
            "timed out waiting for a response",
            "refused by the broker",
            "mqtt client failed"),
    KAFKA_LOGIN(
            "the user name, password or mechanism for Kafka is wrong",
            "correct sasl.username and sasl.password (or sasl.jaas.config) and sasl.mechanism; the user must exist in"
                    + " Kafka for that mechanism",
            "saslauthenticationexception",
            "unsupportedsaslmechanism",
            "loginexception"),
    KAFKA_TLS(
            "the certificates of the two sides do not fit",
            "compare the chain above with ssl.ca.location or the truststore, and the bridge's own certificate with what"
                    + " Kafka trusts",
            "sslauthenticationexception"),
    KAFKA_PERMISSION(
            "Kafka's ACLs do not allow it to the bridge's user",
            "have it allowed, to write to the topics (also by prefix) and, where topics are missing, to create them:"
                    + " kafka-acls.sh --add --allow-principal User:<user> --operation Write --operation Create"
                    + " --resource-pattern-type prefixed --topic <prefix>",
            "authorizationexception",
            "permission"),
    KAFKA_ADVERTISED(
            "Kafka hands out an address of its own (advertised.listeners) that is not reached from here",
            "set advertised.listeners on that broker to an address that this machine reaches",
            "advertised"),
    KAFKA_ONE_REPLICA(
            "one replica in sync is all that Kafka asks for by default",
            "set the replication factor to 3 and min.insync.replicas to 2; with one broker alone there is nothing to do",
            "the one broker that has it"),
    KAFKA_NO_LEADER("the Kafka brokers that have its replicas are away", "start them", "has no leader"),
    KAFKA_REPLICAS(
            "fewer brokers or replicas than the settings ask for",
            "lower min.insync.replicas or the replication factor, or start the missing brokers",
            "insync",
            "replication factor"),
    KAFKA_TOPIC_MISSING(
            "the topic was not created, and Kafka creates none by itself",
            "create the topic, or set kafka.create_topics",
            "does not exist"),
    KAFKA_LIMITS(
            "a limit of the topic or of Kafka is narrower than the bridge's promise",
            "raise it on the topic (kafka-configs.sh --alter), or accept it",
            "would become dead letters",
            "dead letters"),
    KAFKA_SILENT(
            "what answers at this port is no Kafka, or it expects another security.protocol, or its brokers are away",
            "compare security.protocol and the port with the listeners in Kafka's server.properties, and look into its"
                    + " log at this minute",
            "timeoutexception",
            "disconnectexception",
            "timed out"),
    CONFIGURATION(
            "a client of Kafka does not start with these settings",
            "correct the setting of kafka.config that the text names",
            "configexception",
            "failed to create"),
    OTHER("not known to the bridge", "look into the log of the server at this minute");

    private final String cause;
    private final String action;

    @SuppressWarnings("ImmutableEnumChecker") // List.of is.
    private final List<String> phrases;

    Remedy(String cause, String action, String... phrases) {
        this.cause = cause;
        this.action = action;
        this.phrases = List.of(phrases);
    }

    /** That of a failure whose text is {@code text}: the first row with a phrase that the text has, in any case. */
    public static Remedy of(String text) {
        String lowerCase = text.toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(remedy -> remedy.phrases.stream().anyMatch(lowerCase::contains))
                .findFirst()
                .orElse(OTHER);
    }

    /** What is likely to be wrong. */
    public String likelyCause() {
        return cause;
    }

    /** What to do about it. */
    public String action() {
        return action;
    }
}
