package uns.bridge.kafka;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Compares the producer's settings with what the bridge promises: nothing lost, and the order kept. */
final class DeliveryPromise {

    private static final Duration SHORT_DELIVERY_TIMEOUT = Duration.ofHours(1);
    private static final int MAX_IN_FLIGHT_OF_IDEMPOTENCE = 5;

    private final String acks;
    private final boolean idempotent;
    private final int retries;
    private final int maxInFlight;
    private final int deliveryTimeoutMs;
    private final long lingerMs;
    private final int requestTimeoutMs;
    private final long batchSize;
    private final long bufferMemory;

    /** Takes the settings as Kafka has parsed them, defaults included. */
    DeliveryPromise(Map<String, Object> parsed) {
        acks = String.valueOf(parsed.get(ProducerConfig.ACKS_CONFIG));
        idempotent = Boolean.TRUE.equals(parsed.get(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG));
        retries = (int) number(parsed, ProducerConfig.RETRIES_CONFIG);
        maxInFlight = (int) number(parsed, ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION);
        deliveryTimeoutMs = (int) number(parsed, ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG);
        lingerMs = number(parsed, ProducerConfig.LINGER_MS_CONFIG);
        requestTimeoutMs = (int) number(parsed, ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG);
        batchSize = number(parsed, ProducerConfig.BATCH_SIZE_CONFIG);
        bufferMemory = number(parsed, ProducerConfig.BUFFER_MEMORY_CONFIG);
    }

    private static long number(Map<String, Object> parsed, String key) {
        return parsed.get(key) instanceof Number number ? number.longValue() : 0;
    }

    /** Whether Kafka would take these settings together with idempotence; what is no number is not judged here. */
    static boolean idempotencePossible(Map<String, String> texts) {
        boolean allAcks = !texts.getOrDefault(ProducerConfig.ACKS_CONFIG, "all").matches("[01]");
        boolean retrying =
                !texts.getOrDefault(ProducerConfig.RETRIES_CONFIG, "1").matches("0+");
        boolean fewInFlight = texts.getOrDefault(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "5")
                .matches("0*[0-5]");
        return allAcks && retrying && fewInFlight;
    }

    /** With what the producer would not start, or would take no record: the key and the reason. */
    Map<String, String> contradictions() {
        Map<String, String> reasons = new LinkedHashMap<>();
        boolean idempotencePossible = acksAll() && retries > 0 && maxInFlight <= MAX_IN_FLIGHT_OF_IDEMPOTENCE;
        if (idempotent && !idempotencePossible) {
            reasons.put(
                    ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                    "needs acks=all, retries above 0 and max.in.flight.requests.per.connection of at most 5");
        }
        if (deliveryTimeoutMs < lingerMs + requestTimeoutMs && deliveryTimeoutMs < Integer.MAX_VALUE) {
            reasons.put(
                    ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "must be at least linger.ms plus request.timeout.ms");
        }
        if (bufferMemory < batchSize) {
            reasons.put(ProducerConfig.BUFFER_MEMORY_CONFIG, "must be at least batch.size");
        }
        return reasons;
    }

    /** What weakens the promise: the key and the reason. */
    Map<String, String> warnings() {
        Map<String, String> reasons = new LinkedHashMap<>();
        if (!acksAll()) {
            reasons.put(ProducerConfig.ACKS_CONFIG, "not 'all', so a record may be lost with the broker that took it");
        }
        if (!idempotent) {
            reasons.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "off, so a retry may write a record twice");
        }
        if (!idempotent && maxInFlight > 1) {
            reasons.put(
                    ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
                    "more than 1 without idempotence, so a retry may change the order of records");
        }
        if (retries < Integer.MAX_VALUE) {
            reasons.put(
                    ProducerConfig.RETRIES_CONFIG,
                    "limited, so a record may be given up while Kafka is away; leave it out to go on trying");
        }
        if (deliveryTimeoutMs < SHORT_DELIVERY_TIMEOUT.toMillis()) {
            reasons.put(
                    ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                    "less than an hour, so a record may be given up while Kafka is away; leave it out to go on"
                            + " trying");
        }
        return reasons;
    }

    private boolean acksAll() {
        return acks.equals("all") || acks.equals("-1");
    }
}
