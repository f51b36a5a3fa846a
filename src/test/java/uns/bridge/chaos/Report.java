package uns.bridge.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/** Compares the ledger with what is in Kafka, and counts for each kind of fault. */
final class Report {

    /**
     * One fault, from the recovery of the one before to its own.
     *
     * @param mended how many messages had been published when it was over
     * @param endNs in terms of {@link System#nanoTime}
     */
    record Round(Fault fault, int mended, long endNs) {}

    /** What befell the messages that were published in rounds of one fault. */
    private static final class Row {
        private int times;
        private int messages;
        private int lost;
        private int lostByBroker;
        private int lostQos0;
        private int repeated;
        private int outOfOrder;
        private int deadLetters;
        private int deleted;
        private long pauseNs;
    }

    private final List<Round> rounds;
    private final List<Ledger.Entry> entries;
    private final boolean spool;
    private final IntPredicate acknowledged;
    private final Map<Fault, Row> rows = new TreeMap<>();
    private final List<String> wrongs = new ArrayList<>();

    /**
     * Compares.
     *
     * @param arrivals in the order of their partitions
     * @param spool whether the bridge had one
     * @param acknowledged whether the bridge has acknowledged the message of a number, see {@link Witness}
     */
    Report(
            List<Round> rounds,
            List<Ledger.Entry> entries,
            List<Arrivals.Arrival> arrivals,
            boolean spool,
            IntPredicate acknowledged) {
        this.spool = spool;
        this.acknowledged = acknowledged;
        this.rounds = rounds;
        this.entries = entries;
        rounds.forEach(round -> rows.computeIfAbsent(round.fault(), fault -> new Row()).times++);
        Set<Integer> seen = countArrivals(arrivals);
        entries.forEach(entry -> count(entry, seen.contains(entry.number)));
        measurePauses(arrivals);
    }

    /** What breaks the promise: lost at QoS 1 or 2, or at QoS 0 in spite of a spool while only Kafka failed; out of order. */
    List<String> wrongs() {
        return wrongs;
    }

    private Row row(Ledger.Entry entry) {
        return rows.get(rounds.get(entry.round).fault());
    }

    /** A repeat may follow; what is seen for the first time must have been published after all seen before of its topic. */
    private Set<Integer> countArrivals(List<Arrivals.Arrival> arrivals) {
        Set<Integer> seen = new HashSet<>();
        Map<String, Integer> last = new HashMap<>();
        for (Arrivals.Arrival arrival : arrivals) {
            Ledger.Entry entry = entries.get(arrival.number());
            Row row = row(entry);
            if (!seen.add(entry.number)) {
                row.repeated++;
            } else if (arrival.deadLetter()) {
                row.deadLetters++;
            } else if (!entry.deleted) { // Else what was first may be gone, and this a repeat.
                Integer before = last.put(entry.topic, entry.number);
                if (before != null && before > entry.number) {
                    row.outOfOrder++;
                    wrongs.add(describe(entry) + " follows " + before);
                    last.put(entry.topic, before);
                }
            }
        }
        return seen;
    }

    private void count(Ledger.Entry entry, boolean seen) {
        Row row = row(entry);
        row.messages++;
        if (seen || !entry.accepted) {
            return;
        }
        if (entry.deleted) {
            row.deleted++;
        } else if (entry.qos == 0) {
            row.lostQos0++;
            if (spooled(entry)) {
                wrongs.add(describe(entry) + " is lost");
            }
        } else if (!acknowledged.test(entry.number) && mayBeLostByBroker(entry)) {
            row.lostByBroker++;
        } else {
            row.lost++;
            wrongs.add(describe(entry) + " is lost");
        }
    }

    /**
     * HiveMQ CE loses, once in some dozens of kills, a message that it has answered for. It is the broker who has lost what
     * the bridge never acknowledged and the broker, all being over, has nothing of.
     */
    private boolean mayBeLostByBroker(Ledger.Entry entry) {
        return rounds.subList(entry.round, rounds.size()).stream()
                .anyMatch(round -> round.fault().killsMqttBroker());
    }

    /** The next fault may take what is published after this one. */
    private boolean spooled(Ledger.Entry entry) {
        Round round = rounds.get(entry.round);
        return spool && round.fault().isOnlyOfKafka() && entry.number < round.mended();
    }

    private String describe(Ledger.Entry entry) {
        return "number " + entry.number + " of " + entry.topic + " (round " + entry.round + ", "
                + rounds.get(entry.round).fault() + ")";
    }

    /** A pause that goes on through several rounds counts for each of them. */
    private void measurePauses(List<Arrivals.Arrival> arrivals) {
        int round = 0;
        long before = arrivals.isEmpty() ? 0 : arrivals.get(0).seenNs();
        for (Arrivals.Arrival arrival : arrivals) {
            long pauseNs = arrival.seenNs() - before;
            pause(round, pauseNs);
            while (round < rounds.size() - 1 && rounds.get(round).endNs() - arrival.seenNs() < 0) {
                round++;
                pause(round, pauseNs);
            }
            before = arrival.seenNs();
        }
    }

    private void pause(int round, long pauseNs) {
        Row row = rows.get(rounds.get(round).fault());
        row.pauseNs = Math.max(row.pauseNs, pauseNs);
    }

    @Override
    public String toString() {
        StringBuilder table = new StringBuilder();
        String format = "%-42s %6s %9s %5s %14s %10s %9s %13s %13s %8s %14s%n";
        table.append(format.formatted(
                "fault",
                "times",
                "messages",
                "lost",
                "lost by broker",
                "lost QoS 0",
                "repeated",
                "out of order",
                "dead letters",
                "deleted",
                "longest pause"));
        Row sum = new Row();
        rows.forEach((fault, row) -> {
            table.append(line(format, fault.title, row));
            sum.times += row.times;
            sum.messages += row.messages;
            sum.lost += row.lost;
            sum.lostByBroker += row.lostByBroker;
            sum.lostQos0 += row.lostQos0;
            sum.repeated += row.repeated;
            sum.outOfOrder += row.outOfOrder;
            sum.deadLetters += row.deadLetters;
            sum.deleted += row.deleted;
            sum.pauseNs = Math.max(sum.pauseNs, row.pauseNs);
        });
        return table.append(line(format, "all", sum)).toString();
    }

    private static String line(String format, String title, Row row) {
        return format.formatted(
                title,
                row.times,
                row.messages,
                row.lost,
                row.lostByBroker,
                row.lostQos0,
                row.repeated,
                row.outOfOrder,
                row.deadLetters,
                row.deleted,
                "%.1f s".formatted(row.pauseNs / 1e9));
    }
}
