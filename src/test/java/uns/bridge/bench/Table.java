package uns.bridge.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The results of the rows measured under one heading, and how they are written down. */
final class Table {

    private static final int LABEL = 48;

    private final String heading;
    private final String source;
    private final Map<Row, Sample> results = new LinkedHashMap<>();
    private final Map<Row, Double> peakMib = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();
    private final Optional<Sample> sending;

    /**
     * @param source what the messages come from
     * @param sending the ceiling "sending alone" if it is in another table or missing
     */
    Table(String heading, String source, Optional<Sample> sending) {
        this.heading = heading;
        this.source = source;
        this.sending = sending;
    }

    /** @param mib the most that the process has held of the memory */
    void add(Row row, Sample sample, double mib) {
        results.put(row, sample);
        peakMib.put(row, mib);
    }

    /** What the process holds of the memory when it has nothing to do. */
    void idle(Row row, double mib) {
        note("%s: %.0f MiB before the first message", row.label(), mib);
    }

    void paced(Row row, int perSecond, Contender.Paced paced) {
        Pace pace = paced.pace();
        note(
                "%s: at %,d msg/s from publish to confirmation p50 %.1f ms, p99 %.1f ms, max %.1f ms; %.2f us/msg, %,.0f B/msg",
                row.label(),
                perSecond,
                pace.percentileMs(0.5),
                pace.percentileMs(0.99),
                pace.percentileMs(1),
                paced.sample().cpuMicros(),
                paced.sample().allocatedBytes());
    }

    private void note(String format, Object... values) {
        notes.add(String.format(Locale.ROOT, format, values));
    }

    Optional<Sample> sending() {
        return results.entrySet().stream()
                .filter(result -> result.getKey().kind() == Row.Kind.SENDING)
                .map(Map.Entry::getValue)
                .findFirst()
                .or(() -> sending);
    }

    @Override
    public String toString() {
        List<Row> receiving = results.keySet().stream()
                .filter(row -> row.kind() == Row.Kind.RECEIVING)
                .toList();
        StringBuilder text = new StringBuilder();
        text.append(heading).append('\n');
        List<String> top = new ArrayList<>(List.of("", "", "CPU", "allocated", "memory", source, "Kafka"));
        List<String> bottom = new ArrayList<>(List.of("", "msg/s", "us/msg", "B/msg", "MiB", "us/msg", "us/msg"));
        for (Row row : receiving) {
            top.add("CPU by");
            bottom.add("(" + letter(receiving, row) + ")+(s)");
        }
        line(text, top);
        line(text, bottom);
        results.forEach((row, sample) -> {
            List<String> cells = new ArrayList<>(List.of(
                    "(%s) %s".formatted(letter(receiving, row), row.label()),
                    whole(sample.messagesPerSecond()),
                    figure(sample.cpuMicros()),
                    whole(sample.allocatedBytes()),
                    whole(peakMib.get(row)),
                    figure(sample.sourceCpuMicros()),
                    figure(sample.kafkaCpuMicros())));
            if (row.kind() == Row.Kind.BRIDGE) {
                for (Row ceiling : receiving) {
                    cells.add(sending()
                            .map(sent -> ratio(sample, results.get(ceiling), sent))
                            .orElse("-"));
                }
            }
            line(text, cells);
        });
        comparePaho(receiving, text);
        notes.forEach(note -> text.append("  ").append(note).append('\n'));
        return text.toString();
    }

    /** The first receives with Paho as it comes, the last with the bridge's own source. */
    private void comparePaho(List<Row> receiving, StringBuilder text) {
        if (receiving.size() > 1) {
            double paho = results.get(receiving.get(0)).cpuMicros();
            double own = results.get(receiving.get(receiving.size() - 1)).cpuMicros();
            text.append("  receiving with Paho as it comes takes %s times the CPU of the bridge's own source%n"
                    .formatted(figure(paho / own)));
        }
    }

    private String letter(List<Row> receiving, Row row) {
        return switch (row.kind()) {
            case RECEIVING -> String.valueOf((char) ('a' + receiving.indexOf(row)));
            case SENDING -> results.get(row) == sending().orElse(null) ? "s" : "t";
            case BRIDGE -> "*";
        };
    }

    private static String ratio(Sample bridge, Sample receiving, Sample sending) {
        return figure(bridge.cpuMicros() / (receiving.cpuMicros() + sending.cpuMicros()));
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String whole(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%,.0f", value);
    }

    private static void line(StringBuilder text, List<String> cells) {
        text.append(String.format("  %-" + LABEL + "s", cells.get(0)));
        for (String cell : cells.subList(1, cells.size())) {
            text.append(String.format("%10s", cell));
        }
        text.append('\n');
    }
}
