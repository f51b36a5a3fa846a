package uns.bridge.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads what the bridge has written, with a parser that forgives nothing. */
final class Json {

    private static final int MAX_BYTES = 64 << 20;

    private static final JsonFactory STRICT = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private Json() {}

    /** The items of the top-level array {@code metrics} as they are written; fails if {@code json} is not one JSON value. */
    static List<String> metrics(byte[] json) throws IOException {
        if (json.length > MAX_BYTES) {
            throw new AssertionError(json.length + " bytes of JSON");
        }
        List<String> metrics = new ArrayList<>();
        try (JsonParser parser = STRICT.createParser(json)) {
            int depth = 0;
            int from = 0;
            boolean within = false;
            boolean any = false;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (depth == 0 && any) {
                    throw new AssertionError("more than one JSON value");
                }
                any = true;
                if (depth == 1 && token == JsonToken.FIELD_NAME) {
                    within = parser.currentName().equals("metrics");
                }
                if (token.isStructStart() && depth++ == 2 && within) {
                    from = (int) parser.currentTokenLocation().getByteOffset();
                } else if (token.isStructEnd() && --depth == 2 && within) {
                    int to = (int) parser.currentLocation().getByteOffset();
                    metrics.add(new String(json, from, to - from, UTF_8));
                }
            }
            if (!any) {
                throw new AssertionError("no JSON value");
            }
        }
        return metrics;
    }
}
