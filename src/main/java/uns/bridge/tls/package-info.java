/**
 * TLS from PEM files, as OpenSSL's users have them, on the JDK's own TLS.
 *
 * <p>{@link TlsSettings} says which files and checks them at the start; {@link TlsClient} reads them again for each
 * connection, so that renewed certificates need no restart, makes the handshake and tells in plain words why it failed.
 * Kafka's own TLS gets what {@link PemFile} and {@link Identity} read. Knows no protocol above TLS. The only package that
 * imports Bouncy Castle, and that only to read PEM: never as a security provider, which some Java runtimes refuse without
 * the signature that a shaded jar has lost.
 */
@NullMarked
package uns.bridge.tls;

import org.jspecify.annotations.NullMarked;
