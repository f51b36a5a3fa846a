package uns.bridge.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShortestDecimalTest {

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
    void shouldWriteTheShortestDecimalWhenDouble(double value, String expected) {
        assertThat(ShortestDecimal.of(value)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0.0, 0.0",
        "-0.0, -0.0",
        "0.1, 0.1",
        "89.341, 89.341",
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
    void shouldWriteTheShortestDecimalWhenFloat(float value, String expected) {
        assertThat(ShortestDecimal.of(value)).isEqualTo(expected);
    }

    @Test
    void shouldReadBackAsTheSameValueWhenAnyBits() {
        Random random = new Random(20_260_101);
        for (int i = 0; i < 40_000; i++) {
            double d = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(d)) {
                assertThat(Double.parseDouble(ShortestDecimal.of(d))).isEqualTo(d);
            }
            double usual = random.nextInt() * Math.pow(10, random.nextInt(24) - 12);
            assertThat(Double.parseDouble(ShortestDecimal.of(usual))).isEqualTo(usual);
            float f = Float.intBitsToFloat(random.nextInt());
            if (Float.isFinite(f)) {
                assertThat(Float.parseFloat(ShortestDecimal.of(f))).isEqualTo(f);
            }
        }
    }

    @Test
    void shouldBeAsItWasReadWhenDigitsAreFew() {
        Random random = new Random(20_261_123);
        for (int i = 0; i < 40_000; i++) {
            BigDecimal reading = BigDecimal.valueOf(random.nextLong() % 1_000_000_000_000_000L, random.nextInt(11))
                    .movePointRight(random.nextInt(3));
            double value = reading.doubleValue();
            String shortest = ShortestDecimal.of(value);
            assertThat(new BigDecimal(shortest)).isEqualByComparingTo(reading);
            assertThat(shortest)
                    .matches("-?(0|[1-9][0-9]*)\\.([0-9]|[0-9]*[1-9])|-?[0-9.]+e-[0-9]+|-?[0-9.]+e\\+[0-9]+");
        }
    }

    @Test
    void shouldNotReadBackWhenOneDigitIsTakenAway() {
        Random random = new Random(20_260_102);
        for (int i = 0; i < 10_000; i++) {
            double d = Double.longBitsToDouble(random.nextLong());
            if (!Double.isFinite(d)) {
                continue;
            }
            BigDecimal shortest = new BigDecimal(ShortestDecimal.of(d)).stripTrailingZeros();
            if (shortest.precision() > 1) {
                BigDecimal less = new BigDecimal(d).round(new MathContext(shortest.precision() - 1));
                assertThat(less.doubleValue()).isNotEqualTo(d);
            }
        }
    }
}
