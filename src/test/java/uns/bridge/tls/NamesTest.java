package uns.bridge.tls;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTest {

    private static final Authority CA = Authority.named("Plant CA");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "broker          | broker                  | true",
                "BROKER.Plant    | broker.plant            | true",
                "broker.plant.   | broker.plant            | true",
                "my_broker       | my_broker               | true",
                "my_broker.plant | my-broker.plant         | false",
                "broker          | broker.plant            | false",
                "a.plant.org     | *.plant.org             | true",
                "a_1.plant.org   | *.plant.org             | true",
                "a.b.plant.org   | *.plant.org             | false",
                "plant.org       | *.plant.org             | false",
                ".plant.org      | *.plant.org             | false",
                "a.org           | *.org                   | false",
                "ab.plant.org    | a*.plant.org            | false",
                "a.plant.org     | *                       | false",
                "second          | first second            | true",
                "10.0.0.1        | 10.0.0.1                | true",
                "10.0.0.2        | 10.0.0.1                | false",
                "10.0.0.1        | broker                  | false",
                "10.0.0.1        | *.0.0.1                 | false",
                "::1             | 0:0:0:0:0:0:0:1         | true",
                "cn              | other                   | false",
                "cn              |                         | true",
                "cn              | 10.0.0.1                | true",
                "10.0.0.1        |                         | false",
            })
    void shouldMatchHostsAsOthersDo(String host, String names, boolean match) {
        String[] hosts = names == null ? new String[0] : names.split(" ");

        assertThat(Names.match(host, CA.issue("cn", hosts).certificate())).isEqualTo(match);
    }
}
