package uns.bridge.mqtt;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;

/** The {@link Wire} as both of Paho's clients see the network. */
final class WireModule implements NetworkModule, org.eclipse.paho.client.mqttv3.internal.NetworkModule {

    private final Wire wire;

    WireModule(Wire wire) {
        this.wire = wire;
    }

    @Override
    public void start() {
        // The wire is connected already.
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return wire.input();
    }

    @Override
    public OutputStream getOutputStream() {
        return wire.output();
    }

    @Override
    public void stop() {
        wire.close();
    }

    @Override
    public String getServerURI() {
        return PahoClient.UNUSED_URI;
    }
}
