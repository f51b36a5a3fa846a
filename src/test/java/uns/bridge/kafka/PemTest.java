package uns.bridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {

    private static final String KEY = """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgTbx2wDLC/ZKMYQlh
            sL8lq/eTO171U+Y0Jy3a6n2R4XuhRANCAAR2lQpmbRfsay9duw3iiTIpFyudnD70
            TSTwTr0cg4EEXUpftJ7eTvKUebtq4Zez0p2wQx3wvh6KKUXlIPLHcfNV
            -----END PRIVATE KEY-----
            """;

    /** The same by openssl pkcs8 -topk8 -passout pass:pass. */
    private static final String PBES2_KEY = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgsaMFXY+/CjwICCAAw
            DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEOGyDy+HW3KD3J447hmAbBoEgZDg
            7qMlMwRsjUpIFz6h3Pn0SaxjrM2qoL4pwHNoDhMX5jxasuP9i2fvuxcfkOYLuOXX
            joXG+DsL/zPWBEbgIwhEkXP7it5IfeoCXHy+3f3ibp0VxMVrcBLRozCfLb9WMEo6
            3uuP2lWdvD9+83g/QBi418vxRFIZvhgrqnu/iKyOSHcvtRaRJJ5oeC40+OVdPaM=
            -----END ENCRYPTED PRIVATE KEY-----
            """;

    /** And with -v1 PBE-SHA1-3DES. */
    private static final String PBES1_KEY = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIGxMBwGCiqGSIb3DQEMAQMwDgQIzEbg03sWXf4CAggABIGQMqcVcpfgRU7KOotW
            atjelyXw8fkSll82Mx0tFwhTrvzvychiduXbwZGjhab8B75j+rGOa6zgPDdJAEBY
            yY5+hx5EtVGlOOezSkgfyBqj9bRCSBnPNG4nJy2lHldmgUtNWDQFhvme2xvncL9q
            8dDUpg5yBGKOJEEf5Nj0GYu7K4rbFbhz/o0l8WfzQ8oHj2m2
            -----END ENCRYPTED PRIVATE KEY-----
            """;

    @TempDir
    Path folder;

    @Test
    void shouldTakeAKeyAsItIsWhenNotEncrypted() {
        assertThat(Pem.privateKey("# of the bridge\n" + KEY, null)).isEqualTo(KEY);
        assertThat(Pem.privateKey(KEY, "needless")).isEqualTo(KEY);
    }

    @ParameterizedTest
    @ValueSource(strings = {PBES2_KEY, PBES1_KEY})
    void shouldDecryptAKeyWhenThePasswordIsRight(String encrypted) {
        assertThat(der(Pem.privateKey(encrypted, "pass"))).isEqualTo(der(KEY));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pem.privateKey(encrypted, "wrong"))
                .withMessage("its key can't be decrypted with ssl.key.password");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pem.privateKey(encrypted, null))
                .withMessageContaining("ssl.key.password must be set");
    }

    private static byte[] der(String key) {
        return Base64.getMimeDecoder().decode(key.replaceAll("-----[^-]*-----", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA PRIVATE KEY", "EC PRIVATE KEY"})
    void shouldTellHowToConvertAKeyWhenItIsOfAnOlderFormat(String label) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pem.privateKey(pem(label, new byte[] {1}), null))
                .withMessageContaining("BEGIN " + label)
                .withMessageContaining("openssl pkcs8 -topk8 -in");
    }

    @Test
    void shouldRefuseWhatHoldsNothingOfUse() throws Exception {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pem.privateKey(pem("CERTIFICATE", new byte[] {1}), null))
                .withMessageContaining("holds no private key");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pem.certificates(pem("PRIVATE KEY", new byte[] {1})))
                .withMessageContaining("holds no certificate");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pem.certificates(pem("CERTIFICATE", new byte[] {1})))
                .withMessage("holds a certificate that is damaged");
        Path binary = Files.write(folder.resolve("der"), new byte[] {(byte) 0xFF, (byte) 0xFE});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pem.read(binary.toString()))
                .withMessage("not a PEM file");
    }

    @Test
    void shouldTakeAllCertificatesWithWhatIsBetween() throws Exception {
        Certificates certificates = new Certificates(folder);
        String two = "# root\n" + Files.readString(certificates.ca()) + "# again\n"
                + Files.readString(certificates.ca()).strip();

        assertThat(Pem.certificates(two)).isEqualTo(two);
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + new String(Base64.getMimeEncoder().encode(der), StandardCharsets.US_ASCII) + "\n-----END " + label
                + "-----\n";
    }
}
