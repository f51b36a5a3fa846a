package uns.bridge.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.Closeable;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.KafkaBroker;
import uns.bridge.brokers.Ports;
import uns.bridge.config.SettingsFixture;
import uns.bridge.health.Health;
import uns.bridge.message.OutboundRecord;
import uns.bridge.tls.Authority;
import uns.bridge.tls.Issued;
import uns.bridge.tls.KeyForm;

/** The sink and a real Kafka that demands a login, with settings by the names of librdkafka. */
@Timeout(120)
class KafkaSecurityIT {

    private static final String PASSWORD = "pa\\ss\"wor;d";

    @TempDir
    static Path folder;

    private static TokenEndpoint tokens;
    private static KafkaBroker kafka;
    private static Admin admin;
    private static int scramPort;
    private static int tlsPort;
    private static int oauthPort;

    private final Health health = new Health();
    private final List<String> events = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        Authority ca = Authority.named("Plant CA");
        Issued broker = ca.issue("broker", "127.0.0.1");
        Issued bridge = ca.issue(
                "bridge",
                "RSA",
                Instant.now().minus(Authority.DAY),
                Instant.now().plus(Authority.DAY));
        write("ca.pem", Issued.pem(ca.certificate()));
        write("other-ca.pem", Issued.pem(Authority.named("Other CA").certificate()));
        write("bridge.pem", bridge.chainPem());
        write("bridge.key", bridge.keyPem(KeyForm.TRADITIONAL_AES256));
        write("bridge.pkcs1.key", bridge.keyPem(KeyForm.TRADITIONAL));
        bridge.writeKeyStore(folder.resolve("bridge.jks"));
        Issued.writeTrustStore(folder.resolve("ca.jks"), ca.certificate());
        tokens = new TokenEndpoint();
        tokens.writeKeys(folder.resolve("keys.json"));
        String keys = folder.resolve("keys.json").toUri().toString();
        System.setProperty(OauthPermission.URLS, keys); // For the broker, which is in this JVM.
        int port = Ports.free();
        scramPort = Ports.free();
        tlsPort = Ports.free();
        oauthPort = Ports.free();
        int controller = Ports.free();
        Map<String, String> settings = new HashMap<>();
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
        settings.put(
                "listeners",
                "DIRECT://127.0.0.1:" + port + ",SCRAM://127.0.0.1:" + scramPort + ",MUTUAL://127.0.0.1:" + tlsPort
                        + ",OAUTH://127.0.0.1:" + oauthPort + ",CONTROLLER://127.0.0.1:" + controller);
        settings.put(
                "advertised.listeners",
                "DIRECT://127.0.0.1:" + port + ",SCRAM://127.0.0.1:" + scramPort + ",MUTUAL://127.0.0.1:" + tlsPort
                        + ",OAUTH://127.0.0.1:" + oauthPort);
        settings.put(
                "listener.security.protocol.map",
                "DIRECT:PLAINTEXT,SCRAM:SASL_SSL,MUTUAL:SSL,OAUTH:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("ssl.keystore.type", "PEM");
        settings.put("ssl.keystore.certificate.chain", broker.chainPem());
        settings.put("ssl.keystore.key", broker.keyPem());
        settings.put("ssl.truststore.type", "PEM");
        settings.put("ssl.truststore.location", folder.resolve("ca.pem").toString());
        settings.put("listener.name.mutual.ssl.client.auth", "required");
        settings.put("listener.name.scram.sasl.enabled.mechanisms", "SCRAM-SHA-512");
        settings.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
        settings.put(
                "listener.name.scram.scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        settings.put("listener.name.oauth.sasl.enabled.mechanisms", "OAUTHBEARER");
        settings.put(
                "listener.name.oauth.oauthbearer.sasl.jaas.config",
                "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;");
        settings.put(
                "listener.name.oauth.oauthbearer.sasl.server.callback.handler.class",
                "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler");
        settings.put("listener.name.oauth.oauthbearer.sasl.oauthbearer.jwks.endpoint.url", keys);
        settings.put("listener.name.oauth.oauthbearer.sasl.oauthbearer.expected.audience", TokenEndpoint.AUDIENCE);
        settings.put("listener.name.oauth.oauthbearer.sasl.oauthbearer.expected.issuer", TokenEndpoint.ISSUER);
        settings.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:ANONYMOUS");
        kafka = Brokers.kafka(port, settings);
        admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
        for (String user : List.of("bridge", "late")) {
            setPassword(user, user.equals("late") ? "other" : PASSWORD);
        }
        for (String user : List.of("User:bridge", "User:late", "User:CN=bridge", "User:" + TokenEndpoint.CLIENT)) {
            allow(user, ResourceType.CLUSTER, "kafka-cluster", PatternType.LITERAL, AclOperation.IDEMPOTENT_WRITE);
            allow(user, ResourceType.TOPIC, "plant", PatternType.PREFIXED, AclOperation.WRITE);
            allow(user, ResourceType.TOPIC, "plant_made", PatternType.PREFIXED, AclOperation.CREATE);
        }
        admin.createTopics(List.of(topic("plant_a"), topic("plant_b"), topic("forbidden")))
                .all()
                .get(30, TimeUnit.SECONDS);
    }

    @AfterAll
    static void close() {
        admin.close();
        kafka.close();
        tokens.close();
    }

    @Test
    void shouldDeliverByScramAndRefuseWhatMayNotBeWritten() throws Exception {
        try (KafkaSink<String> sink = sink(scram("bridge", PASSWORD), "")) {
            sink.send(record("plant_a"), "a");
            sink.send(record("forbidden"), "f");
            sink.send(record("plant_b"), "b");
            tendUntil(sink, 3);
        }
        assertThat(events).contains("a", "b").anyMatch(event -> event.startsWith("f refused: TopicAuthorization"));
    }

    @Test
    void shouldTellOfAForbiddenTopicAsLongAsItIs() throws Exception {
        admin.createTopics(List.of(topic("secret"))).all().get(30, TimeUnit.SECONDS);
        try (KafkaSink<String> sink = sink(scram("bridge", PASSWORD), "")) {
            sink.send(record("secret"), "s");
            for (int i = 0; i < 1_000; i++) {
                sink.send(record("plant_a"), "a" + i);
                sink.send(record("secret"), "s" + i);
            }
            tendUntil(sink, 2_001);
            sink.tend(); // The last answers may have come after it has told.
            assertThat(events).filteredOn(event -> event.startsWith("a")).hasSize(1_000);
            await().pollInSameThread().atMost(Duration.ofSeconds(30)).until(() -> {
                sink.tend();
                return new Health.Condition(Health.State.LIMITED, "no permission to write to topic secret")
                        .equals(health.conditions().get(Health.Part.KAFKA));
            });

            allow("User:bridge", ResourceType.TOPIC, "secret", PatternType.LITERAL, AclOperation.WRITE);
            await().pollInSameThread().atMost(Duration.ofSeconds(60)).until(() -> {
                sink.send(record("secret"), "later" + events.size());
                sink.tend();
                return events.stream().anyMatch(event -> event.matches("later\\d+"));
            });
            await().pollInSameThread().atMost(Duration.ofSeconds(30)).until(() -> {
                sink.tend();
                return problem().isEmpty();
            });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ssl.ca.location: DIR/ca.pem, ssl.certificate.location: DIR/bridge.pem, ssl.key.location:"
                        + " DIR/bridge.key, ssl.key.password: s3cret",
                "ssl.ca.location: DIR/ca.pem, ssl.certificate.location: DIR/bridge.pem, ssl.key.location:"
                        + " DIR/bridge.pkcs1.key, ssl.cipher.suites: 'ECDHE-ECDSA-AES128-GCM-SHA256:!TLS_AES_128_GCM_SHA256'",
                "ssl.truststore.location: DIR/ca.jks, ssl.keystore.location: DIR/bridge.jks, ssl.keystore.password:"
                        + " s3cret, ssl.key.password: s3cret"
            })
    void shouldDeliverByMutualTls(String files) throws Exception {
        String config = "metadata.broker.list: '127.0.0.1:" + tlsPort + "', security.protocol: ssl, "
                + files.replace("DIR", folder.toString());
        // The bridge's admin client, which looks for topics, makes its own connection with the same files.
        try (KafkaSink<String> sink = sink(config, "partitions: 1")) {
            sink.send(record("plant_a"), "a");
            tendUntil(sink, 1);
        }
        assertThat(events).containsExactly("a");
        // And so does the client that redrives.
        try (DeadLetterReader letters = new DeadLetterReader(settings(config, "partitions: 1"))) {
            assertThat(letters.next()).isEmpty();
        }
    }

    @Test
    void shouldKeepTheRecordAndSayWhyWhenTheAuthorityIsAnother() throws Exception {
        String config = scram("bridge", PASSWORD).replace("/ca.pem", "/other-ca.pem");
        try (KafkaSink<String> sink = sink(config, "")) {
            Thread sending = new Thread(() -> sendUntilInterrupted(sink), "sending");
            sending.start();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> problem().contains("unable to find valid certification path"));
            sending.interrupt();
            sending.join();
        }
        assertThat(events).isEmpty();
    }

