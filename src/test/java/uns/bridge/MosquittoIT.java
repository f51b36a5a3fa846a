package uns.bridge;

import static org.junit.jupiter.api.Assumptions.abort;

import uns.bridge.brokers.Brokers;
import uns.bridge.brokers.MqttBroker;

/** The same with Eclipse Mosquitto, which differs in much; skipped where it is not installed. */
class MosquittoIT extends MqttVersionsIT {

    @Override
    MqttBroker broker() {
        return Brokers.mosquitto().orElseGet(() -> abort("Mosquitto is not installed"));
    }
}
