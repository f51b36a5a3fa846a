package uns.bridge.sparkplug;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The folder with payloads of several independent encoders, where it is present: at {@code -Dsparkplug.vectors}, or as
 * {@code shared/sparkplug-vectors} in a directory above.
 */
final class Vectors {

    static final JsonFactory JSON = new JsonFactory();

    private Vectors() {}

    /** Every token with its text: numbers as they are written, members in their order. */
    static List<String> tokens(byte[] json) throws IOException {
        List<String> tokens = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                tokens.add(token + " " + parser.getText());
            }
        }
        return tokens;
    }

    static @Nullable Path folder() {
        String property = System.getProperty("sparkplug.vectors");
        if (property != null) {
            return Path.of(property);
        }
        for (Path above = Path.of("").toAbsolutePath(); above != null; above = above.getParent()) {
            Path folder = above.resolve("shared/sparkplug-vectors");
            if (Files.isDirectory(folder)) {
                return folder;
            }
        }
        return null;
    }
}
