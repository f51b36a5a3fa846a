package uns.bridge.sparkplug;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static uns.bridge.sparkplug.Plant.bdSeq;
import static uns.bridge.sparkplug.Plant.born;
import static uns.bridge.sparkplug.Plant.payload;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import uns.bridge.sparkplug.proto.Payload;
import uns.bridge.sparkplug.proto.Payload.PropertySet;
import uns.bridge.sparkplug.proto.Payload.PropertySetList;
import uns.bridge.sparkplug.proto.Payload.PropertyValue;
import uns.bridge.sparkplug.proto.Payload.Template;

/** A birth, what is kept of it, and the birth that is made of that. */
class BirthPayloadTest {

    @Test
    void shouldSayTheSameAgainWhenMadeFromWhatIsKept() throws Exception {
        Life life = life(payload(
                5,
                bdSeq(200),
                born("zero", 0, DataType.INT8).setIntValue(7),
                born("largest", -1, DataType.UINT64),
                born("no alias", DataType.DOUBLE),
                Payload.Metric.newBuilder().setName("no type").setAlias(4),
                born("properties", 5, DataType.INT32)
                        .setProperties(PropertySet.newBuilder()
                                .addKeys("low")
                                .addValues(PropertyValue.newBuilder().setType(3).setIntValue(-1))
                                .addKeys("set")
                                .addValues(PropertyValue.newBuilder().setPropertysetValue(set("inner", 4)))
                                .addKeys("sets")
                                .addValues(PropertyValue.newBuilder()
                                        .setType(21)
                                        .setPropertysetsValue(PropertySetList.newBuilder()
                                                .addPropertyset(set("a", 1))
                                                .addPropertyset(set("b", 2))))),
                born("Motor", DataType.TEMPLATE)
                        .setTemplateValue(Template.newBuilder()
                                .setIsDefinition(true)
                                .addMetrics(born("rpm", DataType.INT32))
                                .addMetrics(born("Inner", DataType.TEMPLATE)
                                        .setTemplateValue(Template.newBuilder()
                                                .setIsDefinition(true)
                                                .addMetrics(born("deep", 3, DataType.INT16))))),
                born("motor 1", 6, DataType.TEMPLATE)
                        .setTemplateValue(Template.newBuilder()
                                .setTemplateRef("Motor")
                                .addMetrics(born("rpm", 0, DataType.INT16))),
                born("empty", 7, DataType.TEMPLATE).setTemplateValue(Template.getDefaultInstance())));

        byte[] bytes = BirthPayload.of(life);

        Life again = life(Payload.parseFrom(bytes));
        assertThat(again).usingRecursiveComparison().isEqualTo(life);
        assertThat(again.bdSeq()).isEqualTo(200);
        assertThat(again.timestamp()).isEqualTo(1_000);
        assertThat(BirthPayload.of(again)).isEqualTo(bytes);
        assertThat(again.definitions().find(Metric.of(Plant.alias(0).build())).name())
                .isEqualTo("zero");
        assertThat(again.definitions().template("Motor").template("Inner").all())
                .hasSize(1);
    }

    @Test
    void shouldKeepNoValuesWhenMade() throws Exception {
        Life life = life(payload(0, born("m", DataType.STRING).setStringValue("secret")));

        assertThat(new String(BirthPayload.of(life), UTF_8)).contains("m").doesNotContain("secret");
    }

    @Test
    void shouldHaveTheNumberAloneWhenTheLifeIsOverOrTooHeavy() throws Exception {
        for (Life life : new Life[] {new Life(null, 7L, 9), new Life(Definitions.EMPTY, 7L, 9)}) {
            Life again = life(Payload.parseFrom(BirthPayload.of(life)));

            assertThat(again.bdSeq()).isEqualTo(7);
            assertThat(again.timestamp()).isEqualTo(9);
        }
        assertThat(life(Payload.parseFrom(BirthPayload.of(new Life(null, null, -1))))
                        .timestamp())
                .isEqualTo(-1);
    }

    private static PropertySet set(String key, int type) {
        return PropertySet.newBuilder()
                .addKeys(key)
                .addValues(PropertyValue.newBuilder().setType(type))
                .build();
    }

    private static Life life(Payload payload) {
        Certificate certificate = new Certificate(new DefinitionsBuilder(new SharedValues(), 10_000));
        payload.getMetricsList().forEach(metric -> certificate.add(Metric.of(metric)));
        return new Life(Objects.requireNonNull(certificate.definitions()), certificate.bdSeq(), payload.getTimestamp());
    }
}
