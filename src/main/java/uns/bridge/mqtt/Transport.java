package uns.bridge.mqtt;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/** How the bytes of one connection travel. Connected once; {@link #close} is for any thread, at any time, and never waits. */
interface Transport {

    /**
     * Connects.
     *
     * @param timeout how long each step of it may take
     * @throws IOException if there is no connection, with the reason for the operator
     */
    void connect(Duration timeout) throws IOException;

    /** What the broker sends. Reading has no time-out: a dead connection shows by MQTT's keep-alive. */
    InputStream input() throws IOException;

    /** What the broker is sent; each write is to leave at once. */
    OutputStream output() throws IOException;

    /** Ends the connection; whatever connects, reads or writes fails from now on. */
    void close();
}
