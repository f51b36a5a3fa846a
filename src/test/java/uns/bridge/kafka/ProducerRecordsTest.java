package uns.bridge.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import uns.bridge.message.OutboundRecord;

class ProducerRecordsTest {

    private final ProducerRecords records = new ProducerRecords();

    @Test
    void aRecordHasAllThatItIsMadeOf() {
        byte[] key = bytes("a/b");
        byte[] value = bytes("{}");

        ProducerRecord<byte[], byte[]> made = records.of(new OutboundRecord("a_b", key, value, 17, headers("1")));

        assertThat(made.topic()).isEqualTo("a_b");
        assertThat(made.key()).isSameAs(key);
        assertThat(made.value()).isSameAs(value);
        assertThat(made.timestamp()).isEqualTo(17);
        assertThat(made.partition()).isNull();
        assertThat(text(made)).containsExactly("mqtt.qos=1", "name=x", "name=y");
    }

    @Test
    void headersAreMadeOnceForRecordsThatShareThem() {
        List<OutboundRecord.Header> shared = headers("1");

        assertThat(array(of(shared))[0]).isSameAs(array(of(shared))[0]);
    }

    @Test
    void equalHeadersOfAnotherListAreNotTakenForThem() {
        List<List<OutboundRecord.Header>> lists = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) { // More than places.
            lists.add(headers(Integer.toString(i)));
        }
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < lists.size(); i++) {
                assertThat(text(of(lists.get(i)))).containsExactly("mqtt.qos=" + i, "name=x", "name=y");
            }
        }
    }

    @Test
    void whatAnInterceptorAddsToOneRecordStaysWithIt() {
        List<OutboundRecord.Header> shared = headers("0");
        ProducerRecord<byte[], byte[]> first = of(shared);
        first.headers().add("trace", bytes("1")).remove("name");

        assertThat(text(of(shared))).containsExactly("mqtt.qos=0", "name=x", "name=y");
        assertThat(text(first)).containsExactly("mqtt.qos=0", "trace=1");
    }

    @Test
    void largeHeadersAreNotKept() {
        List<OutboundRecord.Header> large = List.of(new OutboundRecord.Header("mqtt.user.x", new byte[100_000]));

        assertThat(array(of(large))[0]).isNotSameAs(array(of(large))[0]);
        assertThat(array(of(large))[0].value()).hasSize(100_000);
    }

    private ProducerRecord<byte[], byte[]> of(List<OutboundRecord.Header> headers) {
        return records.of(new OutboundRecord("t", bytes("k"), null, 0, headers));
    }

    private static List<OutboundRecord.Header> headers(String qos) {
        return List.of(
                new OutboundRecord.Header("mqtt.qos", bytes(qos)),
                new OutboundRecord.Header("name", bytes("x")),
                new OutboundRecord.Header("name", bytes("y")));
    }

    private static List<String> text(ProducerRecord<byte[], byte[]> made) {
        List<String> text = new ArrayList<>();
        for (Header header : made.headers()) {
            text.add(header.key() + "=" + new String(header.value(), UTF_8));
        }
        return text;
    }

    private static Header[] array(ProducerRecord<byte[], byte[]> made) {
        return made.headers().toArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
