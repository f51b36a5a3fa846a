package uns.bridge.fuzz;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What fuzzing begins with, and what it has found, once more. */
class FuzzCorpusTest {

    @ParameterizedTest
    @MethodSource("decoder")
    void shouldHoldForAPayload(Path input) {
        assertThatCode(() -> DecoderFuzzer.fuzzerTestOneInput(Files.readAllBytes(input)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @MethodSource("pipeline")
    void shouldHoldForMessages(Path input) {
        assertThatCode(() -> PipelineFuzzer.fuzzerTestOneInput(Files.readAllBytes(input)))
                .doesNotThrowAnyException();
    }

    static List<Path> decoder() throws IOException, URISyntaxException {
        return corpus(DecoderFuzzer.class);
    }

    static List<Path> pipeline() throws IOException, URISyntaxException {
        return corpus(PipelineFuzzer.class);
    }

    private static List<Path> corpus(Class<?> target) throws IOException, URISyntaxException {
        URL folder = Objects.requireNonNull(FuzzCorpusTest.class.getResource(target.getSimpleName()));
        try (Stream<Path> inputs = Files.list(Path.of(folder.toURI()))) {
            return inputs.sorted().toList();
        }
    }
}
