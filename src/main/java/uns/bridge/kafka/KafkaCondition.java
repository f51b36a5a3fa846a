package uns.bridge.kafka;

import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.health.Health;
import uns.bridge.health.LimitedLog;

/** Whether Kafka takes records, and if not, why, for health and log. For one thread. */
final class KafkaCondition {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaCondition.class);

    private final Health health;
    private final IntSupplier unconfirmed;
    private final LimitedLog troubles = new LimitedLog();
    private boolean troubled = true;

    /** Whether the trouble is only that Kafka is not there, as far as can be told from its connections. */
    private boolean lost = true;

    private boolean connectedBefore;

    /** @param unconfirmed how many records Kafka has not confirmed, for the log */
    KafkaCondition(Health health, IntSupplier unconfirmed) {
        this.health = health;
        this.unconfirmed = unconfirmed;
    }

    boolean isTroubled() {
        return troubled;
    }

    boolean isOnlyLost() {
        return lost;
    }

    void well() {
        troubled = false;
        lost = false;
        health.up(Health.Part.KAFKA);
        LOG.info(connectedBefore ? "Kafka takes records again" : "Connected to Kafka");
        connectedBefore = true;
    }

    /** Kafka is not there. Whatever more is known of it stands. */
    void lose() {
        if (!troubled || lost) {
            trouble("no connection to Kafka");
            lost = true;
        }
    }

    void trouble(String what) {
        troubled = true;
        lost = false;
        health.down(Health.Part.KAFKA, what);
        troubles.log(suppressed -> LOG.warn("{} ({} records unconfirmed)", what, unconfirmed.getAsInt()));
    }

    /** What Kafka refuses, while there is nothing worse to tell; empty: nothing. */
    void limit(String refusal) {
        if (troubled) {
            return;
        }
        if (refusal.isEmpty()) {
            health.up(Health.Part.KAFKA);
        } else {
            health.limited(Health.Part.KAFKA, refusal);
        }
    }
}
