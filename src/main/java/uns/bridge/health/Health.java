package uns.bridge.health;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The state of each part of the bridge; ready when every part is. Safe for use by several threads. */
public final class Health {

    /** A part that can fail by itself. */
    public enum Part {
        /** The connection to the MQTT broker. */
        MQTT,
        /** What the MQTT broker granted of the topic filters. */
        SUBSCRIPTIONS,
        /** Writing into Kafka. */
        KAFKA
    }

    /** The reason of a part that is well. */
    public static final String OK = "";

    private final Map<Part, String> problems = new EnumMap<>(Part.class);

    public Health() {
        problems.put(Part.MQTT, "not connected yet");
        problems.put(Part.SUBSCRIPTIONS, "not subscribed yet");
        problems.put(Part.KAFKA, OK); // Known only when there is something to write.
    }

    /** {@code part} is well. */
    public synchronized void up(Part part) {
        problems.put(part, OK);
    }

    /** {@code part} is not well, and why. */
    public synchronized void down(Part part, String reason) {
        problems.put(part, reason);
    }

    /** Whether every part is well. */
    public synchronized boolean isReady() {
        return problems.values().stream().allMatch(OK::equals);
    }

    /** What is wrong, in one line. */
    public synchronized String describe() {
        return problems.entrySet().stream()
                .filter(problem -> !problem.getValue().equals(OK))
                .map(problem -> problem.getKey() + ": " + problem.getValue())
                .collect(Collectors.joining("; "));
    }

    /** What is wrong with each part, {@link #OK} where nothing is. */
    public synchronized Map<Part, String> problems() {
        return Map.copyOf(problems);
    }
}
