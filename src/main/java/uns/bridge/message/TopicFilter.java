package uns.bridge.message;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/**
 * An MQTT topic filter (MQTT 5, 4.7), matched level by level.
 *
 * <p>{@code +} stands for one level, {@code #} for any number of levels, the parent included. Topics that begin with
 * {@code $} are matched by no filter that begins with a wildcard (4.7.2).
 */
public final class TopicFilter {

    private final String filter;
    private final List<String> levels;
    private final boolean openEnded;

    private TopicFilter(String filter, List<String> levels, boolean openEnded) {
        this.filter = filter;
        this.levels = levels;
        this.openEnded = openEnded;
    }

    /**
     * The filter written as {@code filter}.
     *
     * @throws IllegalArgumentException if {@code filter} is empty, longer than 65,535 bytes in UTF-8, has a NUL, or uses
     *     a wildcard other than as a whole level, or {@code #} other than at the end
     */
    public static TopicFilter of(String filter) {
        if (filter.isEmpty()) {
            throw new IllegalArgumentException("an empty topic filter");
        }
        if (filter.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a NUL character in a topic filter");
        }
        if (filter.getBytes(UTF_8).length > 65_535) {
            throw new IllegalArgumentException("a topic filter longer than 65,535 bytes");
        }
        List<String> levels = new ArrayList<>(levelsOf(filter));
        for (int i = 0; i < levels.size(); i++) {
            String level = levels.get(i);
            boolean last = i == levels.size() - 1;
            if (level.indexOf('#') >= 0 && !(last && level.equals("#"))) {
                throw new IllegalArgumentException("'#' must be a whole level and the last one");
            }
            if (level.indexOf('+') >= 0 && !level.equals("+")) {
                throw new IllegalArgumentException("'+' must be a whole level");
            }
        }
        boolean openEnded = levels.get(levels.size() - 1).equals("#");
        if (openEnded) {
            levels.remove(levels.size() - 1);
        }
        return new TopicFilter(filter, List.copyOf(levels), openEnded);
    }

    /** Whether a message published to {@code topic} matches. */
    public boolean matches(String topic) {
        return matches(levelsOf(topic));
    }

    private boolean matches(List<String> topic) {
        if (startsWithWildcard() && topic.get(0).startsWith("$")) {
            return false;
        }
        if (openEnded ? topic.size() < levels.size() : topic.size() != levels.size()) {
            return false;
        }
        for (int i = 0; i < levels.size(); i++) {
            String level = levels.get(i);
            if (!level.equals("+") && !level.equals(topic.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether every topic that {@code other} matches is matched by this one, too. */
    public boolean covers(TopicFilter other) {
        if (startsWithWildcard() && other.startsWithDollar()) {
            return false;
        }
        if (levels.size() > other.levels.size()) {
            return false;
        }
        if (!openEnded && (other.openEnded || levels.size() < other.levels.size())) {
            return false;
        }
        for (int i = 0; i < levels.size(); i++) {
            if (!levels.get(i).equals("+") && !levels.get(i).equals(other.levels.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether there is a topic that both match. */
    public boolean overlaps(TopicFilter other) {
        if ((startsWithWildcard() && other.startsWithDollar()) || (startsWithDollar() && other.startsWithWildcard())) {
            return false;
        }
        int difference = levels.size() - other.levels.size();
        if ((difference < 0 && !openEnded) || (difference > 0 && !other.openEnded)) {
            return false;
        }
        for (int i = 0; i < Math.min(levels.size(), other.levels.size()); i++) {
            String mine = levels.get(i);
            String others = other.levels.get(i);
            if (!mine.equals("+") && !others.equals("+") && !mine.equals(others)) {
                return false;
            }
        }
        return true;
    }

    private boolean startsWithWildcard() {
        return levels.isEmpty() || levels.get(0).equals("+");
    }

    private boolean startsWithDollar() {
        return !levels.isEmpty() && levels.get(0).startsWith("$");
    }

    /** The levels of a topic name or filter: what stands between the slashes, empty levels included. */
    private static List<String> levelsOf(String topic) {
        List<String> levels = new ArrayList<>();
        int from = 0;
        for (int slash = topic.indexOf('/'); slash >= 0; slash = topic.indexOf('/', from)) {
            levels.add(topic.substring(from, slash));
            from = slash + 1;
        }
        levels.add(topic.substring(from));
        return levels;
    }

    /** Equal filters are those written the same. */
    @Override
    public boolean equals(Object other) {
        return other instanceof TopicFilter that && filter.equals(that.filter);
    }

    @Override
    public int hashCode() {
        return filter.hashCode();
    }

    /** The filter as written. */
    @Override
    public String toString() {
        return filter;
    }
}
