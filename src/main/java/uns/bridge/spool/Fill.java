package uns.bridge.spool;

/**
 * How full the spool is.
 *
 * @param bytes what it takes of the disk
 * @param maxBytes what it may take
 * @param ageMs for how long its oldest message is in it, in milliseconds; 0 if there is none
 */
public record Fill(long bytes, long maxBytes, long ageMs) {

    /** Of no spool. */
    public static final Fill NONE = new Fill(0, 0, 0);
}
