package uns.bridge.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A report that sees nothing wrong proves something only if it would. */
class ReportTest {

    private final Ledger ledger = new Ledger();
    private final List<Arrivals.Arrival> arrivals = new ArrayList<>();

    @BeforeEach
    void publish() {
        for (int i = 0; i < 4; i++) {
            ledger.add("acme/line", 1).accepted = true;
        }
    }

    @Test
    void shouldFindNothingWrongWhenAllCameInOrderAndRepeatsFollow() {
        arrive(0, 1, 2, 1, 2, 3);
        assertThat(report(false).wrongs()).isEmpty();
        assertThat(row()).containsExactly("1", "4", "0", "0", "0", "2", "0", "0", "0");
    }

    @Test
    void shouldTellWhatIsLost() {
        arrive(0, 1, 3);
        assertThat(report(false).wrongs()).singleElement().asString().startsWith("number 2 of acme/line");
        assertThat(row()).containsExactly("1", "4", "1", "0", "0", "0", "0", "0", "0");
    }

    @Test
    void shouldLayALossAtTheKilledBrokersDoorOnlyIfTheBridgeHasNotAcknowledged() {
        arrive(0, 1, 3);
        assertThat(report(Fault.BOTH_KILLED, false, number -> false).wrongs()).isEmpty();
        assertThat(report(Fault.BOTH_KILLED, false, number -> number == 2).wrongs())
                .hasSize(1);
        assertThat(report(Fault.KAFKA_CUT, false, number -> false).wrongs()).hasSize(1);
    }

    @Test
    void shouldTellWhatCameAfterALaterOne() {
        arrive(0, 2, 1, 3);
        assertThat(report(false).wrongs()).singleElement().asString().startsWith("number 1 of acme/line");
        assertThat(row()).containsExactly("1", "4", "0", "0", "0", "0", "1", "0", "0");
    }

    @Test
    void shouldPromiseNothingOfWhatTheBrokerHasNotTakenOrIsDeleted() {
        ledger.delete("acme/line");
        ledger.add("acme/line", 1);
        arrive(4, 1);
        assertThat(report(false).wrongs()).isEmpty();
        assertThat(row()).containsExactly("1", "5", "0", "0", "0", "0", "0", "0", "3");
    }

    @Test
    void shouldPromiseQos0OnlyWithSpool() {
        arrive(0, 1, 2, 3);
        ledger.add("acme/line", 0).accepted = true;
        assertThat(report(false).wrongs()).isEmpty();
        assertThat(report(true).wrongs()).singleElement().asString().startsWith("number 4 of acme/line");
    }

    @Test
    void shouldTakeADeadLetterForArrived() {
        arrive(0, 1, 3);
        arrivals.add(new Arrivals.Arrival(2, true, 0));
        assertThat(report(false).wrongs()).isEmpty();
        assertThat(row()).containsExactly("1", "4", "0", "0", "0", "0", "0", "1", "0");
    }

    @Test
    void shouldCountAPauseForEveryFaultThatItOutlasts() {
        arrivals.add(new Arrivals.Arrival(0, false, 1_000_000_000L));
        arrivals.add(new Arrivals.Arrival(1, false, 9_000_000_000L));
        arrivals.add(new Arrivals.Arrival(2, false, 9_500_000_000L));
        List<Report.Round> rounds = List.of(
                new Report.Round(Fault.KAFKA_CUT, 4, 2_000_000_000L),
                new Report.Round(Fault.KAFKA_AWAY, 4, 9_200_000_000L),
                new Report.Round(Fault.MQTT_CUT, 4, 10_000_000_000L));
        assertThat(new Report(rounds, ledger.entries(), arrivals, false, number -> true)
                        .toString()
                        .lines())
                .anyMatch(line -> line.startsWith(Fault.KAFKA_CUT.title) && line.endsWith(" 8.0 s"))
                .anyMatch(line -> line.startsWith(Fault.KAFKA_AWAY.title) && line.endsWith(" 8.0 s"))
                .anyMatch(line -> line.startsWith(Fault.MQTT_CUT.title) && line.endsWith(" 0.5 s"));
    }

    private void arrive(int... numbers) {
        for (int number : numbers) {
            arrivals.add(new Arrivals.Arrival(number, false, 0));
        }
    }

    private Report report(boolean spool) {
        return report(Fault.KAFKA_CUT, spool, number -> true);
    }

    private Report report(Fault fault, boolean spool, IntPredicate acknowledged) {
        List<Report.Round> rounds = List.of(new Report.Round(fault, ledger.size(), 0));
        return new Report(rounds, ledger.entries(), arrivals, spool, acknowledged);
    }

    /** The numbers of the last line, but for the pause. */
    private List<String> row() {
        String[] lines = report(false).toString().split("\n");
        String numbers = lines[lines.length - 1].replaceFirst("^all +", "").replaceFirst(" +[0-9.]+ s$", "");
        return List.of(numbers.split(" +"));
    }
}
