package uns.bridge.kafka;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import uns.bridge.doctor.Examination;
import uns.bridge.tls.ServerCertificates;

/** Tries everything the bridge needs of Kafka, with the producer's settings and without writing anything. */
public final class KafkaExamination {

    /** Kafka's own time-out, and what it takes to tell of it. */
    private static final Duration ANSWER = Examination.STEP.plusSeconds(5);

    private final KafkaSettings settings;
    private final Collection<String> topics;
    private final Map<String, String> samples;
    private final Examination examination;

    /**
     * Examines nothing yet.
     *
     * @param topics that are written to for sure
     * @param samples names of topics as messages may need them, and how the names of such begin
     */
    public KafkaExamination(
            KafkaSettings settings, Collection<String> topics, Map<String, String> samples, Examination examination) {
        this.settings = settings;
        this.topics = List.copyOf(topics);
        this.samples = Map.copyOf(samples);
        this.examination = examination;
    }

    /** Goes as far as there is a way. */
    public void run() throws InterruptedException {
        boolean reached = false;
        String servers = setting(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
        for (String server : servers.split(",", -1)) {
            reached |= reach(server.strip());
        }
        if (!reached) {
            return;
        }
        Admin admin = admin();
        if (admin == null) {
            return;
        }
        try {
            if (cluster(admin)) {
                new TopicExamination(settings, admin, examination).run(topics, samples);
            }
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    private boolean reach(String server) throws InterruptedException {
        String host = String.valueOf(Utils.getHost(server));
        Integer port = Utils.getPort(server);
        if (port == null || !examination.reach(host, port)) {
            return false;
        }
        if (byTls()) {
            ServerCertificates.of(host, port, Examination.STEP).forEach(line -> examination.ok("certificate", line));
        }
        return true;
    }

    private boolean byTls() {
        return setting(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG)
                .toUpperCase(Locale.ROOT)
                .endsWith("SSL");
    }

    private String setting(String key) {
        return String.valueOf(settings.config().getOrDefault(key, "")).strip();
    }

    private @Nullable Admin admin() throws InterruptedException {
        try {
            // It looks up names, and may fetch a token.
            return Examination.within(ANSWER, () -> Admin.create(AdminLookup.adminConfig(settings)));
        } catch (ExecutionException e) {
            examination.failed("client", describe(e));
        } catch (TimeoutException e) {
            examination.failed("client", "no answer within " + ANSWER.toSeconds() + " s");
        }
        return null;
    }

    private boolean cluster(Admin admin) throws InterruptedException {
        try {
            DescribeClusterResult cluster = admin.describeCluster();
            Collection<Node> nodes = answer(cluster.nodes());
            examination.ok(
                    "metadata",
                    "cluster " + answer(cluster.clusterId()) + " of "
                            + nodes.stream().map(KafkaExamination::address).collect(Collectors.joining(", ")));
            advertised(nodes);
            return true;
        } catch (ExecutionException e) {
            examination.failed("metadata", speaksTls() ? wantsTls() : describe(e));
        } catch (TimeoutException e) {
            examination.failed("metadata", "no answer within " + ANSWER.toSeconds() + " s");
        }
        return false;
    }

    /** Clients come in by a bootstrap address, but write to the address that each broker gives of itself. */
    private void advertised(Collection<Node> nodes) throws InterruptedException {
        String servers =
                "," + setting(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG).replace(" ", "") + ",";
        for (Node node : nodes) {
            boolean tried = servers.contains("," + address(node) + ",");
            if (!tried && !examination.reach(node.host(), node.port())) {
                examination.failed("broker " + node.id(), "advertised as " + address(node) + ", which is not reached");
            }
        }
    }

    private boolean speaksTls() {
        return !byTls()
                && Arrays.stream(setting(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)
                                .split(",", -1))
                        .map(String::strip)
                        .anyMatch(server -> !ServerCertificates.of(
                                        String.valueOf(Utils.getHost(server)), Utils.getPort(server), Examination.STEP)
                                .isEmpty());
    }

    private String wantsTls() {
        return "the server speaks TLS, but security.protocol is "
                + (setting(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG).isEmpty()
                        ? "PLAINTEXT"
                        : setting(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG));
    }

    private static String address(Node node) {
        return node.host() + ":" + node.port();
    }

    static <T> T answer(KafkaFuture<T> future) throws ExecutionException, TimeoutException, InterruptedException {
        return future.get(ANSWER.toMillis(), MILLISECONDS);
    }

    /** Why a call has failed. */
    static String describe(ExecutionException e) {
        return e.getCause() instanceof Exception cause ? KafkaErrors.describe(cause) : String.valueOf(e.getCause());
    }
}
