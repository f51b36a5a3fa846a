package uns.bridge.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import uns.bridge.message.InboundMessage;
import uns.bridge.message.MqttProperties;
import uns.bridge.sparkplug.SparkplugSettings;

class BusyTopicsTest {

    private final Pipeline pipeline = new Pipeline(
            new PipelineSettings(Map.of(), "timestamp", false, List.of(), 0, "overflow"), SparkplugSettings.DEFAULTS);
    private long nowMs = 1_000_000;

    @Test
    void shouldTellTheBusiestFirst() {
        publish("a", 2);
        publish("b", 5);
        endSlot();

        assertThat(pipeline.busiestTopics()).containsExactly(new TopicCount("b", 5), new TopicCount("a", 2));
    }

    @Test
    void shouldForgetWhatIsOlderThanAMinute() {
        publish("a", 5);
        for (int slot = 0; slot < BusyTopics.SLOTS; slot++) {
            publish("b", 1);
            endSlot();
        }
        assertThat(pipeline.busiestTopics()).containsExactly(new TopicCount("b", 12), new TopicCount("a", 5));
        endSlot();

        assertThat(pipeline.busiestTopics()).containsExactly(new TopicCount("b", 11));
    }

    @Test
    void shouldKeepTheBusiestWhenThereAreManyTopics() {
        for (int topic = 0; topic < 1_000; topic++) {
            publish("t" + topic, topic < 30 ? 10 + topic : 1);
        }
        endSlot();

        assertThat(pipeline.busiestTopics()).hasSize(BusyTopics.SHOWN).startsWith(new TopicCount("t29", 39));
    }

    @Test
    void shouldGoOnWhenTheClockIsSetBack() {
        endSlot();
        nowMs -= 3_600_000;
        publish("a", 1);
        endSlot();

        assertThat(pipeline.busiestTopics()).containsExactly(new TopicCount("a", 1));
    }

    private void publish(String topic, int messages) {
        byte[] payload = "{}".getBytes(UTF_8);
        for (int i = 0; i < messages; i++) {
            pipeline.process(
                    new InboundMessage(topic, payload, payload.length, 0, false, false, nowMs, MqttProperties.NONE));
        }
    }

    private void endSlot() {
        nowMs += BusyTopics.SLOT_MS;
        pipeline.tend(nowMs);
    }
}
