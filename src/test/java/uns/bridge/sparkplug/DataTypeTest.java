package uns.bridge.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataTypeTest {

    @ParameterizedTest
    @CsvSource({
        "0, UNKNOWN",
        "1, INT8",
        "2, INT16",
        "3, INT32",
        "4, INT64",
        "5, UINT8",
        "6, UINT16",
        "7, UINT32",
        "8, UINT64",
        "9, FLOAT",
        "10, DOUBLE",
        "11, BOOLEAN",
        "12, STRING",
        "13, DATETIME",
        "14, TEXT",
        "15, UUID",
        "16, DATASET",
        "17, BYTES",
        "18, FILE",
        "19, TEMPLATE",
        "20, PROPERTY_SET",
        "21, PROPERTY_SET_LIST",
        "22, INT8_ARRAY",
        "23, INT16_ARRAY",
        "24, INT32_ARRAY",
        "25, INT64_ARRAY",
        "26, UINT8_ARRAY",
        "27, UINT16_ARRAY",
        "28, UINT32_ARRAY",
        "29, UINT64_ARRAY",
        "30, FLOAT_ARRAY",
        "31, DOUBLE_ARRAY",
        "32, BOOLEAN_ARRAY",
        "33, STRING_ARRAY",
        "34, DATETIME_ARRAY",
    })
    void shouldHaveTheNumberOfTheSpecification(int number, DataType expected) {
        assertThat(DataType.of(number)).isEqualTo(expected);
        assertThat(expected.isArray()).isEqualTo(number >= 22);
    }

    @ParameterizedTest
    @ValueSource(ints = {35, 99, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
    void shouldBeUnknownWhenNotInTheSpecification(int number) {
        assertThat(DataType.of(number)).isEqualTo(DataType.UNKNOWN);
    }
}
