package uns.bridge.config;

import java.util.Optional;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.parser.ParserException;
import org.yaml.snakeyaml.scanner.ScannerException;

/** A text is not YAML, or not the YAML a configuration may be. Its message never quotes the text. */
final class YamlSyntaxException extends Exception {

    /** Without the tag: an unquoted password may look like one. */
    static final String UNSUPPORTED_TAG = "a YAML tag is not supported; a text that begins with '!' needs quotes";

    private static final long serialVersionUID = 1L;

    private final transient Origin origin;

    YamlSyntaxException(String message, Origin origin) {
        super(message);
        this.origin = origin;
    }

    /** What SnakeYAML found wrong, without the excerpt of the text that its messages have. */
    static YamlSyntaxException of(RuntimeException thrown, Origin origin) {
        if (!(thrown instanceof MarkedYAMLException e)) {
            return new YamlSyntaxException("not readable as YAML, or far too large", origin);
        }
        Optional<Mark> mark = Optional.ofNullable(e.getProblemMark());
        int line = mark.map(Mark::getLine).orElse(-1) + 1;
        String column = mark.map(m -> ", at column " + (m.getColumn() + 1)).orElse("");
        return new YamlSyntaxException("not valid YAML" + column + ": " + reason(e, origin), origin.atLine(line));
    }

    private static String reason(MarkedYAMLException e, Origin origin) {
        String problem = Optional.ofNullable(e.getProblem()).orElse("");
        if (problem.contains("TAB")) {
            return "a tab cannot indent, use blanks";
        }
        if (problem.startsWith("found undefined alias")) {
            return "an undefined alias; a text that begins with '*' needs quotes";
        }
        if (problem.startsWith("Global tag")) {
            return UNSUPPORTED_TAG;
        }
        // Of the scanner and the parser it is known that they quote one character or a token's name, of others it is
        // not.
        boolean harmless = e instanceof ScannerException || e instanceof ParserException;
        return harmless && !origin.secret() ? problem : "a text with special characters needs quotes";
    }

    Origin origin() {
        return origin;
    }
}
