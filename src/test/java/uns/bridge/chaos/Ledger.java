package uns.bridge.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** All messages that were published, by their numbers. May be used by any thread. */
final class Ledger {

    /** What was published; the number is its place in the ledger. */
    static final class Entry {
        final int number;
        final String topic;
        final int qos;

        /** During which round it was published. */
        final int round;

        /** Whether the MQTT broker has taken it: PUBACK, PUBCOMP, or for QoS 0 that it was written to the socket. */
        volatile boolean accepted;

        /** Whether its Kafka topic was deleted afterwards, and maybe its record with it. */
        volatile boolean deleted;

        Entry(int number, String topic, int qos, int round) {
            this.number = number;
            this.topic = topic;
            this.qos = qos;
            this.round = round;
        }

        /** Whether it must be in Kafka, whatever happened. */
        boolean promised() {
            return accepted && qos > 0 && !deleted;
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private int round;

    synchronized Entry add(String topic, int qos) {
        Entry entry = new Entry(entries.size(), topic, qos, round);
        entries.add(entry);
        return entry;
    }

    /** What is published from now on belongs to {@code round}. */
    synchronized void open(int round) {
        this.round = round;
    }

    synchronized int size() {
        return entries.size();
    }

    synchronized Entry get(int number) {
        return entries.get(number);
    }

    synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** Tells that the records of all that was published to {@code topic} until now may have been deleted in Kafka. */
    void delete(String topic) {
        for (Entry entry : entries()) {
            if (entry.topic.equals(topic)) {
                entry.deleted = true;
            }
        }
    }

    synchronized int count(Predicate<Entry> which) {
        return (int) entries.stream().filter(which).count();
    }
}
