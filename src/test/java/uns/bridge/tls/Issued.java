package uns.bridge.tls;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;

/** A certificate of a test, with its key and the certificates of the authorities below the root. */
public record Issued(KeyPair keys, List<X509Certificate> chain) {

    /** Of all key stores and, where needed, keys. */
    public static final String PASSWORD = "s3cret";

    public X509Certificate certificate() {
        return chain.get(0);
    }

    /** The certificates as PEM. */
    public String chainPem() {
        return pem(chain.toArray());
    }

    /** The private key as PEM, encrypted with {@link #PASSWORD} if the form is. */
    public String keyPem(KeyForm form) {
        return pem(form.pem(keys.getPrivate(), PASSWORD));
    }

    public String keyPem() {
        return keyPem(KeyForm.PKCS8);
    }

    public static String pem(Object... objects) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            for (Object object : objects) {
                writer.writeObject(object);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** The key with its chain, as a key store of Java. */
    public void writeKeyStore(Path file) {
        store(
                file,
                store -> store.setKeyEntry(
                        "own", keys.getPrivate(), PASSWORD.toCharArray(), chain.toArray(new Certificate[0])));
    }

    /** A trust store of Java. */
    public static void writeTrustStore(Path file, X509Certificate trusted) {
        store(file, store -> store.setCertificateEntry("ca", trusted));
    }

    private static void store(Path file, Filling filling) {
        try (OutputStream out = Files.newOutputStream(file)) {
            KeyStore store = KeyStore.getInstance("JKS");
            store.load(null, null);
            filling.fill(store);
            store.store(out, PASSWORD.toCharArray());
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private interface Filling {
        void fill(KeyStore store) throws GeneralSecurityException;
    }
}
