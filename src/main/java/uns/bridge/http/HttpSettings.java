package uns.bridge.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Secret;
import uns.bridge.config.Section;
import uns.bridge.config.ValueType;
import uns.bridge.tls.TlsServer;

/**
 * Where and to whom the bridge shows itself.
 *
 * @param host the address it listens at
 * @param showPayloads whether the beginning of a dead letter's payload is shown
 * @param username null for no basic authentication (RFC 7617)
 * @param password null for no basic authentication
 * @param token null for no bearer token (RFC 6750)
 * @param tls null for none
 */
public record HttpSettings(
        boolean enabled,
        String host,
        int port,
        boolean showPayloads,
        @Nullable String username,
        @Nullable Secret password,
        @Nullable Secret token,
        @Nullable TlsServer tls) {

    private static final String DEFAULT_HOST = "127.0.0.1";
    private static final int DEFAULT_PORT = 8080;

    /** Anything else is read as something else by the time it is compared, and a blank may end it. */
    private static final Pattern SENDABLE = Pattern.compile("[!-~]+");

    /** Reads the section {@code http}. */
    public static HttpSettings read(Section http) {
        boolean enabled = http.get("enabled", ValueType.BOOLEAN, true);
        String host = http.get("host", ValueType.TEXT, DEFAULT_HOST);
        int port = http.get("port", ValueType.integer(1, 65_535), DEFAULT_PORT);
        boolean showPayloads = http.get("show_payloads", ValueType.BOOLEAN, false);
        String username = http.find("username", ValueType.TEXT);
        Secret password = http.find("password", ValueType.SECRET);
        if (http.has("username") != http.has("password")) {
            http.reject(http.has("username") ? "username" : "password", "needs both a username and a password");
        }
        if (username != null && username.contains(":")) {
            http.reject("username", "must have no colon (RFC 7617, 2)");
        }
        Secret token = http.find("token", ValueType.SECRET);
        if (token != null && !SENDABLE.matcher(token.reveal()).matches()) {
            http.reject("token", "must be of letters, digits and signs of ASCII, without blanks (RFC 6750, 2.1)");
        }
        return new HttpSettings(
                enabled, host, port, showPayloads, username, password, token, TlsServer.read(http.section("tls")));
    }

    /** Whether only those may read everything who have a password or a token. */
    public boolean isGuarded() {
        return password != null || token != null;
    }

    /** What is allowed but dangerous, one sentence each. */
    public List<String> warnings() {
        return enabled && isGuarded() && tls == null && !isLoopback()
                ? List.of("http: password and token travel unencrypted: set http.tls, or http.host to 127.0.0.1")
                : List.of();
    }

    /** Whether only this machine can reach it. */
    boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
