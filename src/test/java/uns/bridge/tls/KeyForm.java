package uns.bridge.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.util.io.pem.PemObjectGenerator;

/** How a private key may stand in a PEM file. */
public enum KeyForm {
    /** PKCS#1 for RSA, SEC 1 for elliptic curves. */
    TRADITIONAL,
    TRADITIONAL_AES256("AES-256-CBC"),
    TRADITIONAL_AES128("AES-128-CBC"),
    TRADITIONAL_3DES("DES-EDE3-CBC"),
    PKCS8,
    /** What OpenSSL 1.1 and 3 write. */
    PBES2_AES256_SHA256(PKCS8Generator.AES_256_CBC, PKCSObjectIdentifiers.id_hmacWithSHA256),
    PBES2_AES192_SHA512(PKCS8Generator.AES_192_CBC, PKCSObjectIdentifiers.id_hmacWithSHA512),
    PBES2_AES128_SHA1(PKCS8Generator.AES_128_CBC, PKCSObjectIdentifiers.id_hmacWithSHA1),
    /** What OpenSSL 1.0 wrote. */
    PBES2_3DES_SHA1(PKCS8Generator.DES3_CBC, PKCSObjectIdentifiers.id_hmacWithSHA1),
    PBE_SHA1_3DES(PKCS8Generator.PBE_SHA1_3DES, null);

    private final String dek;
    private final ASN1ObjectIdentifier scheme;
    private final ASN1ObjectIdentifier prf;

    KeyForm() {
        this(null, null, null);
    }

    KeyForm(String dek) {
        this(dek, null, null);
    }

    KeyForm(ASN1ObjectIdentifier scheme, ASN1ObjectIdentifier prf) {
        this(null, scheme, prf);
    }

    KeyForm(String dek, ASN1ObjectIdentifier scheme, ASN1ObjectIdentifier prf) {
        this.dek = dek;
        this.scheme = scheme;
        this.prf = prf;
    }

    public boolean encrypted() {
        return dek != null || scheme != null;
    }

    PemObjectGenerator pem(PrivateKey ofJava, String password) {
        BouncyCastleProvider provider = new BouncyCastleProvider();
        try {
            // Its elliptic curve keys name their curve, as those of OpenSSL do; Java's do only around them.
            PrivateKey key = KeyFactory.getInstance(ofJava.getAlgorithm(), provider)
                    .generatePrivate(new PKCS8EncodedKeySpec(ofJava.getEncoded()));
            if (this == PKCS8) {
                return new JcaPKCS8Generator(key, null);
            }
            if (this == TRADITIONAL) {
                return new JcaMiscPEMGenerator(key, null);
            }
            if (dek != null) {
                return new JcaMiscPEMGenerator(
                        key,
                        new JcePEMEncryptorBuilder(dek).setProvider(provider).build(password.toCharArray()));
            }
            JceOpenSSLPKCS8EncryptorBuilder builder = new JceOpenSSLPKCS8EncryptorBuilder(scheme)
                    .setProvider(provider)
                    .setPassword(password.toCharArray());
            if (prf != null) {
                builder.setPRF(new AlgorithmIdentifier(prf));
            }
            return new JcaPKCS8Generator(key, builder.build());
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new AssertionError(e);
        }
    }
}
