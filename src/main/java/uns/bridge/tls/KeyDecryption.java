package uns.bridge.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.bc.BcPEMDecryptorProvider;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import uns.bridge.config.Secret;

/** Decrypts private keys with the JDK's ciphers. A wrong password shows as any exception, or later as a key that is none. */
final class KeyDecryption {

    private static final Map<ASN1ObjectIdentifier, String> PRFS = Map.of(
            PKCSObjectIdentifiers.id_hmacWithSHA1, "PBKDF2WithHmacSHA1",
            PKCSObjectIdentifiers.id_hmacWithSHA224, "PBKDF2WithHmacSHA224",
            PKCSObjectIdentifiers.id_hmacWithSHA256, "PBKDF2WithHmacSHA256",
            PKCSObjectIdentifiers.id_hmacWithSHA384, "PBKDF2WithHmacSHA384",
            PKCSObjectIdentifiers.id_hmacWithSHA512, "PBKDF2WithHmacSHA512");

    private static final Map<ASN1ObjectIdentifier, Scheme> SCHEMES = Map.of(
            NISTObjectIdentifiers.id_aes128_CBC, new Scheme("AES", 128),
            NISTObjectIdentifiers.id_aes192_CBC, new Scheme("AES", 192),
            NISTObjectIdentifiers.id_aes256_CBC, new Scheme("AES", 256),
            PKCSObjectIdentifiers.des_EDE3_CBC, new Scheme("DESede", 192));

    /** Beyond any tool's choice; a crafted file must not keep the start busy for hours. */
    private static final int MAX_ITERATIONS = 10_000_000;

    private KeyDecryption() {}

    private record Scheme(String algorithm, int keyBits) {}

    /** The key is encrypted in a way that is not known here. */
    static final class UnknownSchemeException extends GeneralSecurityException {
        private static final long serialVersionUID = 1L;
    }

    /** The traditional form of OpenSSL (DEK-Info), by PKCS#1 and EC keys. */
    static PrivateKeyInfo decrypt(PEMEncryptedKeyPair key, Secret password) throws IOException {
        // Bouncy Castle takes the low byte of each character; OpenSSL took what the terminal sent, UTF-8.
        char[] bytes = new String(password.reveal().getBytes(UTF_8), ISO_8859_1).toCharArray();
        return key.decryptKeyPair(new BcPEMDecryptorProvider(bytes)).getPrivateKeyInfo();
    }

    /** PKCS#8: PBES2 (RFC 8018, 6.2), or what else the JDK knows. */
    static PrivateKeyInfo decrypt(PKCS8EncryptedPrivateKeyInfo key, Secret password)
            throws GeneralSecurityException, IOException {
        AlgorithmIdentifier encryption = key.toASN1Structure().getEncryptionAlgorithm();
        char[] characters = password.reveal().toCharArray();
        if (!encryption.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBES2)) {
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(key.getEncoded());
            SecretKeyFactory factory = SecretKeyFactory.getInstance(info.getAlgName());
            Cipher cipher = Cipher.getInstance(info.getAlgName());
            cipher.init(
                    Cipher.DECRYPT_MODE, factory.generateSecret(new PBEKeySpec(characters)), info.getAlgParameters());
            return PrivateKeyInfo.getInstance(cipher.doFinal(info.getEncryptedData()));
        }
        PBES2Parameters parameters = PBES2Parameters.getInstance(encryption.getParameters());
        Scheme scheme = SCHEMES.get(parameters.getEncryptionScheme().getAlgorithm());
        boolean pbkdf2 = parameters.getKeyDerivationFunc().getAlgorithm().equals(PKCSObjectIdentifiers.id_PBKDF2);
        if (scheme == null || !pbkdf2) {
            throw new UnknownSchemeException();
        }
        PBKDF2Params derivation =
                PBKDF2Params.getInstance(parameters.getKeyDerivationFunc().getParameters());
        String prf = PRFS.get(derivation.getPrf().getAlgorithm());
        int iterations = derivation.getIterationCount().intValueExact();
        if (prf == null || iterations > MAX_ITERATIONS) {
            throw new UnknownSchemeException();
        }
        byte[] derived = SecretKeyFactory.getInstance(prf)
                .generateSecret(new PBEKeySpec(characters, derivation.getSalt(), iterations, scheme.keyBits()))
                .getEncoded();
        byte[] iv = ASN1OctetString.getInstance(parameters.getEncryptionScheme().getParameters())
                .getOctets();
        Cipher cipher = Cipher.getInstance(scheme.algorithm() + "/CBC/PKCS5Padding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(derived, scheme.algorithm()), new IvParameterSpec(iv));
        return PrivateKeyInfo.getInstance(cipher.doFinal(key.getEncryptedData()));
    }
}
