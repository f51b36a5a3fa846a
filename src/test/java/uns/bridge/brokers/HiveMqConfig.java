package uns.bridge.brokers;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration of HiveMQ CE, embedded or in a container. */
final class HiveMqConfig {
    /** Enough for the largest test and benchmark; beyond its limit (1,000 by default) HiveMQ discards. */
    private static final int MAX_QUEUED_MESSAGES = 2_000_000;

    private HiveMqConfig() {}

    static String xml(String bindAddress, int port, int webSocketPort, List<TlsListener> tlsListeners) {
        String tls =
                tlsListeners.stream().map(listener -> listener.xml(bindAddress)).collect(Collectors.joining());
        return """
                <?xml version="1.0"?>
                <hivemq>
                  <listeners>
                    <tcp-listener>
                      <port>%d</port>
                      <bind-address>%s</bind-address>
                    </tcp-listener>
                    <websocket-listener>
                      <port>%d</port>
                      <bind-address>%s</bind-address>
                      <path>/mqtt</path>
                    </websocket-listener>
                %s  </listeners>
                  <mqtt>
                    <queued-messages>
                      <max-queue-size>%d</max-queue-size>
                      <strategy>discard</strategy>
                    </queued-messages>
                    <receive-maximum>
                      <server-receive-maximum>65535</server-receive-maximum>
                    </receive-maximum>
                  </mqtt>
                  <persistence>
                    <mode>file</mode>
                  </persistence>
                  <anonymous-usage-statistics>
                    <enabled>false</enabled>
                  </anonymous-usage-statistics>
                </hivemq>
                """.formatted(port, bindAddress, webSocketPort, bindAddress, tls, MAX_QUEUED_MESSAGES);
    }
}
