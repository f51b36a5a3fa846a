package uns.bridge.kafka;

import java.time.Duration;

/**
 * Tells from the producer's own counters whether Kafka is there, also when there is nothing to write: a producer whose
 * connection was closed looks for another one at once, and asks something on it. Used by one thread.
 */
final class ConnectionWatch {

    /** A broker that hands over to another one is missing for less than this. */
    private static final Duration GRACE = Duration.ofMillis(1_500);

    private double answers;
    private double closedBefore;
    private long missingSinceNs;
    private boolean missing;

    /** How Kafka looks from here. */
    enum Sight {
        /** It has answered, and closed no connection since. */
        THERE,
        /** It is not known yet. */
        UNKNOWN,
        /** Connections were closed or refused, and none has brought an answer since. */
        LOST
    }

    /** Begins anew, for a new producer. */
    void reset() {
        answers = 0;
        closedBefore = 0;
        missing = false;
    }

    /** Looks at the counters of the producer; one without any, as in tests, is taken for connected. */
    Sight look(ProducerMetrics metrics, long nowNs) {
        double answersNow = metrics.value("response-total");
        double closed = metrics.value("connection-close-total");
        if (Double.isNaN(answersNow)) {
            return Sight.THERE;
        }
        if (answersNow > answers) {
            answers = answersNow;
            closedBefore = closed;
            missing = false;
            return Sight.THERE;
        }
        if (closed > closedBefore && !missing) {
            missing = true;
            missingSinceNs = nowNs;
        }
        if (missing && nowNs - missingSinceNs > GRACE.toNanos()) {
            return Sight.LOST;
        }
        return answers > 0 && !missing ? Sight.THERE : Sight.UNKNOWN;
    }
}
