package uns.bridge.sparkplug;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static uns.bridge.sparkplug.RebirthRequest.Reason.DATA_BEFORE_BIRTH;
import static uns.bridge.sparkplug.RebirthRequest.Reason.GAP;
import static uns.bridge.sparkplug.RebirthRequest.Reason.UNKNOWN_METRIC;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.sparkplug.EdgeNode.Id;

/** When edge nodes are asked, by a clock that the test turns. */
class RebirthRequestsTest {

    private static final long INTERVAL_MS = 30_000;
    private static final long SPREAD_MS = INTERVAL_MS / 10;
    private static final long HOUR_MS = 3_600_000;
    private static final Id NODE = new Id("G", "E");

    private long nowMs = -5_000;

    /** How often it is looked for what is due. */
    private long tickMs = 10;

    private final RebirthRequests requests =
            new RebirthRequests(Duration.ofMillis(INTERVAL_MS), () -> nowMs, new SplittableRandom(7));

    private record Asked(String edge, long atMs) {}

    @Test
    void shouldAskOnceForTheFirstReasonWhenThereAreSeveral() {
        requests.want(NODE, UNKNOWN_METRIC);
        requests.want(NODE, GAP);
        requests.want(NODE, DATA_BEFORE_BIRTH);

        assertThat(asked(HOUR_MS)).hasSize(1);
        assertThat(requests.counts()).isEqualTo(Map.of(DATA_BEFORE_BIRTH, 0L, UNKNOWN_METRIC, 1L, GAP, 0L));
    }

