package uns.bridge.mqtt;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import uns.bridge.delivery.DeliveryTracker;
import uns.bridge.doctor.Examination;
import uns.bridge.health.Heartbeat;
import uns.bridge.message.TopicFilter;
import uns.bridge.tls.ServerCertificates;

/**
 * Tries everything the bridge needs of the MQTT broker, beside a bridge that runs: with a client identifier of its own and
 * sessions that end with it, acknowledging nothing, and in no group that shares messages.
 */
public final class MqttExamination {

    private static final String SUFFIX = "-doctor";
    private static final String SHARE = "$share/";

    /** One message is enough to be in the way of nobody. */
    private static final int RECEIVE_MAXIMUM = 1;

    private final MqttSettings settings;
    private final List<TopicFilter> filters;
    private final Examination examination;

    /** @param kept further topic filters, as in {@link MqttSource} */
    public MqttExamination(MqttSettings settings, List<TopicFilter> kept, Examination examination) {
        this.settings = settings;
        this.filters = Stream.concat(settings.subscriptions().stream(), kept.stream())
                .distinct()
                .toList();
        this.examination = examination;
    }

    /** Goes as far as there is a way. */
    public void run() throws InterruptedException {
        if (examination.reach(settings.host(), settings.port()) && transport()) {
            examination.note(
                    "client id",
                    "connecting as " + clientId() + ", so that the session of " + settings.clientId()
                            + " stays as it is; permissions may differ where they depend on the client id");
            if (connect()) {
                subscribe();
            }
        }
    }

    /** TLS and WebSocket, where they are set. */
    private boolean transport() {
        if (settings.tls() != null) {
            ServerCertificates.of(settings.host(), settings.port(), Examination.STEP)
                    .forEach(line -> examination.ok("certificate", line));
            if (!connects("TLS", new TlsTransport(settings.host(), settings.port(), settings.tls()))) {
                return false;
            }
            if (!settings.tls().verified()) {
                examination.warning("TLS", "the certificate is not verified, for mqtt.tls.cert_reqs is not set");
            }
        }
        return settings.webSocketPath() == null || connects("WebSocket", MqttConnection.transport(settings));
    }

    private boolean connects(String step, Transport transport) {
        try {
            transport.connect(Examination.STEP);
            examination.ok(step, "connected");
            return true;
        } catch (IOException e) {
            examination.failed(step, String.valueOf(e.getMessage()));
            return false;
        } finally {
            transport.close();
        }
    }

    /** With the session expiry of the settings, since a broker tells only then whether it limits it. */
    private boolean connect() {
        try (MqttConnection connection = open(settings.sessionExpiry())) {
            examination.ok("CONNACK", "accepted by " + settings.version());
            ServerLimits limits = connection.limits();
            if (limits != null) {
                examination.ok("limits", limits.describe());
                compare(limits);
            }
            connection.disconnect();
            return true;
        } catch (ConnectionFailure e) {
            examination.failed("CONNACK", speaksTls() ? "the server speaks TLS, but mqtt.tls is not set" : e.reason());
            return false;
        }
    }

    private boolean speaksTls() {
        return settings.tls() == null
                && !ServerCertificates.of(settings.host(), settings.port(), Examination.STEP)
                        .isEmpty();
    }

    private void compare(ServerLimits limits) {
        Long expiry = limits.sessionExpirySeconds();
        if (expiry != null && expiry < settings.sessionExpiry().toSeconds()) {
            examination.warning(
                    "session",
                    "the broker keeps the session only for " + expiry + " s, and not for the "
                            + settings.sessionExpiry().toSeconds() + " s of mqtt.session_expiry");
        }
        Integer keepAlive = limits.serverKeepAliveSeconds();
        if (keepAlive != null && keepAlive != settings.keepAlive().toSeconds()) {
            examination.warning(
                    "keep alive",
                    "the broker " + (keepAlive == 0 ? "switches it off" : "sets it to " + keepAlive + " s")
                            + " instead of the " + settings.keepAlive().toSeconds() + " s of mqtt.keep_alive");
        }
        if (!limits.identifiersAvailable() && Subscriptions.overlap(filters)) {
            examination.warning(
                    "filters",
                    "some overlap, and the broker takes no subscription identifiers, so a message of two of them may be"
                            + " in Kafka twice");
        }
    }

    private void subscribe() throws InterruptedException {
        List<TopicFilter> asked = filters.stream().map(this::unshared).toList();
        try (MqttConnection connection = open(Duration.ZERO)) {
            int[] codes =
                    connection.subscribe(asked, filter -> RetainHandling.NEVER, filter -> SubscriptionIdentifiers.NONE);
            for (int i = 0; i < asked.size(); i++) {
                grant(asked.get(i), codes[i]);
            }
            connection.disconnect();
        } catch (ConnectionFailure e) {
            examination.failed("SUBACK", e.reason());
        }
    }

    private void grant(TopicFilter filter, int code) {
        if (code == Grants.NOT_ANSWERED) {
            examination.failed("SUBACK", "no answer to " + filter);
        } else if (code >= ReasonCode.FAILURE) {
            examination.failed("SUBACK", filter + " was refused: " + ReasonCode.describe(code));
        } else if (code < settings.qos()) {
            examination.failed("SUBACK", filter + " was granted QoS " + code + " instead of " + settings.qos());
        } else {
            examination.ok("SUBACK", filter + " at QoS " + code);
        }
    }

    /** A member of the group would be handed messages that only another bridge may acknowledge. */
    private TopicFilter unshared(TopicFilter filter) {
        String text = filter.toString();
        if (!text.startsWith(SHARE)) {
            return filter;
        }
        int end = text.indexOf('/', SHARE.length());
        String group = text.substring(SHARE.length(), end);
        examination.note(
                "shared",
                "asking for " + text.substring(end + 1) + " in the group " + group + SUFFIX + ", so that no message of "
                        + group + " is taken");
        return TopicFilter.of(SHARE + group + SUFFIX + text.substring(end));
    }

    private MqttConnection open(Duration sessionExpiry) throws ConnectionFailure {
        MqttSettings own = new MqttSettings(
                settings.host(),
                settings.port(),
                settings.username(),
                settings.password(),
                settings.tls(),
                settings.topics(),
                settings.qos(),
                settings.keepAlive(),
                settings.reconnectOnFailure(),
                clientId(),
                sessionExpiry,
                RECEIVE_MAXIMUM,
                settings.maxInFlightBytes(),
                settings.version(),
                true,
                settings.webSocketPath());
        // Nobody takes messages out of it. Without Receive Maximum (before MQTT 5) the broker may send some.
        DeliveryTracker untouched = new DeliveryTracker(Integer.MAX_VALUE, settings.maxInFlightBytes());
        return MqttConnection.open(
                own,
                untouched,
                new SubscriptionIdentifiers(filters),
                Examination.STEP,
                new Heartbeat("doctor", System::nanoTime));
    }

    /** Another one than that of the bridge, whose session would be taken over. */
    private String clientId() {
        String id = settings.clientId();
        int longest = MqttSettings.CLIENT_ID_CHARACTERS_OF_3_1 - SUFFIX.length();
        if (settings.version() == MqttVersion.MQTT_3_1 && id.length() > longest) {
            id = id.substring(0, longest);
        }
        return (id + SUFFIX).equals(settings.clientId()) ? "-" + id : id + SUFFIX;
    }
}
