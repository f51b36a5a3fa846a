package uns.bridge.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * JSON objects under ISA-95 topics. Large ones have an array of samples, and attributes that nobody downstream wants.
 *
 * @param size of each payload, at least 150 bytes
 * @param topics how many MQTT topics there are
 */
record JsonMessages(int size, int topics) {

    private static final int MOST = 1_600;
    private static final int ENOUGH_BYTES = 1_600_000;

    /** From here on there is room for samples. */
    private static final int LARGE = 500;

    private static final int MOST_OF_A_SAMPLE = 64;

    /** Several messages of each topic, in turns, or one where there are very many topics. */
    List<Workload.Message> cycle() {
        Random random = new Random(1);
        long now = System.currentTimeMillis();
        int count = Math.max(topics, Math.min(MOST, ENOUGH_BYTES / size));
        List<Workload.Message> cycle = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int cell = i % topics;
            cycle.add(new Workload.Message(topic(cell), payload(cell, now, random)));
        }
        return cycle;
    }

    private String topic(int cell) {
        int site = cell / Math.max(50, topics / 10);
        return "acme/site%d/area%d/line%d/cell%02d/process".formatted(site, cell / 25, cell / 10, cell);
    }

    private byte[] payload(int cell, long now, Random random) {
        StringBuilder json = new StringBuilder(String.format(
                Locale.ROOT,
                "{\"timestamp\":%d,\"value\":%.4f,\"pressure\":%.2f,\"count\":%d,\"unit\":\"degC\",\"quality\":\"GOOD\",",
                now,
                20 + 60 * random.nextDouble(),
                1 + 9 * random.nextDouble(),
                random.nextInt(1_000_000)));
        if (size >= LARGE) {
            json.append("\"debug\":{\"trace\":\"%016x\",\"level\":2},\"samples\":[".formatted(random.nextLong()));
            for (int at = 0; json.length() < size - 2 * MOST_OF_A_SAMPLE; at += 20) {
                json.append(String.format(
                        Locale.ROOT,
                        "%s{\"at\":%d,\"value\":%.3f,\"raw\":%d}",
                        at == 0 ? "" : ",",
                        at,
                        100 * random.nextDouble(),
                        random.nextInt(1_000_000)));
            }
            json.append("],");
        }
        json.append("\"asset\":\"p%02d\",\"note\":\"".formatted(cell));
        String filler = "batch 2026-0417 on the early shift, nothing to report ".repeat(4);
        return json.append(filler, 0, size - 2 - json.length())
                .append("\"}")
                .toString()
                .getBytes(UTF_8);
    }
}
