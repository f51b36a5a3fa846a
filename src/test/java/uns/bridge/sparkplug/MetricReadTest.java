package uns.bridge.sparkplug;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import uns.bridge.json.JsonTooLargeException;
import uns.bridge.json.JsonWriter;
import uns.bridge.sparkplug.proto.Payload;

/** Compares what is read of metrics with what protobuf reads of them. */
class MetricReadTest {

    private static final byte[] NOT_UTF_8 = {'a', (byte) 0xC3, '"', (byte) 0xFF};

    private final Random random = new Random(20_261_123);
    private final JsonWriter json = new JsonWriter(1 << 20);
    private final MetricWriter writer = new MetricWriter(json);

    /** One for all, so that nothing may be left of those before. */
    private final Metric metric = new Metric();

    @Test
    void shouldReadTheSameAsProtobufWhenFieldsComeInAnyNumberAndOrder() throws Exception {
        int scalar = 0;
        for (int i = 0; i < 30_000; i++) {
            byte[] bytes = fields();
            Payload.Metric expected = Payload.Metric.parseFrom(bytes);
            if (metric.readScalars(CodedInputStream.newInstance(bytes), bytes)) {
                scalar++;
                assertThat(expected.getUnknownFields().asMap()).isEmpty();
            } else {
                metric.set(expected);
            }
            assertThat(json(metric)).isEqualTo(json(Metric.of(expected)));
            assertThat(metric.name).hasToString(expected.getName());
            if (expected.hasStringValue()) {
                assertThat(metric.text).hasToString(expected.getStringValue());
            }
        }
        assertThat(scalar).isBetween(10_000, 29_000);
    }

    @Test
    void shouldRefuseTheSameAsProtobufWhenBytesAreDamaged() throws Exception {
        int refused = 0;
        for (int i = 0; i < 30_000; i++) {
            byte[] bytes = damaged(fields());
            Boolean scalars = readScalars(bytes);
            if (scalars == null) {
                refused++;
                assertThatThrownBy(() -> Payload.Metric.parseFrom(bytes))
                        .isInstanceOf(InvalidProtocolBufferException.class);
            } else if (scalars) {
                assertThat(json(metric)).isEqualTo(json(Metric.of(Payload.Metric.parseFrom(bytes))));
            }
        }
        assertThat(refused).isGreaterThan(1_000);
    }

    private @Nullable Boolean readScalars(byte[] bytes) {
        try {
            return metric.readScalars(CodedInputStream.newInstance(bytes), bytes);
        } catch (IOException e) {
            return null;
        }
    }

    private String json(Metric read) throws JsonTooLargeException {
        writer.write(read, null, null);
        return new String(json.take(), UTF_8);
    }

    /** Some fields one after the other, any of them repeatedly. */
    private byte[] fields() {
        byte[] bytes = {};
        for (int count = random.nextInt(8); count > 0; count--) {
            byte[] field = field(random.nextInt(80));
            bytes = Arrays.copyOf(bytes, bytes.length + field.length);
            System.arraycopy(field, 0, bytes, bytes.length - field.length, field.length);
        }
        return bytes;
    }

    private byte[] field(int kind) {
        Payload.Metric.Builder one = Payload.Metric.newBuilder();
        switch (kind < 70 ? kind % 13 : kind) {
            case 0 -> one.setName("name " + random.nextInt(10));
            case 1 -> one.setAlias(bits());
            case 2 -> one.setTimestamp(bits());
            case 3 -> one.setDatatype(random.nextInt(40) - 2);
            case 4 -> one.setIsHistorical(random.nextBoolean());
            case 5 -> one.setIsTransient(random.nextBoolean());
            case 6 -> one.setIsNull(random.nextInt(4) == 0);
            case 7 -> one.setIntValue((int) bits());
            case 8 -> one.setLongValue(bits());
            case 9 -> one.setFloatValue(Float.intBitsToFloat((int) bits()));
            case 10 -> one.setDoubleValue(Double.longBitsToDouble(bits()));
            case 11 -> one.setBooleanValue(random.nextBoolean());
            case 12 -> one.setStringValue("ä \"" + random.nextInt(10));
            case 70 -> one.setNameBytes(ByteString.copyFrom(NOT_UTF_8));
            case 71 -> one.setStringValueBytes(ByteString.copyFrom(NOT_UTF_8));
            case 72 -> one.setBytesValue(ByteString.copyFrom(NOT_UTF_8));
            case 73 -> one.getMetadataBuilder().setSeq(7);
            case 74 -> one.getPropertiesBuilder().addKeys("unit");
            case 75 -> one.getDatasetValueBuilder().addColumns("column");
            case 76 -> one.getTemplateValueBuilder().setVersion("1");
            case 77 -> one.setName("");
            case 78 -> {
                return new byte[] {Payload.Metric.INT_VALUE_FIELD_NUMBER << 3 | 2, 1, 7};
            }
            default -> {
                return new byte[] {(byte) (30 << 3), 1, 1}; // A field that is not known.
            }
        }
        return one.build().toByteArray();
    }

    /** Of any length in bits. */
    private long bits() {
        return random.nextLong() >>> random.nextInt(Long.SIZE);
    }

    private byte[] damaged(byte[] bytes) {
        byte[] damaged = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
        if (damaged.length > 0 && random.nextBoolean()) {
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return damaged;
    }
}
