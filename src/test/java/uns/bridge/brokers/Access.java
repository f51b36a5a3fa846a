package uns.bridge.brokers;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Whom a broker with users lets in, and to what. */
public final class Access {

    public static final String USER = "bridge";
    public static final String PASSWORD = "s3cret";

    /** What that user may not subscribe to; everything else is open. */
    public static final String CLOSED = "closed/#";

    /** Of 12 bytes, or Mosquitto does not take it. */
    private static final byte[] SALT = "saltForTests".getBytes(StandardCharsets.US_ASCII);

    private static final int ITERATIONS = 101;

    private Access() {}

    /** For Mosquitto's dynamic security plugin. It takes no notice of subscriptions in its own acl_file. */
    static String mosquittoJson() {
        return """
                {
                  "defaultACLAccess": {
                    "publishClientSend": true, "publishClientReceive": true, "subscribe": true, "unsubscribe": true
                  },
                  "clients": [{
                    "username": "%s", "password": "%s", "salt": "%s", "iterations": %d, "roles": [{"rolename": "plant"}]
                  }],
                  "roles": [{
                    "rolename": "plant",
                    "acls": [{"acltype": "subscribePattern", "topic": "%s", "priority": 1, "allow": false}]
                  }]
                }
                """.formatted(USER, hash(), Base64.getEncoder().encodeToString(SALT), ITERATIONS, CLOSED);
    }

    private static String hash() {
        try {
            byte[] hash = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(new PBEKeySpec(PASSWORD.toCharArray(), SALT, ITERATIONS, 512))
                    .getEncoded();
            return Base64.getEncoder().encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
