package uns.bridge.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority of a test. */
public final class Authority {

    public static final Duration DAY = Duration.ofDays(1);

    private final X500Name name;
    private final PrivateKey key;
    private final List<X509Certificate> chain;

    private Authority(X500Name name, PrivateKey key, List<X509Certificate> chain) {
        this.name = name;
        this.key = key;
        this.chain = chain;
    }

    /** A root. */
    public static Authority named(String commonName) {
        return named(commonName, Instant.now().minus(DAY), Instant.now().plus(DAY));
    }

    public static Authority named(String commonName, Instant from, Instant to) {
        X500Name name = new X500Name("CN=" + commonName);
        KeyPair keys = keys("EC");
        return new Authority(
                name, keys.getPrivate(), List.of(sign(name, keys.getPrivate(), name, keys, from, to, true, List.of())));
    }

    /** An authority below this one. */
    public Authority intermediate(String commonName) {
        X500Name subject = new X500Name("CN=" + commonName);
        KeyPair keys = keys("EC");
        X509Certificate own = sign(
                name,
                key,
                subject,
                keys,
                Instant.now().minus(DAY),
                Instant.now().plus(DAY),
                true,
                List.of());
        return new Authority(
                subject,
                keys.getPrivate(),
                Stream.concat(Stream.of(own), chain.stream()).toList());
    }

    public X509Certificate certificate() {
        return chain.get(0);
    }

    /** A certificate for {@code hosts}, names and addresses, valid today, with a key on an elliptic curve. */
    public Issued issue(String commonName, String... hosts) {
        return issue(commonName, "EC", Instant.now().minus(DAY), Instant.now().plus(DAY), hosts);
    }

    /** @param keyAlgorithm RSA, EC or Ed25519 */
    public Issued issue(String commonName, String keyAlgorithm, Instant from, Instant to, String... hosts) {
        KeyPair keys = keys(keyAlgorithm);
        X509Certificate own = sign(name, key, new X500Name("CN=" + commonName), keys, from, to, false, List.of(hosts));
        // Without the root, which a client must have already.
        List<X509Certificate> below = chain.subList(0, chain.size() - 1);
        return new Issued(keys, Stream.concat(Stream.of(own), below.stream()).toList());
    }

    private static KeyPair keys(String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (!algorithm.equals("Ed25519")) {
                generator.initialize(algorithm.equals("RSA") ? 2048 : 256);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static X509Certificate sign(
            X500Name issuer,
            PrivateKey issuerKey,
            X500Name subject,
            KeyPair keys,
            Instant from,
            Instant to,
            boolean authority,
            List<String> hosts) {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    new BigInteger(64, new SecureRandom()),
                    Date.from(from),
                    Date.from(to),
                    subject,
                    keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (!hosts.isEmpty()) {
                GeneralName[] names = hosts.stream()
                        .map(host -> new GeneralName(
                                Names.isAddress(host) ? GeneralName.iPAddress : GeneralName.dNSName, host))
                        .toArray(GeneralName[]::new);
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
            }
            byte[] encoded = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey))
                    .getEncoded();
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new AssertionError(e);
        }
    }
}
