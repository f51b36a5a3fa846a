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
        KAFKA,
        /** Whether messages get on that should, where no other part knows why not. */
        FLOW,
        /** Keeping messages on disk while Kafka can't be reached. */
        SPOOL
    }

    /** How well a part is. */
    public enum State {
        /** It does all it should. */
        UP,
        /** It does what it should, but for something that is wrong by itself; the flow goes on. */
        LIMITED,
        /** It does not do what it should. */
        DOWN
    }

    /**
     * How a part is.
     *
     * @param reason why it is not {@link State#UP}, {@link #OK} if it is
     */
    public record Condition(State state, String reason) {}

    /** The reason of a part that is well. */
    public static final String OK = "";

    private static final Condition WELL = new Condition(State.UP, OK);

    private final Map<Part, Condition> conditions = new EnumMap<>(Part.class);

    public Health() {
        down(Part.MQTT, "not connected yet");
        down(Part.SUBSCRIPTIONS, "not subscribed yet");
        down(Part.KAFKA, "not connected yet");
        up(Part.FLOW);
        up(Part.SPOOL); // Known only when it is needed, and well where there is none.
    }

    /** {@code part} is well. */
    public synchronized void up(Part part) {
        conditions.put(part, WELL);
    }

    /** {@code part} works, but something is wrong with it, and what. */
    public synchronized void limited(Part part, String reason) {
        conditions.put(part, new Condition(State.LIMITED, reason));
    }

    /** {@code part} does not work, and why. */
    public synchronized void down(Part part, String reason) {
        conditions.put(part, new Condition(State.DOWN, reason));
    }

    /** Whether every part works. */
    public synchronized boolean isReady() {
        return conditions.values().stream().noneMatch(condition -> condition.state() == State.DOWN);
    }

    /** Whether nothing is wrong with any part. */
    public synchronized boolean isWell() {
        return conditions.values().stream().allMatch(WELL::equals);
    }

    /** How each part is. */
    public synchronized Map<Part, Condition> conditions() {
        return Map.copyOf(conditions);
    }

    /** What is wrong, in one line. */
    public synchronized String describe() {
        return conditions.entrySet().stream()
                .filter(entry -> entry.getValue().state() != State.UP)
                .map(entry -> entry.getKey() + ": " + entry.getValue().reason())
                .collect(Collectors.joining("; "));
    }

    /** What is wrong with each part, {@link #OK} where nothing is. */
    public synchronized Map<Part, String> problems() {
        return conditions.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> entry.getValue().reason()));
    }
}
