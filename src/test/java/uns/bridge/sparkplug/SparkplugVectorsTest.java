package uns.bridge.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Decodes the {@link Vectors}, each by itself. */
class SparkplugVectorsTest {

    @TestFactory
    Stream<DynamicTest> shouldDecodeAsExpectedWhenAVector() throws IOException {
        Path folder = Vectors.folder();
        if (folder == null) {
            return Stream.empty();
        }
        return expectations(folder.resolve("manifest.json")).entrySet().stream()
                .filter(vector -> !vector.getValue().equals("state"))
                .map(vector -> DynamicTest.dynamicTest(
                        vector.getKey(), () -> check(folder, vector.getKey(), vector.getValue())));
    }

    private static void check(Path folder, String name, String expect) throws Exception {
        SparkplugDecoder decoder = new SparkplugDecoder(SparkplugSettings.DEFAULTS.maxPayloadBytes());
        byte[] payload = Files.readAllBytes(folder.resolve(name + ".bin"));
        if (expect.equals("ok")) {
            List<String> expected = Vectors.tokens(Files.readAllBytes(folder.resolve(name + ".json")));
            assertThat(Vectors.tokens(Decoding.whole(decoder.decode(payload)).json()))
                    .isEqualTo(expected);
        } else if (name.contains("array")) {
            // In an otherwise good payload a bad array costs its own metric only.
            assertThat(Vectors.tokens(Decoding.whole(decoder.decode(payload)).json()))
                    .containsSequence("FIELD_NAME malformed", "VALUE_TRUE true");
        } else {
            assertThatExceptionOfType(MalformedPayloadException.class).isThrownBy(() -> decoder.decode(payload));
        }
    }

    private static Map<String, String> expectations(Path manifest) throws IOException {
        Map<String, String> expectations = new LinkedHashMap<>();
        try (JsonParser parser = Vectors.JSON.createParser(Files.readAllBytes(manifest))) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                String name = "";
                String expect = "";
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String field = parser.currentName();
                    parser.nextToken();
                    switch (field) {
                        case "name" -> name = parser.getText();
                        case "expect" -> expect = parser.getText();
                        default -> parser.skipChildren();
                    }
                }
                expectations.put(name, expect);
            }
        }
        return expectations;
    }
}
