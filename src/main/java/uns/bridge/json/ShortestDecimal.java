package uns.bridge.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.NumberOutput;
import java.io.IOException;

/**
 * The shortest decimal that reads back as the same binary floating-point value.
 *
 * <p>Laid out as the original bridge does: plain digits from 0.0001 to below 10^16, always with a decimal point there,
 * and {@code 1e+16} beyond. Values are read by eye and compared as text, and a time in seconds or a counter in a double
 * must not turn into {@code 1.7E9}.
 *
 * <p>Not thread-safe: it keeps the place for its digits.
 */
final class ShortestDecimal {

    private static final int FIRST_PLAIN_EXPONENT = -4;
    private static final int FIRST_BIG_EXPONENT = 16;

    /** Below it are the values whose shortest decimal may have one digit, where Java writes two. */
    private static final int TINY = 8;

    private static final double[] POWERS_OF_TEN = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    private static final int DECIMALS = 6;
    private static final double LEAST_READING = 1e-4;
    private static final double MOST_DOUBLE_READING = 1e9;
    private static final double MOST_FLOAT_READING = 1e6;

    /** A sign, a point, and 15 digits; what was written last stands at the end. */
    private final char[] reading = new char[17];

    /** Writes {@code value}, which is finite, as the number that comes next in {@code out}. */
    void write(double value, JsonGenerator out) throws IOException {
        double magnitude = Math.abs(value);
        if (magnitude >= LEAST_READING && magnitude < MOST_DOUBLE_READING) {
            long millionths = Math.round(magnitude * POWERS_OF_TEN[DECIMALS]);
            if (millionths / POWERS_OF_TEN[DECIMALS] == magnitude) {
                writeReading(millionths, DECIMALS, value < 0, out);
                return;
            }
        }
        out.writeNumber(text(value));
    }

    /** Writes {@code value}, which is finite, as the number that comes next in {@code out}. */
    void write(float value, JsonGenerator out) throws IOException {
        double magnitude = Math.abs(value);
        if (magnitude >= LEAST_READING && magnitude < MOST_FLOAT_READING) {
            int decimals = DECIMALS;
            while (magnitude >= POWERS_OF_TEN[DECIMALS - decimals]) {
                decimals--; // Six digits in all.
            }
            long units = Math.round(magnitude * POWERS_OF_TEN[decimals]);
            if ((float) (units / POWERS_OF_TEN[decimals]) == (float) magnitude) {
                boolean whole = decimals == 0;
                writeReading(whole ? 10 * units : units, whole ? 1 : decimals, value < 0, out);
                return;
            }
        }
        out.writeNumber(text(value));
    }

    /**
     * What an instrument reads: few digits. There is only one decimal of up to 15 digits that reads back as a 64-bit value,
     * and of up to 6 as a 32-bit one; thus it is the shortest.
     *
     * @param decimals how many digits of {@code units} stand behind the point, 1 or more
     */
    private void writeReading(long units, int decimals, boolean negative, JsonGenerator out) throws IOException {
        int at = reading.length;
        long rest = units;
        for (int decimal = decimals; decimal >= 0 || rest > 0; decimal--) {
            if (decimal == 0) {
                reading[--at] = '.';
            }
            int digit = (int) (rest % 10);
            rest /= 10;
            if (digit > 0 || at < reading.length || decimal <= 1) {
                reading[--at] = (char) ('0' + digit);
            }
        }
        if (negative) {
            reading[--at] = '-';
        }
        out.writeNumber(reading, at, reading.length - at);
    }

    private static String text(double value) {
        // JDK 17's own Double.toString is not always the shortest (JDK-4511638).
        String java = NumberOutput.toString(value, true);
        int e = java.lastIndexOf('E');
        if (e < 0) {
            return java;
        }
        String text = layOut(java, e);
        if (Math.abs(value) < TINY * Double.MIN_VALUE) {
            String shorter = oneDigit(java, e);
            return Double.parseDouble(shorter) == value ? shorter : text;
        }
        return text;
    }

    private static String text(float value) {
        String java = NumberOutput.toString(value, true);
        int e = java.lastIndexOf('E');
        if (e < 0) {
            return java;
        }
        String text = layOut(java, e);
        if (Math.abs(value) < TINY * Float.MIN_VALUE) {
            String shorter = oneDigit(java, e);
            return Float.parseFloat(shorter) == value ? shorter : text;
        }
        return text;
    }

    /** From {@code -d.dddE-nn}, the E at {@code e}. */
    private static String layOut(String java, int e) {
        int exponent = Integer.parseInt(java, e + 1, java.length(), 10);
        int start = java.charAt(0) == '-' ? 1 : 0;
        int fractionEnd = e == start + 3 && java.charAt(start + 2) == '0' ? start + 2 : e;
        int fraction = fractionEnd - start - 2;
        StringBuilder text = new StringBuilder(24).append(java, 0, start);
        if (exponent < FIRST_PLAIN_EXPONENT || exponent >= FIRST_BIG_EXPONENT) {
            text.append(java, start, fraction > 0 ? fractionEnd : start + 1);
            return exponent(text, exponent);
        }
        if (exponent < 0) {
            return text.append("0.")
                    .append("000", 0, -exponent - 1)
                    .append(java.charAt(start))
                    .append(java, start + 2, fractionEnd)
                    .toString();
        }
        text.append(java.charAt(start));
        if (fraction > exponent) {
            return text.append(java, start + 2, start + 2 + exponent)
                    .append('.')
                    .append(java, start + 2 + exponent, fractionEnd)
                    .toString();
        }
        return text.append(java, start + 2, fractionEnd)
                .append("000000000000000", 0, exponent - fraction)
                .append(".0")
                .toString();
    }

    /**
     * The decimal rounded to one digit. Java's form has two at least: {@code 4.9E-324} where {@code 5e-324} is the same
     * value. That makes a difference only among the very smallest.
     */
    private static String oneDigit(String java, int e) {
        int start = java.charAt(0) == '-' ? 1 : 0;
        int exponent = Integer.parseInt(java, e + 1, java.length(), 10);
        int digit = java.charAt(start) - '0' + (java.charAt(start + 2) >= '5' ? 1 : 0);
        StringBuilder text = new StringBuilder(8).append(java, 0, start);
        return digit == 10 ? exponent(text.append('1'), exponent + 1) : exponent(text.append(digit), exponent);
    }

    private static String exponent(StringBuilder text, int exponent) {
        text.append(exponent < 0 ? "e-" : "e+");
        int size = Math.abs(exponent);
        return (size < 10 ? text.append('0') : text).append(size).toString();
    }
}
