package uns.bridge.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import uns.bridge.sparkplug.SparkplugDecoder;
import uns.bridge.sparkplug.SparkplugSettings;

/** What "sending alone" sends must be what the bridge would send. */
class WorkloadTest {

    @Test
    void shouldHaveTheRecordValueThatThePayloadDecodesTo() throws Exception {
        SparkplugDecoder decoder = new SparkplugDecoder(SparkplugSettings.DEFAULTS.maxPayloadBytes());
        Workload workload = Workload.named(Workload.SPARKPLUG);
        List<Workload.Message> messages = new ArrayList<>(workload.births());
        messages.addAll(workload.cycle());

        for (Workload.Message message : messages) {
            SparkplugDecoder.Part decoded =
                    decoder.decode(message.payload()).parts().get(0);
            assertThat(new String(decoded.json(), UTF_8)).isEqualTo(new String(message.value(), UTF_8));
            assertThat(decoded.timestampMs()).isEqualTo(message.timestampMs());
        }
    }

    @Test
    void shouldHaveTheSizeItIsNamedAfter() {
        assertThat(Workload.named(Workload.JSON).cycle())
                .allSatisfy(message -> assertThat(message.payload()).hasSize(150));
    }
}
