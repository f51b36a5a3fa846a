package uns.bridge.sparkplug;

import org.jspecify.annotations.Nullable;

/**
 * The life of an edge node or a device.
 *
 * @param definitions what its birth said of metrics, or null if it is over
 * @param bdSeq the number of its birth and death, or null if it has none, as devices
 * @param timestamp when it began, or, if it is over, up to when certificates belong to it
 * @param source how it is known
 */
record Life(@Nullable Definitions definitions, @Nullable Long bdSeq, long timestamp, Source source) {

    /** One that was heard. */
    Life(@Nullable Definitions definitions, @Nullable Long bdSeq, long timestamp) {
        this(definitions, bdSeq, timestamp, Source.HEARD);
    }

    boolean isOver() {
        return definitions == null;
    }

    Life over(long since) {
        return new Life(null, bdSeq, since);
    }

    Life from(Source other) {
        return new Life(definitions, bdSeq, timestamp, other);
    }

    /** How a life is known. */
    enum Source {
        /** From the edge node, since the start. */
        HEARD,
        /** From before the start. */
        RESTORED,
        /** From a certificate that the MQTT broker has kept; messages of an earlier life may still come. */
        LEARNED
    }
}
