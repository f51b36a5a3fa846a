package uns.bridge.mqtt;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * WebSocket (RFC 6455) over another transport, carrying MQTT in binary frames (MQTT 5, 6): a frame may have part of a packet
 * or several, and has no meaning beyond its bytes.
 *
 * <p>The closing handshake is left to the broker: MQTT has its own farewell.
 */
final class WebSocketTransport implements Transport {

    /** Frames are small, many to a read; what is larger is read past the buffer. */
    private static final int BUFFER_BYTES = 8 * 1024;

    private final Transport transport;
    private final WebSocketHandshake handshake;
    private InputStream input = InputStream.nullInputStream();
    private OutputStream output = OutputStream.nullOutputStream();

    WebSocketTransport(Transport transport, WebSocketHandshake handshake) {
        this.transport = transport;
        this.handshake = handshake;
    }

    @Override
    public void connect(Duration timeout) throws IOException {
        transport.connect(timeout);
        CompletableFuture<Void> done = new CompletableFuture<>();
        // A read of the transport knows no time-out.
        CompletableFuture<Void> unused = done.orTimeout(timeout.toMillis(), MILLISECONDS)
                .whenComplete((nothing, late) -> {
                    if (late != null) {
                        transport.close();
                    }
                });
        try {
            InputStream in = new BufferedInputStream(transport.input(), BUFFER_BYTES);
            handshake.perform(in, transport.output());
            WebSocketOutput frames = new WebSocketOutput(transport.output());
            input = new WebSocketInput(in, frames);
            output = frames;
        } catch (IOException e) {
            throw done.isCompletedExceptionally() ? new IOException("no answer to the WebSocket handshake", e) : e;
        } finally {
            done.complete(null);
        }
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public void close() {
        transport.close();
    }
}
