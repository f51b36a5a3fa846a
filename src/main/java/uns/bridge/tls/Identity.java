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
record Identity(PrivateKey key, List<X509Certificate> chain) {

    private static final byte[] PROBE = {'p', 'r', 'o', 'b', 'e'};

    Identity {
        chain = List.copyOf(chain);
    }

    /**
     * Reads an identity and checks that it is of use today.
     *
     * @param keyfile null if the key stands in {@code certfile}
     * @throws TlsFileException if a file cannot be used
     */
    static Identity load(Path certfile, @Nullable Path keyfile, @Nullable Secret password) throws TlsFileException {
        Identity identity = new Identity(loadKey(certfile, keyfile, password), loadChain(certfile));
        identity.checkFit(certfile, keyfile);
        return identity;
    }

    static List<X509Certificate> loadChain(Path certfile) throws TlsFileException {
        PemFile file = PemFile.read(TlsSettings.CERTFILE, certfile);
        List<X509Certificate> chain = file.certificates();
        String wrong = Validity.problem(chain.get(0), Instant.now());
        if (wrong != null) {
            throw file.unusable("has a certificate (" + Names.subject(chain.get(0)) + ") that " + wrong);
        }
        return chain;
    }

    static PrivateKey loadKey(Path certfile, @Nullable Path keyfile, @Nullable Secret password)
            throws TlsFileException {
        return keyfile == null
                ? PemFile.read(TlsSettings.CERTFILE, certfile).privateKey(password)
                : PemFile.read(TlsSettings.KEYFILE, keyfile).privateKey(password);
    }

    /** Checks that the key is the one that the certificate is about. */
    void checkFit(Path certfile, @Nullable Path keyfile) throws TlsFileException {
        if (!fits(chain.get(0).getPublicKey())) {
            throw new TlsFileException(
                    keyfile == null ? TlsSettings.CERTFILE : TlsSettings.KEYFILE,
                    "the private key in " + (keyfile == null ? certfile : keyfile).toAbsolutePath()
                            + " does not belong to the first certificate in " + certfile.toAbsolutePath() + " ("
                            + Names.subject(chain.get(0)) + ")");
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
