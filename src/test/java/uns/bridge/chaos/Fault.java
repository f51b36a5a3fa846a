package uns.bridge.chaos;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import uns.bridge.brokers.TcpProxy;

/** What may befall the chain. Each is over, and its cause mended, when {@link #strike} returns; the recovery is not. */
enum Fault {
    BRIDGE_KILLED("bridge: kill -9", (chain, random) -> {
        chain.bridge().kill();
        chain.startBridge(Map.of());
    }),
    BRIDGE_TERMINATED("bridge: SIGTERM", (chain, random) -> {
        chain.terminateBridge();
        chain.startBridge(Map.of());
    }),
    MQTT_BROKER_KILLED("MQTT broker: kill -9", (chain, random) -> {
        chain.mqtt.kill();
        chain.mqtt.start();
    }),
    KAFKA_KILLED("Kafka: kill -9", (chain, random) -> {
        chain.kafka.kill();
        hold(random, 0, 2_000);
        chain.kafka.start();
    }),
    BOTH_KILLED("MQTT broker and Kafka: kill -9", (chain, random) -> {
        chain.mqtt.kill();
        hold(random, 0, 500);
        chain.kafka.kill();
        chain.mqtt.start();
        chain.kafka.start();
    }),
    MQTT_CUT("MQTT: connection cut", (chain, random) -> chain.mqttLink.cut()),
    KAFKA_CUT("Kafka: connections cut", (chain, random) -> chain.kafkaLink().cut()),
    MQTT_HALF_OPEN("MQTT: packets swallowed", (chain, random) -> swallow(chain.mqttLink, random)),
    KAFKA_HALF_OPEN("Kafka: packets swallowed", (chain, random) -> swallow(chain.kafkaLink(), random)),
    MQTT_SLOW("MQTT: 1 KB/s", (chain, random) -> slow(chain.mqttLink, random)),
    KAFKA_SLOW("Kafka: 1 KB/s", (chain, random) -> slow(chain.kafkaLink(), random)),
    MQTT_FLAPPING("MQTT: connection flaps", (chain, random) -> flap(chain.mqttLink, random)),
    KAFKA_FLAPPING("Kafka: connections flap", (chain, random) -> flap(chain.kafkaLink(), random)),
    KAFKA_AWAY("Kafka: away beyond every time-out", (chain, random) -> {
        refuse(chain.kafkaLink());
        hold(random, 5_000, 8_000);
        chain.kafkaLink().accept();
    }),
    TOPIC_DELETED("Kafka: topic deleted", (chain, random) -> {
        String topic = chain.driver.doomedTopic();
        awaitArrivalOf(chain, topic);
        // The topic is deleted with all that is in it, which no promise is about: only what comes later must be there.
        chain.arrivals.leave(Chain.kafkaTopic(topic));
        chain.delete(Chain.kafkaTopic(topic));
        chain.ledger.delete(topic);
        hold(random, 500, 1_000);
        chain.driver.leaveDoomedTopic();
    }),
    TOPIC_READ_ONLY("Kafka: topic below min.insync.replicas", (chain, random) -> {
        awaitArrivalOf(chain, chain.driver.topic());
        String topic = Chain.kafkaTopic(chain.driver.topic());
        chain.kafka.addAbsentReplica(topic);
        chain.kafka.configure(topic, "min.insync.replicas", "2");
        hold(random, 1_000, 5_000);
        chain.kafka.configure(topic, "min.insync.replicas", "");
    }),
    TOPIC_REFUSES_LARGE("Kafka: topic with small max.message.bytes", (chain, random) -> {
        awaitArrivalOf(chain, chain.driver.topic());
        chain.kafka.configure(Chain.kafkaTopic(chain.driver.topic()), "max.message.bytes", "300");
        hold(random, 500, 2_000);
        chain.kafka.configure(Chain.kafkaTopic(chain.driver.topic()), "max.message.bytes", "");
    }),
    CLOCK_JUMPS("bridge: system clock jumps", Fault::jump),
    HEAP_AT_BOUND("bridge: heap at its bound, Kafka away", (chain, random) -> {
        chain.terminateBridge();
        chain.startBridge(Map.of("_JAVA_OPTIONS", "-Xmx64m"));
        refuse(chain.kafkaLink());
        chain.driver.burst(3_000, 5_000);
        chain.kafkaLink().accept();
        awaitArrival(chain);
        chain.terminateBridge();
        chain.startBridge(Map.of());
    }),
    SPOOL_FULL("spool: disk full, Kafka away", (chain, random) -> {
        refuse(chain.kafkaLink());
        hold(random, 0, 3_000);
        chain.spoolDisk.fill();
        hold(random, 2_000, 4_000);
        chain.spoolDisk.relieve();
        hold(random, 0, 2_000);
        chain.kafkaLink().accept();
    }),
    SPOOL_READ_ONLY("spool: disk read-only, Kafka away", (chain, random) -> {
        chain.terminateBridge();
        chain.spoolDisk.makeReadOnly();
        chain.startBridge(Map.of());
        refuse(chain.kafkaLink());
        hold(random, 2_000, 4_000);
        chain.spoolDisk.makeWritable();
        hold(random, 0, 2_000);
        chain.kafkaLink().accept();
    });

