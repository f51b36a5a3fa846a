package uns.bridge.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import uns.bridge.message.OutboundRecord;

/** What "sending alone" sends must be what the bridge would send. */
class WorkloadTest {

    private static final List<String> NAMES = Workload.NAMES;

    @ParameterizedTest
    @FieldSource("NAMES")
    void shouldBecomeOneRecordEachThatLacksNothing(String name) {
        Workload workload = Workload.named(name);

        List<OutboundRecord> records = records(workload);

        assertThat(records).hasSameSizeAs(workload.cycle());
        assertThat(records)
                .flatExtracting(OutboundRecord::headers)
                .extracting(OutboundRecord.Header::name)
                .doesNotContain("sparkplug.unresolved", "sparkplug.gap");
        assertThat(new String(records.get(0).headers().get(0).value(), UTF_8)).isEqualTo("" + workload.qos());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sparkplug-10", "alias-10"})
    void shouldTellNamesWhetherTheyAreInTheDataOrInTheBirth(String name) {
        assertThat(records(Workload.named(name)))
                .allSatisfy(record -> assertThat(new String(record.value(), UTF_8))
                        .contains("\"name\":\"Process/Unit 9/State\"", "\"datatype\":12"));
    }

    @Test
    void shouldLoseWhatIsFiltered() {
        Workload workload = Workload.named(Workload.FILTERED_JSON);

        assertThat(workload.cycle())
                .allSatisfy(message ->
                        assertThat(new String(message.payload(), UTF_8)).contains("quality", "trace", "raw"));
        assertThat(records(workload))
                .allSatisfy(record -> assertThat(new String(record.value(), UTF_8))
                        .contains("samples", "debug")
                        .doesNotContain("quality", "trace", "raw"));
    }

    @Test
    void shouldHaveTheSizeAndTheTopicsItIsNamedAfter() {
        assertThat(Workload.named(Workload.JSON).cycle())
                .allSatisfy(message -> assertThat(message.payload()).hasSize(150));
        assertThat(Workload.named("json-10k").cycle())
                .allSatisfy(message -> assertThat(message.payload()).hasSize(10_000));
        assertThat(Workload.named("topics-10000").cycle().stream()
                        .map(Workload.Message::topic)
                        .distinct())
                .hasSize(10_000);
        assertThat(records(Workload.named("mapped-10000")).stream()
                        .map(OutboundRecord::topic)
                        .distinct())
                .hasSize(10);
    }

    private static List<OutboundRecord> records(Workload workload) {
        return workload.records(Configuration.of(workload));
    }
}
