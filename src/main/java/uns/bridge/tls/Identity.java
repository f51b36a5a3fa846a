package uns.bridge.tls;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Secret;

/**
 * Who one is: a private key and the certificates that vouch for it.
 *
 * @param chain its own certificate first, then those of the authorities between it and the root
 */
public record Identity(PrivateKey key, List<X509Certificate> chain) {

    private static final byte[] PROBE = {'p', 'r', 'o', 'b', 'e'};

    public Identity {
        chain = List.copyOf(chain);
    }

    /**
     * Reads an identity and checks that it is of use today.
     *
     * @param keyfile null if the key stands in {@code certfile}
     * @throws TlsFileException if a file cannot be used
     */
    static Identity load(Path certfile, @Nullable Path keyfile, @Nullable Secret password) throws TlsFileException {
        PemFile certificates = PemFile.read(TlsSettings.CERTFILE, certfile);
        PemFile key = keyfile == null ? certificates : PemFile.read(TlsSettings.KEYFILE, keyfile);
        return of(certificates, key, TlsSettings.KEYFILE_PASSWORD, password);
    }

    /**
     * Takes the first key of {@code keyfile}, all certificates of {@code certificates}, which may be the same, and checks that
     * they are of use today.
     *
     * @param passwordSetting the key with the password, for the exceptions
     * @throws TlsFileException if they are not
     */
    public static Identity of(PemFile certificates, PemFile keyfile, String passwordSetting, @Nullable Secret password)
            throws TlsFileException {
        Identity identity = new Identity(keyfile.privateKey(passwordSetting, password), chain(certificates));
        identity.checkFit(certificates, keyfile);
        return identity;
    }

    static List<X509Certificate> loadChain(Path certfile) throws TlsFileException {
        return chain(PemFile.read(TlsSettings.CERTFILE, certfile));
    }

    private static List<X509Certificate> chain(PemFile file) throws TlsFileException {
        List<X509Certificate> chain = file.certificates();
        String wrong = Validity.complaint(chain.get(0), Instant.now());
        if (wrong != null) {
            throw file.unusable(wrong);
        }
        return chain;
    }

    static PrivateKey loadKey(Path certfile, @Nullable Path keyfile, @Nullable Secret password)
            throws TlsFileException {
        PemFile file = keyfile == null
                ? PemFile.read(TlsSettings.CERTFILE, certfile)
                : PemFile.read(TlsSettings.KEYFILE, keyfile);
        return file.privateKey(TlsSettings.KEYFILE_PASSWORD, password);
    }

    /** Checks that the key is the one that the certificate is about. */
    private void checkFit(PemFile certificates, PemFile keyfile) throws TlsFileException {
        if (!fits(chain.get(0).getPublicKey())) {
            throw new TlsFileException(
                    keyfile.setting(),
                    "the private key in " + keyfile.place() + " does not belong to the first certificate in "
                            + certificates.place() + " (" + Names.subject(chain.get(0)) + ")");
        }
    }

    private boolean fits(PublicKey publicKey) {
        String algorithm = key.getAlgorithm();
        if (!algorithm.equals(publicKey.getAlgorithm())) {
            return false;
        }
        try {
            Signature signature = Signature.getInstance(
                    switch (algorithm) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC" -> "SHA256withECDSA";
                        case "DSA" -> "SHA256withDSA";
                        default -> algorithm;
                    });
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "Identity[" + Names.subject(chain.get(0)) + "]";
    }
}
