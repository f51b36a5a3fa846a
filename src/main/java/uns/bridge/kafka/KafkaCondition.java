package uns.bridge.kafka;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uns.bridge.health.Health;
import uns.bridge.health.LimitedLog;

/** Whether Kafka takes records, and if not, why, for health and log. For one thread. */
final class KafkaCondition {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaCondition.class);

    private final Health health;
    private final LimitedLog troubles = new LimitedLog();
    private boolean troubled = true;

    /** Whether the trouble is only that Kafka is not there, as far as can be told from its connections. */
    private boolean lost = true;

    private boolean connectedBefore;

    KafkaCondition(Health health) {
        this.health = health;
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
    void lose(int unconfirmed) {
        if (!troubled || lost) {
            trouble("no connection to Kafka", unconfirmed);
            lost = true;
        }
    }

    void trouble(String what, int unconfirmed) {
        troubled = true;
        lost = false;
        health.down(Health.Part.KAFKA, what);
        troubles.log(suppressed -> LOG.warn("{} ({} records unconfirmed)", what, unconfirmed));
    }

    /** Topics that Kafka denies are told of only while there is nothing worse. */
    void tell(DeniedTopics denied) {
        if (!troubled) {
            denied.tell(health);
        }
    }
}
