package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import uns.bridge.doctor.Examination;
import uns.bridge.doctor.Finding;
import uns.bridge.doctor.Finding.Verdict;
import uns.bridge.message.TopicFilter;

/** What the broker is asked, and what is told of its answers. */
@Timeout(30)
class MqttExaminationTest {

    /** The flag Clean Start (MQTT 5, 3.1.2.4). */
    private static final int CLEAN_START = 0x02;

    /**
     * CONNACK with a Session Expiry Interval of 60 s, Maximum QoS 1, no shared subscriptions, no identifiers,
     * Server Keep Alive 30 s.
     */
    private static final byte[] LIMITING =
            Packets.packet(0x20, new byte[] {0, 0, 14, 0x11, 0, 0, 0, 60, 0x24, 1, 0x2A, 0, 0x29, 0, 0x13, 0, 30});

    private final List<Finding> findings = new ArrayList<>();
    private final Examination examination = new Examination(findings::add);

    @Test
    void shouldLeaveTheSessionAloneAndAskForNoRetainedMessages() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.granting(1, 1)) {
            examine(broker, List.of(TopicFilter.of("spBv1.0/#"), TopicFilter.of("$share/g/plant/+")));

            for (int connection = 0; connection < 2; connection++) {
                ScriptedBroker.Received connect = nextOf(broker, ScriptedBroker.CONNECT);
                assertThat(connect.body()[7] & CLEAN_START).isEqualTo(CLEAN_START);
                assertThat(new String(connect.body(), ISO_8859_1)).contains("test-doctor");
            }
            String subscribe =
                    new String(nextOf(broker, ScriptedBroker.SUBSCRIBE).body(), ISO_8859_1);
            // Retain Handling 2: do not send; QoS 1.
            assertThat(subscribe).contains("spBv1.0/#\u0021").endsWith("$share/g-doctor/plant/+\u0021");
        }
        assertThat(examination.hasFailed()).isFalse();
    }

    @Test
    void shouldTellTheLimitsAndWarnWhenTheSessionIsKeptForLess() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            if (packet.first() == ScriptedBroker.CONNECT) {
                connection.send(LIMITING);
            } else {
                ScriptedBroker.welcome(connection, packet, 1);
            }
        })) {
            examine(broker, List.of(TopicFilter.of("a/+/c"), TopicFilter.of("a/b/#")));
        }

        assertThat(findings)
                .anyMatch(finding -> finding.verdict() == Verdict.WARNING
                        && finding.text().startsWith("some overlap, and the broker takes no subscription identifiers"))
                .anyMatch(finding -> finding.text().contains("Maximum QoS 1")
                        && finding.text().contains("Session Expiry 60 s")
                        && finding.text().contains("Shared no")
                        && finding.text().contains("Subscription Identifiers no"))
                .anyMatch(finding ->
                        finding.verdict() == Verdict.WARNING && finding.text().contains("the session only for 60 s"))
                .anyMatch(finding -> finding.verdict() == Verdict.WARNING
                        && finding.text().equals("the broker sets it to 30 s instead of the 60 s of mqtt.keep_alive"));
    }

    @Test
    void shouldSayWhatTheBrokerSaysWhenItRefuses() throws Exception {
        byte[] reason = Packets.textProperty(0x1F, "licence expired");
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> connection.send(Packets.packet(
                0x20, Packets.concat(new byte[] {0, (byte) 0x88, (byte) reason.length}, reason))))) {
            examine(broker, List.of(TopicFilter.of("a/#")));
        }

        assertThat(findings)
                .last()
                .isEqualTo(new Finding(
                        Verdict.FAILED,
                        "CONNACK",
                        "refused by the broker: server unavailable (0x88), \"licence expired\""));
    }

    @Test
    void shouldFailWhenAFilterIsGrantedLessOrNotAnswered() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.granting(0, 0x87)) {
            examine(broker, List.of(TopicFilter.of("a/#"), TopicFilter.of("b/#"), TopicFilter.of("c/#")));
        }

        assertThat(findings)
                .filteredOn(finding -> finding.verdict() == Verdict.FAILED)
                .extracting(Finding::text)
                .containsExactly(
                        "a/# was granted QoS 0 instead of 1",
                        "b/# was refused: not authorized (0x87)",
                        "no answer to c/#");
    }

    @Test
    void shouldHaveAnotherClientIdThanTheBridgeWhenThatMustBeShort() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker((connection, packet) -> {
            if (packet.first() == ScriptedBroker.CONNECT) {
                connection.send(ScriptedBroker.connack3(false, 2));
            }
        })) {
            MqttSettings settings = settings(broker, "bridge-of-plant-4-doctor", MqttVersion.MQTT_3_1, List.of());
            new MqttExamination(settings, List.of(), examination).run();
            String connect = new String(nextOf(broker, ScriptedBroker.CONNECT).body(), ISO_8859_1);
            assertThat(connect).contains("\u0000\u0017bridge-of-plant-" + "-doctor");
        }
        assertThat(findings)
                .anyMatch(finding -> finding.text().equals("refused by the broker: client identifier rejected (2)"));
    }

    private void examine(ScriptedBroker broker, List<TopicFilter> topics) throws Exception {
        new MqttExamination(settings(broker, "test", MqttVersion.MQTT_5, topics), List.of(), examination).run();
    }

    private static MqttSettings settings(
            ScriptedBroker broker, String clientId, MqttVersion version, List<TopicFilter> topics) {
        MqttSettings settings = MqttSourceTest.settings(broker.port(), true, version, null);
        return new MqttSettings(
                settings.host(),
                settings.port(),
                settings.username(),
                settings.password(),
                null,
                topics,
                settings.qos(),
                settings.keepAlive(),
                true,
                clientId,
                settings.sessionExpiry(),
                settings.receiveMaximum(),
                settings.maxInFlightBytes(),
                version,
                false,
                null);
    }

    private static ScriptedBroker.Received nextOf(ScriptedBroker broker, int first) throws InterruptedException {
        ScriptedBroker.Received packet = broker.next();
        while (packet.first() != first) {
            packet = broker.next();
        }
        return packet;
    }
}
