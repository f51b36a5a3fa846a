package uns.bridge.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Hands out tokens of OAuth 2.0 for client credentials (RFC 6749, 4.4) that are JSON Web Tokens (RFC 7519). */
final class TokenEndpoint implements AutoCloseable {

    static final String CLIENT = "plant-bridge";
    static final String SECRET = "t0ken-s3cret";
    static final String AUDIENCE = "kafka";
    static final String ISSUER = "plant";

    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private final HttpServer server;
    private final KeyPair keys;
    private final List<String> requests = new CopyOnWriteArrayList<>();

    TokenEndpoint() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            keys = generator.generateKeyPair();
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
        server.createContext("/token", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
    }

    /** What was asked with the right credentials. */
    List<String> requests() {
        return requests;
    }

    /** Writes the public key as a JSON Web Key Set (RFC 7517). */
    void writeKeys(Path file) throws IOException {
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        Files.writeString(file, """
                {"keys": [{"kty": "RSA", "kid": "1", "alg": "RS256", "use": "sig", "n": "%s", "e": "%s"}]}
                """.formatted(encoded(key.getModulus()), encoded(key.getPublicExponent())));
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String expected = "Basic " + Base64.getEncoder().encodeToString((CLIENT + ":" + SECRET).getBytes(UTF_8));
        boolean known = expected.equals(exchange.getRequestHeaders().getFirst("Authorization"));
        if (known) {
            requests.add(body);
        }
        byte[] answer = (known
                        ? "{\"token_type\": \"Bearer\", \"expires_in\": 600, \"access_token\": \"" + token() + "\"}"
                        : "{\"error\": \"invalid_client\"}")
                .getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(known ? 200 : 401, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private String token() {
        long now = Instant.now().getEpochSecond();
        String signed = encoded("{\"alg\": \"RS256\", \"kid\": \"1\"}".getBytes(UTF_8)) + "."
                + encoded("{\"sub\": \"%s\", \"aud\": \"%s\", \"iss\": \"%s\", \"iat\": %d, \"exp\": %d}"
                        .formatted(CLIENT, AUDIENCE, ISSUER, now, now + 600)
                        .getBytes(UTF_8));
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(keys.getPrivate());
            signature.update(signed.getBytes(UTF_8));
            return signed + "." + encoded(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Base64urlUInt (RFC 7518, 2): without a sign. */
    private static String encoded(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return encoded(bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
    }

    private static String encoded(byte[] bytes) {
        return BASE64URL.encodeToString(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
