package uns.bridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.config.SettingsFixture;

class KafkaSettingsTest {

    private static final String SERIALIZER = "org.apache.kafka.common.serialization.ByteArraySerializer";

    @Test
    void shouldLoseNothingWhenOnlyTheServersAreSet() {
        KafkaSettings kafka = read("");

        assertThat(kafka.config())
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("bootstrap.servers", "k:9092"),
                        Map.entry("client.id", "uns-kafka-bridge"),
                        Map.entry("acks", "all"),
                        Map.entry("enable.idempotence", "true"),
                        Map.entry("max.in.flight.requests.per.connection", "1"),
                        Map.entry("delivery.timeout.ms", "2147483647"),
                        Map.entry("compression.type", "snappy"),
                        Map.entry("linger.ms", "5"),
                        Map.entry("batch.size", "16384"),
                        Map.entry("max.request.size", "16777216"),
                        Map.entry("buffer.memory", "16777216"),
                        Map.entry("max.block.ms", "15000"),
                        Map.entry("metadata.max.idle.ms", "86400000"),
                        Map.entry("enable.metrics.push", "false"),
                        Map.entry("key.serializer", SERIALIZER),
                        Map.entry("value.serializer", SERIALIZER)));
        assertThat(kafka.deadLetterTopic()).isEqualTo("uns_bridge_dead_letter");
        assertThat(kafka.warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max.request.size: 33554432 | 33554432",
                "message.max.bytes: 33554432 | 33554432",
                "batch.size: 20971520 | 20971520",
                "max.request.size: 1000000 | 16777216",
                "'max.request.size: 33554432, buffer.memory: 40000000' | 40000000",
                "'max.request.size: 33554432, queue.buffering.max.kbytes: 65536' | 67108864",
            })
    void shouldHaveRoomForTheLargestRecordAndABatch(String config, String bufferMemory) {
        assertThat(read(config).config()).containsEntry("buffer.memory", bufferMemory);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "delivery.timeout.ms: 10000 | 9995",
                "'message.timeout.ms: 10000, linger.ms: 100' | 9900",
                "'message.timeout.ms: 10000, socket.timeout.ms: 5000' | 5000",
                "delivery.timeout.ms: 30005 | ",
                "message.timeout.ms: 0 | ",
            })
    void shouldWaitForAnAnswerNoLongerThanForTheDelivery(String config, String requestTimeout) {
        assertThat(read(config).config().get("request.timeout.ms")).isEqualTo(requestTimeout);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "localhost | localhost:9092",
                "'a, b:1 ,c' | a:9092,b:1,c:9092",
                "'[::1]' | [::1]:9092",
                "'[::1]:1,[::1]' | [::1]:1,[::1]:9092",
                "SSL://a,SSL://b:1 | SSL://a:9092,SSL://b:1",
                "'a:1,' | a:1",
            })
    void shouldTakeTheUsualPortWhenAServerHasNone(String written, String servers) {
        for (String key : List.of("bootstrap.servers", "metadata.broker.list")) {
            SettingsFixture settings = SettingsFixture.settings("kafka: {config: {" + key + ": '" + written + "'}}");

            assertThat(KafkaSettings.read(settings.section("kafka")).config())
                    .containsEntry("bootstrap.servers", servers);
            assertThat(settings.problems()).isEmpty();
        }
    }

    @Test
    void shouldPassOnWhatIsWrittenWhenKafkaKnowsIt() {
        KafkaSettings kafka = read(
                "acks: -1, linger.ms: 20, enable.idempotence: yes, security.protocol: SASL_SSL,"
                        + " sasl: {mechanism: PLAIN, jaas.config: m required;},"
                        + " interceptor.classes: [], ssl.cipher.suites: [TLS_DHE_RSA_WITH_AES_128_CBC_SHA, TLS_AES_128_GCM_SHA256], ssl.key.password: 007, client.rack: ''");

        assertThat(kafka.config())
                .containsEntry("acks", "-1")
                .containsEntry("linger.ms", "20")
                .containsEntry("enable.idempotence", "true")
                .containsEntry("sasl.mechanism", "PLAIN")
                .containsEntry("ssl.cipher.suites", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA,TLS_AES_128_GCM_SHA256")
                .containsEntry("ssl.key.password", "007")
                .doesNotContainKey("client.rack");
        assertThat(kafka.warnings()).isEmpty();
        assertThat(kafka.toString()).doesNotContain("007");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "acks: 1", "retries: 0", "max.in.flight.requests.per.connection: 6", "retries: 10"})
    void shouldMakeAProducerWhenThereIsNoProblem(String config) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                read("bootstrap.servers: 'localhost:9092', " + config).config())) {
            assertThat(producer.metrics()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "acks: 1 | kafka.config.acks: | kafka.config.enable.idempotence: off",
                "acks: 0 | kafka.config.acks: | kafka.config.enable.idempotence: off",
                "enable.idempotence: False | kafka.config.enable.idempotence: off | write a record twice",
                "max.in.flight.requests.per.connection: 6 | kafka.config.max.in.flight | kafka.config.enable.idempotence",
                "retries: 10 | kafka.config.retries: limited | kafka.config.retries",
                "delivery.timeout.ms: 120000 | kafka.config.delivery.timeout.ms: less than an hour | leave it out",
                "key.serializer: x | kafka.config.key.serializer: ignored | bytes",
                "value.serializer: x | kafka.config.value.serializer: ignored | bytes",
                "security.protocol: SASL_SSL | kafka.config.security.protocol: there is no login | sasl.jaas.config",
                "sasl.mechanism: PLAIN | kafka.config.security.protocol: PLAINTEXT is without SASL | SASL_SSL",
                "'sasl.jaas.config: x, security.protocol: SSL' | kafka.config.security.protocol: SSL is without | SASL",
                "request.required.acks: 1 | kafka.config.request.required.acks: not 'all' | enable.idempotence",
                "message.send.max.retries: 3 | kafka.config.message.send.max.retries: limited | go on trying",
                "message.timeout.ms: 300000 | kafka.config.message.timeout.ms: less than an hour | leave it out",
                "max.in.flight: 1000000 | kafka.config.max.in.flight: more than 1 | enable.idempotence: off",
            })
    void shouldWarnWhenTheDeliveryPromiseIsWeakened(String config, String start, String other) {
        assertThat(read(config).warnings())
                .anySatisfy(line -> assertThat(line).startsWith(start))
                .anySatisfy(line -> assertThat(line).contains(other));
    }

    @ParameterizedTest
    @CsvSource({"sasl.mechanizm, sasl.mechanism", "Linger.ms, linger.ms"})
    void shouldWarnWhenANameIsUnknown(String name, String meant) {
        SettingsFixture settings = kafka(name + ": x");

        KafkaSettings.read(settings.section("kafka"));

        assertThat(settings.root().warnings())
                .containsExactly("kafka.config." + name + ": unknown to the Kafka producer; did you mean '" + meant
                        + "'? (settings.yaml, line 1)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "acks: some | acks: expected what Kafka allows: string [all, -1, 0, 1]; got the text \"some\"",
                "linger.ms: soon | linger.ms: expected what Kafka allows: long [0,...]; got the text \"soon\"",
                "linger.ms: -1 | linger.ms: expected what Kafka allows: long [0,...]; got the number -1",
                "batch.size: 1.5 | batch.size: expected what Kafka allows: int [0,...]; got the number 1.5",
                "enable.idempotence: 1 | enable.idempotence: expected what Kafka allows: boolean; got the number 1",
                "partitioner.class: no.Such | partitioner.class: expected what Kafka allows: class; got",
                "security.protocol: TLS | security.protocol: expected what Kafka allows: string (case insensitive)",
                "transactional.id: x | transactional.id: transactions are not supported; got the text \"x\"",
                "bootstrap.servers: 'k:' | bootstrap.servers: expected host:port, separated by commas; got",
                "bootstrap.servers: k:65536 | bootstrap.servers: expected host:port, separated by commas; got",
                "bootstrap.servers: k:99999999999 | bootstrap.servers: expected host:port, separated by commas; got",
                "bootstrap.servers: [a:1, 'b:'] | bootstrap.servers: expected host:port, separated by commas; got a list",
                "'acks: 1, enable.idempotence: true' | enable.idempotence: needs acks=all",
                "'retries: 0, enable.idempotence: true' | enable.idempotence: needs acks=all",
                "'batch.size: 20971520, buffer.memory: 16777216' | buffer.memory: must be at least batch.size",
                "queue.buffering.max.kbytes: 15 | queue.buffering.max.kbytes: must be at least batch.size",
                "delivery.timeout.ms: 5 | delivery.timeout.ms: must be at least linger.ms plus request.timeout.ms",
                "'delivery.timeout.ms: 30000, request.timeout.ms: 30000' | delivery.timeout.ms: must be at least linger.ms plus request.timeout.ms",
                "client.id: [[a]] | client.id[0]: expected a text, but got a list",
            })
    void shouldNoteAProblemWhenAValueIsBad(String config, String problem) {
        SettingsFixture settings = kafka(config);

        KafkaSettings.read(settings.section("kafka"));

        assertThat(settings.problems()).singleElement().asString().startsWith("kafka.config." + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "acks:1 | acks:1",
                "security.protocol:SASL_SSL | security.protocol:SASL_SSL",
                "'sasl: {mechanism:PLAIN}' | sasl.mechanism:PLAIN",
                "acks=1 | acks=1",
                "acls: '' | acls",
            })
    void shouldNoteAProblemWhenANameThatIsNoneHasNoValue(String config, String key) {
        SettingsFixture settings = kafka(config);

        KafkaSettings.read(settings.section("kafka"));

        assertThat(settings.problems())
                .containsExactly("kafka.config." + key
                        + ": has no value; a name and its value need a colon and a blank between them"
                        + " (settings.yaml, line 1)");
    }

    @Test
    void shouldLeaveOutWhatIsEmptyWhenItIsASetting() {
        assertThat(read("ssl.key.pem: '', acks:, sasl: {mechanism: ~}, debug: '', sasl.username: ''"))
                .isEqualTo(read(""));
    }

    @Test
    void shouldTellEveryProblemWhenSeveralValuesAreBad() {
        SettingsFixture settings = kafka("acks: x, linger.ms: x, batch.size: x");

        KafkaSettings.read(settings.section("kafka"));

        assertThat(settings.problems()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "kafka: {config: {}}", "kafka: {config: {acks: all, bootstrap.servers: ''}}"})
    void shouldNoteAProblemWhenTheServersAreMissing(String yaml) {
        SettingsFixture settings = SettingsFixture.settings(yaml);

        KafkaSettings.read(settings.section("kafka"));

        assertThat(settings.problems()).containsExactly("kafka.config.bootstrap.servers: must be set");
    }

    @Test
    void shouldCreateTopicsWhenTold() {
        SettingsFixture settings = SettingsFixture.settings("""
                kafka:
                  config: {bootstrap.servers: 'k:1'}
                  create_topics:
                    partitions: 6
                    replication_factor: 3
                    config: {retention.ms: 60000, cleanup: {policy: [compact, delete]}}
                """);

        KafkaSettings kafka = KafkaSettings.read(settings.section("kafka"));

        assertThat(settings.problems()).isEmpty();
        assertThat(kafka.topicCreation())
                .isEqualTo(
                        new TopicCreation(6, 3, Map.of("retention.ms", "60000", "cleanup.policy", "compact,delete")));
        NewTopic topic = Objects.requireNonNull(kafka.topicCreation()).topic("t");
        assertThat(topic.numPartitions()).isEqualTo(6);
        assertThat(topic.replicationFactor()).isEqualTo((short) 3);
        assertThat(topic.configs()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "create_topics:",
                "create_topics: {partitions: '', replication_factor:, config: {retention.ms: , cleanup: {policy: ''}}}"
            })
    void shouldLeaveTopicsToKafkaWhenNotTold(String yaml) {
        SettingsFixture settings = SettingsFixture.settings("kafka:\n  config: {bootstrap.servers: 'k:1'}\n  " + yaml);

        assertThat(KafkaSettings.read(settings.section("kafka")).topicCreation())
                .isNull();
        assertThat(settings.problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "partitions: 0 | partitions: expected a whole number from 1 to 100000, but got the number 0",
                "partitions: many | partitions: expected a whole number from 1",
                "replication_factor: 0 | replication_factor: expected a whole number from 1 to 32767",
                "replicas: 1 | replicas: unknown",
                "config: compact | config: expected a map, but got the text",
                "config: {retention.ms:60000} | config.retention.ms:60000: has no value; a name and its value need",
                "config: {a: [[b]]} | config.a[0]: expected a text, but got a list",
            })
    void shouldNoteAProblemWhenTheCreationOfTopicsIsBad(String yaml, String problem) {
        SettingsFixture settings =
                SettingsFixture.settings("kafka: {config: {bootstrap.servers: 'k:1'}, create_topics: {" + yaml + "}}");

        KafkaSettings.read(settings.section("kafka"));

        assertThat(settings.problems()).singleElement().asString().startsWith("kafka.create_topics." + problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "..", "'.'", "'a b'", "[a]"})
    void shouldNoteAProblemWhenTheDeadLetterTopicIsNotLegal(String topic) {
        SettingsFixture settings = SettingsFixture.settings(
                "kafka: {dead_letter_topic: " + topic + ", config: {bootstrap.servers: 'k:1'}}");

        KafkaSettings.read(settings.section("kafka"));

        assertThat(settings.problems())
                .singleElement()
                .asString()
                .startsWith("kafka.dead_letter_topic: expected a Kafka topic name");
    }

    @Test
    void shouldHideValuesWhenFromSecretsOrOfAPasswordOrUnknown() {
        SettingsFixture settings = SettingsFixture.of(
                """
                kafka:
                  config:
                    bootstrap.servers: k:9092
                    sasl.jaas.config: s3cret
                    ssl.key.password: s3cret
                    sasl.pasword: s3cret
                    acks: all
                """,
                "kafka: {config: {security.protocol: s3cret, transactional.id: s3cret, client.id: s3cret}}",
                Map.of("UNS_KAFKA__CONFIG", "{linger.ms: s3cret}", "UNS_KAFKA__CONFIG__ACKS", "s3cret"));

        KafkaSettings kafka = KafkaSettings.read(settings.section("kafka"));

        assertThat(settings.problems())
                .hasSize(4)
                .allMatch(line -> line.contains("got <hidden>"))
                .noneMatch(line -> line.contains("s3cret"));
        assertThat(kafka.warnings()).noneMatch(line -> line.contains("s3cret"));
        assertThat(settings.root().describe())
                .noneMatch(line -> line.contains("s3cret"))
                .contains(
                        "kafka.config.bootstrap.servers = k:9092 (settings.yaml)",
                        "kafka.config.sasl.jaas.config = <hidden> (settings.yaml)",
                        "kafka.config.sasl.pasword = <hidden> (settings.yaml)",
                        "kafka.config.client.id = <hidden> (.secrets.yaml)",
                        "kafka.config.acks = <hidden> (environment UNS_KAFKA__CONFIG__ACKS)",
                        "kafka.config.batch.size = 16384 (default)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "m required username=\"u\" password=\"s3cret\"",
                "m required username=\"u\" password=s3cret!s3cret;",
                "m required username=\"u\" password=\"s3cret;",
                "m username=\"u\" password=\"s3cret\";",
                "m required password=\"s3cret\"; m required;",
                "s3cret",
            })
    void shouldNoteAProblemWhenTheLoginIsNone(String login) {
        String config = "sasl.mechanism: PLAIN, sasl.jaas.config: '" + login + "'";
        SettingsFixture settings = kafka("security.protocol: sasl_ssl, " + config);
        SettingsFixture unused = kafka(config);

        KafkaSettings.read(settings.section("kafka"));
        KafkaSettings.read(unused.section("kafka"));

        assertThat(settings.problems())
                .containsExactly(
                        "kafka.config.sasl.jaas.config: is no login of the form <module> required name=\"value\" ...;"
                                + " with quotes and semicolon; got <hidden> (settings.yaml, line 1)");
        assertThat(unused.problems()).isEmpty();
    }

    @Test
    void shouldNotShowASecretThatABlankHasLeftInAKey() {
        SettingsFixture settings = SettingsFixture.of(
                "kafka: {config: {bootstrap.servers: 'k:9092'}}",
                "kafka: {config: {ssl.key.password:s3cret, my.password=s3cret: 1}}",
                Map.of(
                        "UNS_KAFKA__CONFIG", "{sasl.password=s3cret}",
                        "UNS_KAFKA__CONFIG__SASL__PASSWORD", "{s3cret}",
                        "UNS_KAFKA__CREATE_TOPICS__CONFIG", "{retention.ms=s3cret}"));

        KafkaSettings kafka = KafkaSettings.read(settings.section("kafka"));

        String hint = ": has no value; a name and its value need a colon and a blank between them";
        assertThat(settings.problems())
                .containsExactlyInAnyOrder(
                        "kafka.config.ssl.key.password<hidden>" + hint + " (.secrets.yaml, line 1)",
                        "kafka.config.sasl.password<hidden>" + hint + " (environment UNS_KAFKA__CONFIG)",
                        // A password in braces is a map, and looks like a name.
                        "kafka.config.<hidden>" + hint + " (environment UNS_KAFKA__CONFIG__SASL__PASSWORD)",
                        "kafka.create_topics.config.retention.ms<hidden>" + hint
                                + " (environment UNS_KAFKA__CREATE_TOPICS__CONFIG)");
        assertThat(settings.root().warnings())
                .singleElement()
                .asString()
                .startsWith("kafka.config.my.password<hidden>: unknown to the Kafka producer");
        assertThat(kafka.warnings()).isEmpty();
        assertThat(settings.root().describe()).noneMatch(line -> line.contains("s3cret"));
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
