package uns.bridge.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import javax.net.SocketFactory;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.eclipse.paho.mqttv5.client.internal.TCPNetworkModule;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttAck;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttWireMessage;
import uns.bridge.mqtt.MqttSettings;

/**
 * The ceiling "receiving alone": Paho receives everything, acknowledges it and does nothing with it. Either as it comes,
 * with its automatic acknowledgement, or tuned: buffered input, and acknowledgements that leave in batches.
 */
final class PahoProcess {

    static final String AS_IT_COMES = "as-it-comes";
    static final String TUNED = "tuned";

    private PahoProcess() {}

    /** Argument: {@link #AS_IT_COMES} or, not for QoS 2, {@link #TUNED}. */
    public static void main(String[] arguments) throws MqttException {
        MqttSettings settings = Configuration.load().mqtt();
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setCleanStart(false);
        options.setSessionExpiryInterval(3600L);
        options.setReceiveMaximum(settings.receiveMaximum());
        MqttAsyncClient client = arguments[0].equals(TUNED)
                ? new Tuned(settings.port(), settings.clientId())
                : new MqttAsyncClient(uri(settings.port()), settings.clientId(), new MemoryPersistence());
        if (client instanceof Tuned tuned) {
            client.setManualAcks(true);
            client.setCallback(new Receiver(tuned));
            Thread acknowledger = new Thread(tuned::acknowledgeNowAndThen, "acknowledger");
            acknowledger.setDaemon(true);
            acknowledger.start();
        } else {
            client.setCallback(new Receiver(null));
        }
        client.connect(options).waitForCompletion();
        client.subscribe(
                        new MqttSubscription[] {new MqttSubscription("#", settings.qos())},
                        null,
                        null,
                        new MqttProperties())
                .waitForCompletion();
        Child.serve(command -> {});
    }

    private static String uri(int port) {
        return "tcp://127.0.0.1:" + port;
    }

    /** Reads the socket through a buffer, and has PUBACKs leave together every millisecond or every 500. */
    private static final class Tuned extends MqttAsyncClient {

        private static final int BATCH = 500;

        private final int port;
        private final byte[] pending = new byte[4 * BATCH];
        private int length;

        Tuned(int port, String clientId) throws MqttException {
            super(uri(port), clientId, new MemoryPersistence());
            this.port = port;
        }

        @Override
        protected NetworkModule[] createNetworkModules(String address, MqttConnectionOptions options) {
            TCPNetworkModule module =
                    new TCPNetworkModule(SocketFactory.getDefault(), "127.0.0.1", port, getClientId()) {
                        private InputStream buffered = InputStream.nullInputStream();

                        @Override
                        public void start() throws IOException, MqttException {
                            super.start();
                            // Nagle's algorithm would hold a batch back until the one before has been acknowledged.
                            socket.setTcpNoDelay(true);
                            buffered = new BufferedInputStream(super.getInputStream(), 64 * 1024);
                        }

                        @Override
                        public InputStream getInputStream() {
                            return buffered;
                        }
                    };
            return new NetworkModule[] {module};
        }

        synchronized void acknowledge(int id) {
            if (length == 0) {
                notifyAll();
            }
            pending[length++] = MqttWireMessage.MESSAGE_TYPE_PUBACK << 4;
            pending[length++] = 2;
            pending[length++] = (byte) (id >> 8);
            pending[length++] = (byte) id;
            if (length == pending.length) {
                flush();
            }
        }

        void acknowledgeNowAndThen() {
            while (true) {
                synchronized (this) {
                    try {
                        while (length == 0) {
                            wait();
                        }
                    } catch (InterruptedException e) {
                        return;
                    }
                }
                LockSupport.parkNanos(1_000_000);
                synchronized (this) {
                    flush();
                }
            }
        }

        private void flush() {
            if (length == 0) {
                return;
            }
            try {
                comms.getClientState().send(new Pubacks(Arrays.copyOf(pending, length)), null);
            } catch (MqttException e) {
                throw new IllegalStateException("could not acknowledge", e);
            }
            length = 0;
        }
    }

    /** Several complete PUBACK packets that Paho writes as one. */
    private static final class Pubacks extends MqttAck {

        private final byte[] packets;

        Pubacks(byte[] packets) {
            super(MESSAGE_TYPE_PUBACK);
            this.packets = packets;
        }

        @Override
        public byte[] getHeader() {
            return packets;
        }

        @Override
        protected byte[] getVariableHeader() {
            return new byte[0];
        }

        @Override
        public byte[] getPayload() {
            return new byte[0];
        }

        @Override
        public boolean isMessageIdRequired() {
            return false;
        }
    }

    /** Does nothing but hand the packet identifier to {@code tuned}, if that acknowledges. */
    private record Receiver(Tuned tuned) implements MqttCallback {

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            if (tuned != null && message.getQos() > 0) {
                tuned.acknowledge(message.getId());
            }
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            System.err.println("disconnected: " + response);
        }

        @Override
        public void mqttErrorOccurred(MqttException exception) {
            exception.printStackTrace();
        }

        @Override
        public void deliveryComplete(IMqttToken token) {
            // Publishes nothing.
        }

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {
            // Known from the token of connect.
        }

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {
            // Authenticates without.
        }
    }
}
