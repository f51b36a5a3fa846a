package uns.bridge.sparkplug;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.sparkplug.proto.Payload.Metric;

/** Sessions of the {@link Vectors}: what is resolved, what is flagged, who is alive. */
class SparkplugScenariosTest {

    private final Plant plant = new Plant();
    private final long startMs = plant.nowMs;
    private Path folder = Path.of("");

    @BeforeEach
    void findFolder() {
        @Nullable Path found = Vectors.folder();
        assumeTrue(found != null);
        folder = requireNonNull(found);
    }

    @Test
    void shouldResolveAllWhenTheSessionIsClean() throws Exception {
        for (Step step : steps("01_clean_session")) {
            Plant.Sent decoded = send(step);
            assertThat(decoded.gap()).isZero();
            assertThat(decoded.unresolved()).isZero();
            assertDecoded(decoded, step.vector(), step.topic().contains("DATA"));
        }
        assertThat(send("spBv1.0/G1/DDATA/E1/D1", "tahu_s_seq3_ddata_alias").unresolved())
                .isEqualTo(4);
        assertThat(send("spBv1.0/G1/NDATA/E1", "tahu_s_seq2_ndata_alias").unresolved())
                .isEqualTo(2);
        assertThat(plant.counters().staleDeaths()).isZero();
    }

    @Test
    void shouldFlagWhatComesBeforeTheBirth() throws Exception {
        List<Step> steps = steps("02_data_before_birth");
        for (Step step : steps.subList(0, 2)) {
            Plant.Sent decoded = send(step);
            assertThat(decoded.unresolved()).isPositive();
            assertDecoded(decoded, step.vector(), false);
        }
        for (Step step : steps.subList(2, steps.size())) {
            Plant.Sent decoded = send(step);
            assertThat(decoded.unresolved()).isZero();
            assertDecoded(decoded, step.vector(), step.topic().contains("DATA"));
        }
        assertThat(plant.counters().gaps()).isZero();
    }

    @Test
    void shouldFlagTheGapAndStillResolve() throws Exception {
        List<Step> steps = steps("03_gap");
        send(steps.get(0));
        send(steps.get(1));
        Plant.Sent decoded = send(steps.get(2));

        assertThat(decoded.gap()).isOne();
        assertDecoded(decoded, steps.get(2).vector(), true);
        assertThat(plant.counters().openGaps()).isOne();
        plant.nowMs += Plant.TIMEOUT_MS + 1;
        assertThat(plant.counters().lostGaps()).isOne();
    }

    @Test
    void shouldLiveOnWhenTheDeathIsStale() throws Exception {
        for (Step step : steps("05_stale_ndeath")) {
            send(step);
        }
        assertThat(plant.counters().staleDeaths()).isOne();
        assertDecoded(send("spBv1.0/G1/NDATA/E1", "tahu_s_seq2_ndata_alias"), "tahu_s_seq2_ndata_alias", true);
    }

    @Test
    void shouldTakeTheNewMeaningWhenARebirthGivesAnAliasToAnotherMetric() throws Exception {
        send("spBv1.0/G1/NBIRTH/E1", "tahu_s_seq0_nbirth");
        send("spBv1.0/G1/NBIRTH/E1", "tahu_s_nbirth_rebirth_seq0");

        Plant.Sent decoded = send("spBv1.0/G1/NDATA/E1", "tahu_s_seq2_ndata_alias");
        assertThat(decoded.gap()).isOne();
        assertThat(decoded.unresolved()).isOne();
        assertThat(decoded.json()).asString().contains("\"name\":\"Temp2\",\"alias\":1");
        assertThat(send("spBv1.0/G1/NDATA/E1", "tahu_s_seq7_ndata_unknown_alias")
                        .unresolved())
                .isOne();
    }

    /** Those whose birth is no vector: it says what is expected. */
    @ParameterizedTest
    @ValueSource(strings = {"npm_alias_only_typed", "own_perf_ndata_10alias", "umh_ndata_v1"})
    void shouldResolveWhenBorn(String vector) throws Exception {
        plant.send("G1/NBIRTH/E1", 0, births(vector));

        Plant.Sent decoded = send("spBv1.0/G1/NDATA/E1", vector);
        assertDecoded(decoded, vector, true);
        assertThat(decoded.unresolved()).isZero();
    }

    private record Step(long atMs, String topic, String vector) {}

    private Plant.Sent send(Step step) throws Exception {
        plant.nowMs = startMs + step.atMs();
        return send(step.topic(), step.vector());
    }

    private Plant.Sent send(String topic, String vector) throws Exception {
        byte[] payload = Files.readAllBytes(folder.resolve(vector + ".bin"));
        return plant.send(topic.substring("spBv1.0/".length()), payload, false);
    }

    private void assertDecoded(Plant.Sent decoded, String vector, boolean resolved) throws IOException {
        byte[] expected = Files.readAllBytes(folder.resolve(vector + (resolved ? ".resolved.json" : ".json")));
        assertThat(Vectors.tokens(decoded.json())).isEqualTo(Vectors.tokens(expected));
    }

    private Metric.Builder[] births(String vector) throws IOException {
        List<Metric.Builder> births = new ArrayList<>();
        Path resolved = folder.resolve(vector + ".resolved.json");
        try (JsonParser parser = Vectors.JSON.createParser(Files.readAllBytes(resolved))) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.VALUE_STRING
                        && parser.currentName().equals("name")) {
                    births.add(Metric.newBuilder().setName(parser.getText()));
                } else if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                    switch (parser.currentName()) {
                        case "alias" -> births.get(births.size() - 1).setAlias(parser.getLongValue());
                        case "datatype" -> births.get(births.size() - 1).setDatatype(parser.getIntValue());
                        default -> {}
                    }
                }
            }
        }
        return births.toArray(new Metric.Builder[0]);
    }

    private List<Step> steps(String scenario) throws IOException {
        List<Step> steps = new ArrayList<>();
        byte[] json = Files.readAllBytes(folder.resolve("scenarios/" + scenario + ".json"));
        try (JsonParser parser = Vectors.JSON.createParser(json)) {
            while (parser.nextToken() != JsonToken.START_ARRAY) {}
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                long atMs = 0;
                String topic = "";
                String vector = "";
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String field = parser.currentName();
                    parser.nextToken();
                    switch (field) {
                        case "at_ms" -> atMs = parser.getLongValue();
                        case "topic" -> topic = parser.getText();
                        case "vector" -> vector = parser.getText();
                        default -> parser.skipChildren();
                    }
                }
                steps.add(new Step(atMs, topic, vector));
            }
        }
        return steps;
    }
}
