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

    void add(Row row, Sample sample) {
        results.put(row, sample);
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
        List<String> top = new ArrayList<>(List.of("", "", "CPU", source, "Kafka"));
        List<String> bottom = new ArrayList<>(List.of("", "msg/s", "us/msg", "us/msg", "us/msg"));
        for (Row row : receiving) {
            top.add("CPU by");
            bottom.add("(" + letter(receiving, row) + ")+(s)");
        }
        line(text, top);
        line(text, bottom);
        results.forEach((row, sample) -> {
            List<String> cells = new ArrayList<>(List.of(
                    "(%s) %s".formatted(letter(receiving, row), row.label()),
                    String.format(Locale.ROOT, "%,.0f", sample.messagesPerSecond()),
                    figure(sample.cpuMicros()),
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
        return text.toString();
    }

    private static String letter(List<Row> receiving, Row row) {
        return switch (row.kind()) {
            case RECEIVING -> String.valueOf((char) ('a' + receiving.indexOf(row)));
            case SENDING -> "s";
            case BRIDGE -> "*";
        };
    }

    private static String ratio(Sample bridge, Sample receiving, Sample sending) {
        return figure(bridge.cpuMicros() / (receiving.cpuMicros() + sending.cpuMicros()));
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static void line(StringBuilder text, List<String> cells) {
        text.append(String.format("  %-" + LABEL + "s", cells.get(0)));
        for (String cell : cells.subList(1, cells.size())) {
            text.append(String.format("%10s", cell));
        }
        text.append('\n');
    }
}
