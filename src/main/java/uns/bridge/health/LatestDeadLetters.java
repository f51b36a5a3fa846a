package uns.bridge.health;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** The dead letters that were written last. Safe for use by several threads. */
public final class LatestDeadLetters {

    /** How many are kept. */
    public static final int KEPT = 20;

    private static final int MAX_TEXT_CHARS = 500;

    private final ArrayDeque<Note> notes = new ArrayDeque<>();
    private final int excerptBytes;

    /**
     * What is known of one.
     *
     * @param timeMs when it was written, milliseconds since the epoch
     * @param topic the MQTT topic
     * @param excerpt the beginning of the payload, empty where payloads are not shown
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    public record Note(long timeMs, String topic, String reason, byte[] excerpt) {}

    /** Keeps at most {@code excerptBytes} of each payload. */
    public LatestDeadLetters(int excerptBytes) {
        this.excerptBytes = excerptBytes;
    }

    /** Notes one more. */
    public void add(long timeMs, String topic, String reason, byte[] payload) {
        Note note = new Note(
                timeMs,
                shortened(topic),
                shortened(reason),
                Arrays.copyOf(payload, Math.min(payload.length, excerptBytes)));
        synchronized (this) {
            notes.add(note);
            if (notes.size() > KEPT) {
                notes.remove();
            }
        }
    }

    /** Those that are kept, the latest first. */
    public synchronized List<Note> latest() {
        List<Note> latest = new ArrayList<>(notes);
        Collections.reverse(latest);
        return latest;
    }

    private static String shortened(String text) {
        if (text.length() <= MAX_TEXT_CHARS) {
            return text;
        }
        boolean splitsPair = Character.isHighSurrogate(text.charAt(MAX_TEXT_CHARS - 1));
        return text.substring(0, splitsPair ? MAX_TEXT_CHARS - 1 : MAX_TEXT_CHARS) + "...";
    }
}
