package uns.bridge.delivery;

/**
 * Where the acknowledgements of one connection go. Used by one thread.
 *
 * <p>Once its connection has ended it swallows them: what it does not acknowledge comes again on the next connection, and
 * an acknowledgement of an earlier connection must never be written to a later one.
 */
public interface AckChannel {

    /** Acknowledges {@code delivery}; it may be held back until {@link #flush}. */
    void acknowledge(Delivery delivery);

    /** Writes what was held back. */
    void flush();
}
