package uns.bridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.config.SettingsFixture;
import uns.bridge.kafka.LibrdkafkaNames.Composed;
import uns.bridge.kafka.LibrdkafkaNames.Renamed;
import uns.bridge.kafka.LibrdkafkaNames.Without;

class LibrdkafkaSettingsTest {

    private static final String LOGIN =
            "security.protocol: SASL_SSL, sasl.mechanisms: PLAIN, sasl.username: u," + " sasl.password: p";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "request.required.acks: -1 | acks | -1",
                "message.send.max.retries: 2147483647 | retries | 2147483647",
                "max.in.flight: 3 | max.in.flight.requests.per.connection | 3",
                "message.timeout.ms: 0 | delivery.timeout.ms | 2147483647",
                "message.timeout.ms: 7200000 | delivery.timeout.ms | 7200000",
                "delivery.timeout.ms: 0 | delivery.timeout.ms | 2147483647",
                "message.max.bytes: 1000000 | max.request.size | 1000000",
                "queue.buffering.max.ms: 20 | linger.ms | 20",
                "queue.buffering.max.ms: 0.5 | linger.ms | 1",
                "linger.ms: 2.4 | linger.ms | 2",
                "queue.buffering.max.kbytes: 2147483647 | buffer.memory | 2199023254528",
                "compression.codec: zstd | compression.type | zstd",
                "'compression.codec: zstd, compression.level: 5' | compression.zstd.level | 5",
                "'compression.codec: lz4, compression.level: 5' | compression.lz4.level | 5",
                "'compression.level: 5, compression.type: gzip' | compression.gzip.level | 5",
                "socket.timeout.ms: 60000 | request.timeout.ms | 60000",
                "socket.send.buffer.bytes: 0 | send.buffer.bytes | -1",
                "socket.receive.buffer.bytes: 4096 | receive.buffer.bytes | 4096",
                "connections.max.idle.ms: 0 | connections.max.idle.ms | -1",
                "topic.metadata.refresh.interval.ms: -1 | metadata.max.age.ms | 2147483647",
                "topic.metadata.refresh.interval.ms: 9 | metadata.max.age.ms | 9",
                "sasl.oauthbearer.client.id: a | sasl.oauthbearer.client.credentials.client.id | a",
                "sasl.oauthbearer.client.secret: a | sasl.oauthbearer.client.credentials.client.secret | a",
                "ssl.endpoint.identification.algorithm: none | ssl.endpoint.identification.algorithm | ''",
                "ssl.endpoint.identification.algorithm: https | ssl.endpoint.identification.algorithm | https",
                "ssl.cipher.suites: 'ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_256_GCM_SHA384' | ssl.cipher.suites |"
                        + " TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384",
                // As with OpenSSL, those of TLS 1.3 stay.
                "ssl.cipher.suites: 'DHE-RSA-AES128-SHA:!aNULL:!TLS_AES_128_GCM_SHA256:!TLS_CHACHA20_POLY1305_SHA256' |"
                        + " ssl.cipher.suites | TLS_DHE_RSA_WITH_AES_128_CBC_SHA,TLS_AES_256_GCM_SHA384",
                "ssl.cipher.suites: TLS_DHE_RSA_WITH_AES_128_CBC_SHA | ssl.cipher.suites |"
                        + " TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
                "'ssl.cipher.suites: TLS_OF_ANOTHER_PROVIDER, ssl.provider: it' | ssl.cipher.suites | TLS_OF_ANOTHER_PROVIDER",
            })
    void shouldTranslateWhenWrittenByTheNameOfLibrdkafka(String written, String key, String value) {
        KafkaSettings kafka = read(written);

        assertThat(kafka.config()).containsEntry(key, value);
        assertThat(ProducerConfig.configNames()).containsAll(kafka.config().keySet());
        assertThat(kafka.warnings()).isEmpty();
    }

    @Test
    void shouldTakeTheServersOfMetadataBrokerList() {
        SettingsFixture settings = SettingsFixture.settings("kafka: {config: {metadata.broker.list: 'a:1,b:2'}}");

        assertThat(KafkaSettings.read(settings.section("kafka")).config())
                .containsEntry("bootstrap.servers", "a:1,b:2");
        assertThat(settings.problems()).isEmpty();
        assertThat(settings.root().describe())
                .contains("kafka.config.metadata.broker.list = a:1,b:2 (settings.yaml) -> bootstrap.servers")
                .noneMatch(line -> line.startsWith("kafka.config.bootstrap.servers"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret",
                "with \"quotes\"",
                "back\\slash",
                "\\\\\"",
                "a\nb\rc",
                "; } // # /* '",
                "péß漢😀",
                "\\u0022"
            })
    void shouldGiveTheLoginUnchangedWhenItHasSpecialCharacters(String password) {
        SettingsFixture settings = SettingsFixture.of(
                "kafka: {config: {bootstrap.servers: 'k:1', security.protocol: SASL_SSL, sasl.mechanisms: SCRAM-SHA-512}}",
                "",
                Map.of(
                        "UNS_KAFKA__CONFIG__SASL__USERNAME", '"' + yaml("user " + password) + '"',
                        "UNS_KAFKA__CONFIG__SASL__PASSWORD", '"' + yaml(password) + '"'));

        KafkaSettings kafka = KafkaSettings.read(settings.section("kafka"));

        assertThat(settings.problems()).isEmpty();
        JaasContext login = JaasContext.loadClientContext(
                Map.of("sasl.jaas.config", new Password((String) kafka.config().get("sasl.jaas.config"))));
        assertThat(login.configurationEntries()).singleElement().satisfies(entry -> {
            assertThat(entry.getLoginModuleName()).isEqualTo("org.apache.kafka.common.security.scram.ScramLoginModule");
            assertThat(entry.getOptions()).isEqualTo(Map.of("username", "user " + password, "password", password));
        });
        assertThat(settings.root().describe()).noneMatch(line -> line.contains(password));
        assertThat(kafka.toString()).doesNotContain(password);
    }

    private static String yaml(String text) {
        return text.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }

    @Test
    void shouldLogInByTheMechanismWhenItIsPlain() {
        assertThat(read(LOGIN).config())
                .containsEntry(
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\""
                                + " password=\"p\";")
                .containsEntry("sasl.mechanism", "PLAIN");
    }

    @Test
    void shouldLogInByOidcWhenTold() {
        KafkaSettings kafka = read("security.protocol: SASL_SSL, sasl.mechanisms: OAUTHBEARER,"
                + " sasl.oauthbearer.method: oidc, sasl.oauthbearer.client.id: c, sasl.oauthbearer.client.secret: s,"
                + " sasl.oauthbearer.extensions: 'a=b,c=\"d\"', sasl.oauthbearer.token.endpoint.url: 'https://h/t'");

        assertThat(kafka.warnings()).isEmpty();
        assertThat(kafka.config())
                .containsEntry(
                        "sasl.login.callback.handler.class",
                        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler")
                .containsEntry(
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required"
                                + " extension_a=\"b\" extension_c=\"\\\"d\\\"\";");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "debug: all | set the level of org.apache.kafka in logback.xml",
                "statistics.interval.ms: 0 | summary of each minute",
                "queue.buffering.max.messages: 9 | buffer.memory",
                "batch.num.messages: 9 | batch.size",
                "enable.gapless.guarantee: true | never gives a record up",
                "sticky.partitioning.linger.ms: 9 | records have keys",
                "ssl.curves.list: X25519 | jdk.tls.namedGroups",
                "group.id: g | a setting of consumers",
                "socket.keepalive.enable: true | nothing like this setting of librdkafka",
                "partitioner: consistent_random | another partition than from librdkafka",
                "'compression.level: 3, compression.codec: snappy' | snappy has no levels",
                "enable.ssl.certificate.verification: false | anyone in between can read",
            })
    void shouldWarnWhenThereIsNoCounterpart(String written, String remark) {
        KafkaSettings kafka = read(written);

        String key = written.substring(0, written.indexOf(':'));
        assertThat(kafka.warnings())
                .singleElement()
                .asString()
                .startsWith("kafka.config." + key + ":")
                .contains(remark);
        assertThat(ProducerConfig.configNames()).containsAll(kafka.config().keySet());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "partitioner: murmur2_random",
                "partitioner: murmur2",
                "compression.level: -1",
                "enable.ssl.certificate.verification: True",
                "ssl.ca.location: probe"
            })
    void shouldChangeNothingWhenItIsAsByDefault(String written) {
        KafkaSettings kafka = read(written);

        assertThat(kafka).isEqualTo(read(""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'acks: 1, request.required.acks: 1' | request.required.acks: says the same as acks; leave one",
                "'request.required.acks: 1, acks: 1' | acks: says the same as request.required.acks; leave one",
                "'sasl.mechanism: PLAIN, sasl.mechanisms: PLAIN' | sasl.mechanisms: says the same as sasl.mechanism;",
                "metadata.broker.list: 'k:1' | metadata.broker.list: says the same as bootstrap.servers",
                "'ssl.ca.location: probe, ssl.truststore.password: b' | ssl.ca.location: says the same as ssl.truststore",
                "'ssl.certificate.pem: a, ssl.key.pem: b, ssl.keystore.password: c' | ssl.key.pem: says the same as",
                "compression.codec: zip | compression.codec: expected what Kafka allows: string [none, gzip, snappy",
                "queue.buffering.max.kbytes: much | queue.buffering.max.kbytes: expected what Kafka allows: long",
                "'message.timeout.ms: 5000, socket.timeout.ms: 5000' | message.timeout.ms: must be at least linger.ms plus request.timeout.ms",
                "'enable.idempotence: true, request.required.acks: 1' | enable.idempotence: needs acks=all",
                "enable.ssl.certificate.verification: perhaps | enable.ssl.certificate.verification: expected true or",
                "ssl.cipher.suites: 'AES128-SHA:FOO' | ssl.cipher.suites: expected names of cipher suites",
                "sasl.oauthbearer.method: default | sasl.oauthbearer.method: takes effect with sasl.oauthbearer.method",
                "'sasl.mechanism: PLAIN, sasl.username: u' | sasl.password: must be set, as sasl.username is",
                "'sasl.mechanism: PLAIN, sasl.password: p' | sasl.username: must be set, as sasl.password is",
                "'sasl.username: u, sasl.password: p' | sasl.username: needs sasl.mechanism PLAIN, SCRAM-SHA-256 or",
                "'sasl.mechanisms: GSSAPI, sasl.username: u, sasl.password: p' | sasl.username: needs sasl.mechanism",
                "ssl.certificate.location: c.pem | ssl.key.location: must be set, as ssl.certificate.location is",
                "ssl.key.pem: k | ssl.certificate.location: must be set, as ssl.key.pem is",
            })
    void shouldNoteAProblemWhenItCannotBe(String written, String problem) {
        SettingsFixture settings = kafka(written);

        KafkaSettings.read(settings.section("kafka"));

        assertThat(settings.problems()).singleElement().asString().startsWith("kafka.config." + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TLS_FOO, TLS_DHE_RSA_WITH_AES_128_CBC_SHA,TLS_BAR | TLS_FOO, TLS_BAR: not known to this Java, or",
                "AES128-SHA:FOO | FOO is not known",
            })
    void shouldNameTheCipherSuiteWhenJavaDoesNotKnowIt(String list, String reason) {
        String config = "kafka: {config: {bootstrap.servers: 'k:1', ssl.cipher.suites: '" + list + "'}}";
        SettingsFixture settings = SettingsFixture.settings(config);
        SettingsFixture secrets = SettingsFixture.secrets(config);

        KafkaSettings.read(settings.section("kafka"));
        KafkaSettings.read(secrets.section("kafka"));

        assertThat(settings.problems())
                .singleElement()
                .asString()
                .startsWith("kafka.config.ssl.cipher.suites: expected names of cipher suites")
                .contains("; got the text \"" + list + "\": " + reason);
        assertThat(secrets.problems()).singleElement().asString().contains("; got <hidden> (");
    }

    @Test
    void shouldTrustAnyoneOnlyWhenVerificationIsOff() {
        KafkaSettings kafka = read("security.protocol: SSL, enable.ssl.certificate.verification: false");

        assertThat(kafka.config()).containsEntry("ssl.trustmanager.algorithm", "UnverifiedServer");
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                read("bootstrap.servers: 'localhost:1', security.protocol: SSL, enable.ssl.certificate.verification: false")
                        .config())) {
            assertThat(producer.metrics()).isNotEmpty();
        }
        assertThat(read("security.protocol: SSL").config()).doesNotContainKey("ssl.trustmanager.algorithm");
    }

    @Test
    void shouldNotHideThePathOfAFileButItsPassword() {
        SettingsFixture settings = kafka("ssl.key.location: /k.pem, ssl.key.password: s3cret, ssl.key.pem: s3cret,"
                + " ssl.certificate.location: /c.pem, sasl.username: u, sasl.password: s3cret");

        KafkaSettings kafka = KafkaSettings.read(settings.section("kafka"));

        assertThat(settings.root().describe())
                .contains("kafka.config.ssl.key.location = /k.pem (settings.yaml) -> ssl.keystore.key")
                .contains("kafka.config.sasl.password = <hidden> (settings.yaml)")
                .noneMatch(line -> line.contains("s3cret"));
        assertThat(settings.problems()).isNotEmpty().noneMatch(line -> line.contains("s3cret"));
        assertThat(kafka.warnings()).noneMatch(line -> line.contains("s3cret"));
    }

    @Test
    void shouldNameWhatTheKafkaProducerHas() {
        LibrdkafkaNames.rules().forEach((name, rule) -> {
            String target = rule instanceof Renamed renamed
                    ? renamed.kafkaName()
                    : rule instanceof Composed composed ? composed.kafkaName() : name;
            boolean known = List.of(target.split(", | or ")).stream().allMatch(ProducerConfig.configNames()::contains);
            assertThat(known).as(name).isEqualTo(!(rule instanceof Without));
        });
    }

    @Test
    void shouldBeDescribedInReadmeRowByRow() throws Exception {
        Map<String, String> documented = new TreeMap<>();
        Pattern row = Pattern.compile("^\\| (`[a-z_.`, ]+) \\| `([a-z0-9_.`, or]+)` \\| [^|]*\\|$");
        for (String line : Files.readAllLines(Path.of("README.md"))) {
            Matcher matcher = row.matcher(line);
            if (matcher.matches() && !line.contains("`mqtt.") && !line.contains("`kafka.")) {
                for (String name : matcher.group(1).split(", ")) {
                    documented.put(name.replace("`", ""), matcher.group(2).replace("`", ""));
                }
            }
        }
        Map<String, String> rules = new TreeMap<>();
        LibrdkafkaNames.rules().forEach((name, rule) -> {
            if (rule instanceof Renamed renamed) {
                rules.put(name, renamed.kafkaName());
            } else if (rule instanceof Composed composed) {
                rules.put(name, composed.kafkaName());
            }
        });
        assertThat(documented).containsAllEntriesOf(rules);
    }

    private static KafkaSettings read(String config) {
        SettingsFixture settings = kafka(config);
        KafkaSettings kafka = KafkaSettings.read(settings.section("kafka"));
        assertThat(settings.problems()).isEqualTo(List.of());
        return kafka;
    }

    private static SettingsFixture kafka(String config) {
        String servers = config.contains("bootstrap.servers") ? "" : "bootstrap.servers: 'k:9092', ";
        return SettingsFixture.settings("kafka: {config: {" + servers + config + "}}");
    }
}
