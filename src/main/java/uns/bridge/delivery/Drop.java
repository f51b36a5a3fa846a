package uns.bridge.delivery;

/** Why a message is given up. */
public enum Drop {
    /** A message of QoS 0 that found no room in the memory. */
    NO_ROOM,
    /** It was in the spool for longer than it may. */
    EXPIRED,
    /** The spool was full, and older messages give way to newer ones. */
    SPOOL_FULL,
    /** The spool's file can't be read where it was; the file is kept. */
    DAMAGED
}