    /** Those that leave the MQTT broker, the bridge and its disk alone: with a spool they lose nothing of QoS 0 either. */
    private static final Set<Fault> ONLY_KAFKA = EnumSet.of(
            KAFKA_KILLED,
            KAFKA_CUT,
            KAFKA_HALF_OPEN,
            KAFKA_SLOW,
            KAFKA_FLAPPING,
            KAFKA_AWAY,
            TOPIC_DELETED,
            TOPIC_READ_ONLY,
            TOPIC_REFUSES_LARGE);

    private static final Set<Fault> OF_MQTT_BROKER = EnumSet.of(MQTT_BROKER_KILLED, BOTH_KILLED);

    /** What happens. */
    interface Strike {
        void at(Chain chain, Random random) throws Exception;
    }

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    final String title;
    private final Strike strike;

    Fault(String title, Strike strike) {
        this.title = title;
        this.strike = strike;
    }

    /** Whether what it needs is installed on this machine. */
    boolean isPossible() {
        return switch (this) {
            case CLOCK_JUMPS -> JumpingClock.find().isPresent();
            case SPOOL_FULL, SPOOL_READ_ONLY -> SpoolDisk.canFail();
            default -> true;
        };
    }

    boolean isOnlyOfKafka() {
        return ONLY_KAFKA.contains(this);
    }

    boolean killsMqttBroker() {
        return OF_MQTT_BROKER.contains(this);
    }

    void strike(Chain chain, Random random) throws Exception {
        strike.at(chain, random);
    }

    /** Waits until something of QoS 1 or 2 that is published from now on is in Kafka. */
    static void awaitArrival(Chain chain) {
        awaitArrival(chain, chain.ledger.size(), entry -> entry.qos > 0);
    }

    /** Waits until the Kafka topic of an MQTT topic exists, if it does not. */
    private static void awaitArrivalOf(Chain chain, String topic) {
        awaitArrival(chain, 0, entry -> entry.topic.equals(topic));
    }

    private static void awaitArrival(Chain chain, int first, Predicate<Ledger.Entry> wanted) {
        await("a message in Kafka").atMost(PATIENCE).until(() -> {
            if (!chain.bridge().isAlive()) {
                throw new AssertionError("The bridge has ended");
            }
            for (int number = first; number < chain.ledger.size(); number++) {
                if (wanted.test(chain.ledger.get(number)) && chain.arrivals.hasSeen(number)) {
                    return true;
                }
            }
            return false;
        });
    }

    /** For {@code from} to {@code to} milliseconds. */
    static void hold(Random random, int from, int to) throws InterruptedException {
        Thread.sleep(random.nextInt(from, to));
    }

    private static void refuse(TcpProxy link) {
        link.refuse();
        link.cut();
    }

    private static void swallow(TcpProxy link, Random random) throws InterruptedException {
        link.blackhole();
        hold(random, 500, 6_000);
        link.accept();
    }

    private static void slow(TcpProxy link, Random random) throws InterruptedException {
        link.slow(1_000);
        hold(random, 1_000, 5_000);
        link.accept();
    }

    private static void flap(TcpProxy link, Random random) throws InterruptedException {
        for (int i = random.nextInt(5, 15); i > 0; i--) {
            if (random.nextBoolean()) {
                link.cut();
            } else {
                link.hangUp();
            }
            hold(random, 10, 400);
        }
    }

    private static void jump(Chain chain, Random random) throws InterruptedException {
        JumpingClock clock = JumpingClock.find().orElseThrow();
        chain.terminateBridge();
        chain.startBridge(clock.environment());
        awaitArrival(chain);
        clock.set(Duration.ofMinutes(random.nextInt(1, 180)));
        hold(random, 500, 2_000);
        clock.set(Duration.ofMinutes(-random.nextInt(1, 180)));
        hold(random, 500, 2_000);
        chain.terminateBridge();
        chain.startBridge(Map.of());
    }
}
