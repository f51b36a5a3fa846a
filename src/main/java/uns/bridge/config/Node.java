package uns.bridge.config;

import java.util.List;
import java.util.Map;

/** A value as it was written, and where. */
sealed interface Node {

    Origin origin();

    /** The value for a problem's text: never a secret's. */
    String shown();

    /** Whether the value counts as not written at all: null, or an empty text. */
    default boolean absent() {
        return false;
    }

    /** A single value: its text is kept as written, so that a password of {@code 007} stays {@code 007}. */
    record Scalar(Kind kind, String text, Origin origin) implements Node {

        enum Kind {
            NULL,
            BOOLEAN,
            INTEGER,
            FLOAT,
            TEXT
        }

        private static final int SHOWN_LENGTH = 80;

        @Override
        public boolean absent() {
            return kind == Kind.NULL || text.isEmpty();
        }

        @Override
        public String shown() {
            if (origin.secret()) {
                return Secret.HIDDEN;
            }
            return switch (kind) {
                case NULL -> "nothing";
                case BOOLEAN -> "the boolean " + text;
                case INTEGER, FLOAT -> "the number " + text;
                case TEXT -> "the text \"" + printable() + '"';
            };
        }

        /** The text on one line of bearable length. */
        String printable() {
            String oneLine = text.replaceAll("\\p{Cntrl}", "?");
            return oneLine.length() <= SHOWN_LENGTH ? oneLine : oneLine.substring(0, SHOWN_LENGTH) + "...";
        }
    }

    record Items(List<Node> items, Origin origin) implements Node {
        @Override
        public String shown() {
            return "a list";
        }
    }

    /** Keys in the order they were written. */
    record Entries(Map<String, Node> entries, Origin origin) implements Node {
        @Override
        public String shown() {
            return "a map";
        }
    }
}
