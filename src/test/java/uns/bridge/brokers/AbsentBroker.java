package uns.bridge.brokers;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.Feature;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.Listener;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.BrokerRegistrationRequest;
import org.apache.kafka.common.requests.BrokerRegistrationResponse;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * A Kafka broker that a cluster knows, and that is never there: what replica a topic has there is not in sync. With one broker
 * alone {@code min.insync.replicas} has no effect, for since 3.7 Kafka asks for no more replicas than a topic has.
 */
public final class AbsentBroker {

    /** Its {@code node.id}. */
    public static final int ID = 2;

    private AbsentBroker() {}

    /** Makes the controller on {@code port} believe that it has started, as it would itself. */
    public static void register(Admin admin, String host, int port) {
        try {
            BrokerRegistrationRequestData itself = new BrokerRegistrationRequestData()
                    .setBrokerId(ID)
                    .setClusterId(admin.describeCluster().clusterId().get())
                    .setIncarnationId(Uuid.randomUuid())
                    .setLogDirs(List.of(Uuid.randomUuid()));
            itself.listeners()
                    .add(new Listener().setName("DIRECT").setHost(host).setPort(Ports.free()));
            FeatureMetadata features =
                    admin.describeFeatures().featureMetadata().get();
            features.supportedFeatures()
                    .forEach((name, range) -> itself.features()
                            .add(new Feature()
                                    .setName(name)
                                    .setMinSupportedVersion(range.minVersion())
                                    .setMaxSupportedVersion(range.maxVersion())));
            send(itself, host, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void send(BrokerRegistrationRequestData itself, String host, int port) throws IOException {
        short version = ApiKeys.BROKER_REGISTRATION.latestVersion();
        RequestHeader header = new RequestHeader(ApiKeys.BROKER_REGISTRATION, version, "broker-" + ID, 1);
        ByteBuffer request =
                new BrokerRegistrationRequest.Builder(itself).build(version).serializeWithHeader(header);
        try (Socket socket = new Socket(host, port)) {
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeInt(request.remaining());
            out.write(request.array(), request.arrayOffset() + request.position(), request.remaining());
            out.flush();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[in.readInt()];
            in.readFully(answer);
            AbstractResponse response = AbstractResponse.parseResponse(ByteBuffer.wrap(answer), header);
            if (((BrokerRegistrationResponse) response).data().errorCode() != 0) {
                throw new IllegalStateException("not registered: " + response);
            }
        }
    }
}
