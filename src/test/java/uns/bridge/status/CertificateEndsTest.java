package uns.bridge.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uns.bridge.Settings;
import uns.bridge.config.SettingsFixture;
import uns.bridge.tls.Authority;
import uns.bridge.tls.Issued;

class CertificateEndsTest {

    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private static final Instant FROM = NOW.minus(Authority.DAY);

    private final Authority ca = Authority.named("Plant CA", FROM, day(300));
    private final Authority older = Authority.named("Older CA", FROM, day(3));
    private final AtomicLong clockNs = new AtomicLong();

    @TempDir
    private Path folder;

    @Test
    void shouldTellTheEndOfEachCertificateThatIsSet() throws Exception {
        write("ca.pem", Issued.pem(ca.certificate(), older.certificate()));
        writeIdentity("http.pem", 40);
        issued(50).writeKeyStore(folder.resolve("kafka.jks"));
        Issued.writeTrustStore(folder.resolve("ca.jks"), ca.certificate());
        Issued mqtt = issued(20);
        write("mqtt.pem", mqtt.chainPem() + Issued.pem(older.certificate()));
        write("mqtt.key", mqtt.keyPem());

        assertThat(ends("""
                        mqtt: {host: h, client_id: c, tls: {ca_certs: DIR/ca.pem, certfile: DIR/mqtt.pem, keyfile: DIR/mqtt.key}}
                        http: {tls: {certfile: DIR/http.pem}}
                        kafka:
                          config:
                            bootstrap.servers: k:9092
                            security.protocol: SSL
                            ssl.keystore.location: DIR/kafka.jks
                            ssl.keystore.password: s3cret
                            ssl.key.password: s3cret
                            ssl.truststore.location: DIR/ca.jks
                            ssl.truststore.password: s3cret
                        """).now())
                .isEqualTo(Map.of(
                        "mqtt.tls.ca_certs", day(300),
                        "mqtt.tls.certfile", day(3),
                        "http.tls.certfile", day(40),
                        "kafka.config.ssl.keystore.location", day(50),
                        "kafka.config.ssl.truststore.location", day(300)));
    }

    @Test
    void shouldTellThoseOfPemFilesByTheNamesOfLibrdkafka() throws Exception {
        write("ca.pem", Issued.pem(ca.certificate(), older.certificate()));
        writeIdentity("kafka.pem", 50);

        assertThat(ends("""
                        mqtt: {host: h, client_id: c}
                        kafka:
                          config:
                            bootstrap.servers: k:9092
                            security.protocol: ssl
                            ssl.ca.location: DIR/ca.pem
                            ssl.certificate.location: DIR/kafka.pem
                            ssl.key.location: DIR/kafka.pem
                        """).now())
                .isEqualTo(Map.of(
                        "kafka.config.ssl.ca.location", day(300),
                        "kafka.config.ssl.certificate.location", day(50)));
    }

    @Test
    void shouldKnowNoneWithoutTls() throws Exception {
        assertThat(ends("mqtt: {host: h, client_id: c}\nkafka: {config: {bootstrap.servers: 'k:9092'}}")
                        .now())
                .isEmpty();
    }

    @Test
    void shouldFollowARenewedFileAndKeepWhatADamagedOneSaid() throws Exception {
        writeIdentity("http.pem", 40);
        CertificateEnds ends = ends("mqtt: {host: h, client_id: c}\nkafka: {config: {bootstrap.servers: 'k:9092'}}\n"
                + "http: {tls: {certfile: DIR/http.pem}}");
        writeIdentity("http.pem", 80);
        clockNs.addAndGet(Duration.ofMinutes(1).toNanos());
        ends.refresh();
        assertThat(ends.now()).isEqualTo(Map.of("http.tls.certfile", day(80)));

        write("http.pem", "damaged");
        clockNs.addAndGet(Duration.ofMinutes(1).toNanos());
        ends.refresh();
        assertThat(ends.now()).isEqualTo(Map.of("http.tls.certfile", day(80)));
    }

    @Test
    void shouldReadNoFileWhenOnlyAsked() throws Exception {
        writeIdentity("http.pem", 40);
        CertificateEnds ends = ends("mqtt: {host: h, client_id: c}\nkafka: {config: {bootstrap.servers: 'k:9092'}}\n"
                + "http: {tls: {certfile: DIR/http.pem}}");
        writeIdentity("http.pem", 80);
        clockNs.addAndGet(Duration.ofMinutes(1).toNanos());

        assertThat(ends.now()).isEqualTo(Map.of("http.tls.certfile", day(40)));
    }

    private CertificateEnds ends(String settings) throws Exception {
        SettingsFixture.write(folder, settings.replace("DIR", folder.toString()), "");
        Settings loaded = Settings.load(folder, Map.of());
        return new CertificateEnds(loaded.mqtt(), loaded.kafka(), loaded.http(), clockNs::get);
    }

    private void writeIdentity(String file, int days) throws Exception {
        Issued issued = issued(days);
        write(file, issued.keyPem() + issued.chainPem());
    }

    private Issued issued(int days) {
        return ca.issue("bridge", "EC", FROM, day(days));
    }

    private void write(String file, String text) throws Exception {
        Files.writeString(folder.resolve(file), text);
    }

    private static Instant day(int days) {
        return NOW.plus(Duration.ofDays(days));
    }
}