    @Test
    void shouldDeliverByOauth() throws Exception {
        String config = "metadata.broker.list: '127.0.0.1:" + oauthPort + "', " + oauth();
        try (KafkaSink<String> sink = sink(config, "")) {
            sink.send(record("plant_a"), "a");
            tendUntil(sink, 1);
        }
        assertThat(events).containsExactly("a");
    }

    /** The jar has all that Kafka's clients need for it, some of which only others of this test's classes depend on. */
    @Test
    void shouldAskForATokenFromWithinTheJar() throws Exception {
        SettingsFixture settings = SettingsFixture.settings(
                "kafka: {config: {bootstrap.servers: '127.0.0.1:" + oauthPort + "', " + oauth() + "}}");
        Map<String, Object> config =
                KafkaSettings.read(settings.section("kafka")).config();
        int before = tokens.requests().size();
        URL jar = Path.of(System.getProperty("bridge.jar")).toUri().toURL();
        ClassLoader own = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar}, ClassLoader.getPlatformClassLoader())) {
            Thread.currentThread().setContextClassLoader(loader);
            Class<?> producer = loader.loadClass(KafkaProducer.class.getName());
            ((Closeable) producer.getConstructor(Map.class).newInstance(config)).close();
        } finally {
            Thread.currentThread().setContextClassLoader(own);
        }
        assertThat(tokens.requests()).hasSize(before + 1);
    }

    @Test
    void shouldDeliverToAnyServerWhenVerificationIsOff() throws Exception {
        String config = scram("bridge", PASSWORD)
                .replaceAll("ssl.ca.location: .*", "enable.ssl.certificate.verification: false");
        try (KafkaSink<String> sink = sink(config, "")) {
            sink.send(record("plant_a"), "a");
            tendUntil(sink, 1);
        }
        assertThat(events).containsExactly("a");
    }

    @Test
    void shouldKeepTheRecordUntilThePasswordIsMended() throws Exception {
        try (KafkaSink<String> sink = sink(scram("late", PASSWORD), "")) {
            FutureTask<Void> mending = new FutureTask<>(() -> {
                await().atMost(Duration.ofSeconds(30)).until(() -> problem().contains("SaslAuthenticationException"));
                assertThat(events).isEmpty();
                setPassword("late", PASSWORD);
                return null;
            });
            new Thread(mending, "mending").start();
            sink.send(record("plant_a"), "a");
            tendUntil(sink, 1);
            mending.get();
        }
        assertThat(events).containsExactly("a");
    }

    @Test
    void shouldCreateTopicsAsTold() throws Exception {
        String creation = "partitions: 2, replication_factor: 1, config: {retention.ms: 60000}";
        try (KafkaSink<String> sink = sink(scram("bridge", PASSWORD), creation)) {
            sink.send(record("plant_made"), "a");
            sink.send(record("plant_not_permitted"), "f");
            sink.send(record("plant_a"), "b");
            sink.send(record("plant_made.too"), "c");
            tendUntil(sink, 4);
        }
        assertThat(events)
                .contains("a", "b", "c")
                .anyMatch(event -> event.startsWith("f refused: UnknownTopicOrPartition")
                        && event.contains("plant_not_permitted")
                        && event.contains("no permission"));
        TopicDescription made = admin.describeTopics(List.of("plant_made"))
                .allTopicNames()
                .get(30, TimeUnit.SECONDS)
                .get("plant_made");
        assertThat(made.partitions()).hasSize(2);
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "plant_made");
        assertThat(admin.describeConfigs(List.of(resource))
                        .all()
                        .get(30, TimeUnit.SECONDS)
                        .get(resource)
                        .get("retention.ms")
                        .value())
                .isEqualTo("60000");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "thrice        | replication_factor: 3          | replication factor of 3",
                "misconfigured | config: {retention.seconds: 1} | retention.seconds"
            })
    void shouldKeepTheRecordUntilTheTopicExistsWhenItCanNotBeCreated(String topic, String creation, String reason)
            throws Exception {
        try (KafkaSink<String> sink = sink(direct(), creation)) {
            sink.send(record(topic), "a");
            await().pollInSameThread().atMost(Duration.ofSeconds(30)).until(() -> {
                sink.tend();
                return problem().contains(topic);
            });
            assertThat(problem())
                    .contains("has not created topic " + topic + " yet")
                    .contains(reason);
            assertThat(events).isEmpty();

            admin.createTopics(List.of(topic(topic))).all().get(30, TimeUnit.SECONDS);
            tendUntil(sink, 1);
            sink.tend();
            assertThat(problem()).isEmpty();
        }
        assertThat(events).containsExactly("a");
    }

    @Test
    void shouldRefuseByTopicWhenItsNameCollides() throws Exception {
        try (KafkaSink<String> sink = sink(direct(), "partitions: 1")) {
            sink.send(record("plant.a"), "a");
            tendUntil(sink, 1);
        }
        assertThat(events).singleElement().asString().contains("topic plant.a").contains("collides");
    }

    private static String direct() {
        return "bootstrap.servers: '" + kafka.bootstrapServers() + "'";
    }

    private String problem() {
        return String.valueOf(health.problems().get(Health.Part.KAFKA));
    }

    private static String scram(String user, String password) {
        return "metadata.broker.list: '127.0.0.1:" + scramPort + "', security.protocol: SASL_SSL, sasl.mechanisms:"
                + " SCRAM-SHA-512, sasl.username: " + user + ", sasl.password: '" + password + "', ssl.ca.location: "
                + folder + "/ca.pem";
    }

    private static String oauth() {
        return "security.protocol: SASL_PLAINTEXT, sasl.mechanisms: OAUTHBEARER, sasl.oauthbearer.method: oidc,"
                + " sasl.oauthbearer.client.id: " + TokenEndpoint.CLIENT + ", sasl.oauthbearer.client.secret: "
                + TokenEndpoint.SECRET + ", sasl.oauthbearer.token.endpoint.url: '" + tokens.url() + "'";
    }

    /** Of the forbidden topic Kafka does not tell, which is not to keep the others waiting. */
    @Test
    void shouldFindWhichOfSeveralTopicsAreMissing() throws Exception {
        AdminLookup lookup = new AdminLookup(settings(scram("bridge", PASSWORD), ""));
        List<String> others = List.of("plant_a", "forbidden", "plant_neither");

        assertThat(lookup.find("plant_none", others).values())
                .extracting(TopicProbe.Absence::reason)
                .satisfiesExactly(
                        first -> assertThat(first).contains("plant_none").contains("no permission"),
                        second -> assertThat(second).contains("plant_neither").contains("no permission"));
        assertThat(lookup.find("plant_made_later", others).values())
                .containsExactlyInAnyOrder(
                        new TopicProbe.Absence(AdminLookup.reason("plant_made_later", null), false),
                        new TopicProbe.Absence(AdminLookup.reason("plant_neither", null), false));
        assertThat(lookup.find("plant_a", others)).isEmpty();
        assertThat(lookup.problem()).isEmpty();
    }

    private static void sendUntilInterrupted(KafkaSink<String> sink) {
        try {
            sink.send(record("plant_a"), "a");
            while (!Thread.currentThread().isInterrupted()) {
                sink.tend();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(String name, String text) throws Exception {
        Files.writeString(folder.resolve(name), text);
    }

    private static KafkaSettings settings(String config, String creation) {
        SettingsFixture fixture =
                SettingsFixture.settings("kafka: {config: {" + config + "}, create_topics: {" + creation + "}}");
        KafkaSettings settings = KafkaSettings.read(fixture.section("kafka"));
        assertThat(fixture.problems()).isEmpty();
        return settings;
    }

    private KafkaSink<String> sink(String config, String creation) {
        return new KafkaSink<>(
                settings(config, creation),
                new KafkaSink.Listener<>() {
                    @Override
                    public void confirmed(String token) {
                        events.add(token);
                    }

                    @Override
                    public void refused(String token, Exception cause) {
                        events.add(token + " refused: " + cause.getClass().getSimpleName() + ": " + cause.getMessage());
                    }
                },
                health);
    }

    private void tendUntil(KafkaSink<String> sink, int count) {
        await().pollInSameThread().atMost(Duration.ofSeconds(60)).until(() -> {
            sink.tend();
            return events.size() >= count;
        });
        assertThat(Set.copyOf(events)).hasSize(events.size());
    }

    private static OutboundRecord record(String topic) {
        return new OutboundRecord(
                topic, "k".getBytes(UTF_8), "{}".getBytes(UTF_8), System.currentTimeMillis(), List.of());
    }

    private static NewTopic topic(String name) {
        return new NewTopic(name, 1, (short) 1);
    }

    private static void setPassword(String user, String password) throws Exception {
        admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                        user, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), password)))
                .all()
                .get(30, TimeUnit.SECONDS);
    }

    private static void allow(String user, ResourceType type, String name, PatternType pattern, AclOperation operation)
            throws Exception {
        admin.createAcls(List.of(new AclBinding(
                        new ResourcePattern(type, name, pattern),
                        new AccessControlEntry(user, "*", operation, AclPermissionType.ALLOW))))
                .all()
                .get(30, TimeUnit.SECONDS);
    }
}
