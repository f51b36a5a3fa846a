package uns.bridge.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uns.bridge.config.Secret;

/** Who may read: anybody, unless a password or a token is set; then who shows one of them. */
final class Access {

    private static final String BASIC = "Basic ";
    private static final String BEARER = "Bearer ";

    /** What may stand in {@code Authorization}, with the scheme in this case. */
    private final List<String> allowed = new ArrayList<>();

    Access(HttpSettings settings) {
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
