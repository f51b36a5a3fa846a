package uns.bridge.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import uns.bridge.doctor.Finding.Verdict;

@Timeout(30)
class ExaminationTest {

    private final List<Finding> findings = new CopyOnWriteArrayList<>();
    private final Examination examination = new Examination(findings::add);

    @Test
    void shouldGiveUpWhenAStepHangs() throws Exception {
        CountDownLatch never = new CountDownLatch(1);

        examination.run(Duration.ofMillis(50), () -> {
            examination.ok("first", "done");
            never.await();
        });

        assertThat(findings).extracting(Finding::verdict).containsExactly(Verdict.OK, Verdict.FAILED);
        assertThat(examination.hasFailed()).isTrue();
        examination.ok("late", "too late");
        assertThat(findings).hasSize(2);
    }

    @Test
    void shouldTellWhenTheBridgeItselfFails() throws Exception {
        examination.run(Duration.ofSeconds(20), () -> {
            throw new IllegalStateException("oops");
        });

        assertThat(findings)
                .singleElement()
                .satisfies(finding -> assertThat(finding.text()).contains("oops"));
        assertThat(examination.hasFailed()).isTrue();
    }

    @Test
    void shouldReachWhoListensAndNobodyElse() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
            assertThat(examination.reach("127.0.0.1", port)).isTrue();
        }
        assertThat(examination.reach("127.0.0.1", port)).isFalse();
        assertThat(examination.reach("no-such-host.invalid", port)).isFalse();

        assertThat(findings)
                .extracting(Finding::step, Finding::verdict)
                .containsExactly(
                        tuple("name", Verdict.OK),
                        tuple("TCP", Verdict.OK),
                        tuple("name", Verdict.OK),
                        tuple("TCP", Verdict.FAILED),
                        tuple("name", Verdict.FAILED));
    }

    @Test
    void shouldTellOfEachAddressWhenAHostHasSeveral() throws Exception {
        InetAddress[] addresses = {InetAddress.getByName("127.0.0.2"), InetAddress.getByName("127.0.0.1")};
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, addresses[1])) {
            port = server.getLocalPort();
            assertThat(examination.reach("broker", addresses, port)).isTrue();
        }
        assertThat(findings)
                .extracting(Finding::verdict, finding -> finding.text().replaceAll("in \\d+ ms", "in time"))
                .containsExactly(
                        tuple(Verdict.OK, "connected to broker:" + port + " at 127.0.0.1 in time"),
                        tuple(
                                Verdict.WARNING,
                                "no connection to broker:" + port
                                        + " at 127.0.0.2: Connection refused; another address answers"));
        assertThat(examination.hasFailed()).isFalse();

        findings.clear();
        assertThat(examination.reach("broker", addresses, port)).isFalse();
        assertThat(findings).extracting(Finding::verdict).containsExactly(Verdict.FAILED, Verdict.FAILED);
    }

    @Test
    void shouldNotFailWhenThereIsOnlyAWarning() {
        examination.warning("session", "shorter");
        examination.note("client id", "another");

        assertThat(examination.hasFailed()).isFalse();
    }
}
