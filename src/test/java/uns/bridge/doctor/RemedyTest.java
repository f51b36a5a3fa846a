package uns.bridge.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemedyTest {

    /** The texts are what the bridge, Java and Kafka say. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unknown host brokr                                                              | UNKNOWN_HOST",
                "no connection to h:1: Connection refused                                        | CONNECTION_REFUSED",
                "no connection to h:1: Connect timed out                                         | NOT_REACHED",
                "given up: no answer within 120 s                                                | NOT_REACHED",
                "the server's certificate is not trusted: its issuer (CN=a) is not among         | UNKNOWN_AUTHORITY",
                "the server's certificate is not for the host h but for [a]                      | NAME_NOT_IN_CERTIFICATE",
                "the server's certificate (CN=broker) expired at 2026-01-01                      | OUT_OF_DATE",
                "the server asks for a client certificate, and certfile is not set               | CLIENT_CERTIFICATE",
                "the server does not speak TLS; is h:1 a port for TLS?                           | SPEAKS_NO_TLS",
                "the server speaks TLS, but mqtt.tls is not set                                  | SPEAKS_TLS",
                "no WebSocket at /mqtt: HTTP/1.1 404; is mqtt.path right?                        | WEB_SOCKET",
                "refused by the broker: bad user name or password (0x86)                         | MQTT_LOGIN",
                "refused by the broker: not authorized (5)                                       | MQTT_NOT_LET_IN",
                "a/# was refused: not authorized (0x87)                                          | MQTT_PERMISSION",
                "a/# was granted QoS 0 instead of 1                                              | MQTT_QOS",
                "the broker sets it to 30 s instead of the 60 s of mqtt.keep_alive               | MQTT_KEEP_ALIVE",
                "the broker switches it off instead of the 60 s of mqtt.keep_alive               | MQTT_NO_KEEP_ALIVE",
                "some overlap, and the broker takes no subscription identifiers, so a message    | MQTT_COPIES",
                "refused by the broker: not authorized (0x87), \"timed out\"                      | MQTT_NOT_LET_IN",
                "closed by the MQTT broker                                                       | MQTT_CLOSED",
                "SaslAuthenticationException: Authentication failed                              | KAFKA_LOGIN",
                "SslAuthenticationException: SSL handshake failed <- PKIX path building failed   | UNKNOWN_AUTHORITY",
                "SslAuthenticationException: SSL handshake failed                                | KAFKA_TLS",
                "t: no permission to write                                                       | KAFKA_PERMISSION",
                "advertised as kafka:9092, which is not reached                                  | KAFKA_ADVERTISED",
                "topic t does not exist and Kafka does not create it (auto.create.topics.enable) | KAFKA_TOPIC_MISSING",
                "TimeoutException: Timed out waiting for a node assignment. Call: describeCluster| KAFKA_SILENT",
                "a/# was refused: unspecified error (0x80)                                       | MQTT_REFUSED",
                "topic t does not exist: Replication factor: 3 larger than available brokers: 1  | KAFKA_REPLICAS",
                "t: min.insync.replicas is 1, so a record may be lost with the one broker that has it | KAFKA_ONE_REPLICA",
                "t: partition 0 has no leader, so it takes no record                             | KAFKA_NO_LEADER",
                "something nobody has heard of                                                   | OTHER",
            })
    void shouldFindTheRowWhenAFailureIsKnown(String text, Remedy remedy) {
        assertThat(Remedy.of(text)).isEqualTo(remedy);
    }

    @Test
    void shouldSayWhyAndWhatToDoInEveryRow() {
        assertThat(Arrays.stream(Remedy.values())).allSatisfy(remedy -> {
            assertThat(remedy.likelyCause()).isNotBlank();
            assertThat(remedy.action()).isNotBlank();
        });
    }
}
