package uns.bridge.kafka;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Certificates and keys in PEM (RFC 7468). Every method throws {@link IllegalArgumentException} with the reason, which
 * quotes nothing of the text, if it can't be used.
 */
final class Pem {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final String PKCS8 = "PRIVATE KEY";
    private static final String ENCRYPTED_PKCS8 = "ENCRYPTED PRIVATE KEY";
    private static final String CONVERSION =
            ", but it must be PKCS#8; to convert it: openssl pkcs8 -topk8 -in <this file> -out <new file>";

    private Pem() {}

    static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no such file", e);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("not a PEM file", e);
        } catch (IOException | InvalidPathException e) {
            String reason = Files.isDirectory(Path.of(file))
                    ? "it is a folder"
                    : e.getClass().getSimpleName();
            throw new IllegalArgumentException("cannot be read: " + reason, e);
        }
    }

    /** The text as it is, once it is sure to hold certificates. */
    static String certificates(String text) {
        boolean found = false;
        for (Matcher block = BLOCK.matcher(text); block.find(); ) {
            if ("CERTIFICATE".equals(block.group(1))) {
                parseCertificate(block.group());
                found = true;
            }
        }
        if (!found) {
            throw new IllegalArgumentException("holds no certificate (-----BEGIN CERTIFICATE-----)");
        }
        return text;
    }

    private static void parseCertificate(String block) {
        try {
            CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.getBytes(StandardCharsets.US_ASCII)));
        } catch (CertificateException e) {
            throw new IllegalArgumentException("holds a certificate that is damaged", e);
        }
    }

    /**
     * The private key in the text as unencrypted PKCS#8 in PEM.
     *
     * @param password of the key if it is encrypted
     */
    static String privateKey(String text, @Nullable String password) {
        for (Matcher block = BLOCK.matcher(text); block.find(); ) {
            String label = String.valueOf(block.group(1));
            if (label.equals(PKCS8)) {
                return block.group() + "\n";
            }
            if (label.equals(ENCRYPTED_PKCS8)) {
                return decrypted(String.valueOf(block.group(2)), password);
            }
            if (label.endsWith(PKCS8)) {
                throw new IllegalArgumentException("its key is of an older format (BEGIN " + label + ")" + CONVERSION);
            }
        }
        throw new IllegalArgumentException("holds no private key (-----BEGIN PRIVATE KEY-----)");
    }

    private static String decrypted(String base64, @Nullable String password) {
        if (password == null) {
            throw new IllegalArgumentException("its key is encrypted, so ssl.key.password must be set");
        }
        try {
            EncryptedPrivateKeyInfo key =
                    new EncryptedPrivateKeyInfo(Base64.getMimeDecoder().decode(base64));
            // For PBES2 (RFC 8018) Java 17 has no algorithm of that name: the parameters tell which one it is.
            String algorithm =
                    key.getAlgName().equals("PBES2") ? key.getAlgParameters().toString() : key.getAlgName();
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password.toCharArray())),
                    key.getAlgParameters());
            byte[] decrypted = key.getKeySpec(cipher).getEncoded();
            String encoded = Base64.getMimeEncoder().encodeToString(decrypted);
            return "-----BEGIN PRIVATE KEY-----\n" + encoded + "\n-----END PRIVATE KEY-----\n";
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new IllegalArgumentException("its key can't be decrypted with ssl.key.password", e);
        }
    }
}
