package uns.bridge.json;

import com.fasterxml.jackson.core.io.NumberOutput;
import java.nio.charset.StandardCharsets;

/**
 * The shortest decimal that reads back as the same binary floating-point value.
 *
 * <p>Laid out as the original bridge does: plain digits from 0.0001 to below 10^16, always with a decimal point there,
 * and {@code 1e+16} beyond. Values are read by eye and compared as text, and a time in seconds or a counter in a double
 * must not turn into {@code 1.7E9}.
 */
final class ShortestDecimal {

    private static final int FIRST_PLAIN_EXPONENT = -4;
    private static final int FIRST_BIG_EXPONENT = 16;

    private static final double MILLION = 1e6;
    private static final int DECIMALS = 6;
    private static final double LEAST_READING = 1e-4;
    private static final double MOST_READING = 1e9;

    private ShortestDecimal() {}

    /** {@code value}, which is finite. */
    static String of(double value) {
        double magnitude = Math.abs(value);
        if (magnitude >= LEAST_READING && magnitude < MOST_READING) {
            long millionths = Math.round(magnitude * MILLION);
            if (millionths / MILLION == magnitude) {
                return reading(millionths, value < 0);
            }
        }
        // JDK 17's own Double.toString is not always the shortest (JDK-4511638).
        String java = NumberOutput.toString(value, true);
        int e = java.lastIndexOf('E');
        if (e < 0) {
            return java;
        }
        String text = layOut(java, e);
        if (Math.abs(value) < 8 * Double.MIN_VALUE) {
            String shorter = oneDigit(java, e);
            return Double.parseDouble(shorter) == value ? shorter : text;
        }
        return text;
    }

    /** {@code value}, which is finite. */
    static String of(float value) {
        String java = NumberOutput.toString(value, true);
        int e = java.lastIndexOf('E');
        if (e < 0) {
            return java;
        }
        String text = layOut(java, e);
        if (Math.abs(value) < 8 * Float.MIN_VALUE) {
            String shorter = oneDigit(java, e);
            return Float.parseFloat(shorter) == value ? shorter : text;
        }
        return text;
    }

    /**
     * What an instrument reads: few digits. There is only one decimal of up to 15 digits that reads back as a value, thus it
     * is the shortest.
     */
    private static String reading(long millionths, boolean negative) {
        byte[] text = new byte[18];
        int at = text.length;
        long rest = millionths;
        for (int decimal = DECIMALS; decimal >= 0 || rest > 0; decimal--) {
            if (decimal == 0) {
                text[--at] = '.';
            }
            int digit = (int) (rest % 10);
            rest /= 10;
            if (digit > 0 || at < text.length || decimal <= 1) {
                text[--at] = (byte) ('0' + digit);
            }
        }
        if (negative) {
            text[--at] = '-';
        }
        return new String(text, at, text.length - at, StandardCharsets.ISO_8859_1);
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
