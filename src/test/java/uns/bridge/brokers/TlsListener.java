package uns.bridge.brokers;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A port of an MQTT broker where it speaks TLS.
 *
 * @param keyStore the broker's key and certificates (JKS)
 * @param trustStore the authorities whose certificates clients must have (JKS), or null if they need none
 * @param password of both, and of the key
 * @param webSocketPath where it speaks WebSocket over TLS, or null for TLS alone
 */
public record TlsListener(
        int port,
        Path keyStore,
        @Nullable Path trustStore,
        String password,
        @Nullable String webSocketPath) {

    String xml(String bindAddress) {
        String clients = trustStore == null ? "" : """
                        <client-authentication-mode>REQUIRED</client-authentication-mode>
                        <truststore>
                          <path>%s</path>
                          <password>%s</password>
                        </truststore>
                """.formatted(trustStore, password);
        String type = webSocketPath == null ? "tls-tcp-listener" : "tls-websocket-listener";
        String path = webSocketPath == null ? "" : "<path>" + webSocketPath + "</path>";
        return """
                    <%s>
                      <port>%d</port>
                      <bind-address>%s</bind-address>
                      %s
                      <tls>
                        <keystore>
                          <path>%s</path>
                          <password>%s</password>
                          <private-key-password>%s</private-key-password>
                        </keystore>
                %s      </tls>
                    </%s>
                """.formatted(type, port, bindAddress, path, keyStore, password, password, clients, type);
    }
}
