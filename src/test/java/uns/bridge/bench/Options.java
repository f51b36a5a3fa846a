package uns.bridge.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The command line of the benchmark.
 *
 * @param messages messages of a measured stretch
 * @param warmup messages before the first measured stretch of a process
 * @param repeat measured stretches of each row; the rows take turns
 * @param parts {@link Workload#NAMES} and {@link #MOSQUITTO}, as far as wanted
 * @param receiveMaximums a row of the bridge for each; the ceilings have the first
 */
record Options(long messages, long warmup, int repeat, List<String> parts, List<Integer> receiveMaximums) {

    static final String MOSQUITTO = "mosquitto";

    static final String USAGE = """
            Arguments (mvn -q -Pbench -Dbench.args="..."):
              --messages N            messages of a measured stretch, default 100000
              --warmup N              messages before it, or more within 4 s, default 150000
              --repeat N              measured stretches of each row, default 3; the table has their medians
              --rows json,sparkplug,mosquitto
                                      what to measure, default all
              --receive-maximum N,... a row of the bridge for each, default 5000""";

    /** Throws IllegalArgumentException with a readable message. */
    static Options parse(String[] arguments) {
        long messages = 100_000;
        long warmup = 150_000;
        int repeat = 3;
        List<String> known =
                Stream.concat(Workload.NAMES.stream(), Stream.of(MOSQUITTO)).toList();
        List<String> parts = known;
        List<Integer> receiveMaximums = List.of(5_000);
        for (int i = 0; i < arguments.length; i += 2) {
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[i] + " is unknown or lacks its value");
            }
            String value = arguments[i + 1];
            switch (arguments[i]) {
                case "--messages" -> messages = number(arguments[i], value, 1_000_000_000);
                case "--warmup" -> warmup = number(arguments[i], value, 1_000_000_000);
                case "--repeat" -> repeat = number(arguments[i], value, 1_000);
                case "--rows" -> parts = List.of(value.split(","));
                case "--receive-maximum" -> {
                    receiveMaximums = new ArrayList<>();
                    for (String maximum : value.split(",")) {
                        receiveMaximums.add(number(arguments[i], maximum, MqttPackets.MAX_ID));
                    }
                }
                default -> throw new IllegalArgumentException(arguments[i] + " is unknown");
            }
        }
        for (String part : parts) {
            if (!known.contains(part)) {
                throw new IllegalArgumentException("--rows " + part + ": must be among " + String.join(", ", known));
            }
        }
        return new Options(messages, warmup, repeat, parts, List.copyOf(receiveMaximums));
    }

    private static int number(String name, String value, int most) {
        try {
            int number = Integer.parseInt(value);
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Answered below like any other number that cannot be used.
        }
        throw new IllegalArgumentException(name + " " + value + ": must be a number from 1 to " + most);
    }
}
