package uns.bridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {

    private static final List<String> KNOWN = List.of("host", "port", "qos", "keep_alive", "timestamp_attribute");

    @ParameterizedTest
    @CsvSource({
        "hots, host",
        "Port, port",
        "prot, port",
        "qso, qos",
        "keepalive, keep_alive",
        "keep-alive, keep_alive",
        "timestamp_atribut, timestamp_attribute",
        "historian, ",
        "zzz, ",
        "x, ",
    })
    void shouldFindTheNearestNameWhenOneIsNear(String name, String nearest) {
        assertThat(Nearest.find(name, KNOWN)).isEqualTo(nearest);
    }
}
