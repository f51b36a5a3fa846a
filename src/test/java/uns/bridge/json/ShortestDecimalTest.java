package uns.bridge.json;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.io.NumberOutput;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShortestDecimalTest {

    private final JsonWriter json = new JsonWriter(100);

    @ParameterizedTest
    @CsvSource({
        "0.0, 0.0",
        "-0.0, -0.0",
        "1, 1.0",
        "-21.5, -21.5",
        "0.1, 0.1",
        "0.001, 0.001",
        "0.0001, 0.0001",
        "-0.000123, -0.000123",
        "0.00001, 1e-05",
        "0.0000123, 1.23e-05",
        "2.0E-3, 0.002",
        "9999999, 9999999.0",
        "10000000, 10000000.0",
        "12345678.25, 12345678.25",
        "999999999.999999, 999999999.999999",
        "0.000101, 0.000101",
        "4.35, 4.35",
        "-100.010, -100.01",
        "0.30000000000000004, 0.30000000000000004",
        "1700000000, 1700000000.0",
        "1700000000.125, 1700000000.125",
        "-123456789012, -123456789012.0",
        "1234567890123456, 1234567890123456.0",
        "9007199254740993, 9007199254740992.0",
        "1e16, 1e+16",
        "1.5e16, 1.5e+16",
        "-2e23, -2e+23",
        "1.7976931348623157e308, 1.7976931348623157e+308",
        "2.2250738585072014e-308, 2.2250738585072014e-308",
        "4.9e-324, 5e-324",
        "-4.9e-324, -5e-324",
        "9.9e-324, 1e-323",
        "1.5e-323, 1.5e-323",
        "2.5e-323, 2.5e-323",
    })
    void shouldWriteTheShortestDecimalWhenDouble(double value, String expected) throws Exception {
        assertThat(shortest(value)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0.0, 0.0",
        "-0.0, -0.0",
        "0.1, 0.1",
        "89.341, 89.341",
        "-23.45, -23.45",
        "0.0001, 0.0001",
        "0.00012345678, 0.00012345678",
        "9.999999, 9.999999",
        "99999.9, 99999.9",
        "100000, 100000.0",
        "999999, 999999.0",
        "999999.94, 999999.94",
        "1000000, 1000000.0",
        "123456.7, 123456.7",
        "16777216, 16777216.0",
        "33554432, 33554432.0",
        "0.00001, 1e-05",
        "3.4028235e38, 3.4028235e+38",
        "1.1754944e-38, 1.1754944e-38",
        "1.4e-45, 1e-45",
        "2.8e-45, 3e-45",
        "9.8e-45, 1e-44",
        "1.1e-44, 1.1e-44",
    })
    void shouldWriteTheShortestDecimalWhenFloat(float value, String expected) throws Exception {
        assertThat(shortest(value)).isEqualTo(expected);
    }

    @Test
    void shouldReadBackAsTheSameValueWhenAnyBits() throws Exception {
        Random random = new Random(20_260_101);
        for (int i = 0; i < 40_000; i++) {
            double d = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(d)) {
                assertThat(Double.parseDouble(shortest(d))).isEqualTo(d);
            }
            double usual = random.nextInt() * Math.pow(10, random.nextInt(24) - 12);
            assertThat(Double.parseDouble(shortest(usual))).isEqualTo(usual);
            float f = Float.intBitsToFloat(random.nextInt());
            if (Float.isFinite(f)) {
                assertThat(Float.parseFloat(shortest(f))).isEqualTo(f);
            }
        }
    }

    @Test
    void shouldBeAsItWasReadWhenDigitsAreFew() throws Exception {
        Random random = new Random(20_261_123);
        for (int i = 0; i < 40_000; i++) {
            BigDecimal reading = BigDecimal.valueOf(random.nextLong() % 1_000_000_000_000_000L, random.nextInt(11))
                    .movePointRight(random.nextInt(3));
            double value = reading.doubleValue();
            String shortest = shortest(value);
            assertThat(new BigDecimal(shortest)).isEqualByComparingTo(reading);
            assertThat(shortest)
                    .matches("-?(0|[1-9][0-9]*)\\.([0-9]|[0-9]*[1-9])|-?[0-9.]+e-[0-9]+|-?[0-9.]+e\\+[0-9]+");
        }
    }

    @Test
    void shouldBeAsItWasReadWhenDigitsOfAFloatAreFew() throws Exception {
        Random random = new Random(20_261_124);
        for (int i = 0; i < 40_000; i++) {
            BigDecimal reading = BigDecimal.valueOf(random.nextInt(1_000_000) - 500_000, random.nextInt(11));
            assertThat(new BigDecimal(shortest(reading.floatValue()))).isEqualByComparingTo(reading);
        }
    }

    @Test
    void shouldBeTheSameAsJavaWritesWhenFloat() throws Exception {
        Random random = new Random(20_261_125);
        for (int i = 0; i < 40_000; i++) {
            float value = (float) (random.nextInt() * Math.pow(10, random.nextInt(10) - 12));
            String java = NumberOutput.toString(value, true);
            assertThat(new BigDecimal(shortest(value))).as(java).isEqualByComparingTo(new BigDecimal(java));
        }
    }

    @Test
    void shouldNotReadBackWhenOneDigitIsTakenAway() throws Exception {
        Random random = new Random(20_260_102);
        for (int i = 0; i < 10_000; i++) {
            double d = Double.longBitsToDouble(random.nextLong());
            if (!Double.isFinite(d)) {
                continue;
            }
            BigDecimal shortest = new BigDecimal(shortest(d)).stripTrailingZeros();
            if (shortest.precision() > 1) {
                BigDecimal less = new BigDecimal(d).round(new MathContext(shortest.precision() - 1));
                assertThat(less.doubleValue()).isNotEqualTo(d);
            }
        }
    }

    private String shortest(double value) throws JsonTooLargeException {
        json.decimal(value);
        return new String(json.take(), US_ASCII);
    }

    private String shortest(float value) throws JsonTooLargeException {
        json.decimal(value);
        return new String(json.take(), US_ASCII);
    }
}
