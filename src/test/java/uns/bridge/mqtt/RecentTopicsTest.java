package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RecentTopicsTest {

    private final RecentTopics recent = new RecentTopics();

    @Test
    void aTopicThatComesAgainIsTheSameObject() {
        String first = get("plant/line1/temp");
        String other = get("plant/line2/temp");

        assertThat(get("plant/line1/temp")).isSameAs(first).isEqualTo("plant/line1/temp");
        assertThat(other).isEqualTo("plant/line2/temp");
    }

    @Test
    void moreTopicsThanPlacesEachGetTheirOwnText() {
        Random random = new Random(7);
        for (int i = 0; i < 200_000; i++) {
            String topic = "spBv1.0/Gruppe ä/NDATA/edge" + random.nextInt(30_000);

            assertThat(get(topic)).isEqualTo(topic);
        }
    }

    @Test
    void aTopicIsNotTakenForOneThatItBeginsWith() {
        for (String topic : new String[] {"", "a", "a/", "a/b", "a", "", "\0", "a/b/"}) {
            assertThat(get(topic)).isEqualTo(topic);
        }
    }

    @Test
    void bytesThatAreNoUtf8AreReplacedAsEver() {
        byte[] damaged = "plant/\u00fc/temp".getBytes(ISO_8859_1);

        assertThat(get(damaged)).isEqualTo("plant/\ufffd/temp");
        assertThat(get("plant/\ufffd/temp")).isEqualTo("plant/\ufffd/temp");
        assertThat(get(damaged)).isEqualTo("plant/\ufffd/temp");
    }

    @Test
    void longTopicsAreNotKept() {
        String longest = "x".repeat(65_535);

        assertThat(get(longest)).isEqualTo(longest).isNotSameAs(get(longest));
    }

    private String get(String topic) {
        return get(topic.getBytes(UTF_8));
    }

    /** Somewhere in a buffer, other bytes around it. */
    private String get(byte[] topic) {
        byte[] buffer = new byte[topic.length + 7];
        System.arraycopy(topic, 0, buffer, 3, topic.length);
        return recent.get(buffer, 3, topic.length);
    }
}
