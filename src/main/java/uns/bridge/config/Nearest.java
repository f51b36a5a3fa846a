package uns.bridge.config;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds what a misspelt name was probably meant to be. */
public final class Nearest {

    private Nearest() {}

    /** A hint for the end of a sentence, {@code ; did you mean 'port'?}, or nothing if no name is near. */
    public static String hint(String name, Collection<String> known) {
        String nearest = find(name, known);
        return nearest == null ? "" : "; did you mean '" + nearest + "'?";
    }

    static @Nullable String find(String name, Collection<String> known) {
        String lowerCase = name.toLowerCase(Locale.ROOT);
        // More than a third of the name changed is another name, not a slip.
        int best = Math.max(2, name.length() / 3) + 1;
        String nearest = null;
        for (String candidate : known) {
            int distance = distance(lowerCase, candidate);
            if (distance < best && distance < candidate.length()) {
                best = distance;
                nearest = candidate;
            }
        }
        return nearest;
    }

    /** How many characters must be inserted, removed or replaced to make {@code b} of {@code a} (Levenshtein). */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
