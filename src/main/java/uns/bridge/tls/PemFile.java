package uns.bridge.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.X509TrustedCertificateBlock;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Secret;

/** What a PEM file holds: certificates in their order, keys, and other things that are passed over. */
public final class PemFile {

    private static final int MAX_BYTES = 16 << 20;

    private final String setting;
    private final @Nullable Path path;
    private final List<Object> objects = new ArrayList<>();

    private PemFile(String setting, @Nullable Path path) {
        this.setting = setting;
        this.path = path;
    }

    /**
     * Reads a file.
     *
     * @param setting the key that names the file, for the exceptions
     * @throws TlsFileException if it cannot be read, or is not PEM
     */
    public static PemFile read(String setting, Path path) throws TlsFileException {
        PemFile file = new PemFile(setting, path);
        String text;
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw file.unusable("is too large for a PEM file");
            }
            text = Files.readString(path, StandardCharsets.ISO_8859_1); // Anything may stand between the PEM blocks.
        } catch (NoSuchFileException e) {
            throw file.unusable("does not exist");
        } catch (AccessDeniedException e) {
            throw file.unusable("may not be read by the user that runs the bridge");
        } catch (TlsFileException e) {
            throw e;
        } catch (IOException e) {
            throw file.unusable("cannot be read: " + (Files.isDirectory(path) ? "it is a folder" : "input error"));
        }
        file.parse(text);
        return file;
    }

    /**
     * Reads a file, or all files of a folder, of which those that cannot be read or are not PEM are passed over.
     *
     * @throws TlsFileException if the file, or the folder, cannot be read
     */
    public static PemFile readAll(String setting, Path path) throws TlsFileException {
        if (!Files.isDirectory(path)) {
            return read(setting, path);
        }
        PemFile folder = new PemFile(setting, path);
        Set<Object> objects = new LinkedHashSet<>(); // Mostly each file is there under several names.
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path, Files::isRegularFile)) {
            for (Path file : files) {
                try {
                    objects.addAll(read(setting, file).objects);
                } catch (TlsFileException e) {
                    // It may be anything.
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw folder.unusable("cannot be read");
        }
        folder.objects.addAll(objects);
        return folder;
    }

    /**
     * Reads what stands in the settings themselves.
     *
     * @param setting the key with the text, for the exceptions
     * @throws TlsFileException if it is not PEM
     */
    public static PemFile of(String setting, String text) throws TlsFileException {
        PemFile file = new PemFile(setting, null);
        file.parse(text);
        return file;
    }

    private void parse(String text) throws TlsFileException {
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                objects.add(object);
            }
        } catch (IOException | RuntimeException e) {
            throw unusable("is damaged: the PEM block number " + (objects.size() + 1) + " cannot be read");
        }
    }

    /** The key of the setting that names the file or has the text. */
    String setting() {
        return setting;
    }

    /** Where this stands, for a complaint about a part of it. */
    String place() {
        return path == null ? "the text of " + setting : path.toAbsolutePath().toString();
    }

    /**
     * The certificates, at least one.
     *
     * @throws TlsFileException if there is none
     */
    List<X509Certificate> certificates() throws TlsFileException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Object object : objects) {
                X509CertificateHolder holder = object instanceof X509TrustedCertificateBlock trusted
                        ? trusted.getCertificateHolder()
                        : object instanceof X509CertificateHolder plain ? plain : null;
                if (holder != null) {
                    certificates.add((X509Certificate)
                            factory.generateCertificate(new ByteArrayInputStream(holder.getEncoded())));
                }
            }
        } catch (GeneralSecurityException | IOException e) {
            throw unusable("has a certificate that Java cannot read");
        }
        if (certificates.isEmpty()) {
            throw unusable("has no certificate in PEM form (-----BEGIN CERTIFICATE-----)");
        }
        return certificates;
    }

    /**
     * The certificates that are valid today; in a bundle of authorities some may be out of date, but not all.
     *
     * @throws TlsFileException if there is none
     */
    public List<X509Certificate> authorities() throws TlsFileException {
        List<X509Certificate> valid = new ArrayList<>();
        String problem = "";
        Instant now = Instant.now();
        for (X509Certificate certificate : certificates()) {
            String wrong = Validity.complaint(certificate, now);
            if (wrong == null) {
                valid.add(certificate);
            } else {
                problem = wrong;
            }
        }
        if (valid.isEmpty()) {
            throw unusable(problem);
        }
        return valid;
    }

    /**
     * The private key: PKCS#1, SEC 1 (EC) or PKCS#8, each also encrypted.
     *
     * @param passwordSetting the key with the password, for the exceptions
     * @throws TlsFileException if there is none, or {@code password} does not decrypt it
     */
    PrivateKey privateKey(String passwordSetting, @Nullable Secret password) throws TlsFileException {
        for (Object object : objects) {
            if (object instanceof PEMKeyPair pair) {
                return convert(pair.getPrivateKeyInfo());
            }
            if (object instanceof PrivateKeyInfo key) {
                return convert(key);
            }
            if (object instanceof PEMEncryptedKeyPair || object instanceof PKCS8EncryptedPrivateKeyInfo) {
                return convert(decrypt(object, passwordSetting, password));
            }
        }
        throw unusable("has no private key in PEM form");
    }

    private PrivateKeyInfo decrypt(Object encrypted, String passwordSetting, @Nullable Secret password)
            throws TlsFileException {
        if (password == null) {
            throw new TlsFileException(
                    passwordSetting, "must be set, for the private key in " + place() + " is encrypted");
        }
        try {
            return encrypted instanceof PEMEncryptedKeyPair pair
                    ? KeyDecryption.decrypt(pair, password)
                    : KeyDecryption.decrypt((PKCS8EncryptedPrivateKeyInfo) encrypted, password);
        } catch (KeyDecryption.UnknownSchemeException e) {
            throw unusable("is encrypted in a way that Java does not know; 'openssl pkcs8 -topk8' converts it");
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            throw new TlsFileException(passwordSetting, "does not decrypt the private key in " + place());
        }
    }

    private PrivateKey convert(PrivateKeyInfo key) throws TlsFileException {
        try {
            return new JcaPEMKeyConverter().getPrivateKey(key);
        } catch (IOException | RuntimeException e) {
            throw unusable("has a private key of a kind that Java does not know");
        }
    }

    /** The complaint that this file {@code what}. */
    TlsFileException unusable(String what) {
        return new TlsFileException(setting, (path == null ? "" : "the file ") + place() + " " + what);
    }
}
