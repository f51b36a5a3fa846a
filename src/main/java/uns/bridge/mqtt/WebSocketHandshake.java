package uns.bridge.mqtt;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The opening handshake of a WebSocket client (RFC 6455, 4.1). */
final class WebSocketHandshake {

    private static final int MAX_RESPONSE_BYTES = 16 * 1024;
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String host;
    private final String path;
    private final List<String> subprotocols;

    /** @param path of the WebSocket listener, ready for a request line */
    WebSocketHandshake(String host, int port, String path, MqttVersion version) {
        this.host = (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        this.path = path;
        // Where MQTT 3.1 goes by a name of its own depends on the broker; most, and all of Paho's clients, say mqtt.
        this.subprotocols = version == MqttVersion.MQTT_3_1 ? List.of("mqtt", "mqttv3.1") : List.of("mqtt");
    }

    /**
     * Asks for the WebSocket, and reads the answer and not a byte more.
     *
     * @throws IOException if it is refused, with the broker's words for the operator
     */
    void perform(InputStream in, OutputStream out) throws IOException {
        byte[] nonce = new byte[16];
        RANDOM.nextBytes(nonce);
        String key = Base64.getEncoder().encodeToString(nonce);
        out.write(request(key).getBytes(ISO_8859_1));
        out.flush();
        List<String> lines = response(in);
        String status = lines.get(0);
        if (!status.startsWith("HTTP/1.")) {
            throw new IOException("no WebSocket listener: the answer is not HTTP");
        }
        Map<String, String> headers = headers(lines);
        if (!status.startsWith("HTTP/1.1 101")) {
            throw refusal(status, headers);
        }
        check("Upgrade", "websocket".equalsIgnoreCase(headers.get("Upgrade")));
        check("Connection", tokens(headers.get("Connection")).contains("upgrade"));
        check("Sec-WebSocket-Accept", accept(key).equals(headers.get("Sec-WebSocket-Accept")));
        check("Sec-WebSocket-Extensions", !headers.containsKey("Sec-WebSocket-Extensions")); // None was asked for.
        check("Sec-WebSocket-Protocol", subprotocols.contains(headers.getOrDefault("Sec-WebSocket-Protocol", "")));
    }

    private String request(String key) {
        return "GET " + path + " HTTP/1.1\r\nHost: " + host
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key
                + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: " + String.join(", ", subprotocols)
                + "\r\n\r\n";
    }

    /** The lines before the empty one. */
    private static List<String> response(InputStream in) throws IOException {
        StringBuilder response = new StringBuilder();
        while (response.indexOf("\r\n\r\n", response.length() - 4) < 0) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException(
                        "closed during the WebSocket handshake: are mqtt.port and mqtt.path those of WebSockets?");
            }
            if (response.length() == MAX_RESPONSE_BYTES) {
                throw new IOException("an answer to the WebSocket handshake of more than 16 KiB");
            }
            response.append((char) b);
        }
        return response.toString().lines().filter(line -> !line.isEmpty()).toList();
    }

    /** By names in any case; of repeated ones the values are joined by a comma (RFC 9110, 5.2). */
    private static Map<String, String> headers(List<String> lines) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.merge(
                        line.substring(0, colon), line.substring(colon + 1).strip(), (a, b) -> a + "," + b);
            }
        }
        return headers;
    }

    private static List<String> tokens(@Nullable String value) {
        return value == null
                ? List.of()
                : Arrays.stream(value.toLowerCase(Locale.ROOT).split(","))
                        .map(String::strip)
                        .toList();
    }

    private static String accept(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + ACCEPT_SUFFIX).getBytes(ISO_8859_1));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has it", e);
        }
    }

    private static void check(String header, boolean right) throws IOException {
        if (!right) {
            throw new IOException("not the answer of a WebSocket listener for MQTT: " + header + " (RFC 6455, 4.1)");
        }
    }

    private IOException refusal(String status, Map<String, String> headers) {
        String code = status.length() < 12 ? "" : status.substring(9, 12);
        String hint = switch (code) {
            case "200" -> "; this is a web server";
            case "301", "302", "303", "307", "308" -> "; the broker is at " + headers.get("Location");
            case "401", "403" -> "; it wants a permission that MQTT's user name does not give";
            case "404" -> "; is mqtt.path right?";
            default -> "";
        };
        return new IOException("no WebSocket at " + path + ": " + status + hint);
    }
}
