package uns.bridge.doctor;

/**
 * What one step of an examination has shown.
 *
 * @param step its name, of one or two words
 * @param text what was seen, one line without secrets
 */
public record Finding(Verdict verdict, String step, String text) {

    /** How bad it is. */
    public enum Verdict {
        OK("ok"),
        /** Nothing is wrong with it, but it should be known. */
        NOTE("note"),
        /** It works, but may hurt. */
        WARNING("warning"),
        /** The bridge would not carry all messages. */
        FAILED("FAILED");

        private final String text;

        Verdict(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