    @Test
    void shouldSpreadTheFirstRequestsWhenManyAreWantedInOneInstant() {
        Set<Long> delays = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            long wantedMs = nowMs;
            requests.want(new Id("G", "E" + i), GAP);
            long delayMs = asked(SPREAD_MS + 10 * tickMs).get(0).atMs - wantedMs;
            assertThat(delayMs).isBetween(0L, SPREAD_MS + tickMs);
            delays.add(delayMs);
        }
        assertThat(delays).hasSizeGreaterThan(50);
    }

    @Test
    void shouldKeepTheIntervalWithJitterWhenWantedAgainAndAgain() {
        Set<Long> intervals = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            Id node = new Id("G", "E" + i);
            requests.want(node, GAP);
            long firstMs = asked(SPREAD_MS + tickMs).get(0).atMs;
            requests.want(node, GAP);
            long intervalMs = asked(2 * INTERVAL_MS).get(0).atMs - firstMs;
            assertThat(intervalMs).isBetween(INTERVAL_MS, INTERVAL_MS * 5 / 4 + tickMs);
            intervals.add(intervalMs);
        }
        assertThat(intervals).hasSizeGreaterThan(50);
    }

    @Test
    void shouldKeepTheIntervalWhenItWasBornMeanwhile() {
        requests.want(NODE, GAP);
        long firstMs = asked(SPREAD_MS + tickMs).get(0).atMs;
        requests.born(NODE);
        requests.want(NODE, GAP);

        assertThat(asked(2 * INTERVAL_MS).get(0).atMs - firstMs).isGreaterThanOrEqualTo(INTERVAL_MS);
    }

    @Test
    void shouldAskAtMostTenInASecondWhenAllAreWanted() {
        for (int i = 0; i < 250; i++) {
            requests.want(new Id("G", "E" + i), DATA_BEFORE_BIRTH);
        }

        List<Asked> asked = asked(SPREAD_MS + 26_000);

        assertThat(asked).extracting(Asked::edge).doesNotHaveDuplicates().hasSize(250);
        for (int i = 10; i < asked.size(); i++) {
            assertThat(asked.get(i).atMs - asked.get(i - 10).atMs).isGreaterThanOrEqualTo(1_000);
        }
    }

    @Test
    void shouldNotAskWhenItIsBornBefore() {
        requests.want(NODE, DATA_BEFORE_BIRTH);
        requests.born(NODE);
        requests.want(new Id("G", "F"), DATA_BEFORE_BIRTH);

        assertThat(asked(HOUR_MS)).extracting(Asked::edge).containsExactly("F");
    }

    @Test
    void shouldAskEverMoreRarelyWhenThereIsNoAnswer() {
        List<Asked> asked = askedWhileWanted(12 * HOUR_MS, false);

        long backoffMs = INTERVAL_MS;
        for (int i = 1; i < asked.size(); i++) {
            assertThat(asked.get(i).atMs - asked.get(i - 1).atMs)
                    .isBetween(backoffMs, backoffMs * 5 / 4 + SPREAD_MS + 1_000);
            backoffMs = Math.min(2 * backoffMs, HOUR_MS);
        }
        assertThat(asked).hasSizeBetween(16, 19);
    }

    @Test
    void shouldAskEverMoreRarelyWhenBirthsDoNotHelp() {
        assertThat(askedWhileWanted(12 * HOUR_MS, true)).hasSizeBetween(16, 19);
    }

    @Test
    void shouldAskEverMoreRarelyWhenTheSameIsMissingNowAndThen() {
        List<Asked> asked = new ArrayList<>();
        for (long end = nowMs + 12 * HOUR_MS; nowMs < end; nowMs += 2 * INTERVAL_MS) {
            requests.want(NODE, UNKNOWN_METRIC);
            List<Asked> now = asked(2 * SPREAD_MS);
            asked.addAll(now);
            if (!now.isEmpty()) {
                requests.born(NODE);
            }
        }
        assertThat(asked).hasSizeBetween(10, 19);
    }

    @Test
    void shouldNotAskWhenTheBirthWasLearnedUnlessForAGap() {
        requests.want(NODE, UNKNOWN_METRIC);
        requests.learned(NODE);
        assertThat(asked(2 * INTERVAL_MS)).isEmpty();

        requests.want(NODE, GAP);
        requests.learned(NODE);
        assertThat(asked(2 * INTERVAL_MS)).hasSize(1);
    }

    @Test
    void shouldAskSoonAgainWhenABirthHasHelped() {
        askedWhileWanted(12 * HOUR_MS, false);
        requests.born(NODE);
        nowMs += HOUR_MS;
        requests.want(NODE, GAP);

        assertThat(asked(SPREAD_MS + tickMs)).hasSize(1);
        requests.want(NODE, GAP);
        assertThat(asked(INTERVAL_MS * 5 / 4 + SPREAD_MS)).hasSize(1);
    }

    @Test
    void shouldComeAgainWhenItWasNotSent() {
        requests.want(NODE, GAP);
        nowMs += SPREAD_MS;
        assertThat(requests.next()).isEqualTo(new RebirthRequest("G", "E", GAP));
        assertThat(requests.counts()).containsEntry(GAP, 0L);

        assertThat(asked(2 * SPREAD_MS)).hasSize(1);
        assertThat(requests.counts()).containsEntry(GAP, 1L);
    }

    @Test
    void shouldNotComeAgainWhenItWasNotSentAndIsBorn() {
        requests.want(NODE, GAP);
        nowMs += SPREAD_MS;
        assertThat(requests.next()).isNotNull();
        requests.born(NODE);

        assertThat(asked(HOUR_MS)).isEmpty();
    }

    @Test
    void shouldKeepTheIntervalWhenItIsBornWhileItIsAsked() {
        requests.want(NODE, GAP);
        nowMs += SPREAD_MS;
        RebirthRequest request = requests.next();
        requests.born(NODE);
        requests.sent(request);
        requests.want(NODE, GAP);

        assertThat(asked(INTERVAL_MS - tickMs)).isEmpty();
        assertThat(asked(INTERVAL_MS)).hasSize(1);
    }

    @Test
    void shouldStayBoundedWhenNamesAreMadeUp() {
        tickMs = RebirthRequests.SPACING_MS;
        for (int i = 0; i < RebirthRequests.MAX_NODES + 1_000; i++) {
            requests.want(new Id("G", "E" + i), DATA_BEFORE_BIRTH);
        }
        List<Asked> asked = asked((RebirthRequests.MAX_NODES + 100) * tickMs);
        assertThat(asked).hasSize(RebirthRequests.MAX_NODES);

        requests.want(NODE, GAP); // There is room again.
        assertThat(asked(SPREAD_MS + tickMs)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+", "#", "E+", "E#"})
    void shouldNotAskWhenTheNameIsNoTopicLevel(String name) {
        requests.want(new Id("G", name), GAP);
        requests.want(new Id(name, "E"), GAP);
        requests.want(new Id("G", "E".repeat(RebirthRequests.MAX_ID_LENGTH)), GAP);

        assertThat(asked(HOUR_MS)).isEmpty();
    }

    @Test
    void shouldBeTheCommandOfTheSpecification() throws Exception {
        RebirthRequest request = new RebirthRequest("My group", "Edge 1", GAP);

        assertThat(request.topic()).isEqualTo("spBv1.0/My group/NCMD/Edge 1");
        assertThat(Decoding.json(request.payload(1_700_000_000_000L)))
                .isEqualTo("{\"timestamp\":1700000000000,\"metrics\":[{\"name\":\"Node Control/Rebirth\","
                        + "\"timestamp\":1700000000000,\"datatype\":11,\"value\":true}]}");
        // Payload: timestamp (1), metric (2) with name (1), timestamp (3), datatype (4) and boolean_value (14).
        assertThat(request.payload(5))
                .isEqualTo(Decoding.bytes("08 05 12 1C 0A 14" + hex("Node Control/Rebirth") + "18 05 20 0B 70 01"));
    }

    private static String hex(String text) {
        StringBuilder hex = new StringBuilder();
        for (byte b : text.getBytes(UTF_8)) {
            hex.append(Integer.toHexString(b));
        }
        return hex.toString();
    }

    /** What is asked within {@code durationMs}, all of it published. */
    private List<Asked> asked(long durationMs) {
        List<Asked> asked = new ArrayList<>();
        for (long endMs = nowMs + durationMs; nowMs < endMs; nowMs += tickMs) {
            RebirthRequest request = requests.next();
            if (request != null) {
                requests.sent(request);
                asked.add(new Asked(request.edge(), nowMs));
            }
        }
        return asked;
    }

    /** The same for an edge node that something is wanted of every second. */
    private List<Asked> askedWhileWanted(long durationMs, boolean answers) {
        List<Asked> asked = new ArrayList<>();
        tickMs = 1_000;
        for (long endMs = nowMs + durationMs; nowMs < endMs; ) {
            requests.want(NODE, DATA_BEFORE_BIRTH);
            List<Asked> now = asked(tickMs);
            asked.addAll(now);
            if (answers && !now.isEmpty()) {
                requests.born(NODE);
            }
        }
        return asked;
    }
}
