package uns.bridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsableCompressionTest {

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void shouldLeaveWhatWorks(String codec) {
        Map<String, Object> config = config(codec);
        UsableCompression.ensure(config);
        assertThat(config).isEqualTo(config(codec));
    }

    @Test
    void shouldReplaceWhatCannotBeLoaded() {
        Map<String, Object> config = config("snappy");
        UsableCompression.ensure(config, codec -> {
            throw new KafkaException(new UnsatisfiedLinkError("Operation not permitted"));
        });
        assertThat(config).isEqualTo(config("lz4"));
    }

    @Test
    void shouldReplaceWhatFailedToLoadBefore() {
        Map<String, Object> config = config("zstd");
        UsableCompression.ensure(config, codec -> {
            throw new NoClassDefFoundError("Could not initialize class");
        });
        assertThat(config).isEqualTo(config("lz4"));
    }

    private static Map<String, Object> config(String codec) {
        return new HashMap<>(Map.of("compression.type", codec, "linger.ms", "5"));
    }
}
