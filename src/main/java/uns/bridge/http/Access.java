package uns.bridge.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Secret;

/**
 * Who may read: who shows the password or the token; where neither is set, anybody who can reach the address. At loopback
 * that are the programs of this machine, but not the pages that its browsers load from elsewhere.
 */
final class Access {

    private static final String BASIC = "Basic ";
    private static final String BEARER = "Bearer ";
    private static final Pattern PORT = Pattern.compile(":[0-9]*$");
    private static final Pattern LOOPBACK = Pattern.compile("127(\\.[0-9]{1,3}){3}");

    /** What may stand in {@code Authorization}, with the scheme in this case. */
    private final List<String> allowed = new ArrayList<>();

    private final HttpSettings settings;
    private final boolean named;

    /** @param loopback whether that is the address that is listened at */
    Access(HttpSettings settings, boolean loopback) {
        this.settings = settings;
        this.named = loopback && !settings.isGuarded();
        Secret password = settings.password();
        Secret token = settings.token();
        if (password != null) {
            String both = settings.username() + ":" + password.reveal();
            allowed.add(BASIC + Base64.getEncoder().encodeToString(both.getBytes(UTF_8)));
        }
        if (token != null) {
            allowed.add(BEARER + token.reveal());
        }
    }

    /** Whether a request with this {@code Authorization} may read. Takes as long whatever is in it, but for its length. */
    boolean isGranted(@Nullable String authorization) {
        if (allowed.isEmpty()) {
            return true;
        }
        byte[] shown =
                withScheme(authorization == null ? "" : authorization.strip()).getBytes(UTF_8);
        boolean granted = false;
        for (String each : allowed) {
            granted |= MessageDigest.isEqual(each.getBytes(UTF_8), shown);
        }
        return granted;
    }

    /**
     * Whether a request with this {@code Host} (RFC 9110, 7.2) was meant for this address. A foreign page can have its own
     * name point here (DNS rebinding), and would read what it gets by that name.
     */
    boolean isAddressed(@Nullable String host) {
        if (!named || host == null) {
            return true;
        }
        String name = PORT.matcher(host.strip()).replaceFirst("");
        return name.equalsIgnoreCase(settings.host())
                || name.equalsIgnoreCase("localhost")
                || name.equals("[::1]")
                || LOOPBACK.matcher(name).matches();
    }

    /** What {@code WWW-Authenticate} says (RFC 9110, 11.6.1): a browser asks for a password only where there is one. */
    String challenge() {
        boolean basic = allowed.get(0).startsWith(BASIC);
        return (basic ? "Basic" : "Bearer") + " realm=\"uns-kafka-bridge\"" + (basic ? ", charset=\"UTF-8\"" : "");
    }

    /** The name of the scheme may be in any case (RFC 9110, 11.1). */
    private static String withScheme(String authorization) {
        for (String scheme : List.of(BASIC, BEARER)) {
            if (authorization.regionMatches(true, 0, scheme, 0, scheme.length())) {
                return scheme + authorization.substring(scheme.length()).strip();
            }
        }
        return authorization;
    }
}
