package uns.bridge.kafka;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A certificate authority and what it has signed, made by the JDK's keytool in a folder. */
final class Certificates {

    static final String PASSWORD = "changeit";

    private final Path folder;

    Certificates(Path folder) {
        this.folder = folder;
        keytool("-genkeypair", "-alias", "ca", "-dname", "CN=ca", "-keyalg", "EC", "-ext", "bc:c");
        export("ca", ca());
    }

    /** The certificate of the authority, in PEM. */
    Path ca() {
        return folder.resolve("ca.pem");
    }

    /** A key store (PKCS#12) with the key pairs of everybody issued so far. */
    Path store() {
        return folder.resolve("store.p12");
    }

    Path certificate(String name) {
        return folder.resolve(name + ".pem");
    }

    /** The private key in PEM, PKCS#8. */
    Path key(String name) {
        return folder.resolve(name + ".key");
    }

    Certificates issue(String name) {
        Path request = folder.resolve(name + ".csr");
        keytool("-genkeypair", "-alias", name, "-dname", "CN=" + name, "-keyalg", "RSA");
        keytool("-certreq", "-alias", name, "-file", request.toString());
        keytool(
                "-gencert",
                "-alias",
                "ca",
                "-infile",
                request.toString(),
                "-outfile",
                certificate(name).toString(),
                "-rfc",
                "-ext",
                "san=ip:127.0.0.1,dns:localhost");
        keytool("-importcert", "-alias", name, "-file", certificate(name).toString(), "-noprompt");
        try {
            KeyStore keys = KeyStore.getInstance(store().toFile(), PASSWORD.toCharArray());
            byte[] key = keys.getKey(name, PASSWORD.toCharArray()).getEncoded();
            Files.writeString(
                    key(name),
                    "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(key)
                            + "\n-----END PRIVATE KEY-----\n");
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    private void export(String name, Path file) {
        keytool("-exportcert", "-alias", name, "-rfc", "-file", file.toString());
    }

    private void keytool(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store().toString(), "-storepass", PASSWORD, "-storetype", "PKCS12"));
        try {
            File log = folder.resolve("keytool.log").toFile();
            int code = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log)
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new AssertionError(command + ": " + Files.readString(log.toPath()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
