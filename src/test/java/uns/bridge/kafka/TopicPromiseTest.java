package uns.bridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.doctor.Examination;
import uns.bridge.doctor.Finding;
import uns.bridge.doctor.Finding.Verdict;

/** What is told of a topic whose settings hold less than the bridge promises. */
class TopicPromiseTest {

    /** As safe as can be, else what Kafka has by default. */
    private static final Map<String, String> SAFE = Map.of(
            "min.insync.replicas", "2",
            "max.message.bytes", "1048588",
            "retention.ms", "604800000",
            "cleanup.policy", "delete",
            "message.timestamp.after.max.ms", "3600000",
            "message.timestamp.before.max.ms", "9223372036854775807");

    private final List<Finding> findings = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldOnlyTellTheSettingsWhenTheyKeepThePromise(boolean deadLetters) {
        tell(deadLetters, 3, Map.of());

        assertThat(findings)
                .containsExactly(new Finding(
                        Verdict.OK,
                        "topic",
                        "t: min.insync.replicas 2, max.message.bytes 1048588, retention.ms 604800000"));
    }

    @Test
    void shouldWarnWhenThereAreFewerReplicasThanMustBeInSync() {
        tell(false, 1, Map.of());

        assertThat(problems())
                .containsExactly("WARNING t: min.insync.replicas is 2 and there are only 1 replicas:"
                        + " a Kafka before 3.7 takes no record, a later one is content with those,"
                        + " so a record may be lost with the one broker that has it");
    }

    @Test
    void shouldFailWhenTooFewReplicasOfAPartitionAreInSync() {
        tell(List.of(partition(0, 3, 3), partition(1, 3, 2), partition(2, 3, 1), partition(3, 3, 1)), true);

        assertThat(problems())
                .containsExactly("FAILED t: min.insync.replicas is 2 and only 1 of the 3 replicas of partition 2"
                        + " are in sync, so it takes no record");
    }

    @Test
    void shouldNotMindReplicasInSyncWhenTheBridgeDoesNotAskForThem() {
        tell(List.of(partition(0, 3, 1)), false);

        assertThat(problems()).isEmpty();
    }

    @Test
    void shouldFailOnceWhenPartitionsHaveNoLeader() {
        List<Node> nodes = List.of(new Node(1, "broker", 9092));
        List<TopicPartitionInfo> partitions = List.of(
                partition(0, 1, 1),
                new TopicPartitionInfo(1, null, nodes, List.of()),
                new TopicPartitionInfo(2, null, nodes, List.of()));
        TopicPromise.tellOfLeaders("t", partitions, new Examination(findings::add));

        assertThat(problems()).containsExactly("FAILED t: partition 1 has no leader, so it takes no record");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "min.insync.replicas | 1 | t: min.insync.replicas is 1, so a record may be lost with the one broker",
                "message.timestamp.after.max.ms | 3539999 | t: message.timestamp.after.max.ms is less than 59 minutes",
                "message.timestamp.before.max.ms | 86400000 | t: message.timestamp.before.max.ms is set, so",
            })
    void shouldWarnWhenMessagesMayBeLostOrRefused(String key, String value, String warning) {
        tell(false, 3, Map.of(key, value));

        assertThat(problems()).singleElement().asString().startsWith("WARNING " + warning);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retention.ms | 3600000 | t: dead letters are deleted after 60 minutes",
                "max.message.bytes | 100000 | t: max.message.bytes is less than 196608, so large dead letters",
                "cleanup.policy | compact,delete | t: cleanup.policy is compact, so of the dead letters",
            })
    void shouldWarnOnlyOfTheDeadLetterTopicWhenDeadLettersWouldNotBeThere(String key, String value, String warning) {
        tell(false, 3, Map.of(key, value));
        assertThat(problems()).isEmpty();

        tell(true, 3, Map.of(key, value));
        assertThat(problems()).singleElement().asString().startsWith("WARNING " + warning);
    }

    @Test
    void shouldTakeWhatIsKeptForEverAndABrokerOfOldThatDoesNotTellAll() {
        new TopicPromise(
                        "t",
                        true,
                        config(Map.of("min.insync.replicas", "2", "retention.ms", "-1")),
                        List.of(partition(0, 3, 3)),
                        true)
                .tell(new Examination(findings::add));

        assertThat(problems()).isEmpty();
    }

    private void tell(boolean deadLetters, int replicas, Map<String, String> changed) {
        Map<String, String> settings = new HashMap<>(SAFE);
        settings.putAll(changed);
        new TopicPromise("t", deadLetters, config(settings), List.of(partition(0, replicas, replicas)), true)
                .tell(new Examination(findings::add));
    }

    private void tell(List<TopicPartitionInfo> partitions, boolean acksAll) {
        new TopicPromise("t", false, config(SAFE), partitions, acksAll).tell(new Examination(findings::add));
    }

    private static TopicPartitionInfo partition(int number, int replicas, int inSync) {
        List<Node> nodes = IntStream.range(0, replicas)
                .mapToObj(id -> new Node(id, "broker" + id, 9092))
                .toList();
        return new TopicPartitionInfo(number, nodes.get(0), nodes, nodes.subList(0, inSync));
    }

    private static Config config(Map<String, String> settings) {
        Stream<ConfigEntry> entries =
                settings.entrySet().stream().map(entry -> new ConfigEntry(entry.getKey(), entry.getValue()));
        return new Config(entries.toList());
    }

    private List<String> problems() {
        return findings.stream()
                .filter(finding -> finding.verdict() != Verdict.OK)
                .map(finding -> finding.verdict().name() + " " + finding.text())
                .toList();
    }
}
